// How a dataset is divided among processes and replicas, and batches among them.

import { ArgumentError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";
import { opened } from "../core/pulls.js";
import type { Group } from "../core/replicas.js";
import { mapTree, type Tree } from "../core/tree.js";
import { INFINITE_CARDINALITY, type Dataset } from "../data/dataset.js";
import type { DatasetIterator } from "../data/iterator.js";
import { AutoShardPolicy } from "../data/options.js";
import { FilePart } from "../data/streams/part.js";
import { TensorSpec } from "../graph/signature.js";
import { slice } from "../ops/indexing/slice.js";
import { divided, type Divided } from "./divided.js";
import { type Cutting, DistributedIterator } from "./iterator.js";
import { PerReplica } from "./per-replica.js";

export { AutoShardPolicy };

/** How a dataset is divided among replicas. */
export interface DistributeOptions {
  /**
   * DATA: every process walks through all global batches and takes its part of each, so that together they compute what one process would.
   * FILE: every process reads files of its own, in batches of the global size, which it cuts into its parts of several steps: nothing is
   * read twice, and batches are composed otherwise. OFF: every process does so with the dataset as it is. AUTO: FILE where the dataset is
   * made of at least as many files as there are processes, else DATA. Default: what the dataset's options say, else AUTO.
   */
  readonly autoShardPolicy?: AutoShardPolicy;
  /** Of distributeDatasetsFromFunction: whether the function is called in each process, or for each replica. Default: "PER_WORKER". */
  readonly experimentalReplicationMode?: InputReplicationMode;
  /** Taken for likeness: batches are in memory here. */
  readonly experimentalFetchToDevice?: boolean | null;
  readonly experimentalPrefetchToDevice?: boolean | null;
  readonly experimentalPlaceDatasetOnDevice?: boolean;
  readonly experimentalPerReplicaBufferSize?: number;
}

/**
 * For whom a function makes datasets. TensorFlow: tf.distribute.InputReplicationMode
 *
 * ```ts
 * tf.distribute.InputReplicationMode.PER_REPLICA; // "PER_REPLICA"
 * ```
 */
export const InputReplicationMode = { PER_WORKER: "PER_WORKER", PER_REPLICA: "PER_REPLICA" } as const;
export type InputReplicationMode = (typeof InputReplicationMode)[keyof typeof InputReplicationMode];

/**
 * Options of `experimentalDistributeDataset` and `distributeDatasetsFromFunction`, as TensorFlow's class or as a record.
 * TensorFlow: tf.distribute.InputOptions
 */
export class InputOptions implements DistributeOptions {
  /** Default: "PER_WORKER". */
  declare readonly experimentalReplicationMode: InputReplicationMode;

  constructor(options: DistributeOptions = {}) {
    Object.assign(this, { experimentalReplicationMode: InputReplicationMode.PER_WORKER }, checkInputOptions("InputOptions", options));
  }
}

/** How a dataset is divided; `own`: it is each replica's as it comes. */
export type Sharing = AutoShardPolicy | "own";

const flags = ["experimentalFetchToDevice", "experimentalPrefetchToDevice", "experimentalPlaceDatasetOnDevice"];

/** @throws ArgumentError for options that are none */
export function checkInputOptions(where: string, options: DistributeOptions): DistributeOptions {
  checkOptions(where, [options instanceof InputOptions ? { ...options } : options], 0, [
    "autoShardPolicy", "experimentalReplicationMode", ...flags, "experimentalPerReplicaBufferSize",
  ]); // prettier-ignore
  for (const [key, value] of Object.entries(options)) {
    const refuse = (expected: string): never => {
      throw new ArgumentError(`${where}.${key}`, { given: text(value), expected });
    };
    if (key === "experimentalReplicationMode" && !((value as string) in InputReplicationMode)) refuse("PER_WORKER or PER_REPLICA");
    if (flags.includes(key) && value !== null && typeof value !== "boolean") refuse("true, false or null");
    if (key === "experimentalPerReplicaBufferSize" && !(Number.isInteger(value) && (value as number) > 0)) refuse("an integer from 1");
  }
  return options;
}

export function sharingOf<T>(where: string, dataset: Dataset<T>, options: DistributeOptions): AutoShardPolicy {
  if (checkInputOptions(where, options).experimentalReplicationMode === "PER_REPLICA")
    throw new ArgumentError(`${where}.experimentalReplicationMode`, {
      given: "PER_REPLICA",
      expected: "PER_WORKER: a dataset that is there is divided",
      hint: "PER_REPLICA is for distributeDatasetsFromFunction.",
    });
  const policy = options.autoShardPolicy ?? dataset.options().experimentalDistribute.autoShardPolicy ?? AutoShardPolicy.AUTO;
  if (!Object.values(AutoShardPolicy).includes(policy))
    throw new ArgumentError(`${where}.autoShardPolicy`, { given: text(policy), expected: Object.keys(AutoShardPolicy).join(", ") });
  if (policy === AutoShardPolicy.FILE) {
    const probe = new FilePart(1, 0, true);
    void dataset.iterator(probe).close();
    if (!probe.found()) refuseFiles(where);
  }
  return policy;
}

function refuseFiles(where: string): never {
  throw new ArgumentError(`${where}.autoShardPolicy`, {
    given: "FILE for a dataset that is not made of files",
    expected: "AUTO, DATA or OFF",
    hint: "Files are those of TFRecordDataset, TextLineDataset, FixedLengthRecordDataset, CsvDataset and Dataset.listFiles.",
  });
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

/**
 * Batches with a part for each replica: a structure of `PerReplica`, or of tensors where this process has one replica. Each iteration
 * begins anew. TensorFlow: tf.distribute.DistributedDataset
 */
export class DistributedDataset<T = unknown> implements Iterable<T>, AsyncIterable<T>, Divided {
  /** This process's share of the files, where there may be files. */
  readonly #part: FilePart | undefined;

  constructor(
    readonly dataset: Dataset<T>,
    readonly group: Group,
    readonly sharing: Sharing,
    /** Those of the other replicas of this process, where each has its own. */
    readonly others: readonly Dataset<T>[] = [],
  ) {
    const { count, local, id } = group;
    if (local < count && (sharing === "AUTO" || sharing === "FILE"))
      this.#part = new FilePart(count / local, id / local, sharing === "FILE");
  }

  /** @internal */
  [divided](): this {
    return this;
  }

  /** An iteration from the beginning. */
  iterator(): DistributedIterator<T> {
    return opened(() => {
      const sources = [this.dataset.iterator(this.#part), ...this.others.map((each) => each.iterator())];
      return new DistributedIterator<T>(sources, this.#divided(), false);
    });
  }

  /** The iteration that `for … of` begins, or goes on with after a restore of the dataset. */
  [Symbol.iterator](): DistributedIterator<T> {
    return opened(() => this.#iteration());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.#iteration()[Symbol.asyncIterator]();
  }

  #iteration(): DistributedIterator<T> {
    const sources: DatasetIterator<unknown>[] = [this.dataset.iteration(this.#part), ...this.others.map((each) => each.iteration())];
    return new DistributedIterator<T>(sources, this.#divided(), true);
  }

  #divided() {
    const isEndless = this.dataset.cardinality() === INFINITE_CARDINALITY;
    return { group: this.group, cutting: this.#cutting(), isEndless, spec: this.dataset.elementSpec };
  }

  #cutting(): Cutting {
    const { sharing, group } = this;
    if (sharing === "own") return "own";
    if (group.local === group.count || sharing === "DATA") return "global";
    return sharing === "OFF" || this.#part!.found() ? "process" : "global";
  }

  /** Steps of one iteration, where they are known. */
  cardinality(): number {
    const count = this.dataset.cardinality();
    if (this.others.length > 0) return Math.max(count, ...this.others.map((each) => each.cardinality()));
    if (count <= 0 || this.sharing !== "own") return count;
    return Math.ceil(count / this.group.local);
  }

  /** What `reduceFunc(state, element)` makes of all elements, one after another, beginning with a state. */
  reduce<S>(initialState: S, reduceFunc: (state: S, element: T) => S): S {
    if (typeof reduceFunc !== "function")
      throw new ArgumentError("DistributedDataset.reduce", { given: text(reduceFunc), expected: "a function of a state and an element" });
    let state = initialState;
    for (const element of this) state = reduceFunc(state, element);
    return state;
  }

  /** Shapes and dtypes of what a replica gets, with an open first axis; with a value for each where this process has several. */
  get elementSpec(): unknown {
    const { local } = this.group;
    const { elementSpec } = this.dataset;
    if (elementSpec === null) return null;
    return mapTree(elementSpec as Tree<unknown>, (leaf) => {
      const spec = leaf instanceof TensorSpec ? new TensorSpec(leaf.shape && [null, ...leaf.shape.slice(1)], leaf.dtype) : leaf;
      return local === 1 ? spec : new PerReplica(Array.from({ length: local }, () => spec));
    });
  }
}
