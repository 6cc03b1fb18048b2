// Where batches come from. Tensors in memory become the pipeline that a Dataset of them has: there is one shuffler, one way to gather a
// batch, one kind of position that a checkpoint saves.

import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import type { Strings } from "../../core/strings.js";
import type { Tensor } from "../../core/tensor.js";
import { leaves, mapTree, type Tree } from "../../core/tree.js";
import { isDataset } from "../../data/is-dataset.js";
import { DatasetIterator, type SavedPosition } from "../../data/iterator.js";
import { after, type Later } from "../../data/later.js";
import { fromRows, inBatches, reorder } from "../../data/pipeline.js";
import { PyDataset } from "../../data/py-dataset.js";
import { slices } from "../../data/rows.js";
import { concatenate } from "../../data/streams/concatenate.js";
import { shuffle as shuffled } from "../../data/streams/shuffle.js";
import type { Stream } from "../../data/streams/stream.js";
import { skip, take } from "../../data/streams/take.js";
import { structured, type Element } from "../../data/structure.js";
import { describeInputs } from "../../layers/base/describe.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";
import { asBatch, type Batch, type BatchesLike, type Column, isColumn, whole } from "./batches.js";

/** Where batches come from. */
export interface BatchSource {
  /** How many batches there are, null where only iterating tells. */
  readonly count: number | null;
  /** The batches, from the first on. */
  iterate(): BatchIteration;
  /** Told when an epoch begins, and when it is over. */
  onEpochBegin?(): void;
  onEpochEnd?(): void;
  /** Whether there is one pass only, as over a generator object. */
  readonly isOnce?: boolean;
}

/** One pass over the batches of a source. */
export interface BatchIteration {
  /** The next batch, null after the last one. */
  next(): Later<Batch | null>;
  /** Ends the pass before its end: generators run their `finally`. */
  close(): Later<void>;
  /** Where the pass stands, and how to go there; sources that can't say have neither. */
  saveState?(): SavedPosition;
  loadState?(state: SavedPosition): void;
}

/** How tensors in memory are cut into batches. */
export interface ArrayOptions {
  readonly batchSize: number;
  /** Whether the samples come in a new order at each pass; "batch" moves whole batches. */
  readonly shuffle: boolean | "batch";
}

/**
 * Batches of tensors in memory.
 *
 * @param parts  inputs, labels and weights, as tensors with one sample for each index of the first axis
 */
export function arraySource(where: string, parts: readonly unknown[], { batchSize, shuffle }: ArrayOptions): BatchSource {
  const samples = sampleCount(where, parts);
  // What is missing inside a structure of labels has no rows: it stands beside the pipeline.
  const present = leaves<Column | null>(parts).filter((leaf) => leaf !== null);
  const { stream, count } = batchesOf(where, present, samples, batchSize, shuffle);
  return {
    count,
    iterate: () =>
      iteration(new DatasetIterator(stream), (element) => withMissing(parts, element as readonly Column[]) as unknown as Batch),
  };
}

/** The structure of `like` with the given tensors where it has tensors, in order. */
function withMissing(like: readonly unknown[], tensors: readonly Column[]): Tree<Tensor | Strings | null> {
  let next = 0;
  return mapTree(like as Tree<Column | null>, (leaf) => (leaf === null ? null : whole(tensors[next++]!)));
}

function batchesOf(where: string, tensors: readonly Column[], samples: number, batchSize: number, shuffle: boolean | "batch") {
  const rows = fromRows(slices(structured(tensors, where)));
  const size = Math.min(batchSize, samples);
  const count = Math.ceil(samples / size);
  const mixed = <T>(input: Stream<T>): Stream<T> =>
    shuffled(input, { bufferSize: input.count!, seed: makeDefaultSeed(), reshuffleEachIteration: true });
  const { stream } = inBatches(shuffle === true ? reorder(rows, mixed) : rows, size);
  const whole = Math.floor(samples / size);
  if (shuffle !== "batch" || whole < 2) return { stream, count };
  // Whole batches change places; a last, smaller one stays behind. A batch is gathered when it is read, so it is numbers that are shuffled.
  const changed = mixed(take(stream, whole));
  return { stream: whole === count ? changed : concatenate([changed, skip(stream, whole)]), count };
}

