// tf.data.Dataset: what users see of pipelines. Its methods put together streams (streams/) and what is known of their elements
// (pipeline.ts).

import {
  boolean,
  either,
  field,
  fixed,
  integer,
  invalid,
  list,
  nonNegativeInteger,
  nonNegativeNumber,
  nullable,
  oneOf,
  positiveInteger,
  string,
} from "../config/index.js";
import { withDefault } from "../config/field.js";
import { schema, type Arguments, type Fields, type Options } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { keptDtype, type Dtype } from "../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "../core/errors.js";
import { opened } from "../core/pulls.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import type { NestedStrings } from "../core/strings.js";
import { type Shape } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { isBranch, leaves, mapTree, type Tree } from "../core/tree.js";
import { TensorSpec } from "../graph/signature.js";
import { makeDefaultSeed } from "../variables/seed-generator.js";
import { DatasetIterator, type SavedPosition } from "./iterator.js";
import { beside } from "./beside.js";
import { after, eventually, type Later } from "./later.js";
import { Options as DataOptions } from "./options.js";
import { stackPadded, type PaddedOptions } from "./padded.js";
import { fromRows, inBatches, reorder, type Pipeline } from "./pipeline.js";
import { Random } from "./random.js";
import { mappedRows, numbers } from "./mapped-rows.js";
import { slices } from "./rows.js";
import { matchingPaths } from "./files/glob.js";
import { ahead, type AheadOptions } from "./streams/ahead.js";
import { cache } from "./streams/cache.js";
import { chunks, flatten } from "./streams/chunks.js";
import { concatenate } from "./streams/concatenate.js";
import { deferred } from "./streams/deferred.js";
import {
  chosen,
  counted,
  distinct,
  drawn,
  grouped,
  type LeftOut,
  resampled,
  resized,
  sampled,
  scanned,
  sharded,
  windows,
  withoutErrors,
} from "./streams/grouping.js";
import type { FilePart } from "./streams/part.js";
import { interleave } from "./streams/interleave.js";
import { generated } from "./streams/generator.js";
import { filter, map, told } from "./streams/map.js";
import { Pace } from "./streams/pace.js";
import { prefetch } from "./streams/prefetch.js";
import { range } from "./streams/range.js";
import { repeat } from "./streams/repeat.js";
import { shuffle } from "./streams/shuffle.js";
import { END, type Stream } from "./streams/stream.js";
import { skip, take, takeWhile } from "./streams/take.js";
import { enumerate, zip } from "./streams/zip.js";
import { elementSpill } from "./spill.js";
import { conform, specBySymbols } from "./conform.js";
import { mapShapes, specOf } from "./spec.js";
import { nested, spread, stack, structured, unstack, visible, type Element, type Leaf, type Structured } from "./structure.js";

/**
 * What `cardinality()` answers for a dataset that never ends.
 *
 * ```ts
 * dataset.repeat().cardinality() === tf.data.INFINITE_CARDINALITY; // true
 * ```
 */
export const INFINITE_CARDINALITY = -1;
/**
 * What `cardinality()` answers where only iterating would tell.
 *
 * ```ts
 * dataset.filter(() => true).cardinality() === tf.data.UNKNOWN_CARDINALITY; // true
 * ```
 */
export const UNKNOWN_CARDINALITY = -2;
/**
 * Let kerasm choose: taken by `prefetch` and `map`'s neighbours for likeness with TensorFlow.
 *
 * ```ts
 * dataset.prefetch(tf.data.AUTOTUNE).cardinality(); // 10
 * ```
 */
export const AUTOTUNE = -1;

/** Calls that AUTOTUNE has under way at most. */
const MOST_CALLS = 16;
const noOptions = new DataOptions();

/** The arguments of a function of an element: the components of a tuple are spread. */
export type ElementArguments<T> = IsStrings<T> extends true ? [element: T] : T extends readonly unknown[] ? T : [element: T];

type IsStrings<T> = 0 extends 1 & T ? false : [T] extends [NestedStrings] ? true : false;

type ElementOf<D> = D extends Dataset<infer T> ? T : never;

/** Options of a stage: TensorFlow's `name` is among all of them, and changes nothing. */
const stage = <const P extends readonly (keyof F & string)[], const F extends Fields>(positional: P, fields: F) =>
  schema(positional, { ...fields, name: nullable(string()) });
interface Named {
  readonly name?: string | null;
}
interface RangeOptions extends Named {
  readonly outputType?: string;
}

const shuffleOptions = stage(["bufferSize"], {
  bufferSize: positiveInteger(),
  seed: nullable(integer()),
  reshuffleEachIteration: boolean(true),
});
const parallelism = { numParallelCalls: nullable(integer()), deterministic: nullable(boolean()) };
const batchOptions = stage(["batchSize", "dropRemainder"], {
  batchSize: positiveInteger(),
  dropRemainder: boolean(false),
  ...parallelism,
});
const raggedOptions = stage(["batchSize", "dropRemainder"], {
  batchSize: positiveInteger(),
  dropRemainder: boolean(false),
  rowSplitsDtype: nullable(string()),
});
const scanOptions = stage([], { useDefaultDevice: nullable(boolean()) });
const noOptionsButName = stage([], {});
/** Something of each component, in the structure of the elements, whose parts `accepts` takes; default: all are taken. */
const treeOf = <T>(each: string, accepts: (leaf: unknown) => boolean = () => true) =>
  field<Tree<T>>({
    expected: `${each}, or arrays and records of such`,
    takesObjects: true,
    parse: (value) => (leaves<unknown>(value).every(accepts) ? (value as Tree<T>) : invalid),
  });
