// MultiWorkerMirroredStrategy: replicas in several processes that meet by MPI.

import { ArgumentError } from "../core/errors.js";
import { replica, type Group } from "../core/replicas.js";
import { checkResolver, isResolver, type Resolver, type Task } from "./cluster.js";
import type { ProcessGroup } from "./process-group.js";
import { ProcessStrategy } from "./process-strategy.js";
import { checkCommunication, joinedProcesses, requireJoined, type CommunicationOptions } from "./processes.js";

/** The cluster, and how processes speak to each other. */
export interface MultiWorkerOptions {
  /** What `strategy.clusterResolver` is to give; `initialize` has read TF_CONFIG, or was given one. */
  readonly clusterResolver?: Resolver | null;
  readonly communicationOptions?: CommunicationOptions;
}

let group: ProcessGroup | undefined;

/** The group of all processes; one for all strategies, since processes meet in one order. */
export function processGroup(where: string, compression: "float16" | null): Group {
  const { communicator, groupOf } = requireJoined(where);
  if (!communicator || !groupOf || communicator.size === 1) return replica().group;
  if (group && group.compression !== compression)
    throw new ArgumentError(where, { given: `compression ${compression}`, expected: `${group.compression}, as in the strategy before` });
  return (group ??= groupOf(where, compression));
}

/** The group of all processes, as the strategies have made it. */
export const presentGroup = (where: string): Group => {
  if (!joinedProcesses()) return replica().group;
  return group ?? processGroup(where, null);
};

/**
 * A replica in each process, on one machine or many: the same script runs in all of them, gradients are summed over MPI.
 *
 * ```ts
 * await tf.distribute.initialize();                             // TF_CONFIG, or mpirun, mpiexec, srun
 * const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
 * ```
 *
 * TensorFlow: tf.distribute.MultiWorkerMirroredStrategy
 *
 * @throws StateError before `initialize`; ClusterError in a page
 */
export class MultiWorkerMirroredStrategy extends ProcessStrategy {
  readonly group: Group;
  readonly task: Task;
  /** Who is in the cluster, and which task this is. */
  override readonly clusterResolver: Resolver;

  /** @param given  options, or the resolver and how processes speak one by one */
  constructor(given: MultiWorkerOptions | Resolver = {}, communicationOptions: CommunicationOptions | null = null) {
    super();
    const where = "MultiWorkerMirroredStrategy";
    const options: MultiWorkerOptions = isResolver(given)
      ? { clusterResolver: given, communicationOptions: communicationOptions ?? {} }
      : communicationOptions === null
        ? given
        : { ...given, communicationOptions };
    checkResolver(where, options.clusterResolver);
    for (const key of Object.keys(options))
      if (key !== "clusterResolver" && key !== "communicationOptions")
        throw new ArgumentError(where, { given: `the option ${key}`, expected: "clusterResolver, communicationOptions" });
    checkCommunication(`${where}.communicationOptions`, options.communicationOptions ?? {});
    const { task, resolver } = requireJoined(where);
    this.task = task;
    this.clusterResolver = options.clusterResolver ?? resolver;
    this.group = processGroup(where, options.communicationOptions?.compression ?? null);
  }

  /** Whether this process writes and prints. */
  get isChief(): boolean {
    return this.group.id === 0;
  }
}
