// The processes of this job, joined once: what strategies over processes stand on.

import { platform } from "#platform";
import { ArgumentError, ClusterError, StateError } from "../core/errors.js";
import { CommunicatorFailure, type Communicator } from "../runtime/communicator.js";
import { adoptSeeds, seedPosition } from "../variables/seed-generator.js";
import { memory } from "../runtime/memory.js";
import { allocate, release } from "../runtime/heap.js";
import type { Compression, ProcessGroup } from "./process-group.js";
import { setChief, type Group } from "../core/replicas.js";
import type { Splitting } from "./split.js";
import type { Strategy } from "./strategy.js";
import {
  addressesOf,
  checkResolver,
  type Cluster,
  type Resolver,
  ClusterSpec,
  rankOf,
  type Task,
  taskOf,
  TFConfigClusterResolver,
} from "./cluster.js";

/**
 * How processes speak with each other, as a record or as TensorFlow's class. TensorFlow: tf.distribute.experimental.CommunicationOptions
 */
export class CommunicationOptions {
  /** Bytes of one reduction: larger ones are cut. 0: into 4 MiB where all processes are on one machine, else not at all. */
  declare readonly bytesPerPack?: number;
  /** Seconds to wait for the others at the start. Default: 300. */
  declare readonly timeoutSeconds?: number | null;
  /** AUTO, RING, NCCL: taken for likeness; MPI chooses. */
  declare readonly implementation?: string;
  /** "float16": gradients travel with half of their bits. Default: null. */
  declare readonly compression?: "float16" | null;

  constructor(options: CommunicationOptions = {}) {
    checkCommunication("CommunicationOptions", options);
    Object.assign(this, options);
  }
}

/** TensorFlow's older name of `CommunicationOptions`. TensorFlow: tf.distribute.experimental.CollectiveHints */
export class CollectiveHints extends CommunicationOptions {}

/** Ways of TensorFlow to reduce. TensorFlow: tf.distribute.experimental.CommunicationImplementation */
export const CommunicationImplementation = { AUTO: "AUTO", RING: "RING", NCCL: "NCCL" } as const;
/** Which library sums over processes; here always MPI. TensorFlow: tf.distribute.experimental.CollectiveCommunication */
export const CollectiveCommunication = CommunicationImplementation;

/** How processes find each other, and how they exchange values. */
export interface InitializeOptions extends Readonly<CommunicationOptions> {
  readonly clusterResolver?: Resolver | null;
}

/** What this process has joined. */
export interface Joined {
  /** Null where this process is alone. */
  readonly communicator: Communicator | null;
  /** Makes the group of all processes; what it needs is loaded with the communicator. */
  readonly groupOf: ((where: string, compression: Compression) => ProcessGroup) | null;
  /** Makes a strategy whose variables are split over the processes. */
  readonly splitOver: ((group: Group, split: Splitting) => Strategy) | null;
  readonly cluster: Cluster;
  readonly task: Task;
  /** Where that was found: of processes that a launcher started, their number alone. */
  readonly resolver: Resolver;
}

let joined: Joined | undefined;
let joining: Promise<Joined> | undefined;

/** What `initialize` found; undefined before. */
export const joinedProcesses = (): Joined | undefined => joined;

export const where = "tf.distribute.initialize";

/**
 * Joins the processes of this job: those of TF_CONFIG, or those that mpirun, mpiexec or srun started. To be awaited before a strategy over
 * processes is made. Where there is neither, this process stays alone.
 *
 * @throws ArgumentError for a wrong TF_CONFIG; ClusterError where the others don't come, or MPI is missing
 */
export async function initialize(options: InitializeOptions = {}): Promise<void> {
  checkCommunication(where, options, ["clusterResolver"]);
  await (joining ??= join(options).catch((error: unknown) => {
    joining = undefined;
    throw error;
  }));
}