/** What elements look like is checked when they come. */
const generatorOptions = stage([], {
  args: nullable(
    field<readonly unknown[]>({ expected: "a list of arguments", parse: (value) => (Array.isArray(value) ? value : invalid) }),
  ),
  outputTypes: nullable(treeOf<string>("a dtype")),
  outputShapes: nullable(treeOf<Shape>("a shape")),
  outputSignature: nullable(treeOf<TensorSpec>("a TensorSpec", (leaf) => leaf instanceof TensorSpec)),
});
const rangeOptions = stage(["start", "stop", "step"], {
  start: integer(),
  stop: integer(),
  step: integer(1),
  outputType: withDefault(
    field<string, Dtype>({ expected: "a dtype", parse: (value) => (typeof value === "string" && keptDtype(value)) || invalid }),
    "int32",
  ),
});
/** How many: any whole number, however large, and Infinity for all of them. */
const count = field<number, number>({
  expected: "a whole number, −1 or Infinity for all",
  parse: (value) => (typeof value === "number" && (Number.isInteger(value) || value === Infinity) ? value : invalid),
});
const countOptions = stage(["count"], { count: nullable(count) });
const requiredCount = stage(["count"], { count });
const prefetchOptions = stage(["bufferSize"], { bufferSize: integer(-1) });
const enumerateOptions = stage(["start"], { start: integer(0) });
const interleaveOptions = stage(["cycleLength", "blockLength"], {
  cycleLength: nullable(either(fixed(-1), positiveInteger()), 2),
  blockLength: nullable(positiveInteger(), 1),
  ...parallelism,
});
const windowOptions = stage(["size", "shift", "stride", "dropRemainder"], {
  size: positiveInteger(),
  shift: nullable(positiveInteger()),
  stride: positiveInteger(1),
  dropRemainder: boolean(false),
});
const resampleOptions = stage(["targetDist"], {
  targetDist: list(nonNegativeNumber()),
  initialDist: nullable(list(nonNegativeNumber())),
  seed: nullable(integer()),
});
const sparseOptions = stage(["batchSize", "rowShape"], { batchSize: positiveInteger(), rowShape: list(nonNegativeInteger()) });
const shardOptions = stage(["numShards", "index"], { numShards: positiveInteger(), index: nonNegativeInteger() });
const counterOptions = stage(["start", "step"], { start: integer(0), step: integer(1) });
const randomOptions = stage(["seed", "rerandomizeEachIteration"], {
  seed: nullable(integer()),
  rerandomizeEachIteration: nullable(boolean()),
});
const mapOptions = stage([], { ...parallelism, synchronous: nullable(boolean()), useUnboundedThreadpool: boolean(false) });
const cacheOptions = stage(["filename"], { filename: string("") });
const storeOptions = stage(["path", "compression"], { path: string(), compression: nullable(oneOf(["GZIP", "AUTO"])) });
const listOptions = stage(["filePattern", "shuffle", "seed"], {
  filePattern: either(string(), list(string())),
  shuffle: nullable(boolean(), true),
  seed: nullable(integer()),
});
const ignoreOptions = stage([], { logWarning: boolean(false) });
const callable = field<(...args: never[]) => unknown>({
  expected: "a function of the components of an element",
  takesObjects: true,
  parse: (value) => (typeof value === "function" ? (value as () => unknown) : invalid),
});
const aDataset = field<unknown, Dataset<unknown>>({
  expected: "a Dataset",
  takesObjects: true,
  parse: (value) => (value instanceof Dataset ? value : invalid),
});
const sampleOptions = stage(["datasets", "weights", "seed", "stopOnEmptyDataset", "rerandomizeEachIteration"], {
  datasets: list(aDataset),
  weights: nullable(list(nonNegativeNumber())),
  seed: nullable(integer()),
  stopOnEmptyDataset: boolean(false),
  rerandomizeEachIteration: nullable(boolean()),
});
const chooseOptions = stage(["datasets", "choiceDataset", "stopOnEmptyDataset"], {
  datasets: list(aDataset),
  choiceDataset: aDataset,
  stopOnEmptyDataset: boolean(true),
});
const padding = {
  paddedShapes: nullable(treeOf<Shape>("a shape", (leaf) => leaf === null || (Number.isInteger(leaf) && (leaf as number) >= -1))),
  paddingValues: nullable(treeOf<TensorLike | string>("a value")),
};
const paddedOptions = stage(["batchSize", "paddedShapes", "paddingValues", "dropRemainder"], {
  batchSize: positiveInteger(),
  dropRemainder: boolean(false),
  ...padding,
});
const rebatchOptions = stage(["batchSize", "dropRemainder"], {
  batchSize: either(positiveInteger(), list(positiveInteger())),
  dropRemainder: boolean(false),
});
const groupOptions = stage(["keyFunc", "reduceFunc", "windowSize", "windowSizeFunc"], {
  keyFunc: callable,
  reduceFunc: callable,
  windowSize: nullable(positiveInteger()),
  windowSizeFunc: nullable(callable),
});
const bucketOptions = stage(["elementLengthFunc", "bucketBoundaries", "bucketBatchSizes"], {
  elementLengthFunc: callable,
  bucketBoundaries: list(integer()),
  bucketBatchSizes: list(positiveInteger()),
  ...padding,
  padToBucketBoundary: boolean(false),
  noPadding: boolean(false),
  dropRemainder: boolean(false),
});

/** @throws ArgumentError for what can't be called */
function checkFunction(where: string, fn: unknown): void {
  if (typeof fn !== "function") throw new ArgumentError(where, { given: text(fn), expected: "a function of the components of an element" });
}

function checkSome(where: string, given: readonly unknown[]): void {
  if (given.length === 0) throw new ArgumentError(where, { given: "none", expected: "at least one" });
}

/** A number of things to take, where −1 means all of them. */
function countOf(where: string, count: number | null | undefined): number {
  if (count === undefined || count === null || count === -1) return Infinity;
  if (count >= 0) return count;
  throw new ValueError(where, { given: text(count), expected: "a whole number from 0, or −1 for all" });
}

/**
 * A sequence of elements, each a tensor or a tuple or record of tensors, made lazily by the stages of a pipeline. Stages give new datasets.
 *
 * ```ts
 * const train = tf.data.Dataset.fromTensorSlices([images, labels]).shuffle(10000).batch(32);
 * for await (const [x, y] of train) { … }
 * ```
 *
 * Where nothing in it is asynchronous it can be iterated synchronously as well. A checkpoint of a dataset saves where its latest iteration
 * stands; after restoring, the next iteration goes on from there.
 */
export class Dataset<T = Tensor> implements Iterable<T>, AsyncIterable<T> {
  /** A dataset can be an element of another one: a window. */
  readonly [nested] = true;
  readonly #pipeline: Pipeline;
  #options = noOptions;
  #ignored = 0;
  #latest: DatasetIterator<T> | null = null;
  /** Whether the latest iteration was restored and waits to be gone on with. */
  #waits = false;

