// Batches as users give them: what counts as data, and what an item of an iterable means.

import { isSparse, type Sparse } from "../../core/sparse.js";
import { checkDepth, MAX_DEPTH } from "../../core/tree.js";
import { isPlainObject } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, text } from "../../core/errors.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { pickRows } from "../../core/rows.js";

/** Inputs, labels and weights of some samples: `[x, y, sampleWeight]`, with null for what there is not; `[x]` is an array that a user gave. */
export type Batch = readonly [x: unknown, y?: unknown, sampleWeight?: unknown];

/** What users give as inputs, labels or weights: tensors, typed or nested arrays, in arrays and records. */
export type DataLike = TensorLike | NestedStrings | null | readonly DataLike[] | { readonly [name: string]: DataLike };

/** What gives batches: a Dataset, a PyDataset, any iterable of batches, or a function that makes one. */
export type BatchesLike = Iterable<unknown> | AsyncIterable<unknown> | (() => Iterable<unknown> | AsyncIterable<unknown>);

/** Whether a value gives batches by itself. */
export function givesBatches(value: unknown): value is BatchesLike {
  if (value instanceof Chainable) return false;
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** An item of a user's iterable as a batch of tensors. */
export function asBatch(where: string, item: unknown): Batch {
  const parts: readonly unknown[] = Array.isArray(item) && !isNumbers(item) && !isStrings(item) ? item : [item];
  if (parts.length === 0 || parts.length > 3) {
    throw new ArgumentError(where, { given: `a batch of ${parts.length} parts`, expected: "x, [x], [x, y] or [x, y, sampleWeight]" });
  }
  const tensors = parts.map((part, i) => toTensors(where, part, i === 0));
  return (parts === item ? tensors : [...tensors, null]) as unknown as Batch;
}

const isNumbers = (value: unknown, depth = 0): boolean =>
  Array.isArray(value) &&
  depth <= MAX_DEPTH &&
  (typeof value[0] === "number" || typeof value[0] === "boolean" || isNumbers(value[0], depth + 1));

/**
 * The data with tensors at its leaves. Arrays of numbers are tensors, arrays of tensors are several inputs.
 *
 * @param takesStrings  whether strings do as well, as they do for inputs
 * @param keepsSparse   whether sparse tensors stay sparse: those in memory are whole tensors batch by batch
 */
export function toTensors(where: string, data: unknown, takesStrings = false, keepsSparse = false): unknown {
  checkDepth(where, data);
  return converted(where, data, takesStrings, keepsSparse);
}

function converted(where: string, data: unknown, takesStrings: boolean, keepsSparse: boolean): unknown {
  if (data === null || data === undefined) return null;
  if (keepsSparse && isSparse(data)) return data;
  if (data instanceof Chainable || ArrayBuffer.isView(data) || typeof data === "number" || isNumbers(data))
    return asTensor(data as TensorLike);
  if (data instanceof Strings && takesStrings) return data;
  if (takesStrings && isStrings(data)) return Strings.of(data, where);
  if (Array.isArray(data)) return data.map((item) => converted(where, item, takesStrings, keepsSparse));
  if (isPlainObject(data)) {
    return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, converted(where, item, takesStrings, keepsSparse)]));
  }
  throw new ArgumentError(where, {
    given: text(data instanceof Strings ? data.nested() : data),
    expected: `tensors, arrays of numbers${takesStrings ? " or strings" : ""}, or arrays and records of these`,
  });
}

/** What has samples along its first axis: a tensor, strings, or a sparse tensor. */
export type Column = Tensor | Strings | Sparse;

export const isColumn = (leaf: unknown): leaf is Column => leaf instanceof Tensor || leaf instanceof Strings || isSparse(leaf);

/** A column of a batch as a model takes it. */
export const whole = (column: Column): Tensor | Strings => (column instanceof Strings ? column : column.value());

/** The samples from `begin` to `end`. */
export function rows(x: Column, begin: number, end: number): Column {
  const numbers = Int32Array.from({ length: end - begin }, (_, i) => begin + i);
  if (x instanceof Tensor) return pickRows(x, numbers);
  return x instanceof Strings ? x.pick([...numbers]) : x.gather([...numbers]);
}
