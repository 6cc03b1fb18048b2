// Who is in a cluster: TF_CONFIG, as TensorFlow has it, and resolvers.

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";

/** Addresses `host:port` of the tasks of each job. */
export type Cluster = Readonly<Record<string, readonly string[]>>;

export interface Task {
  readonly type: string;
  readonly index: number;
}

/** What a resolver finds: at once, or later. */
export type FoundCluster = ClusterSpec | Cluster | Promise<ClusterSpec | Cluster>;

/** A cluster and the place of this process in it: all that strategies ask for. */
export interface Resolver {
  clusterSpec(): FoundCluster;
  readonly taskType: string | null;
  readonly taskId: number | null;
}

/** Whether a value finds a cluster, as far as can be seen. */
export const isResolver = (value: unknown): value is Resolver =>
  typeof value === "object" && value !== null && typeof (value as Partial<Resolver>).clusterSpec === "function";

/** @throws ArgumentError for what is no resolver, where there is one */
export function checkResolver(where: string, value: unknown): void {
  if (value === null || value === undefined || isResolver(value)) return;
  throw new ArgumentError(`${where}.clusterResolver`, { given: text(value), expected: "a ClusterResolver" });
}

/**
 * The base of what finds a cluster and the place of this process in it. A resolver of one's own gives `clusterSpec()`, and says `taskType`
 * and `taskId`. TensorFlow: tf.distribute.cluster_resolver.ClusterResolver
 */
export abstract class ClusterResolver implements Resolver {
  taskType: string | null = null;
  taskId: number | null = null;
  /** What TensorFlow's servers speak; here they speak MPI. */
  rpcLayer: string | null = null;

  /** Who is in the cluster. */
  abstract clusterSpec(): FoundCluster;

  /** "google" inside of Google, else empty. */
  get environment(): string {
    return "";
  }

  /** Where a task listens, `protocol://host:port`; by default this process's. Empty where that is not known. */
  master(taskType: string | null = this.taskType, taskId: number | null = this.taskId, rpcLayer: string | null = this.rpcLayer): string {
    const found = this.clusterSpec();
    if (found instanceof Promise || taskType === null || taskId === null) return "";
    return masterOf(new ClusterSpec(found).taskAddress(taskType, taskId), rpcLayer);
  }

  /** Accelerators of a task by type: processors are none. */
  numAccelerators(_taskType: string | null = null, _taskId: number | null = null): Record<string, number> {
    return {};
  }
}

const masterOf = (address: string, rpcLayer: string | null): string =>
  rpcLayer === null || rpcLayer === "" || address === "" ? address : `${rpcLayer}://${address}`;

const jobs = ["chief", "worker", "ps", "evaluator"];

/** Checks the jobs of a cluster. @throws ArgumentError that says which part is wrong */
export function checkedJobs(where: string, cluster: unknown): Cluster {
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
  return cluster as Cluster;
}

/** Checks a task of a cluster. @throws ArgumentError that says what is wrong */
export function checkedTask(where: string, spec: Cluster, task: unknown): Task {
  const refuse = (what: string, given: unknown, expected: string): never => {
    throw new ArgumentError(`${where}.${what}`, { given: text(given), expected });
  };
  if (typeof task !== "object" || task === null) return refuse("task", task, '{ "type": "worker", "index": 0 }');
  const { type, index } = task as Partial<Task>;
  if (typeof type !== "string" || !(type in spec))
    return refuse("task.type", type, `a job of the cluster: ${Object.keys(spec).join(", ")}`);
  if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= spec[type]!.length)
    return refuse("task.index", index, `an index from 0 to ${spec[type]!.length - 1}, the ${type} tasks of the cluster`);
  return { type, index };
}

