// Clusters that are found elsewhere than in TF_CONFIG: what Slurm and Kubernetes say, and several resolvers together.

import { platform } from "#platform";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";
import type { KubernetesClient } from "./pods.js";
import { addressesOf, type Cluster, ClusterResolver, ClusterSpec, taskOf } from "./cluster.js";

/** How Slurm's tasks are a cluster. */
export interface SlurmOptions {
  /** How many tasks each job has. Default: all are workers. */
  readonly jobs?: Readonly<Record<string, number>> | null;
  /** The port of a node's first task; the next ones have the next ports. Default: 8888. */
  readonly portBase?: number;
  /** Tasks of each node, or of one after the other. Default: what Slurm says. */
  readonly tasksPerNode?: number | readonly number[] | null;
  readonly rpcLayer?: string | null;
}

/**
 * The cluster of a Slurm job step: hosts from SLURM_STEP_NODELIST, tasks from SLURM_STEP_TASKS_PER_NODE, this process from SLURM_PROCID.
 * Ranks are counted as everywhere here: chief, workers, ps tasks.
 * TensorFlow: tf.distribute.cluster_resolver.SlurmClusterResolver
 *
 * @throws StateError outside of a job step; ArgumentError where jobs and tasks differ
 */
export class SlurmClusterResolver extends ClusterResolver {
  readonly #cluster: ClusterSpec;

  constructor(options: SlurmOptions = {}) {
    super();
    const where = "SlurmClusterResolver";
    checkOptions(where, [options], 0, ["jobs", "portBase", "tasksPerNode", "rpcLayer"]);
    const { jobs = null, portBase = 8888, tasksPerNode = null, rpcLayer = "grpc" } = options;
    if (!(Number.isInteger(portBase) && portBase > 0 && portBase < 65536))
      throw new ArgumentError(`${where}.portBase`, { given: text(portBase), expected: "a port" });
    const step = platform.slurmStep?.();
    if (!step)
      throw new StateError(where, {
        given: "no job step: SLURM_STEP_NODELIST, SLURM_PROCID",
        expected: "a process that srun has started",
        hint: "Outside of Slurm take TF_CONFIG, or SimpleClusterResolver.",
      });
    const { hosts, rank } = step;
    if (!hosts) throw new ArgumentError("SLURM_STEP_NODELIST", { given: text(step.list), expected: "a list of hosts, as n[1-4,7],m5" });
    const counts = typeof tasksPerNode === "number" ? hosts.map(() => tasksPerNode) : (tasksPerNode ?? step.tasks ?? []);
    if (counts.length !== hosts.length || !counts.every((count) => Number.isInteger(count) && count > 0))
      throw new ArgumentError(`${where}.tasksPerNode`, {
        given: text(counts),
        expected: `a number of tasks for each of ${hosts.length} hosts`,
      });
    const addresses = hosts.flatMap((host, i) => Array.from({ length: counts[i]! }, (_, task) => `${host}:${portBase + task}`));
    const sizes = jobs ?? { worker: addresses.length };
    const total = Object.values(sizes).reduce((sum, count) => sum + count, 0);
    if (total !== addresses.length)
      throw new ArgumentError(`${where}.jobs`, { given: `${total} tasks`, expected: `${addresses.length}, as Slurm has started` });
    const cluster: Record<string, string[]> = {};
    let at = 0;
    const order = ["chief", "worker", "ps", "evaluator"];
    for (const job of Object.keys(sizes).sort((a, b) => order.indexOf(a) - order.indexOf(b)))
      cluster[job] = addresses.slice(at, (at += sizes[job]!));
    this.#cluster = new ClusterSpec(cluster);
    if (!(rank >= 0 && rank < total))
      throw new ArgumentError("SLURM_PROCID", { given: text(rank), expected: `a task from 0 to ${total - 1}` });
    const isOutside = rank >= addressesOf(cluster).length;
    const task = isOutside ? { type: "evaluator", index: rank - addressesOf(cluster).length } : taskOf(cluster, rank);
    [this.taskType, this.taskId, this.rpcLayer] = [task.type, task.index, rpcLayer];
  }

  override clusterSpec(): ClusterSpec {
    return this.#cluster;
  }

  /** The job of this process, and its number in it. */
  getTaskInfo(): [taskType: string, taskId: number] {
    return [this.taskType!, this.taskId!];
  }
}

/** Several clusters as one. Its task, where none is given, is that of the first one that has one. */
export interface UnionOptions {
  readonly taskType?: string | null;
  readonly taskId?: number | null;
  readonly rpcLayer?: string | null;
}

/**
 * Several resolvers as one: `new UnionResolver([one, other], { taskType: "worker", taskId: 0 })`. The addresses of a job are those of all,
 * in order. TensorFlow: tf.distribute.cluster_resolver.UnionResolver
 */
export class UnionResolver extends ClusterResolver {
  readonly #resolvers: readonly ClusterResolver[];