/** Batches of a user's iterable; its items are `x`, `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export function iterableSource(where: string, given: BatchesLike, weigh: (batch: Batch) => Batch, isShuffled: boolean): BatchSource {
  const toBatch = (item: unknown): Batch => weigh(asBatch(where, item));
  if (given instanceof PyDataset) return pySource(given, isShuffled, toBatch);
  if (isDataset(given)) {
    const count = given.cardinality();
    return { count: count >= 0 ? count : null, iterate: () => iteration(given.iteration(), toBatch) };
  }
  let once: Pass | null = null;
  return {
    count: null,
    iterate() {
      if (once) return once;
      const iterable = typeof given === "function" ? given() : given;
      const pass = new Pass(iteratorOf(where, iterable), toBatch);
      // What iterates itself, as generator objects do, has one pass only: to begin anew is to go on.
      if (typeof given !== "function" && (pass.iterator as unknown) === iterable) once = pass;
      return pass;
    },
    get isOnce() {
      return once !== null;
    },
  };
}

/** Batches of a PyDataset; how many there are may change from epoch to epoch. */
const pySource = (dataset: PyDataset, isShuffled: boolean, toBatch: (item: unknown) => Batch): BatchSource => ({
  get count() {
    return dataset.length;
  },
  iterate() {
    const iterator = new DatasetIterator<unknown>(dataset.stream(isShuffled) as Stream<never>);
    return iteration(iterator, toBatch);
  },
  onEpochBegin: () => dataset.onEpochBegin(),
  onEpochEnd: () => dataset.onEpochEnd(),
});

/** A pass over a pipeline. */
const iteration = (iterator: DatasetIterator<unknown>, toBatch: (element: unknown) => Batch): BatchIteration => ({
  next: () => after(iterator.step(), ({ done, value }) => (done ? null : toBatch(value))),
  close: () => iterator.close(),
  saveState: () => iterator.saveState(),
  loadState: (state) => iterator.loadState(state),
});

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf(where: string, iterable: unknown): AnyIterator {
  if ((typeof iterable === "object" || typeof iterable === "function") && iterable !== null) {
    if (Symbol.asyncIterator in iterable) return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in iterable) return (iterable as Iterable<unknown>)[Symbol.iterator]();
  }
  throw new ArgumentError(where, {
    given: `a function that gives ${text(iterable)}`,
    expected: "a function that gives an iterable of batches",
  });
}

/** One pass over a user's iterable. */
class Pass implements BatchIteration {
  #isOver = false;

  constructor(
    readonly iterator: AnyIterator,
    readonly toBatch: (item: unknown) => Batch,
  ) {}

  next(): Later<Batch | null> {
    if (this.#isOver) return null;
    return after(this.iterator.next() as Later<IteratorResult<unknown>>, ({ done, value }) => {
      if (!done) return this.toBatch(value);
      this.#isOver = true;
      return null;
    });
  }

  close(): Later<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    return after(this.iterator.return?.() as Later<unknown>, () => {});
  }
}

/** The number of samples that all tensors have. @throws ShapeError, ValueError */
export function sampleCount(where: string, parts: readonly unknown[]): number {
  const tensors = leaves<unknown>(parts).filter(isColumn);
  const scalar = tensors.find(({ rank }) => rank === 0);
  if (scalar || tensors.length === 0)
    throw new ShapeError(where, { given: tensors.length === 0 ? "no data" : "a scalar", expected: "data with an axis of samples" });
  const counts = new Set(tensors.map(({ shape }) => shape[0]!));
  if (counts.size > 1) {
    const names = ["x", "y", "sampleWeight"];
    const given = parts.map((part, i) => `${names[i]} ${describeInputs(part)}`).join(", ");
    throw new ShapeError(where, { given, expected: "as many samples in all of them" });
  }
  const [count] = counts as unknown as [number];
  if (count === 0) throw new ValueError(where, { given: "no samples", expected: "at least one" });
  return count;
}