  /** Datasets are made by the static functions, and by the classes of files. */
  protected constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** A dataset of another pipeline with the options of this one. */
  #with<U>(pipeline: Pipeline): Dataset<U> {
    const made = new Dataset<U>(pipeline);
    made.#options = this.#options;
    return made;
  }

  // Sources

  /**
   * The slices of tensors along their first axes: `fromTensorSlices([x, y])` gives `[x[0], y[0]]`, `[x[1], y[1]]`, … @throws ShapeError
   * where the lengths differ
   */
  static fromTensorSlices<const T>(tensors: T, options: Named = {}): Dataset<Structured<T>> {
    noOptionsButName.parse("Dataset.fromTensorSlices", [options]);
    return new Dataset(fromRows(slices(structured(tensors, "Dataset.fromTensorSlices"))));
  }

  /** One element: the given tensors. An array of arrays is a tuple of components, as TensorFlow's tuple: `fromTensors([[1, 2], [3]])`. */
  static fromTensors<const T>(tensors: T, options: Named = {}): Dataset<Structured<T>> {
    const where = "Dataset.fromTensors";
    noOptionsButName.parse(where, [options]);
    const isTuple = Array.isArray(tensors) && tensors.length > 0 && tensors.every((each) => Array.isArray(each));
    const element = isTuple ? tensors.map((each, i) => structured(each, `${where}[${i}]`)) : structured(tensors, where);
    return new Dataset(
      fromRows({ count: 1, spec: () => specOf(element), row: () => element, gather: (rows) => stack(rows.map(() => element)) }),
    );
  }

  /** Whole numbers as scalars: `range(stop)`, `range(start, stop, step)`. @param options.outputType  default: int32 */
  static range(stop: number, options?: RangeOptions): Dataset<Tensor>;
  static range(start: number, stop: number, options?: RangeOptions): Dataset<Tensor>;
  static range(start: number, stop: number, step: number, options?: RangeOptions): Dataset<Tensor>;
  static range(...given: readonly unknown[]): Dataset<Tensor> {
    const isStop = given.filter((each) => typeof each === "number").length === 1;
    const { start, stop, step, outputType } = rangeOptions.parse("Dataset.range", isStop ? [0, ...given] : given);
    if (step === 0) throw new ArgumentError("Dataset.range.step", { given: "0", expected: "an integer other than 0" });
    const count = Math.max(0, Math.ceil((stop - start) / step));
    for (const value of count === 0 ? [] : [start, start + (count - 1) * step]) {
      if (value === (value | 0)) continue;
      throw new DtypeError("Dataset.range", {
        given: `the element ${value}`,
        expected: "elements that int32 holds, from -2147483648 to 2147483647",
      });
    }
    return new Dataset(fromRows(numbers(start, step, count, outputType)));
  }

  /**
   * What an iterable gives, synchronous or not. A function is called for each iteration, so generator functions can be passed as they are.
   *
   * @param options.outputSignature  shapes and dtypes of the elements, to check and to convert to; default: as they come. `outputTypes` and
   *   `outputShapes` say the same in two structures
   * @param options.args  arguments of the generator function
   */
  static fromGenerator<T>(
    source: Iterable<T> | AsyncIterable<T> | ((...args: never[]) => Iterable<T> | AsyncIterable<T>),
    options: Options<typeof generatorOptions> = {},
  ): Dataset<Structured<T>> {
    const where = "Dataset.fromGenerator";
    const { args, outputTypes, outputShapes, ...given } = generatorOptions.parse(where, [options]);
    const outputSignature = given.outputSignature ?? (outputTypes === null ? null : specsOf(outputTypes, outputShapes));
    const iterable = typeof source === "function" ? () => source(...((args ?? []) as never[])) : () => source;
    const probe: unknown = typeof source === "function" ? null : source;
    if (
      typeof source !== "function" &&
      !(typeof probe === "object" && probe !== null && (Symbol.iterator in probe || Symbol.asyncIterator in probe || "getReader" in probe))
    ) {
      throw new ArgumentError(where, { given: text(probe), expected: "a generator function, or an iterable" });
    }
    const element = outputSignature ? (item: unknown) => conform(item, outputSignature, where) : (item: unknown) => structured(item, where);
    return new Dataset({ stream: map(generated(iterable, where), element, "elements", where), spec: () => outputSignature ?? null });
  }

  /** The elements of several datasets side by side, up to the end of the shortest: `zip(a, b)`, `zip([a, b])`, `zip({ x: a, y: b })`. */
  static zip<const D extends readonly Dataset<unknown>[]>(...datasets: D): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip<const D extends readonly Dataset<unknown>[]>(
    datasets: D,
    options?: Named,
  ): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip<const D extends Readonly<Record<string, Dataset<unknown>>>>(
    datasets: D,
    options?: Named,
  ): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip(...all: readonly unknown[]): Dataset<unknown> {
    const isNamed = all.length === 2 && !(all[0] instanceof Dataset) && !(all[1] instanceof Dataset);
    if (isNamed) noOptionsButName.parse("Dataset.zip", [all[1]]);
    const given = isNamed ? all.slice(0, 1) : all;
    const named = given.length === 1 && !(given[0] instanceof Dataset) ? (given[0] as Record<string, unknown>) : given;
    const pipelines = Object.entries(named ?? {}).map(([name, dataset]) => {
      if (dataset instanceof Dataset) return dataset.#pipeline;
      throw new ArgumentError(`Dataset.zip.${name}`, { given: text(dataset), expected: "a Dataset" });
    });
    checkSome("Dataset.zip", pipelines);
    const gather = <E>(parts: readonly E[]): readonly E[] | Record<string, E> =>
      Array.isArray(named) ? parts : Object.fromEntries(Object.keys(named).map((key, i) => [key, parts[i]!]));
    return new Dataset({
      stream: map(zip(pipelines.map(({ stream }) => stream)), (parts) => gather(parts) as Element, "components"),
      spec: () => {
        const specs = pipelines.map(({ spec }) => spec());
        return specs.includes(null) ? null : (gather(specs) as Tree<TensorSpec>);
      },
    });
  }

  // Stages

  /**
   * Each element as `fn` makes it of its components, which are spread as arguments; `fn` may be asynchronous.
   *
   * @param options.numParallelCalls  elements that are in the making at once, for functions that take time: AUTOTUNE lets measured times
   * decide.
   *   Asynchronous ones wait beside each other; a plain function that takes long is sent to worker threads, where it needs nothing but its
   *   arguments. Default: one after the other
   * @param options.deterministic     whether elements keep their order; else whichever is ready comes first. Default: as `options()` say,
   * true
   */
  map<const U>(
    fn: (...components: ElementArguments<T>) => U,
    ...given: readonly [options?: Options<typeof mapOptions>] | readonly [numParallelCalls: number | null, deterministic?: boolean | null]
  ): Dataset<Structured<Awaited<U>>> {
    const where = "dataset.map";
    const { stream, spec, rows } = this.#pipeline;
    checkFunction(where, fn);
    const { numParallelCalls, deterministic } = mapOptions.parse(
      where,
      typeof given[0] === "number" || given[0] === null ? [{ numParallelCalls: given[0], deterministic: given[1] }] : given,
    );
    const calls = this.#calls(where, numParallelCalls);
    const apply = fn as unknown as (...components: readonly unknown[]) => Later<unknown>;
    const call = (input: Element): Later<Element> => after(apply(...spread(input)), (made) => structured(made, where));
    const element = calls > 1 ? beside(apply, call) : call;
    const parallel = calls > 1 ? this.#parallel(where, calls, numParallelCalls === AUTOTUNE, deterministic) : null;
    const mappedSpec = () => specBySymbols(spec(), call);
    if (rows) return this.#with(fromRows(mappedRows(rows.source, element, mappedSpec, parallel), rows.order));
    return this.#with({ stream: parallel ? ahead(stream, element, parallel) : map(stream, element, "map", where), spec: mappedSpec });
  }

  /** How many calls are under way at once. @throws ValueError for numbers below 1 other than AUTOTUNE */
  #calls(where: string, numParallelCalls: number | null): number {
    if (numParallelCalls === null) return 1;
    const { autotune, threading } = this.#options;
    const most = threading.privateThreadpoolSize || Infinity;
    if (numParallelCalls === AUTOTUNE) return Math.min(most, autotune.enabled === false ? 2 : MOST_CALLS);
    return Math.min(most, positiveInteger().parse(numParallelCalls, `${where}.numParallelCalls`));
  }

  /** How a stage works on several elements at once. */
  #parallel(stage: string, calls: number, tunes: boolean, deterministic: boolean | null): AheadOptions {
    const isOrdered = this.#isOrdered(deterministic);
    return { name: "map", stage, workers: calls, queueSize: calls, isOrdered, ...(tunes && { pace: () => new Pace() }) };
  }

  #isOrdered(deterministic: boolean | null): boolean {
    return deterministic ?? this.#options.deterministic ?? true;
  }

  /** The elements for which `predicate` gives true, or a bool tensor that is true. */
  filter(predicate: (...components: ElementArguments<T>) => Later<boolean | Tensor>, options: Named = {}): Dataset<T> {
    noOptionsButName.parse("dataset.filter", [options]);
    const accepts = this.#predicate("dataset.filter", predicate as unknown as Predicate);
    const { stream, spec, rows } = this.#pipeline;
    if (!rows) return this.#with({ stream: filter(stream, accepts, "dataset.filter"), spec });
    const { source, order } = rows;
    return this.#with(
      fromRows(
        source,
        filter(order, (row) => after(source.row(row), accepts), "dataset.filter"),
      ),
    );
  }

  /** The elements up to the first for which `predicate` is false. */
  takeWhile(predicate: (...components: ElementArguments<T>) => Later<boolean | Tensor>, options: Named = {}): Dataset<T> {
    const where = "dataset.takeWhile";
    noOptionsButName.parse(where, [options]);
    const { stream, spec } = this.#pipeline;
    return this.#with({ stream: takeWhile(stream, this.#predicate(where, predicate as unknown as Predicate), where), spec });
  }

  #predicate(where: string, predicate: Predicate): (element: Element) => Later<boolean> {
    checkFunction(where, predicate);
    return (element) =>
      after(predicate(...spread(element)), (answer: unknown) => {
        if (typeof answer === "boolean") return answer;
        if (answer instanceof Tensor && answer.dtype === "bool") return answer.item() !== 0;
        throw new DtypeError(where, {
          given: answer instanceof Tensor ? answer.toString() : text(answer),
          expected: "true, false, or a bool tensor",
        });
      });
  }

  /**
   * Elements in random order, each drawn from a buffer of the next `bufferSize` ones. Data in memory is not moved: its row numbers are.
   *
   * @param options.seed  default: drawn from the global seed
   * @param options.reshuffleEachIteration  whether each iteration has an order of its own; default true
   */
  shuffle(...args: Arguments<typeof shuffleOptions>): Dataset<T> {
    const { bufferSize, seed, reshuffleEachIteration } = shuffleOptions.parse("dataset.shuffle", args);
    const options = { bufferSize, seed: seed ?? makeDefaultSeed(), reshuffleEachIteration };
    return this.#with(reorder(this.#pipeline, (input) => shuffle(input, options)));
  }

  /** Several elements as one, along a new first axis. `dropRemainder` leaves a shorter last batch out. */
  batch(...args: Arguments<typeof batchOptions>): Dataset<T> {
    const { batchSize, dropRemainder } = batchOptions.parse("dataset.batch", args);
    return this.#with(inBatches(this.#pipeline, batchSize, dropRemainder));
  }

  /** The slices of each element along its first axis, as elements of their own. */
  unbatch(options: Named = {}): Dataset<T> {
    noOptionsButName.parse("dataset.unbatch", [options]);
    const { stream, spec } = this.#pipeline;
    return this.#with({
      stream: { ...flatten(map(stream, unstack, "unbatch", "dataset.unbatch")), count: rowsIn(stream.count, spec()) },
      spec: () => mapShapes(spec(), (shape) => shape.slice(1)),
    });
  }

  /** `count` passes, one after the other; without a count, passes without end. */
  repeat(...given: Arguments<typeof countOptions>): Dataset<T> {
    const times = countOf("dataset.repeat.count", countOptions.parse("dataset.repeat", given).count);
    return this.#with(reorder(this.#pipeline, (input) => repeat(input, times)));
  }

  /** The first `count` elements; all for −1. */
  take(...given: Arguments<typeof requiredCount>): Dataset<T> {
    const most = countOf("dataset.take.count", requiredCount.parse("dataset.take", given).count);
    return this.#with(reorder(this.#pipeline, (input) => take(input, most)));
  }

  /** All elements but the first `count`; none for −1. */
  skip(...given: Arguments<typeof requiredCount>): Dataset<T> {
    const least = countOf("dataset.skip.count", requiredCount.parse("dataset.skip", given).count);
    return this.#with(reorder(this.#pipeline, (input) => (least === Infinity ? take(input, 0) : skip(input, least))));
  }

  /**
   * Asks for up to `bufferSize` elements ahead where they come asynchronously; AUTOTUNE, the default, for as many as measured times ask
   * for.
   */
  prefetch(...given: Arguments<typeof prefetchOptions>): Dataset<T> {
    const { bufferSize } = prefetchOptions.parse("dataset.prefetch", given);
    const tunes = bufferSize === AUTOTUNE && this.#options.autotune.enabled !== false;
    const count = tunes ? null : bufferSize === AUTOTUNE ? 2 : nonNegativeInteger().parse(bufferSize, "dataset.prefetch.bufferSize");
    return this.#with({ ...this.#pipeline, stream: prefetch(this.#pipeline.stream, count) });
  }

  /**
   * Keeps every element when it is first made: in memory (above `tf.config.set({ cacheLimit })` in a file that ends with the process, in
   * Node), or in the folder `filename`, where later processes find them.
   */
  cache(...given: Arguments<typeof cacheOptions>): Dataset<T> {
    const { filename } = cacheOptions.parse("dataset.cache", given);
    const { stream, spec } = this.#pipeline;
    return filename === "" ? this.#with({ stream: cache(stream, elementSpill), spec }) : this.snapshot(filename);
  }

  /** Keeps every element in a folder when it is first made; where a whole pass is there already, that is what comes. Pass it by `await`. */
  snapshot(...given: Arguments<typeof storeOptions>): Dataset<T> {
    const { path, compression } = storeOptions.parse("dataset.snapshot", given);
    const { stream, spec } = this.#pipeline;
    const open = async () => (await import("./files/store.js")).snapshot(stream, path, compression);
    return this.#with({ stream: deferred(`snapshot < ${stream.kind}`, stream.count, open), spec });
  }

  /** Writes all elements into a folder, which `Dataset.load` reads. @param options.compression  null or "GZIP" */
  async save(...given: Arguments<typeof storeOptions>): Promise<void> {
    const { path, compression } = storeOptions.parse("dataset.save", given);
    await (await import("./files/store.js")).save(this.#pipeline.stream, path, compression);
  }

  /** The elements that `save` or `snapshot` wrote. They come asynchronously. */
  static load<T = Tensor>(...given: Arguments<typeof storeOptions>): Dataset<T> {
    const { path } = storeOptions.parse("Dataset.load", given);
    const open = async () => (await import("./files/store.js")).load(path);
    return new Dataset({ stream: deferred("load", null, open), spec: () => null });
  }

  /**
   * The paths of the files that patterns stand for now, as strings: `*` and `?` within a name, `[a-c]`, `{a,b}`, `**` for folders of any depth.
   *
   * @param options.shuffle  whether each iteration has an order of its own; default true, else by name
   */
  static listFiles(...given: Arguments<typeof listOptions>): Dataset<string> {
    const { filePattern, shuffle: shuffles, seed } = listOptions.parse("Dataset.listFiles", given);
    const paths = matchingPaths("Dataset.listFiles", [filePattern].flat());
    const all = range(paths.length);
    const part = (of?: FilePart) => (of?.divides("Dataset.listFiles", null) ? sharded(all, of.count, of.index) : all).open();
    const files = new Dataset<string>(fromRows(slices(new Strings([paths.length], paths)), { ...all, open: part }));
    return shuffles === false ? files : files.shuffle(paths.length, { seed });
  }

  /** The options that stages of this dataset go by. */
  options(): DataOptions {
    return new DataOptions().over(this.#options);
  }

  /** The same dataset; the stages behind it go by these options. */
  withOptions(options: DataOptions): Dataset<T> {
    if (!(options instanceof DataOptions))
      throw new ArgumentError("dataset.withOptions", { given: text(options), expected: "tf.data.Options" });
    const made = this.#with<T>(this.#pipeline);
    made.#options = options.check().over(this.#options);
    return made;
  }

  /** Batches as ragged tensors: of vectors, matrices … whose first lengths differ. They come asynchronously. */
  raggedBatch(...given: Arguments<typeof raggedOptions>): Dataset<unknown> {
    const { batchSize, dropRemainder } = raggedOptions.parse("dataset.raggedBatch", given);
    const batched = async (items: readonly Element[]) => (await import("./ragged-batch.js")).raggedBatch(items);
    return this.#with({
      stream: map(chunks(this.#pipeline.stream, batchSize, dropRemainder), batched, "raggedBatch", "dataset.raggedBatch"),
      spec: () => null,
    });
  }

  /**
   * Batches as sparse tensors `[batchSize, ...rowShape]` of elements whose shapes differ, none longer than `rowShape`. They come
   * asynchronously.
   */
  sparseBatch(...given: Arguments<typeof sparseOptions>): Dataset<unknown> {
    const { batchSize, rowShape } = sparseOptions.parse("dataset.sparseBatch", given);
    const batched = async (items: readonly Element[]) => (await import("./sparse-batch.js")).sparseBatch(items, rowShape);
    return this.#with({
      stream: map(chunks(this.#pipeline.stream, batchSize, false), batched, "sparseBatch", "dataset.sparseBatch"),
      spec: () => null,
    });
  }

  /** The elements of this dataset, then those of the other. */
  concatenate(other: Dataset<T>, options: Named = {}): Dataset<T> {
    noOptionsButName.parse("dataset.concatenate", [options]);
    if (!(other instanceof Dataset)) throw new ArgumentError("dataset.concatenate", { given: text(other), expected: "a Dataset" });
    const { stream, spec } = this.#pipeline;
    const [own, others] = [spec(), other.#pipeline.spec()];
    if (own && others) checkAlike("dataset.concatenate", own, others);
    return this.#with({ stream: concatenate([stream, other.#pipeline.stream]), spec: () => common(own, others) });
  }

  /** Each element with its number before it: `[index, element]`. */
  enumerate(...given: Arguments<typeof enumerateOptions>): Dataset<[index: Tensor, element: T]> {
    const { start } = enumerateOptions.parse("dataset.enumerate", given);
    const { stream, spec } = this.#pipeline;
    const pair = (index: number, element: Element): Element => [adoptTensor(Int32Array.of(index), [], "int32"), element];
    return this.#with({
      stream: enumerate(stream, start, pair),
      spec: () => {
        const inner = spec();
        return inner && [new TensorSpec([], "int32"), inner];
      },
    });
  }

  /** The elements of the datasets that `fn` makes of each element, one dataset after the other. */
  flatMap<U>(fn: (...components: ElementArguments<T>) => Later<Dataset<U>>, options: Named = {}): Dataset<U> {
    noOptionsButName.parse("dataset.flatMap", [options]);
    return this.#interleaved("dataset.flatMap", fn, [{ cycleLength: 1 }]);
  }

  /**
   * The elements of the datasets that `fn` makes of each element: `cycleLength` of them by turns, `blockLength` elements at a time. With
   * `numParallelCalls` those that are open work beside each other where they take time.
   *
   * @param options.deterministic  whether the order stays; else, of those that work beside each other, whichever has an element ready comes
   *   first. Default: as `options()` say, true
   */
  interleave<U>(
    fn: (...components: ElementArguments<T>) => Later<Dataset<U>>,
    ...options: Arguments<typeof interleaveOptions>
  ): Dataset<U> {
    return this.#interleaved("dataset.interleave", fn, options);
  }

  #interleaved<U>(
    stage: string,
    fn: (...components: ElementArguments<T>) => Later<Dataset<U>>,
    options: Arguments<typeof interleaveOptions>,
  ): Dataset<U> {
    checkFunction(stage, fn);
    const call = madeBy(fn as unknown as (...components: readonly unknown[]) => Later<Dataset<U>>);
    const inner = (element: Element): Later<Stream<Element>> =>
      after(call(...spread(element)), (made) => {
        if (made instanceof Dataset) return made.#pipeline.stream;
        throw new ArgumentError(stage, { given: text(made), expected: "a Dataset from the function" });
      });
    const { cycleLength: open, blockLength: block, numParallelCalls, deterministic } = interleaveOptions.parse(stage, options);
    const [cycleLength, blockLength] = [open === null || open === AUTOTUNE ? 2 : open, block ?? 1];
    const isParallel = this.#calls(stage, numParallelCalls) > 1;
    const isOrdered = this.#isOrdered(deterministic);
    return this.#with({
      stream: interleave(this.#pipeline.stream, inner, { cycleLength, blockLength, isParallel, isOrdered, stage }),
      spec: () => null,
    });
  }

  /** What `transformation` makes of this dataset: for stages of one's own in a chain. */
  apply<U>(transformation: (dataset: this) => Dataset<U>): Dataset<U> {
    checkFunction("dataset.apply", transformation);
    const made: unknown = transformation(this);
    if (made instanceof Dataset) return made as Dataset<U>;
    throw new ArgumentError("dataset.apply", { given: text(made), expected: "a Dataset from the function" });
  }

  /**
   * Windows of `size` elements, each a dataset (of tuples and records, one of datasets): `flatMap((w) => w.batch(3))` makes tensors of
   * them.
   *
   * @param options.shift   how many elements later the next window begins; default: size
   * @param options.stride  how many elements later the next one of a window stands; default 1
   * @param options.dropRemainder  whether shorter windows at the end are left out; default false
   */
  window(...given: Arguments<typeof windowOptions>): Dataset<WindowOf<T>> {
    const { size, shift, stride, dropRemainder } = windowOptions.parse("dataset.window", given);
    const { stream, spec } = this.#pipeline;
    const options = { size, shift: shift ?? size, stride, dropRemainder };
    return this.#with({ stream: map(windows(stream, options), (items) => listed(items, spec), "window"), spec: () => null });
  }

  /** Every `numShards`-th element, beginning with number `index`. @throws ValueError for an index that is no shard */
  shard(...given: Arguments<typeof shardOptions>): Dataset<T> {
    const { numShards, index } = shardOptions.parse("dataset.shard", given);
    if (index >= numShards) throw new ValueError("dataset.shard.index", { given: String(index), expected: `a number below ${numShards}` });
    return this.#with(reorder(this.#pipeline, (input) => sharded(input, numShards, index)));
  }

  /** What `fn(state, element)` gives as its second part; the first part is the next state. */
  scan<S, U>(
    initialState: S,
    fn: (state: Structured<S>, element: T) => readonly [unknown, U],
    options: Named & { readonly useDefaultDevice?: boolean | null } = {},
  ): Dataset<Structured<U>> {
    scanOptions.parse("dataset.scan", [options]);
    checkFunction("dataset.scan", fn);
    const call = fn as unknown as (state: unknown, element: unknown) => Later<unknown>;
    const step = (state: Element, item: Element): Later<readonly [Element, Element]> =>
      after(call(visible(state), visible(item)), (made) => {
        if (!Array.isArray(made) || made.length !== 2)
          throw new ArgumentError("dataset.scan", { given: text(made), expected: "[state, element] from the function" });
        return [structured(made[0], "dataset.scan.state"), structured(made[1], "dataset.scan")] as const;
      });
    return this.#with({
      stream: scanned(this.#pipeline.stream, structured(initialState, "dataset.scan.initialState"), step, "dataset.scan"),
      spec: () => null,
    });
  }

  /** What `fn(state, element)` makes of all elements, one after the other: at once where nothing in the pipeline is asynchronous. */
  reduce<S>(initialState: S, fn: (state: Structured<S>, element: T) => unknown, options: Named = {}): Later<Structured<S>> {
    noOptionsButName.parse("dataset.reduce", [options]);
    checkFunction("dataset.reduce", fn);
    const call = fn as unknown as (state: unknown, element: unknown) => Later<unknown>;
    const cursor = this.#pipeline.stream.open();
    let state = structured(initialState, "dataset.reduce.initialState");
    const step = (): Later<Element> => {
      for (;;) {
        const item = cursor.next();
        if (item instanceof Promise) return item.then((it) => (it === END ? state : after(take(it), () => step())));
        if (item === END) return state;
        const taken = take(item);
        if (taken instanceof Promise) return taken.then(step);
      }
    };
    const use = (item: Element): Later<void> =>
      after(call(visible(state), visible(item)), (made) => void (state = structured(made, "dataset.reduce")));
    const take = told(cursor, use, "dataset.reduce");
    const whole = eventually(step, () => cursor.close?.());
    return after(whole, (made) => visible(made) as Structured<S>);
  }

  /** Batches of elements whose shapes differ: shorter ones are filled up, to the longest of the batch or to `paddedShapes`. */
  paddedBatch(
    ...args:
      | readonly [batchSize: number, options?: PaddedOptions & { dropRemainder?: boolean } & Named]
      | readonly [options: PaddedOptions & { batchSize: number; dropRemainder?: boolean } & Named]
  ): Dataset<T> {
    const given = paddedOptions.parse("dataset.paddedBatch", args);
    const { batchSize: size, paddedShapes, paddingValues, dropRemainder } = given;
    const { stream, spec } = this.#pipeline;
    return this.#with({
      stream: map(
        chunks(stream, size, dropRemainder),
        (items) => stackPadded(items, { paddedShapes, paddingValues }),
        "paddedBatch",
        "dataset.paddedBatch",
      ),
      spec: () => mapShapes(spec(), (shape) => [dropRemainder ? size : null, ...shape.map(() => null)]),
    });
  }

  /** The elements that were not there before. */
  unique(options: Named = {}): Dataset<T> {
    noOptionsButName.parse("dataset.unique", [options]);
    const { stream, spec } = this.#pipeline;
    return this.#with({ stream: distinct(stream, keyOf), spec });
  }

  /**
   * The elements without those whose making failed. How many were left out is told at the end of each iteration, and by `ignoredErrors`.
   *
   * @param options.logWarning  whether each error is printed; default false
   */
  ignoreErrors(...given: Arguments<typeof ignoreOptions>): Dataset<T> {
    const { logWarning } = ignoreOptions.parse("dataset.ignoreErrors", given);
    const { stream, spec } = this.#pipeline;
    const begin = (): LeftOut => {
      let [count, first] = [0, ""];
      made.#ignored = 0;
      return {
        error(error) {
          made.#ignored = ++count;
          first ||= String(error);
          if (logWarning) console.warn(String(error));
        },
        end: () => void (count > 0 && console.warn(`dataset.ignoreErrors: ${count} elements were left out. The first: ${first}`)),
      };
    };
    const made: Dataset<T> = this.#with({ stream: withoutErrors(stream, begin), spec });
    return made;
  }

  /** How many elements `ignoreErrors` left out in the latest iteration of this dataset. */
  get ignoredErrors(): number {
    return this.#ignored;
  }

  /** The rows of batches in batches of other sizes; several sizes take turns. */
  rebatch(...given: Arguments<typeof rebatchOptions>): Dataset<T> {
    const { batchSize, dropRemainder } = rebatchOptions.parse("dataset.rebatch", given);
    const sizes = [batchSize].flat();
    checkSome("dataset.rebatch.batchSize", sizes);
    const { stream, spec } = this.#pipeline;
    const rows = flatten(map(stream, unstack, "unbatch", "dataset.rebatch"));
    return this.#with({
      stream: map(resized(rows, sizes, dropRemainder), stack, "batch", "dataset.rebatch"),
      spec: () => mapShapes(spec(), (shape) => [null, ...shape.slice(1)]),
    });
  }

  /**
   * Elements with one key, `windowSize` at a time, as `reduceFunc(key, window)` makes them. @param options.windowSizeFunc  gives the size
   * for a key
   */
  groupByWindow<U>(
    options: Named & {
      keyFunc: (...components: ElementArguments<T>) => TensorLike;
      reduceFunc: (key: Tensor, window: Dataset<T>) => Later<Dataset<U>>;
      windowSize?: number | null;
      windowSizeFunc?: ((key: Tensor) => TensorLike) | null;
    },
  ): Dataset<U> {
    const where = "dataset.groupByWindow";
    const { windowSize, windowSizeFunc, ...functions } = groupOptions.parse(where, [options as never]);
    const { keyFunc, reduceFunc } = functions as unknown as typeof options;
    if ((windowSize === null) === (windowSizeFunc === null))
      throw new ArgumentError(where, { given: "windowSize and windowSizeFunc", expected: "exactly one of them" });
    const { stream, spec } = this.#pipeline;
    const key = (item: Element): Tensor => asTensor((keyFunc as (...components: readonly unknown[]) => TensorLike)(...spread(item)));
    return this.#with({
      stream: grouped<Element, Element>(stream, {
        stage: where,
        key: (item) => String(key(item).item()),
        size: (item) => (windowSizeFunc ? asTensor(windowSizeFunc(key(item) as never) as TensorLike).item() : windowSize!),
        reduce: (first, items) =>
          after(reduceFunc(asTensor(key(first).item(), "int32"), new Dataset<T>(rowsOf(items, spec))), (made) => streamOf(where, made)),
      }),
      spec: () => null,
    });
  }

  /**
   * Batches of elements of similar length.
   *
   * @param options.elementLengthFunc  the length of an element
   * @param options.bucketBoundaries   where one bucket ends and the next begins, ascending
   * @param options.bucketBatchSizes   of each bucket, one more than boundaries
   * @param options.padToBucketBoundary  whether batches are filled up to the bucket's largest length; longer elements are errors then
   * @param options.noPadding          whether elements of a batch must have one shape as they are
   */
  bucketBySequenceLength(
    options: PaddedOptions &
      Named & {
        elementLengthFunc: (...components: ElementArguments<T>) => TensorLike;
        bucketBoundaries: readonly number[];
        bucketBatchSizes: readonly number[];
        padToBucketBoundary?: boolean;
        noPadding?: boolean;
        dropRemainder?: boolean;
      },
  ): Dataset<T> {
    const where = "dataset.bucketBySequenceLength";
    const { elementLengthFunc, bucketBoundaries, bucketBatchSizes, paddedShapes, paddingValues, ...rest } = bucketOptions.parse(where, [
      options as never,
    ]);
    const { padToBucketBoundary, noPadding, dropRemainder } = rest;
    const ascends = bucketBoundaries.every((bound, i) => i === 0 || bound > bucketBoundaries[i - 1]!);
    if (bucketBatchSizes.length !== bucketBoundaries.length + 1 || !ascends)
      throw new ArgumentError(where, {
        given: `${text(bucketBoundaries)} and batch sizes ${text(bucketBatchSizes)}`,
        expected: "ascending boundaries, and one batch size more",
      });
    const { stream, spec } = this.#pipeline;
    const lengthOf = (item: Element): number =>
      asTensor((elementLengthFunc as unknown as (...components: readonly unknown[]) => TensorLike)(...spread(item))).item();
    const bucketOf = (item: Element): number => {
      const length = lengthOf(item);
      const at = bucketBoundaries.findIndex((bound) => length < bound);
      return at < 0 ? bucketBoundaries.length : at;
    };
    const shapesFor = (bucket: number, item: Element): PaddedOptions["paddedShapes"] => {
      if (!padToBucketBoundary) return paddedShapes;
      const bound = bucketBoundaries[bucket];
      if (bound === undefined)
        throw new ValueError(where, {
          given: `an element of length ${lengthOf(item)}`,
          expected: `lengths below ${bucketBoundaries.at(-1)}, the last boundary, with padToBucketBoundary`,
        });
      const shape = (leaf: Leaf): Shape => leaf.shape.map(() => bound - 1);
      return (isBranch(item) ? leaves<Leaf>(item).map(shape) : shape(item)) as Tree<Shape>;
    };
    const batch =
      (bucket: number) =>
      (items: readonly Element[]): Element =>
        noPadding ? stack(items) : stackPadded(items, { paddedShapes: shapesFor(bucket, items[0]!), paddingValues });
    return this.#with({
      stream: grouped<Element, Element>(stream, {
        stage: where,
        key: (item) => String(bucketOf(item)),
        size: (item) => bucketBatchSizes[bucketOf(item)]!,
        reduce: (first, items) => {
          const bucket = bucketOf(first);
          return map(chunks(rowsOf(items, spec).stream, bucketBatchSizes[bucket]!, dropRemainder), batch(bucket), "bucket");
        },
      }),
      spec: () => null,
    });
  }

  /** Elements of the classes in the proportions of `targetDist`: those of frequent classes are left out at random. */
  rejectionResample(
    ...all:
      | readonly [classFunc: ClassOf<T>, ...given: Arguments<typeof resampleOptions>]
      | readonly [options: { classFunc: ClassOf<T> } & Options<typeof resampleOptions>]
  ): Dataset<[label: Tensor, element: T]> {
    const where = "dataset.rejectionResample";
    const [first, ...rest] = all;
    const isNamed = typeof first === "object" && first !== null;
    const { classFunc, ...others } = isNamed ? first : { classFunc: first };
    checkFunction(`${where}.classFunc`, classFunc);
    const { targetDist, initialDist, seed } = resampleOptions.parse(where, (isNamed ? [others] : rest) as never);
    if (initialDist && initialDist.length !== targetDist.length)
      throw new ArgumentError(`${where}.initialDist`, {
        given: text(initialDist),
        expected: `${targetDist.length} numbers, as targetDist has`,
      });
    const label = (item: Element): number => {
      const of = asTensor((classFunc as (...components: readonly unknown[]) => TensorLike)(...spread(item))).item();
      if (!(of >= 0 && of < targetDist.length))
        throw new ValueError(where, { given: `the class ${of}`, expected: `0 to ${targetDist.length - 1}` });
      return of;
    };
    const kept = resampled(
      this.#pipeline.stream,
      { label, target: targetDist, initial: initialDist, seed: seed ?? makeDefaultSeed() },
      where,
    );
    const pair = (item: Element): Element => [asTensor(label(item), "int32"), item];
    return this.#with({ stream: map(kept, pair), spec: () => null });
  }

  /** The only element. @throws ValueError where there is none, or more */
  getSingleElement(options: Named = {}): Later<T> {
    noOptionsButName.parse("dataset.getSingleElement", [options]);
    const cursor = this.#pipeline.stream.open();
    const refuse = (given: string): never => {
      throw new ValueError("dataset.getSingleElement", { given, expected: "exactly one element" });
    };
    const only = (): Later<T> =>
      after(cursor.next(), (first) => {
        if (first === END) return refuse("a dataset without elements");
        return after(cursor.next(), (second) => (second === END ? (visible(first) as T) : refuse("a dataset with more elements")));
      });
    return eventually(only, () => cursor.close?.());
  }

  /** The elements as plain numbers, in nested arrays where they have axes. Asynchronous pipelines by `for await`, as they are themselves. */
  asNumpyIterator(options: Named = {}): IterableIterator<unknown> & AsyncIterableIterator<unknown> {
    noOptionsButName.parse("dataset.asNumpyIterator", [options]);
    const plain = (element: unknown): unknown =>
      mapTree(element as Tree<unknown>, (leaf) => (leaf instanceof Tensor ? leaf.array() : leaf));
    return plainly(this, plain);
  }

  /** Numbers without end: start, start + step, … */
  static counter(...given: Arguments<typeof counterOptions>): Dataset<Tensor> {
    const { start, step } = counterOptions.parse("Dataset.counter", given);
    return new Dataset({ stream: map(counted(start, step), integerElement), spec: () => new TensorSpec([], "int32") });
  }

  /**
   * Random whole numbers without end, of 31 bits. @param options.rerandomizeEachIteration  whether each iteration has numbers of its own;
   * default false
   */
  static random(...given: Arguments<typeof randomOptions>): Dataset<Tensor> {
    const { seed, rerandomizeEachIteration } = randomOptions.parse("Dataset.random", given);
    const begun = seed ?? makeDefaultSeed();
    return new Dataset({
      stream: map(drawn(begun, rerandomizeEachIteration === true), (number) => integerElement(number >>> 1)),
      spec: () => new TensorSpec([], "int32"),
    });
  }

  /**
   * Elements of the datasets, drawn at random by weight.
   *
   * @param options.weights                   default: equal ones
   * @param options.stopOnEmptyDataset        whether the first dataset that ends ends all; default false
   * @param options.rerandomizeEachIteration  whether each iteration has an order of its own; default false
   */
  static sampleFromDatasets<T>(
    datasets: readonly Dataset<T>[],
    options: {
      weights?: readonly number[] | null;
      seed?: number | null;
      stopOnEmptyDataset?: boolean;
      rerandomizeEachIteration?: boolean | null;
    } & Named = {},
  ): Dataset<T> {
    const where = "Dataset.sampleFromDatasets";
    const given = sampleOptions.parse(where, [datasets, options]);
    const { weights, seed, stopOnEmptyDataset, rerandomizeEachIteration } = given;
    const shares = weights ?? datasets.map(() => 1);
    if (shares.length !== datasets.length)
      throw new ArgumentError(where, { given: `${datasets.length} datasets, ${shares.length} weights`, expected: "a weight for each" });
    checkSome(where, datasets);
    const begun = seed ?? makeDefaultSeed();
    const streams = datasets.map((each) => each.#pipeline.stream);
    return new Dataset({
      stream: sampled(streams, shares, { seed: begun, isAnew: rerandomizeEachIteration === true }, stopOnEmptyDataset),
      spec: datasets[0]!.#pipeline.spec,
    });
  }

  /** An element of the dataset that each number of `choiceDataset` names. @param options.stopOnEmptyDataset  default true */
  static chooseFromDatasets<T>(
    datasets: readonly Dataset<T>[],
    choiceDataset: Dataset<Tensor>,
    options: { stopOnEmptyDataset?: boolean } & Named = {},
  ): Dataset<T> {
    const where = "Dataset.chooseFromDatasets";
    const { stopOnEmptyDataset } = chooseOptions.parse(where, [datasets, choiceDataset, options]);
    checkSome(where, datasets);
    const choices = map(choiceDataset.#pipeline.stream, (choice) => (choice as Tensor).item());
    const streams = datasets.map((each) => each.#pipeline.stream);
    return new Dataset({ stream: chosen(choices, streams, stopOnEmptyDataset), spec: datasets[0]!.#pipeline.spec });
  }

  /** What is behind a dataset, for stages that make datasets of others. */
  static pipelineOf(dataset: Dataset<unknown>): Pipeline {
    return dataset.#pipeline;
  }

  /** A dataset of a pipeline: for sources. */
  static ofPipeline<T>(pipeline: Pipeline): Dataset<T> {
    return new Dataset(pipeline);
  }

  // What is known

  /** Elements of one iteration, or INFINITE_CARDINALITY (−1), or UNKNOWN_CARDINALITY (−2). */
  cardinality(): number {
    const { count } = this.#pipeline.stream;
    return count === null ? UNKNOWN_CARDINALITY : count === Infinity ? INFINITE_CARDINALITY : count;
  }

  /** Shapes and dtypes of the elements; null where only iterating would tell. */
  get elementSpec(): Tree<TensorSpec> | null {
    return this.#pipeline.spec();
  }

  // Iteration

  /**
   * An iteration that can be left and taken up again, and saved in a checkpoint.
   *
   * @param part  which files it reads, where processes divide them; default: all
   */
  iterator(part?: FilePart): DatasetIterator<T> {
    return opened(() => new DatasetIterator<T>(this.#pipeline.stream, part));
  }

  /** What `for … of` asks for; taken by hand, as Python's `iter(dataset)`, a checkpoint saves where it stands. */
  [Symbol.iterator](): IterableIterator<T, undefined> & Resumable {
    const iteration = opened(() => this.iteration());
    return {
      ...positionOf(iteration),
      next: () => {
        try {
          return iteration.next() as IteratorResult<T, undefined>;
        } catch (error) {
          void iteration.release(); // a loop that ends by an error calls no return
          throw error;
        }
      },
      return: () => {
        void iteration.close();
        return { done: true, value: undefined };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  /** The same for `for await … of`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> & Resumable {
    const iteration = this.iteration();
    const rest = iteration[Symbol.asyncIterator]();
    return {
      ...positionOf(iteration),
      next: async () => {
        try {
          return (await rest.next()) as IteratorResult<T, undefined>;
        } catch (error) {
          await iteration.release();
          throw error;
        }
      },
      return: async () => {
        await iteration.close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** The iteration that `for … of` begins, or goes on with after a restore: a checkpoint of this dataset saves where it stands. */
  iteration(part?: FilePart): DatasetIterator<T> {
    let iteration = this.#waits ? this.#latest! : this.iterator(part);
    if (this.#waits && part) {
      const state = iteration.saveState();
      (iteration = this.iterator(part)).loadState(state);
    }
    [this.#latest, this.#waits] = [iteration, false];
    return iteration;
  }

  /** Where the latest iteration stands, for a checkpoint; where it is over, that is the beginning of the next one. */
  saveState(): SavedPosition {
    if (!this.#latest || this.#latest.isOver) [this.#latest, this.#waits] = [this.iterator(), true];
    return this.#latest.saveState();
  }

  /** Makes the next iteration go on where `saveState` was called. */
  loadState(state: SavedPosition): void {
    const iteration = this.iterator();
    iteration.loadState(state);
    [this.#latest, this.#waits] = [iteration, true];
  }
}

/** What says where it stands, and goes there. */
type Resumable = Pick<DatasetIterator<unknown>, "saveState" | "loadState">;

/** Where an iteration stands, as checkpoints save it. */
const positionOf = (iteration: DatasetIterator<unknown>): Resumable => ({
  saveState: () => iteration.saveState(),
  loadState: (state: SavedPosition) => iteration.loadState(state),
});

/** An iteration, synchronous or not as it is asked for, of what `make` makes of each element. */
function plainly(
  dataset: Iterable<unknown> & AsyncIterable<unknown>,
  make: (element: unknown) => unknown,
): IterableIterator<unknown> & AsyncIterableIterator<unknown> {
  function* now(): Generator<unknown> {
    for (const element of dataset) yield make(element);
  }
  async function* later(): AsyncGenerator<unknown> {
    for await (const element of dataset) yield make(element);
  }
  return Object.assign(now(), { [Symbol.asyncIterator]: later }) as never;
}

/** Gives the class of an element. */
type ClassOf<T> = (...components: ElementArguments<T>) => TensorLike;

type Predicate = (...components: readonly unknown[]) => Later<boolean | Tensor>;

/** A class of datasets stands for making one: `paths.interleave(tf.data.TextLineDataset)`. */
function madeBy<D>(fn: (...components: readonly unknown[]) => D): (...components: readonly unknown[]) => D {
  if (!((fn as { prototype?: unknown }).prototype instanceof Dataset)) return fn;
  return (...components) => new (fn as unknown as new (...components: readonly unknown[]) => D)(...components);
}

/** How many rows there are in so many elements, where the first lengths are known. */
function rowsIn(count: number | null, spec: Tree<TensorSpec> | null): number | null {
  const first = spec && leaves<TensorSpec>(spec)[0]?.shape?.[0];
  return count === null || typeof first !== "number" ? null : count * first;
}

/** A window: a dataset of each component. */
type WindowOf<T> = T extends Tensor ? Dataset<T> : T extends NestedStrings ? Dataset<T> : { [K in keyof T]: Dataset<T[K]> };

const integerElement = (value: number): Element => adoptTensor(Int32Array.of(value), [], "int32");

const streamOf = (where: string, dataset: unknown): Stream<Element> => {
  if (dataset instanceof Dataset) return Dataset.pipelineOf(dataset).stream;
  throw new ArgumentError(where, { given: text(dataset), expected: "a Dataset" });
};

/** Elements at hand as a pipeline. */
const rowsOf = (items: readonly Element[], spec: () => Tree<TensorSpec> | null): Pipeline =>
  fromRows({ count: items.length, spec, row: (i) => items[i]!, gather: (rows) => stack(rows.map((row) => items[row]!)) });

/** Elements at hand as a dataset, or, where they have components, one of each. */
function listed(items: readonly Element[], spec: () => Tree<TensorSpec> | null): Element {
  const first = items[0]!;
  if (!isBranch(first)) return Dataset.ofPipeline(rowsOf(items, spec)) as unknown as Element;
  const part = (key: string): Element =>
    listed(
      items.map((item) => (item as Record<string, Element>)[key]!),
      () => (spec() as Record<string, Tree<TensorSpec>> | null)?.[key] ?? null,
    );
  return Array.isArray(first)
    ? first.map((_, i) => part(String(i)))
    : Object.fromEntries(Object.keys(first).map((key) => [key, part(key)]));
}

/** Equal for elements with equal dtypes, shapes and values. */
const keyOf = (element: Element): string =>
  leaves<Leaf>(element)
    .map(
      (leaf) =>
        `${leaf.dtype}[${leaf.shape.join()}]${leaf instanceof Strings ? JSON.stringify(leaf.values) : Array.from(leaf.view()).join()}`,
    )
    .join(";");

/** Specs of dtypes, and of shapes in the same structure. */
function specsOf(types: Tree<string>, shapes: unknown): Tree<TensorSpec> {
  if (!isBranch(types)) return new TensorSpec((shapes ?? null) as Shape | null, types as "float32");
  const parts = Object.entries(types as Record<string, Tree<string>>).map(
    ([key, type]) => [key, specsOf(type, (shapes as Record<string, unknown> | null)?.[key])] as const,
  );
  return Array.isArray(types) ? parts.map(([, spec]) => spec) : Object.fromEntries(parts);
}

/** @throws DtypeError where datasets can't stand in one */
function checkAlike(where: string, own: Tree<TensorSpec>, other: Tree<TensorSpec>): void {
  const [a, b] = [leaves<TensorSpec>(own), leaves<TensorSpec>(other)];
  const alike = a.length === b.length && Array.isArray(own) === Array.isArray(other) && a.every(({ dtype }, i) => dtype === b[i]!.dtype);
  if (alike) return;
  throw new DtypeError(where, {
    given: `elements of ${a.join(" and ")} and of ${b.join(" and ")}`,
    expected: "the same components and dtypes",
  });
}

/** What is true of the elements of two datasets. */
function common(own: Tree<TensorSpec> | null, other: Tree<TensorSpec> | null): Tree<TensorSpec> | null {
  if (own === null || other === null) return null;
  const others = leaves<TensorSpec>(other);
  let next = 0;
  return mapTree(own, ({ shape, dtype }: TensorSpec) => {
    const also = others[next++]!.shape;
    const same = shape && also && shape.length === also.length ? shape.map((length, i) => (length === also[i] ? length : null)) : null;
    return new TensorSpec(same, dtype);
  });
}
