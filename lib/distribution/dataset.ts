// How a dataset is divided among processes and replicas, and batches among them.

import { ArgumentError, text } from "../core/errors.js";
import type { Group } from "../core/replicas.js";
import { Tensor } from "../core/tensor.js";
import { leaves, mapTree, type Tree } from "../core/tree.js";
import type { Dataset } from "../data/dataset.js";
import { slice } from "../ops/indexing/update.js";
import { joined } from "./per-replica.js";

/** How a dataset is divided among processes. TensorFlow: tf.data.experimental.AutoShardPolicy */
export const AutoShardPolicy = { AUTO: "AUTO", DATA: "DATA", FILE: "FILE", OFF: "OFF" } as const;
export type AutoShardPolicy = (typeof AutoShardPolicy)[keyof typeof AutoShardPolicy];

export interface DistributeOptions {
  /**
   * AUTO and DATA: every process walks through all global batches and takes its part of each. OFF: what a process walks through is its own
   * already, in batches of the global size divided by the number of processes. FILE needs a dataset whose elements come from files.
   * Default: AUTO.
   */
  readonly autoShardPolicy?: AutoShardPolicy;
  /** Taken for likeness: batches are in memory here. */
  readonly experimentalFetchToDevice?: boolean;
  readonly experimentalPrefetchToDevice?: boolean;
}

/** How parts are cut: of global batches, of batches of this process, or each replica's batches as they are. */
export interface Sharing {
  readonly policy: "global" | "process" | "own";
}

const known = new Set(["autoShardPolicy", "experimentalFetchToDevice", "experimentalPrefetchToDevice"]);

export function distributeOptions(where: string, options: DistributeOptions): Sharing {
  for (const key of Object.keys(options))
    if (!known.has(key)) throw new ArgumentError(where, { given: `the option ${key}`, expected: [...known].join(", ") });
  const policy = options.autoShardPolicy ?? AutoShardPolicy.AUTO;
  if (!Object.values(AutoShardPolicy).includes(policy))
    throw new ArgumentError(`${where}.autoShardPolicy`, { given: text(policy), expected: Object.keys(AutoShardPolicy).join(", ") });
  if (policy === "FILE") {
    throw new ArgumentError(`${where}.autoShardPolicy`, {
      given: "FILE for a dataset that is not made of file names",
      expected: "AUTO, DATA or OFF",
      hint: "Shard the file names yourself: distributeDatasetsFromFunction((context) => files.shard(context.numInputPipelines, context.inputPipelineId)).",
    });
  }
  return { policy: policy === "OFF" ? "process" : "global" };
}

/** What `distributeDatasetsFromFunction` tells its function. TensorFlow: tf.distribute.InputContext */
export class InputContext {
  constructor(
    /** Processes that read data. */
    readonly numInputPipelines = 1,
    /** The number of this one. */
    readonly inputPipelineId = 0,
    readonly numReplicasInSync = 1,
  ) {}

  /** The batch of one replica. @throws ArgumentError where the global batch can't be divided */
  getPerReplicaBatchSize(globalBatchSize: number): number {
    if (globalBatchSize % this.numReplicasInSync === 0) return globalBatchSize / this.numReplicasInSync;
    throw new ArgumentError("InputContext.getPerReplicaBatchSize", {
      given: `a global batch of ${globalBatchSize} for ${this.numReplicasInSync} replicas`,
      expected: "a multiple of the number of replicas",
    });
  }
}

/** The lengths of parts of a batch: its length divided by the number of parts, rounded up, as far as it goes. */
export function shares(length: number, count: number): number[] {
  let rest = length;
  return Array.from({ length: count }, (_, i) => {
    const own = Math.min(rest, Math.ceil(length / count));
    rest -= own;
    return own;
  });
}

const warned = new Set<string>();