export function checkCommunication(at: string, options: CommunicationOptions, others: readonly string[] = []): void {
  const known = ["bytesPerPack", "timeoutSeconds", "implementation", "compression", ...others];
  for (const [key, value] of Object.entries(options)) {
    const refuse = (expected: string): never => {
      throw new ArgumentError(`${at}.${key}`, { given: String(value), expected });
    };
    if (!known.includes(key)) throw new ArgumentError(at, { given: `the option ${key}`, expected: known.join(", ") });
    if (key === "bytesPerPack" && !(Number.isInteger(value) && (value as number) >= 0)) refuse("an integer of at least 0");
    if (key === "timeoutSeconds" && value !== null && !((value as number) > 0)) refuse("a positive number of seconds");
    if (key === "compression" && value !== null && value !== "float16") refuse('"float16" or null');
    if (key === "implementation" && !((value as string) in CommunicationImplementation)) refuse("AUTO, RING or NCCL");
  }
}

async function join({ clusterResolver, bytesPerPack = 0, timeoutSeconds }: InitializeOptions): Promise<Joined> {
  checkResolver(where, clusterResolver);
  const resolver = clusterResolver ?? new TFConfigClusterResolver();
  const cluster = new ClusterSpec(await resolver.clusterSpec()).asDict();
  const addresses = addressesOf(cluster);
  const isListed = addresses.length > 1 && resolver.taskType !== null;
  const rank = isListed ? rankOf(cluster, { type: resolver.taskType!, index: resolver.taskId! }) : 0;
  const isLaunched = platform.isLaunched?.() === true;
  if (rank === null || (!isListed && !isLaunched)) {
    const task = { type: resolver.taskType ?? "worker", index: resolver.taskId ?? 0 };
    return (joined = { communicator: null, groupOf: null, splitOver: null, cluster, task, resolver });
  }
  if (!platform.openCommunicator)
    throw new ClusterError(where, { given: "a page", expected: "Node", hint: "MirroredStrategy works here." });
  let communicator: Communicator;
  const asError = (failure: CommunicatorFailure) => new ClusterError("MultiWorkerMirroredStrategy", { ...failure.facts, cause: failure });
  try {
    const common = { patience: timeoutSeconds ?? 300, bytesPerPiece: bytesPerPack, asError };
    communicator = await platform.openCommunicator(isListed ? { addresses, rank, ...common } : common);
  } catch (error) {
    throw error instanceof CommunicatorFailure ? asError(error) : error;
  }
  setChief(communicator.rank === 0);
  agreeOnSeeds(communicator);
  const task = isListed ? taskOf(cluster, communicator.rank) : { type: "worker", index: communicator.rank };
  const launched = { clusterSpec: () => new ClusterSpec({}), taskType: "worker", taskId: communicator.rank };
  const [{ ProcessGroup }, { splitOver }] = await Promise.all([import("./process-group.js"), import("./split.js")]);
  const groupOf = (where: string, compression: Compression) => new ProcessGroup(where, communicator, compression);
  return (joined = { communicator, groupOf, splitOver, cluster, task, resolver: isListed ? resolver : launched });
}

/** Processes that were given no seed draw from that of the first one, so that they shuffle and begin alike. */
function agreeOnSeeds(communicator: Communicator): void {
  const place = allocate(64);
  const word = new Uint32Array(memory.buffer, place, 1);
  word[0] = seedPosition();
  communicator.broadcast(place, 4, 0);
  adoptSeeds(new Uint32Array(memory.buffer, place, 1)[0]!);
  release(place, 64);
}

/** What this process has joined. @throws StateError before `initialize` */
export function requireJoined(at: string): Joined {
  if (joined) return joined;
  if (!platform.openCommunicator) throw new ClusterError(at, { given: "a page", expected: "Node", hint: "MirroredStrategy works here." });
  throw new StateError(at, {
    given: "processes that have not been joined",
    expected: "await tf.distribute.initialize() before",
    hint: "It reads TF_CONFIG, or what mpirun, mpiexec or srun say.",
  });
}
