// Where batches come from. Tensors in memory become a Dataset here, so that there is one pipeline: one shuffler, one way to gather a batch,
// one kind of position that a checkpoint saves.

import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import type { Strings } from "../../core/strings.js";
import type { Tensor } from "../../core/tensor.js";
import { leaves, mapTree, type Tree } from "../../core/tree.js";
import { Dataset } from "../../data/dataset.js";
import { DatasetIterator, type SavedPosition } from "../../data/iterator.js";
import { after, type Later } from "../../data/later.js";
import { PyDataset } from "../../data/py-dataset.js";
import type { Stream } from "../../data/streams/stream.js";
import { describeInputs } from "../../layers/base/describe.js";
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
  const { dataset, count } = datasetOf(present, samples, batchSize, shuffle);
  return datasetSource(dataset, count, (element) => withMissing(parts, element as readonly Column[]) as unknown as Batch);
}

/** The structure of `like` with the given tensors where it has tensors, in order. */
function withMissing(like: readonly unknown[], tensors: readonly Column[]): Tree<Tensor | Strings | null> {
  let next = 0;
  return mapTree(like as Tree<Column | null>, (leaf) => (leaf === null ? null : whole(tensors[next++]!)));
}

function datasetOf(tensors: readonly Column[], samples: number, batchSize: number, shuffle: boolean | "batch") {
  const rows = Dataset.fromTensorSlices(tensors) as unknown as Dataset<unknown>;
  const size = Math.min(batchSize, samples);
  const count = Math.ceil(samples / size);
  if (shuffle === true) return { dataset: rows.shuffle(samples).batch(size), count };
  const batches = rows.batch(size);
  const whole = Math.floor(samples / size);
  if (shuffle === false || whole < 2) return { dataset: batches, count };
  // Whole batches change places; a last, smaller one stays behind. A batch is gathered when it is read, so it is numbers that are shuffled.
  const mixed = batches.take(whole).shuffle(whole);
  return { dataset: whole === count ? mixed : mixed.concatenate(batches.skip(whole)), count };
}

/** Batches that a Dataset gives. */
const datasetSource = (dataset: Dataset<unknown>, count: number | null, toBatch: (element: unknown) => Batch): BatchSource => ({
  count,
  iterate: () => iteration(dataset.iteration(), toBatch),
});

/** Batches of a user's iterable; its items are `x`, `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export function iterableSource(where: string, given: BatchesLike, weigh: (batch: Batch) => Batch, isShuffled: boolean): BatchSource {
  const toBatch = (item: unknown): Batch => weigh(asBatch(where, item));
  if (given instanceof PyDataset) return pySource(given, isShuffled, toBatch);
  if (given instanceof Dataset) {
    const count = given.cardinality();
    return datasetSource(given as Dataset<unknown>, count >= 0 ? count : null, toBatch);
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
