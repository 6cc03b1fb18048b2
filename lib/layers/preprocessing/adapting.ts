// How `adapt` goes through its data: one batch at a time, at once where nothing is asynchronous.

import { checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, StateError, text } from "../../core/errors.js";
import { isStrings, Strings } from "../../core/strings.js";
import { Chainable } from "../../core/tensor.js";
import { Dataset } from "../../data/dataset.js";

/** What `adapt` gives: nothing where the data was at hand, a promise where it had to wait. `await` suits both. */
export type Adapted = void | Promise<void>;

/** What `adapt` takes: one batch as a tensor, nested arrays or strings; or a Dataset or another iterable of batches. */
export type AdaptData = unknown;

export interface AdaptOptions {
  /** Batches to use at most. Default: all. */
  readonly steps?: number | null;
}

/** Whether the data is one batch: a tensor, numbers, strings, or nested arrays of numbers or strings. */
export function isOneBatch(data: unknown): boolean {
  if (data instanceof Chainable || data instanceof Strings || ArrayBuffer.isView(data) || isStrings(data)) return true;
  if (typeof data === "number" || typeof data === "bigint" || typeof data === "boolean") return true;
  if (!Array.isArray(data) || data.length === 0) return Array.isArray(data);
  const [first] = data as readonly unknown[];
  return !(first instanceof Chainable || ArrayBuffer.isView(first)) && isOneBatch(first);
}

/** What is done with batches. */
export interface BatchWork {
  /** Forgets what was learned. */
  begin(): void;
  /** Learns from a batch; `isWhole` says that it is all of the data. */
  update(batch: unknown, isWhole: boolean): void;
  finish(): void;
}

/** Goes through the data, batch by batch. @throws ArgumentError for what is no data */
export function forEachBatch(where: string, data: AdaptData, options: AdaptOptions, work: BatchWork): Adapted {
  checkOptions(where, [options], 0, ["steps", "batchSize"]);
  const { steps = null } = options;
  if (steps !== null && !(Number.isInteger(steps) && steps > 0)) {
    throw new ArgumentError(`${where}.steps`, { given: text(steps), expected: "a positive integer, or null" });
  }
  const most = steps ?? Infinity;
  if (isOneBatch(data)) {
    work.begin();
    work.update(data, true);
    return work.finish();
  }
  if (data instanceof Dataset) return throughDataset(where, data, most, work);
  if (typeof data === "object" && data !== null && Symbol.iterator in data) {
    return throughIterator(where, (data as Iterable<unknown>)[Symbol.iterator](), most, work);
  }
  if (typeof data === "object" && data !== null && Symbol.asyncIterator in data) {
    return throughAsync(where, data as AsyncIterable<unknown>, most, work);
  }
  throw new ArgumentError(where, { given: text(data), expected: "a tensor, nested arrays, a Dataset, or an iterable of batches" });
}

/** A dataset without asynchronous stages is gone through at once; where one shows, it begins anew and waits. */
function throughDataset(where: string, dataset: Dataset<unknown>, most: number, work: BatchWork): Adapted {
  const iterator = dataset.iterator();
  let waits = false;
  const next = (): IteratorResult<unknown> => {
    try {
      return iterator.next();
    } catch (error) {
      waits = error instanceof StateError && error.where === "dataset";
      if (waits) return { done: true, value: undefined };
      throw error;
    }
  };
  work.begin();
  let count = 0;
  for (let item = next(); !item.done && count < most; item = next()) {
    work.update(item.value, false);
    count++;
  }
  void iterator.close();
  if (waits) return throughAsync(where, { [Symbol.asyncIterator]: () => dataset.iterator()[Symbol.asyncIterator]() }, most, work);
  finish(where, count, work);
}

function throughIterator(where: string, iterator: Iterator<unknown>, most: number, work: BatchWork): void {
  work.begin();
  let count = 0;
  for (let item = iterator.next(); !item.done; item = iterator.next()) {
    work.update(item.value, false);
    if (++count < most) continue;
    iterator.return?.();
    break;
  }
  finish(where, count, work);
}

async function throughAsync(where: string, source: AsyncIterable<unknown>, most: number, work: BatchWork): Promise<void> {
  work.begin();
  let count = 0;
  for await (const batch of source) {
    work.update(batch, false);
    if (++count >= most) break;
  }
  finish(where, count, work);
}

function finish(where: string, count: number, work: BatchWork): void {
  if (count === 0) throw new ArgumentError(where, { given: "no batches", expected: "at least one" });
  work.finish();
}

/** The inputs of a batch that may be a pair of inputs and targets. */
export const inputsOf = (batch: unknown): unknown =>
  Array.isArray(batch) && !isOneBatch(batch) ? (batch as readonly unknown[])[0] : batch;

/** A batch of numbers as a tensor. */
export const numbersOf = (batch: unknown): ReturnType<typeof asTensor> => asTensor(inputsOf(batch) as TensorLike);
