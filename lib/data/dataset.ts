import { boolean, field, integer, invalid, nonNegativeInteger, nullable, positiveInteger } from "../config/index.js";
import { schema, type Arguments, type Options } from "../config/index.js";
import { asTensor } from "../core/convert.js";
import { ArgumentError, DtypeError, text } from "../core/errors.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import type { NestedStrings } from "../core/strings.js";
import { leaves, type Tree } from "../core/tree.js";
import { TensorSpec } from "../graph/signature.js";
import { makeDefaultSeed } from "../variables/seed-generator.js";
import { DatasetIterator, type SavedPosition } from "./iterator.js";
import { after, type Later } from "./later.js";
import { fromRows, reorder, type Pipeline } from "./pipeline.js";
import { mappedRows, numbers, slices } from "./rows.js";
import { cache } from "./streams/cache.js";
import { chunks, flatten } from "./streams/chunks.js";
import { concatenate } from "./streams/concatenate.js";
import { interleave } from "./streams/interleave.js";
import { generated } from "./streams/generator.js";
import { filter, map } from "./streams/map.js";
import { prefetch } from "./streams/prefetch.js";
import { repeat } from "./streams/repeat.js";
import { shuffle } from "./streams/shuffle.js";
import type { Stream } from "./streams/stream.js";
import { skip, take, takeWhile } from "./streams/take.js";
import { enumerate, zip } from "./streams/zip.js";
import { conform, mapShapes, specBySymbols, specOf } from "./spec.js";
import { spread, stack, structured, unstack, type Element, type Structured } from "./structure.js";

/** What `cardinality()` answers for a dataset that never ends. */
export const INFINITE_CARDINALITY = -1;
/** What `cardinality()` answers where only iterating would tell. */
export const UNKNOWN_CARDINALITY = -2;
/** Let kerasm choose: taken by `prefetch` and `map`'s neighbours for likeness with TensorFlow. */
export const AUTOTUNE = -1;

/** The arguments of a function of an element: the components of a tuple are spread. */
export type ElementArguments<T> = IsStrings<T> extends true ? [element: T] : T extends readonly unknown[] ? T : [element: T];

type IsStrings<T> = 0 extends 1 & T ? false : [T] extends [NestedStrings] ? true : false;

type ElementOf<D> = D extends Dataset<infer T> ? T : never;

const shuffleOptions = schema(["bufferSize"], {
  bufferSize: positiveInteger(),
  seed: nullable(integer()),
  reshuffleEachIteration: boolean(true),
});
const batchOptions = schema(["batchSize"], { batchSize: positiveInteger(), dropRemainder: boolean(false) });
/** The only option of `fromGenerator`; what is in it is checked when elements come. */
const generatorOptions = schema([], {
  outputSignature: nullable(
    field<Tree<TensorSpec>>({
      expected: "a TensorSpec, or arrays and records of them",
      takesObjects: true,
      parse: (value) => (leaves<unknown>(value).every((leaf) => leaf instanceof TensorSpec) ? (value as Tree<TensorSpec>) : invalid),
    }),
  ),
});
const rangeOptions = schema(["start", "stop", "step"], { start: integer(), stop: integer(), step: integer(1) });
const countOptions = schema(["count"], { count: nullable(integer()) });
const requiredCount = schema(["count"], { count: integer() });
const prefetchOptions = schema(["bufferSize"], { bufferSize: integer(-1) });
const enumerateOptions = schema(["start"], { start: integer(0) });
const interleaveOptions = schema([], { cycleLength: positiveInteger(2), blockLength: positiveInteger(1) });

/** @throws ArgumentError for what can't be called */
function checkFunction(where: string, fn: unknown): void {
  if (typeof fn !== "function") throw new ArgumentError(where, { given: text(fn), expected: "a function of the components of an element" });
}

