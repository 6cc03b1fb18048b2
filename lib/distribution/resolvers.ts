// Clusters that are found elsewhere than in TF_CONFIG: what Slurm and Kubernetes say, and several resolvers together.

import { platform } from "#platform";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";
import { addressesOf, type Cluster, ClusterResolver, ClusterSpec, taskOf } from "./cluster.js";

/** The hosts of a list as Slurm writes it: `n[1-2,7],m5` is n1, n2, n7, m5. @throws ArgumentError for a list that is none */
export function expandHostlist(list: string): string[] {
  const refuse = (given: string): never => {
    throw new ArgumentError("SlurmClusterResolver", { given: text(given), expected: "a list of hosts, as n[1-4,7],m5" });
  };
  const parts = list.match(/(?:[^,[\]]|\[[^[\]]*\])+/g) ?? [];
  if (parts.length === 0 || parts.join(",") !== list.replace(/\s/g, "")) refuse(list);
  return parts.flatMap((part) => {
    const found = /^([^[]*)(?:\[([^\]]*)\](.*))?$/.exec(part)!;
    const [, head = "", ranges, tail = ""] = found;
    if (ranges === undefined) return [head];
    const numbers = ranges.split(",").flatMap((range) => {
      const bounds = /^(\d+)(?:-(\d+))?$/.exec(range);
      if (!bounds) return refuse(part);
      const [, first = "", last = first] = bounds;
      if (Number(last) < Number(first)) return refuse(part);
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => String(Number(first) + i).padStart(first.length, "0"));
    });
    return numbers.flatMap((number) => (tail === "" ? [head + number] : expandHostlist(tail).map((rest) => head + number + rest)));
  });
}

/** Tasks by node as Slurm writes them: `3(x2),1` is 3, 3, 1. @throws ArgumentError for what is none */
export const expandTasksPerNode = (list: string): number[] =>
  list.split(",").flatMap((part) => {
    const found = /^(\d+)(?:\(x(\d+)\))?$/.exec(part.trim());
    if (!found) throw new ArgumentError("SlurmClusterResolver", { given: text(list), expected: "tasks by node, as 3(x2),1" });
    return Array.from({ length: Number(found[2] ?? 1) }, () => Number(found[1]));
  });

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
    const hosts = expandHostlist(slurm("STEP_NODELIST", "JOB_NODELIST"));
    const counts = typeof tasksPerNode === "number" ? hosts.map(() => tasksPerNode) : (tasksPerNode ?? expandTasksPerNode(slurm("STEP_TASKS_PER_NODE", "TASKS_PER_NODE"))); // prettier-ignore
    if (counts.length !== hosts.length || !counts.every((count) => Number.isInteger(count) && count > 0))
      throw new ArgumentError(`${where}.tasksPerNode`, { given: text(counts), expected: `a number of tasks for each of ${hosts.length} hosts` }); // prettier-ignore
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
    const rank = Number(slurm("PROCID"));
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

/** A variable of Slurm's. @throws StateError where there is none */
function slurm(...names: readonly string[]): string {
  for (const name of names) {
    const value = platform.setting(`SLURM_${name}`);
    if (value !== undefined && value !== "") return value;
  }
  throw new StateError("SlurmClusterResolver", {
    given: `no SLURM_${names[0]!}`,
    expected: "a process that srun has started",
    hint: "Outside of Slurm take TF_CONFIG, or SimpleClusterResolver.",
  });
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

/** A pod, as the API of Kubernetes has it. */
interface Pod {
  readonly metadata?: { readonly name?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string; readonly hostIP?: string };
}
interface Pods {
  readonly items: readonly Pod[];
}

/** The part of `@kubernetes/client-node`'s CoreV1Api that is called. */
export interface KubernetesClient {
  listPodForAllNamespaces(request: { labelSelector: string }): Pods | Promise<Pods>;
}

export interface KubernetesOptions {
  /** Labels of the pods of each job. Default: `{ worker: ["job-name=tensorflow"] }`. */
  readonly jobToLabelMapping?: Readonly<Record<string, readonly string[]>> | null;
  /** The port on which every pod listens. Default: 8470. */
  readonly tfServerPort?: number;
  readonly rpcLayer?: string | null;
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
    checkOptions(where, [options], 0, ["jobToLabelMapping", "tfServerPort", "rpcLayer", "overrideClient"]);
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
    const cluster: Record<string, string[]> = {};
    for (const [job, labels] of Object.entries(this.#labels)) {
      const pods: Pod[] = [];
      for (const labelSelector of labels) pods.push(...(await this.#client.listPodForAllNamespaces({ labelSelector })).items);
      const name = (pod: Pod): string => pod.metadata?.name ?? "";
      cluster[job] = pods
        .sort((a, b) => (name(a) < name(b) ? -1 : 1))
        .map((pod) => {
          const { phase, podIP, hostIP } = pod.status ?? {};
          const address = podIP ?? hostIP;
          if (phase === "Running" && address !== undefined) return `${address}:${this.#port}`;
          throw new StateError("KubernetesClusterResolver", {
            given: `the pod ${name(pod)} in the phase ${String(phase)}`,
            expected: "pods that run",
          });
        });
    }
    return new ClusterSpec(cluster);
  }
}