/** Warns once where replicas have nothing to do in full batches. */
export function checkGlobalBatch(where: string, full: number, count: number): void {
  const key = `${full} for ${count}`;
  if (full >= count || warned.has(key)) return;
  warned.add(key);
  console.warn(
    `${where}: given a global batch of ${full} for ${count} replicas; expected one sample for each at least. Some have empty shares.`,
  );
}

/** The rows of an element that are one replica's. @throws ArgumentError for elements that are no batches */
export function rowsOf(element: unknown, begin: number, length: number): unknown {
  return mapTree(element as Tree<unknown>, (leaf) => {
    if (!(leaf instanceof Tensor)) return leaf;
    if (leaf.rank === 0)
      throw new ArgumentError("strategy", { given: "a scalar in a batch", expected: "tensors [batch, …]", hint: "Call batch() before." });
    if (begin === 0 && length === leaf.shape[0]) return leaf;
    return slice(leaf, [begin, ...leaf.shape.slice(1).map(() => 0)], [length, ...(leaf.shape.slice(1) as number[])]);
  });
}

/** The length of the first axis of an element's tensors; null where it has none. */
export const batchLength = (element: unknown): number | null =>
  leaves(element as Tree<unknown>).find((leaf): leaf is Tensor => leaf instanceof Tensor)?.shape[0] ?? null;

/** The parts of a batch for the replicas of this process, by replica. */
export function partsOf(element: unknown, group: Group, policy: Sharing["policy"]): unknown[] {
  const length = batchLength(element) ?? 0;
  const [count, first] = policy === "process" ? [group.local, 0] : [group.count, group.id];
  const lengths = shares(length, count);
  return Array.from({ length: group.local }, (_, i) => {
    const begin = lengths.slice(0, first + i).reduce((sum, own) => sum + own, 0);
    return rowsOf(element, begin, lengths[first + i]!);
  });
}

/**
 * Batches with a part for each replica: a structure of `PerReplica`, or of tensors where this process has one replica. Each iteration begins
 * anew. TensorFlow: tf.distribute.DistributedDataset
 */
export class DistributedDataset<T = unknown> implements Iterable<T>, AsyncIterable<T> {
  #isFirst = true;

  constructor(
    readonly dataset: Dataset<T>,
    readonly group: Group,
    readonly sharing: Sharing,
  ) {}

  #parts(element: unknown): T {
    const length = batchLength(element) ?? 0;
    if (this.#isFirst) checkGlobalBatch("strategy.experimentalDistributeDataset", length, this.group.count);
    this.#isFirst = false;
    const parts = partsOf(element, this.group, this.sharing.policy);
    return (parts.length === 1 ? parts[0] : joined(parts)) as T;
  }

  *[Symbol.iterator](): Generator<T, void> {
    if (this.sharing.policy !== "own" || this.group.local === 1) {
      for (const element of this.dataset) yield this.sharing.policy === "own" ? element : this.#parts(element);
      return;
    }
    const { local } = this.group;
    let own: T[] = [];
    for (const element of this.dataset) {
      if (own.push(element) < local) continue;
      yield joined(own) as T;
      own = [];
    }
    if (own.length > 0) yield this.#filled(own);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    const { local } = this.group;
    let own: T[] = [];
    for await (const element of this.dataset) {
      if (this.sharing.policy !== "own") yield this.#parts(element);
      else if (local === 1) yield element;
      else if (own.push(element) === local) {
        yield joined(own) as T;
        own = [];
      }
    }
    if (own.length > 0) yield this.#filled(own);
  }

  /** Replicas for which nothing is left get empty batches. */
  #filled(own: readonly T[]): T {
    const missing = Array.from({ length: this.group.local - own.length }, () => rowsOf(own[0], 0, 0));
    return joined([...own, ...missing]) as T;
  }

  /** Global batches of one iteration, as the dataset's own. */
  cardinality(): number {
    const count = this.dataset.cardinality();
    return this.sharing.policy === "own" && count > 0 ? Math.ceil(count / this.group.local) : count;
  }

  get elementSpec(): unknown {
    return this.dataset.elementSpec;
  }
}