/** A number of things to take, where −1 means all of them. */
function countOf(where: string, count: number | null | undefined): number {
  if (count === undefined || count === null || count === -1) return Infinity;
  return nonNegativeInteger().parse(count, where);
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
  readonly #pipeline: Pipeline;
  #latest: DatasetIterator<T> | null = null;
  /** Whether the latest iteration was restored and waits to be gone on with. */
  #waits = false;

  /** Datasets are made by the static functions. */
  private constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  // Sources

  /**
   * The slices of tensors along their first axes: `fromTensorSlices([x, y])` gives `[x[0], y[0]]`, `[x[1], y[1]]`, … @throws ShapeError
   * where the lengths differ
   */
  static fromTensorSlices<const T>(tensors: T): Dataset<Structured<T>> {
    return new Dataset(fromRows(slices(structured(tensors, "Dataset.fromTensorSlices"))));
  }

  /** One element: the given tensors. An array of arrays is a tuple of components, as TensorFlow's tuple: `fromTensors([[1, 2], [3]])`. */
  static fromTensors<const T>(tensors: T): Dataset<Structured<T>> {
    const where = "Dataset.fromTensors";
    const isTuple = Array.isArray(tensors) && tensors.length > 0 && tensors.every((each) => Array.isArray(each));
    const element = isTuple ? tensors.map((each, i) => structured(each, `${where}[${i}]`)) : structured(tensors, where);
    return new Dataset(
      fromRows({ count: 1, spec: () => specOf(element), row: () => element, gather: (rows) => stack(rows.map(() => element)) }),
    );
  }

  /** Whole numbers as int32 scalars: `range(stop)`, `range(start, stop, step)`. */
  static range(stop: number): Dataset<Tensor>;
  static range(start: number, stop: number, step?: number): Dataset<Tensor>;
  static range(...given: readonly number[]): Dataset<Tensor> {
    const { start, stop, step } = rangeOptions.parse("Dataset.range", given.length === 1 ? [0, ...given] : given);
    if (step === 0) throw new ArgumentError("Dataset.range.step", { given: "0", expected: "an integer other than 0" });
    const count = Math.max(0, Math.ceil((stop - start) / step));
    for (const value of count === 0 ? [] : [start, start + (count - 1) * step]) {
      if (value === (value | 0)) continue;
      throw new DtypeError("Dataset.range", {
        given: `the element ${value}`,
        expected: "elements that int32 holds, from -2147483648 to 2147483647",
      });
    }
    return new Dataset(fromRows(numbers(start, step, count)));
  }

  /**
   * What an iterable gives, synchronous or not. A function is called for each iteration, so generator functions can be passed as they are.
   *
   * @param options.outputSignature  shapes and dtypes of the elements, to check and to convert to; default: as they come
   */
  static fromGenerator<T>(
    source: Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>),
    options: Options<typeof generatorOptions> = {},
  ): Dataset<Structured<T>> {
    const where = "Dataset.fromGenerator";
    const { outputSignature } = generatorOptions.parse(where, [options]);
    const iterable = typeof source === "function" ? source : () => source;
    const probe: unknown = typeof source === "function" ? null : source;
    if (
      typeof source !== "function" &&
      !(typeof probe === "object" && probe !== null && (Symbol.iterator in probe || Symbol.asyncIterator in probe))
    ) {
      throw new ArgumentError(where, { given: text(probe), expected: "a generator function, or an iterable" });
    }
    const element = outputSignature ? (item: unknown) => conform(item, outputSignature, where) : (item: unknown) => structured(item, where);
    return new Dataset({ stream: map(generated(iterable), element, "elements"), spec: () => outputSignature ?? null });
  }

  /** The elements of several datasets side by side, up to the end of the shortest: `zip(a, b)`, `zip([a, b])`, `zip({ x: a, y: b })`. */
  static zip<const D extends readonly Dataset<unknown>[]>(...datasets: D): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip<const D extends readonly Dataset<unknown>[]>(datasets: D): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip<const D extends Readonly<Record<string, Dataset<unknown>>>>(
    datasets: D,
  ): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }>;
  static zip(...given: readonly unknown[]): Dataset<unknown> {
    const named = given.length === 1 && !(given[0] instanceof Dataset) ? (given[0] as Record<string, unknown>) : given;
    const pipelines = Object.entries(named).map(([name, dataset]) => {
      if (dataset instanceof Dataset) return dataset.#pipeline;
      throw new ArgumentError(`Dataset.zip.${name}`, { given: text(dataset), expected: "a Dataset" });
    });
    if (pipelines.length === 0) throw new ArgumentError("Dataset.zip", { given: "no datasets", expected: "at least one" });
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

  /** Each element as `fn` makes it of its components, which are spread as arguments; `fn` may be asynchronous. */
  map<const U>(fn: (...components: ElementArguments<T>) => U): Dataset<Structured<Awaited<U>>> {
    const { stream, spec, rows } = this.#pipeline;
    checkFunction("dataset.map", fn);
    const apply = fn as unknown as (...components: readonly unknown[]) => Later<unknown>;
    const element = (input: Element): Later<Element> => after(apply(...spread(input)), (made) => structured(made, "dataset.map"));
    const mappedSpec = () => specBySymbols(spec(), element);
    if (rows) return new Dataset(fromRows(mappedRows(rows.source, element, mappedSpec), rows.order));
    return new Dataset({ stream: map(stream, element), spec: mappedSpec });
  }

  /** The elements for which `predicate` gives true, or a bool tensor that is true. */
  filter(predicate: (...components: ElementArguments<T>) => Later<boolean | Tensor>): Dataset<T> {
    const accepts = this.#predicate("dataset.filter", predicate as unknown as Predicate);
    const { stream, spec, rows } = this.#pipeline;
    if (!rows) return new Dataset({ stream: filter(stream, accepts), spec });
    const { source, order } = rows;
    return new Dataset(
      fromRows(
        source,
        filter(order, (row) => after(source.row(row), accepts)),
      ),
    );
  }

  /** The elements up to the first for which `predicate` is false. */
  takeWhile(predicate: (...components: ElementArguments<T>) => Later<boolean | Tensor>): Dataset<T> {
    const { stream, spec } = this.#pipeline;
    return new Dataset({ stream: takeWhile(stream, this.#predicate("dataset.takeWhile", predicate as unknown as Predicate)), spec });
  }

  #predicate(where: string, predicate: Predicate): (element: Element) => Later<boolean> {
    checkFunction(where, predicate);
    return (element) => after(predicate(...spread(element)), (answer) => (typeof answer === "boolean" ? answer : answer.item() !== 0));
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
    return new Dataset(reorder(this.#pipeline, (input) => shuffle(input, options)));
  }

  /** Several elements as one, along a new first axis. `dropRemainder` leaves a shorter last batch out. */
  batch(...args: Arguments<typeof batchOptions>): Dataset<T> {
    const { batchSize, dropRemainder } = batchOptions.parse("dataset.batch", args);
    const { stream, spec, rows } = this.#pipeline;
    return new Dataset({
      stream: rows
        ? map(chunks(rows.order, batchSize, dropRemainder), rows.source.gather, "batch")
        : map(chunks(stream, batchSize, dropRemainder), stack, "batch"),
      spec: () => mapShapes(spec(), (shape) => [dropRemainder ? batchSize : null, ...shape]),
    });
  }

  /** The slices of each element along its first axis, as elements of their own. */
  unbatch(): Dataset<T> {
    const { stream, spec } = this.#pipeline;
    return new Dataset({
      stream: flatten(map(stream, unstack, "unbatch")),
      spec: () => mapShapes(spec(), (shape) => shape.slice(1)),
    });
  }

  /** `count` passes, one after the other; without a count, passes without end. */
  repeat(...given: Arguments<typeof countOptions>): Dataset<T> {
    const times = countOf("dataset.repeat.count", countOptions.parse("dataset.repeat", given).count);
    return new Dataset(reorder(this.#pipeline, (input) => repeat(input, times)));
  }

  /** The first `count` elements; all for −1. */
  take(...given: Arguments<typeof requiredCount>): Dataset<T> {
    const most = countOf("dataset.take.count", requiredCount.parse("dataset.take", given).count);
    return new Dataset(reorder(this.#pipeline, (input) => take(input, most)));
  }

  /** All elements but the first `count`; none for −1. */
  skip(...given: Arguments<typeof requiredCount>): Dataset<T> {
    const least = countOf("dataset.skip.count", requiredCount.parse("dataset.skip", given).count);
    return new Dataset(reorder(this.#pipeline, (input) => (least === Infinity ? take(input, 0) : skip(input, least))));
  }

  /** Asks for up to `bufferSize` elements ahead where they come asynchronously. */
  prefetch(...given: Arguments<typeof prefetchOptions>): Dataset<T> {
    const { bufferSize } = prefetchOptions.parse("dataset.prefetch", given);
    const ahead = bufferSize === AUTOTUNE ? 2 : nonNegativeInteger().parse(bufferSize, "dataset.prefetch.bufferSize");
    return new Dataset({ ...this.#pipeline, stream: prefetch(this.#pipeline.stream, ahead) });
  }

  /** Keeps every element when it is first made. */
  cache(): Dataset<T> {
    const { stream, spec } = this.#pipeline;
    return new Dataset({ stream: cache(stream), spec });
  }

  /** The elements of this dataset, then those of the other. */
  concatenate(other: Dataset<T>): Dataset<T> {
    if (!(other instanceof Dataset)) throw new ArgumentError("dataset.concatenate", { given: text(other), expected: "a Dataset" });
    const { stream, spec } = this.#pipeline;
    return new Dataset({ stream: concatenate([stream, other.#pipeline.stream]), spec });
  }

  /** Each element with its number before it: `[index, element]`. */
  enumerate(...given: Arguments<typeof enumerateOptions>): Dataset<[index: Tensor, element: T]> {
    const { start } = enumerateOptions.parse("dataset.enumerate", given);
    const { stream, spec } = this.#pipeline;
    const pair = (index: number, element: Element): Element => [adoptTensor(Int32Array.of(index), [], "int32"), element];
    return new Dataset({
      stream: enumerate(stream, start, pair),
      spec: () => {
        const inner = spec();
        return inner && [new TensorSpec([], "int32"), inner];
      },
    });
  }

  /** The elements of the datasets that `fn` makes of each element, one dataset after the other. */
  flatMap<U>(fn: (...components: ElementArguments<T>) => Later<Dataset<U>>): Dataset<U> {
    return this.interleave(fn, { cycleLength: 1 });
  }

  /** The elements of the datasets that `fn` makes of each element: `cycleLength` of them by turns, `blockLength` elements at a time. */
  interleave<U>(
    fn: (...components: ElementArguments<T>) => Later<Dataset<U>>,
    options: Options<typeof interleaveOptions> = {},
  ): Dataset<U> {
    checkFunction("dataset.interleave", fn);
    const inner = (element: Element): Later<Stream<Element>> =>
      after((fn as unknown as (...components: readonly unknown[]) => Later<Dataset<U>>)(...spread(element)), (made) => {
        if (made instanceof Dataset) return made.#pipeline.stream;
        throw new ArgumentError("dataset.flatMap", { given: text(made), expected: "a Dataset from the function" });
      });
    return new Dataset({
      stream: interleave(this.#pipeline.stream, inner, interleaveOptions.parse("dataset.interleave", [options])),
      spec: () => null,
    });
  }

  /** What `transformation` makes of this dataset: for stages of one's own in a chain. */
  apply<U>(transformation: (dataset: this) => Dataset<U>): Dataset<U> {
    checkFunction("dataset.apply", transformation);
    return transformation(this);
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

  /** An iteration that can be left and taken up again, and saved in a checkpoint. */
  iterator(): DatasetIterator<T> {
    return new DatasetIterator(this.#pipeline.stream);
  }

  [Symbol.iterator](): Iterator<T, undefined> {
    const iteration = this.iteration();
    return {
      next: () => iteration.next(),
      return: () => {
        void iteration.close();
        return { done: true, value: undefined };
      },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const iteration = this.iteration();
    const rest = iteration[Symbol.asyncIterator]();
    return {
      next: () => rest.next(),
      return: async () => {
        await iteration.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** The iteration that `for … of` begins, or goes on with after a restore: a checkpoint of this dataset saves where it stands. */
  iteration(): DatasetIterator<T> {
    const iteration = this.#waits ? this.#latest! : this.iterator();
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

type Predicate = (...components: readonly unknown[]) => Later<boolean | Tensor>;