/**
 * Who is in a cluster: `new tf.train.ClusterSpec({ worker: ["a:1", "b:1"], ps: ["c:1"] })`. TensorFlow: tf.train.ClusterSpec
 *
 * ```ts
 * new tf.train.ClusterSpec({ worker: ["host1:2222", "host2:2222"] }).numTasks("worker"); // 2
 * ```
 *
 * @throws ArgumentError for jobs and addresses that are none
 */
export class ClusterSpec {
  readonly #jobs: Cluster;

  constructor(cluster: Cluster | ClusterSpec) {
    const jobs = cluster instanceof ClusterSpec ? cluster.#jobs : checkedJobs("ClusterSpec", cluster);
    this.#jobs = Object.fromEntries(Object.entries(jobs).map(([job, addresses]) => [job, [...addresses]]));
  }

  asDict(): Record<string, string[]> {
    return Object.fromEntries(Object.entries(this.#jobs).map(([job, addresses]) => [job, [...addresses]]));
  }

  get jobs(): string[] {
    return Object.keys(this.#jobs).sort();
  }

  numTasks(jobName: string): number {
    return this.jobTasks(jobName).length;
  }

  taskIndices(jobName: string): number[] {
    return this.jobTasks(jobName).map((_, index) => index);
  }

  /** @throws ArgumentError for a task that is not there */
  taskAddress(jobName: string, taskIndex: number): string {
    const tasks = this.jobTasks(jobName);
    const address = tasks[taskIndex];
    if (address !== undefined) return address;
    throw new ArgumentError("ClusterSpec.taskAddress", {
      given: `task ${taskIndex} of ${jobName}`,
      expected: `an index from 0 to ${tasks.length - 1}`,
    });
  }

  /** The addresses of a job. @throws ArgumentError for a job that is not there */
  jobTasks(jobName: string): string[] {
    const tasks = this.#jobs[jobName];
    if (tasks) return [...tasks];
    throw new ArgumentError("ClusterSpec", { given: `the job ${text(jobName)}`, expected: `one of ${this.jobs.join(", ")}` });
  }
}

/** What overrides TF_CONFIG. */
export interface TFConfigOptions {
  readonly taskType?: string | null;
  readonly taskId?: number | null;
  readonly rpcLayer?: string | null;
  readonly environment?: string | null;
}

/** What the environment variable TF_CONFIG says. TensorFlow: tf.distribute.cluster_resolver.TFConfigClusterResolver */
export class TFConfigClusterResolver extends ClusterResolver {
  readonly #cluster: ClusterSpec;
  readonly #environment: string;

  /**
   * @param given  what overrides it, or its text
   * @throws ArgumentError where TF_CONFIG is no JSON, or says nothing that can be
   */
  constructor(given: string | TFConfigOptions = {}) {
    super();
    const where = "TFConfigClusterResolver";
    const options = typeof given === "string" ? {} : given;
    checkOptions(where, [options], 0, ["taskType", "taskId", "rpcLayer", "environment"]);
    const source = typeof given === "string" ? given : platform.setting("TF_CONFIG");
    let config: { cluster?: unknown; task?: { type?: unknown; index?: unknown }; rpc_layer?: string; environment?: string } = {};
    if (source !== undefined && source.trim() !== "") {
      try {
        config = JSON.parse(source) as typeof config;
      } catch (cause) {
        throw new ArgumentError("TF_CONFIG", { given: text(source), expected: "JSON", hint: (cause as Error).message, cause });
      }
      if (typeof config !== "object" || config === null || Array.isArray(config))
        throw new ArgumentError("TF_CONFIG", { given: text(config), expected: '{ "cluster": { … }, "task": { … } }' });
      const jobs = checkedJobs("TF_CONFIG", config.cluster);
      const { taskType = null, taskId = null } = options;
      const isOverridden = taskType !== null || taskId !== null;
      const named = { type: taskType ?? config.task?.type, index: taskId ?? config.task?.index };
      const task = checkedTask("TF_CONFIG", jobs, isOverridden ? named : config.task);
      [this.taskType, this.taskId] = [task.type, task.index];
      config.cluster = jobs;
    }
    this.#cluster = new ClusterSpec((config.cluster as Cluster | undefined) ?? {});
    this.rpcLayer = options.rpcLayer ?? config.rpc_layer ?? null;
    this.#environment = options.environment ?? config.environment ?? "";
  }

  override clusterSpec(): ClusterSpec {
    return this.#cluster;
  }

  override get environment(): string {
    return this.#environment;
  }
}

/** Who this process is, and what else there is to say of a cluster. */
export interface SimpleClusterOptions {
  /** What `master()` gives where no task is said. */
  readonly master?: string;
  readonly taskType?: string | null;
  readonly taskId?: number | null;
  readonly environment?: string;
  /** What `numAccelerators()` gives. */
  readonly numAccelerators?: Readonly<Record<string, number>> | null;
  readonly rpcLayer?: string | null;
}

/**
 * A cluster that is known, and the place of this process in it. TensorFlow: tf.distribute.cluster_resolver.SimpleClusterResolver
 *
 * ```ts
 * const cluster = new tf.train.ClusterSpec({ worker: ["host1:2222", "host2:2222"] });
 * new tf.distribute.cluster_resolver.SimpleClusterResolver(cluster, { taskType: "worker", taskId: 1 }).taskId; // 1
 * ```
 */
export class SimpleClusterResolver extends ClusterResolver {
  readonly #cluster: ClusterSpec;
  readonly #options: SimpleClusterOptions;

  /** @throws ArgumentError for a task that is not in the cluster */
  constructor(clusterSpec: ClusterSpec | Cluster, options: SimpleClusterOptions = {}) {
    super();
    const where = "SimpleClusterResolver";
    checkOptions(where, [options], 0, ["master", "taskType", "taskId", "environment", "numAccelerators", "rpcLayer"]);
    const { taskType = null, taskId = null, rpcLayer = null } = options;
    const jobs = clusterSpec instanceof ClusterSpec ? clusterSpec.asDict() : checkedJobs(where, clusterSpec);
    this.#cluster = new ClusterSpec(jobs);
    this.#options = options;
    const task = taskType === null && taskId === null ? null : checkedTask(where, jobs, { type: taskType, index: taskId });
    this.taskType = task?.type ?? null;
    this.taskId = task?.index ?? null;
    this.rpcLayer = rpcLayer;
  }

  override clusterSpec(): ClusterSpec {
    return this.#cluster;
  }

  override get environment(): string {
    return this.#options.environment ?? "";
  }

  override master(taskType: string | null = null, taskId: number | null = null, rpcLayer: string | null = null): string {
    const isTask = taskType !== null && taskId !== null;
    const address = isTask ? this.#cluster.taskAddress(taskType, taskId) : (this.#options.master ?? "");
    return masterOf(address, rpcLayer ?? this.rpcLayer);
  }

  override numAccelerators(): Record<string, number> {
    return { ...this.#options.numAccelerators };
  }
}

/** Addresses in order of ranks: chief, workers, parameter servers. An evaluator stands outside. */
export const addressesOf = (cluster: Cluster): readonly string[] => ["chief", "worker", "ps"].flatMap((job) => cluster[job] ?? []);

/** The rank of a task among the addresses; null for an evaluator, which trains with nobody. */
export function rankOf(cluster: Cluster, { type, index }: Task): number | null {
  let before = 0;
  for (const job of ["chief", "worker", "ps"]) {
    if (job === type) return before + index;
    before += cluster[job]?.length ?? 0;
  }
  return null;
}

/** The task of a rank. */
export function taskOf(cluster: Cluster, rank: number): Task {
  let before = 0;
  for (const type of ["chief", "worker", "ps"]) {
    const { length } = cluster[type] ?? [];
    if (rank < before + length) return { type, index: rank - before };
    before += length;
  }
  return { type: "worker", index: rank };
}