  /** @throws ArgumentError for what are no resolvers */
  constructor(resolvers: readonly ClusterResolver[], options: UnionOptions = {}) {
    super();
    checkOptions("UnionResolver", [options], 0, ["taskType", "taskId", "rpcLayer"]);
    if (!Array.isArray(resolvers) || resolvers.length === 0 || !resolvers.every((each) => each instanceof ClusterResolver))
      throw new ArgumentError("UnionResolver", { given: text(resolvers), expected: "a list of ClusterResolvers" });
    this.#resolvers = resolvers;
    const [first] = resolvers as readonly ClusterResolver[];
    this.taskType = options.taskType ?? first!.taskType;
    this.taskId = options.taskId ?? first!.taskId;
    this.rpcLayer = options.rpcLayer ?? first!.rpcLayer;
  }

  override clusterSpec(): ClusterSpec | Promise<ClusterSpec> {
    const found = this.#resolvers.map((each) => each.clusterSpec());
    return found.some((each) => each instanceof Promise) ? Promise.all(found).then(united) : united(found as ClusterSpec[]);
  }

  override get environment(): string {
    const all = [...new Set(this.#resolvers.map(({ environment }) => environment).filter((each) => each !== ""))];
    if (all.length <= 1) return all[0] ?? "";
    throw new ArgumentError("UnionResolver.environment", { given: all.join(" and "), expected: "one environment" });
  }

  override master(taskType: string | null = null, taskId: number | null = null, rpcLayer: string | null = null): string {
    if (taskType !== null && taskId !== null) return super.master(taskType, taskId, rpcLayer ?? this.rpcLayer);
    return this.#resolvers.map((each) => each.master()).find((each) => each !== "") ?? "";
  }

  override numAccelerators(taskType: string | null = null, taskId: number | null = null): Record<string, number> {
    const all = this.#resolvers.map((each) => each.numAccelerators(taskType, taskId));
    return all.find((each) => Object.keys(each).length > 0) ?? {};
  }
}

function united(all: readonly (ClusterSpec | Cluster)[]): ClusterSpec {
  const jobs: Record<string, string[]> = {};
  for (const each of all)
    for (const [job, addresses] of Object.entries(new ClusterSpec(each).asDict())) jobs[job] = [...(jobs[job] ?? []), ...addresses];
  return new ClusterSpec(jobs);
}

/**
 * Where the script runs that asks for pods. TensorFlow: tf.distribute.cluster_resolver.KubernetesExecutableLocation
 *
 * ```ts
 * tf.distribute.cluster_resolver.KubernetesExecutableLocation.WITHIN_CLUSTER; // 0
 * ```
 */
export const KubernetesExecutableLocation = { WITHIN_CLUSTER: 0, OFF_CLUSTER: 1 } as const;

/** Where the pods of a cluster are looked for. */
export interface KubernetesOptions {
  /** Labels of the pods of each job. Default: `{ worker: ["job-name=tensorflow"] }`. */
  readonly jobToLabelMapping?: Readonly<Record<string, readonly string[]>> | null;
  /** The port on which every pod listens. Default: 8470. */
  readonly tfServerPort?: number;
  readonly rpcLayer?: string | null;
  /** One of KubernetesExecutableLocation. The client knows how to reach the API from there. Default: WITHIN_CLUSTER. */
  readonly executableLocation?: 0 | 1;
  /** The client that is asked. */
  readonly overrideClient?: KubernetesClient | null;
}

/**
 * The cluster of running pods with some labels, sorted by their names. Which of them this process is has to be said: `taskType`, `taskId`.
 * TensorFlow: tf.distribute.cluster_resolver.KubernetesClusterResolver
 *
 * @throws StateError without a client
 */
export class KubernetesClusterResolver extends ClusterResolver {
  readonly #labels: Readonly<Record<string, readonly string[]>>;
  readonly #port: number;
  readonly #client: KubernetesClient;

  constructor(options: KubernetesOptions = {}) {
    super();
    const where = "KubernetesClusterResolver";
    checkOptions(where, [options], 0, ["jobToLabelMapping", "tfServerPort", "rpcLayer", "overrideClient", "executableLocation"]);
    const location: unknown = options.executableLocation ?? KubernetesExecutableLocation.WITHIN_CLUSTER;
    if (location !== 0 && location !== 1)
      throw new ArgumentError(`${where}.executableLocation`, {
        given: text(location),
        expected: "one of KubernetesExecutableLocation: 0, 1",
      });
    const { jobToLabelMapping = null, tfServerPort = 8470, rpcLayer = "grpc", overrideClient = null } = options;
    if (typeof (overrideClient as Partial<KubernetesClient> | null)?.listPodForAllNamespaces !== "function")
      throw new StateError(where, {
        given: "no client",
        expected: "overrideClient: a CoreV1Api of @kubernetes/client-node",
        hint: "An MPIJob, or a training operator that sets TF_CONFIG, needs no resolver.",
      });
    this.#labels = jobToLabelMapping ?? { worker: ["job-name=tensorflow"] };
    this.#port = tfServerPort;
    this.#client = overrideClient!;
    this.rpcLayer = rpcLayer;
  }

  override async clusterSpec(): Promise<ClusterSpec> {
    const { clusterOfPods } = await import("./pods.js");
    return clusterOfPods(this.#client, this.#labels, this.#port);
  }
}
