// Who is in a cluster: TF_CONFIG, as TensorFlow has it, and resolvers.

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";

/** Addresses `host:port` of the tasks of each job. */
export type ClusterSpec = Readonly<Record<string, readonly string[]>>;

export interface Task {
  readonly type: string;
  readonly index: number;
}

/** A cluster and the place of this process in it. */
export interface ClusterResolver {
  clusterSpec(): ClusterSpec;
  readonly taskType: string | null;
  readonly taskId: number | null;
}

const jobs = ["chief", "worker", "ps", "evaluator"];

/** Checks a cluster as TF_CONFIG gives it. @throws ArgumentError that says which part is wrong */
export function checkedCluster(where: string, cluster: unknown, task: unknown): { cluster: ClusterSpec; task: Task } {
  const refuse = (what: string, given: unknown, expected: string): never => {
    throw new ArgumentError(`${where}.${what}`, { given: text(given), expected });
  };
  if (typeof cluster !== "object" || cluster === null || Array.isArray(cluster)) {
    return refuse("cluster", cluster, 'addresses by job, as { "worker": ["host:port", …] }');
  }
  const seen = new Set<string>();
  for (const [job, addresses] of Object.entries(cluster)) {
    if (!jobs.includes(job)) refuse("cluster", job, `jobs ${jobs.join(", ")}`);
    if (!Array.isArray(addresses) || addresses.length === 0) refuse(`cluster.${job}`, addresses, 'a list of addresses "host:port"');
    if (job === "chief" && addresses.length > 1) refuse("cluster.chief", addresses, "one address");
    for (const address of addresses as unknown[]) {
      const port = typeof address === "string" ? Number(/^(?:\[[\da-f:]+\]|[^\s:/]+):(\d{1,5})$/i.exec(address)?.[1]) : NaN;
      if (!(port > 0 && port < 65536)) refuse(`cluster.${job}`, address, 'an address "host:port"');
      if (seen.has(address as string)) refuse(`cluster.${job}`, address, "each address once");
      seen.add(address as string);
    }
  }
  const spec = cluster as ClusterSpec;
  if (typeof task !== "object" || task === null) return refuse("task", task, '{ "type": "worker", "index": 0 }');
  const { type, index } = task as Partial<Task>;
  if (typeof type !== "string" || !(type in spec))
    return refuse("task.type", type, `a job of the cluster: ${Object.keys(spec).join(", ")}`);
  if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= spec[type]!.length)
    return refuse("task.index", index, `an index from 0 to ${spec[type]!.length - 1}, the ${type} tasks of the cluster`);
  return { cluster: spec, task: { type, index } };
}

/** What the environment variable TF_CONFIG says. TensorFlow: tf.distribute.cluster_resolver.TFConfigClusterResolver */
export class TFConfigClusterResolver implements ClusterResolver {
  readonly taskType: string | null;
  readonly taskId: number | null;
  readonly #cluster: ClusterSpec;

  /** @throws ArgumentError where TF_CONFIG is no JSON, or says nothing that can be */
  constructor(given: string | undefined = platform.setting("TF_CONFIG")) {
    if (given === undefined || given.trim() === "") {
      this.#cluster = {};
      this.taskType = this.taskId = null;
      return;
    }
    let config: { cluster?: unknown; task?: unknown };
    try {
      config = JSON.parse(given) as typeof config;
    } catch (cause) {
      throw new ArgumentError("TF_CONFIG", { given: text(given), expected: "JSON", hint: (cause as Error).message, cause });
    }
    if (typeof config !== "object" || config === null || Array.isArray(config))
      throw new ArgumentError("TF_CONFIG", { given: text(config), expected: '{ "cluster": { … }, "task": { … } }' });
    const { cluster, task } = checkedCluster("TF_CONFIG", config.cluster, config.task);
    this.#cluster = cluster;
    this.taskType = task.type;
    this.taskId = task.index;
  }

  clusterSpec(): ClusterSpec {
    return this.#cluster;
  }
}

/** A cluster that is known. TensorFlow: tf.distribute.cluster_resolver.SimpleClusterResolver */
export class SimpleClusterResolver implements ClusterResolver {
  readonly #cluster: ClusterSpec;
  readonly taskType: string;
  readonly taskId: number;

  constructor(clusterSpec: ClusterSpec, { taskType, taskId }: { taskType: string; taskId: number }) {
    const { cluster, task } = checkedCluster("SimpleClusterResolver", clusterSpec, { type: taskType, index: taskId });
    this.#cluster = cluster;
    this.taskType = task.type;
    this.taskId = task.index;
  }

  clusterSpec(): ClusterSpec {
    return this.#cluster;
  }
}

/** Addresses in order of ranks: chief, workers, parameter servers. An evaluator stands outside. */
export const addressesOf = (cluster: ClusterSpec): readonly string[] => ["chief", "worker", "ps"].flatMap((job) => cluster[job] ?? []);

/** The rank of a task among the addresses; null for an evaluator, which trains with nobody. */
export function rankOf(cluster: ClusterSpec, { type, index }: Task): number | null {
  let before = 0;
  for (const job of ["chief", "worker", "ps"]) {
    if (job === type) return before + index;
    before += cluster[job]?.length ?? 0;
  }
  return null;
}

/** The task of a rank. */
export function taskOf(cluster: ClusterSpec, rank: number): Task {
  let before = 0;
  for (const type of ["chief", "worker", "ps"]) {
    const { length } = cluster[type] ?? [];
    if (rank < before + length) return { type, index: rank - before };
    before += length;
  }
  return { type: "worker", index: rank };
}
