import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, StateError, text, ValueError } from "../../core/errors.js";
import { pickRows } from "../../core/rows.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";
import { Chainable } from "../../core/tensor.js";
import { isPlainObject } from "../../config/index.js";
import { describeInputs } from "../../layers/base/describe.js";
import { flatten, mapLeaves } from "../../layers/functional/structure.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";

/** Inputs, labels and weights of some samples: `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export type Batch = readonly [x: unknown, y?: unknown, sampleWeight?: unknown];

/** What users give as inputs, labels or weights: tensors, typed or nested arrays, in arrays and records. */
export type DataLike = TensorLike | null | readonly DataLike[] | { readonly [name: string]: DataLike };

/** What gives batches: a Dataset, any iterable of batches, or a function that makes one. */
export type BatchesLike = Iterable<unknown> | AsyncIterable<unknown> | (() => Iterable<unknown> | AsyncIterable<unknown>);

/** Where batches come from. */
export interface BatchSource {
  /** How many batches there are, null where only iterating tells. */
  readonly count: number | null;
  /** The batches, from the first on. */
  iterate(): Iterator<Batch> | AsyncIterator<Batch>;
}

/** Whether a value gives batches by itself. */
export function givesBatches(value: unknown): value is BatchesLike {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Chainable)
    return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Batches of an iterable; its items are `x`, `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export function streamedBatches(where: string, given: BatchesLike, weigh: (batch: Batch) => Batch = (batch) => batch): BatchSource {
  const { cardinality } = given as { cardinality?: () => number };
  const known = typeof cardinality === "function" ? cardinality.call(given) : undefined;
  return {
    count: known !== undefined && known >= 0 ? known : null,
    iterate() {
      const iterable = typeof given === "function" ? given() : given;
      const inner = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
      return { next: async () => {
        const { done, value } = await inner.next();
        return done ? { done, value: undefined } : { done: false, value: weigh(asBatch(where, value)) };
      } }; // prettier-ignore
    },
  };
}

/** An item of a user's iterable as a batch of tensors. */
function asBatch(where: string, item: unknown): Batch {
  const parts: readonly unknown[] = Array.isArray(item) && !isNumbers(item) ? item : [item];
  if (parts.length === 0 || parts.length > 3) {
    throw new ArgumentError(where, { given: `a batch of ${parts.length} parts`, expected: "x, [x], [x, y] or [x, y, sampleWeight]" });
  }
  return parts.map((part) => toTensors(where, part)) as unknown as Batch;
}

const isNumbers = (value: unknown): boolean => Array.isArray(value) && (typeof value[0] === "number" || typeof value[0] === "boolean" || isNumbers(value[0])); // prettier-ignore

/** The data with tensors at its leaves. Arrays of numbers are tensors, arrays of tensors are several inputs. */
export function toTensors(where: string, data: unknown): unknown {
  if (data === null || data === undefined) return null;
  if (data instanceof Chainable || ArrayBuffer.isView(data) || typeof data === "number" || isNumbers(data))
    return asTensor(data as TensorLike);
  if (Array.isArray(data)) return data.map((item) => toTensors(where, item));
  if (isPlainObject(data)) return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, toTensors(where, item)]));
  throw new ArgumentError(where, { given: text(data), expected: "tensors, arrays of numbers, or arrays and records of these" });
}

export interface ArrayOptions {
  readonly batchSize: number;
  /** Whether the samples come in a new order at each iteration; "batch" moves whole batches. */
  readonly shuffle: boolean | "batch";
}

/** Data in memory. */
export class ArrayData implements BatchSource {
  readonly count: number;
  readonly samples: number;
  readonly #parts: readonly unknown[];
  readonly #options: ArrayOptions;

  /** @param parts  inputs, labels and weights, as tensors with one sample for each index of the first axis */
  constructor(where: string, parts: readonly unknown[], options: ArrayOptions) {
    this.#parts = parts;
    this.#options = options;
    this.samples = sampleCount(where, parts);
    this.count = Math.ceil(this.samples / options.batchSize);
  }

  *iterate(): Iterator<Batch> {
    const { batchSize } = this.#options;
    const order = this.#order();
    for (let begin = 0; begin < this.samples; begin += batchSize) {
      const end = Math.min(begin + batchSize, this.samples);
      const gather = (leaf: unknown) =>
        leaf instanceof Tensor ? (order ? pickRows(leaf, order.subarray(begin, end)) : rows(leaf, begin, end)) : leaf;
      yield this.#parts.map((part) => mapLeaves(part, gather)) as unknown as Batch;
    }
  }

  #order(): Int32Array | null {
    const { shuffle, batchSize } = this.#options;
    if (shuffle === false) return null;
    if (shuffle === true) return shuffled(this.samples);
    // Whole batches change places; a last, smaller one stays behind.
    const whole = Math.floor(this.samples / batchSize);
    const order = Int32Array.from({ length: this.samples }, (_, i) => i);
    shuffled(whole).forEach((from, to) => {
      for (let i = 0; i < batchSize; i++) order[to * batchSize + i] = from * batchSize + i;
    });
    return order;
  }
}

/** The number of samples that all tensors have. @throws ShapeError, ValueError */
function sampleCount(where: string, parts: readonly unknown[]): number {
  const leaves = flatten<unknown>(parts).filter((leaf): leaf is Tensor => leaf instanceof Tensor);
  const scalar = leaves.find(({ rank }) => rank === 0);
  if (scalar || leaves.length === 0)
    throw new ShapeError(where, { given: leaves.length === 0 ? "no data" : "a scalar", expected: "data with an axis of samples" });
  const counts = new Set(leaves.map(({ shape }) => shape[0]!));
  if (counts.size > 1) {
    const names = ["x", "y", "sampleWeight"];
    const given = parts.map((part, i) => `${names[i]} ${describeInputs(part)}`).join(", ");
    throw new ShapeError(where, { given, expected: "as many samples in all of them" });
  }
  const [count] = counts as unknown as [number];
  if (count === 0) throw new ValueError(where, { given: "no samples", expected: "at least one" });
  return count;
}

/** The samples from `begin` to `end`. */
export const rows = (x: Tensor, begin: number, end: number): Tensor =>
  pickRows(
    x,
    Int32Array.from({ length: end - begin }, (_, i) => begin + i),
  );

/** The numbers below `count` in random order: Fisher and Yates 1938, on numbers of Mulberry32. The global seed decides. */
function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  let state = makeDefaultSeed();
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Weights of samples by their class: labels are indices, or one-hot vectors along the last axis. */
export function classWeights(where: string, y: unknown, weights: Readonly<Record<string, number>>): Tensor {
  if (!(y instanceof Tensor))
    throw new ArgumentError(`${where}.classWeight`, { given: "labels for several outputs", expected: "a model with one output" });
  for (const [key, weight] of Object.entries(weights)) {
    if (/^\d+$/.test(key) && typeof weight === "number") continue;
    throw new ArgumentError(`${where}.classWeight`, { given: `${key}: ${text(weight)}`, expected: "a number for each index of a class" });
  }
  const labels = y.view();
  const samples = y.shape[0]!;
  const size = labels.length / samples;
  const found = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    let label = Math.round(labels[i * size]!);
    if (size > 1) {
      label = 0;
      for (let j = 1; j < size; j++) if (labels[i * size + j]! > labels[i * size + label]!) label = j;
    }
    found[i] = weights[label] ?? 1;
  }
  return adoptTensor(found, [samples], "float32");
}

/** A source, iterated epoch by epoch. */
export class EpochBatches {
  #iterator: Iterator<Batch> | AsyncIterator<Batch> | null = null;
  #first: Batch | null = null;
  #count: number | null;
  /** Batches that the present iteration has given. */
  #seen = 0;

  /** @param steps  batches of an epoch; null: all of them. Otherwise one iteration goes on through several epochs */
  constructor(
    readonly source: BatchSource,
    readonly steps: number | null,
  ) {
    this.#count = source.count;
  }

  /** Batches of an epoch, as far as they are known. */
  get count(): number | null {
    return this.steps ?? this.#count;
  }

  /** The first batch of the next epoch, which is not used up. @throws StateError where there is none */
  async peek(where: string): Promise<Batch> {
    this.#first ??= await this.#next();
    if (this.#first) return this.#first;
    throw new StateError(where, { given: "data without a single batch", expected: "at least one batch" });
  }

  /** The batches of one epoch. */
  async *epoch(): AsyncGenerator<Batch, void, void> {
    const { steps } = this;
    let step = 0;
    for (; step < (steps ?? Infinity); step++) {
      const batch = this.#first ?? (await this.#next());
      this.#first = null;
      if (batch === null) break;
      yield batch;
    }
    if (steps === null) this.#count ??= step;
    else if (step < steps)
      console.warn("The data ran out before the epoch did: it takes stepsPerEpoch · epochs batches. A Dataset goes on with .repeat().");
    const isUsedUp = this.source.count !== null && this.#seen >= this.source.count;
    if (steps === null || step < steps || isUsedUp) this.#restart();
  }

  #restart(): void {
    this.#iterator = null;
    this.#seen = 0;
  }

  async #next(): Promise<Batch | null> {
    this.#iterator ??= this.source.iterate();
    const { done, value } = await this.#iterator.next();
    if (done) return null;
    this.#seen++;
    return value;
  }
}
