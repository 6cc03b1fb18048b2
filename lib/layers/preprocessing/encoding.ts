// Numbers of categories as one-hot, multi-hot or counted vectors.

import { type Dtype, isFloat } from "../../core/dtype.js";
import { ArgumentError, ValueError } from "../../core/errors.js";
import { isKnown, sizeOf } from "../../core/shape.js";
import { inForm } from "../../core/sparse.js";
import type { Tensor } from "../../core/tensor.js";
import { addAt, asIndices } from "../../ops/indexing/take.js";
import { sparseIn } from "../../sparse/sparse-tensor.js";
import {
  broadcastTo, cast, expandDims, greater, greaterEqual, less, logicalAnd, max, min, multiply, oneHot, ravel, reshape, squeeze, sum, where,
} from "../../ops/index.js"; // prettier-ignore

// Category indices as what a network takes: the numbers themselves, one-hot vectors, sets, counts.

export type EncodingMode = "int" | "one_hot" | "multi_hot" | "count";

export interface EncodingOptions {
  readonly mode: EncodingMode;
  /** Number of categories. */
  readonly depth: number;
  readonly dtype: Dtype;
  /** What each index counts; default 1. */
  readonly weights?: Tensor | undefined;
}

/** What a layer puts out, as a sparse tensor where its option says so: in a model or a trace, which has no values yet, the whole tensor. */
export const inItsForm = ({ name, options: { sparse } }: { name: string; options: { sparse: boolean } }, y: Tensor): Tensor =>
  inForm(name, sparse, y, sparseIn);

/** @throws ArgumentError for numbers of categories that are to be sparse */
export function checkSparse({ name, options }: { name: string; options: { sparse: boolean; outputMode: string } }): void {
  if (!options.sparse || options.outputMode !== "int") return;
  throw new ArgumentError(`${name}.sparse`, { given: 'true in mode "int"', expected: "it in the other modes only" });
}

/**
 * Encoded indices. "one_hot" adds an axis (or takes the place of a last axis of length 1); "multi_hot" and "count" do away with axis 1
 * (of a vector: with its only axis). Indices of no category count nowhere.
 */
export function encode(indices: Tensor, { mode, depth, dtype, weights }: EncodingOptions): Tensor {
  if (mode === "int") return cast(indices, dtype);
  const x = indices.rank === 0 ? expandDims(indices, -1) : indices;
  if (mode === "one_hot") return oneHot(x.rank > 1 && x.shape.at(-1) === 1 ? squeeze(x, -1) : x, depth, { dtype });
  const axis = x.rank > 1 ? 1 : 0;
  const kind = weights ? weights.dtype : dtype;
  if (x.rank <= 2 && isKnown(x.shape)) {
    const counts = countsOf(x, depth, weights);
    return cast(mode === "count" ? counts : greater(counts, 0), kind);
  }
  const hot = oneHot(x, depth, { dtype: kind });
  if (mode === "multi_hot") return max(hot, { axis });
  return sum(weights ? multiply(hot, expandDims(weights, -1)) : hot, { axis });
}

/** How often each category occurs in each row. */
function countsOf(x: Tensor, depth: number, weights?: Tensor): Tensor {
  const shape = x.shape as readonly number[];
  const rows = x.rank === 1 ? 1 : shape[0]!;
  const places = asIndices(x);
  const starts = Int32Array.from({ length: rows }, (_, row) => row * depth);
  const inside = logicalAnd(greaterEqual(places, 0), less(places, depth));
  const flat = where(inside, x.rank === 1 ? places : places.add(reshape(starts, [rows, 1])), 0);
  const counted = cast(inside, weights ? "float32" : "int32");
  const amounts = weights ? multiply(counted, broadcastTo(weights, shape)) : counted;
  const counts = sizeOf(shape) === 0 ? multiply(amounts, 0) : amounts;
  const result = addAt(ravel(counts), ravel(flat), [rows * depth]);
  return x.rank === 1 ? result : reshape(result, [rows, depth]);
}

/**
 * Refuses NaN, and negative indices where categories are counted, as TensorFlow does; eagerly only, since a trace has no values.
 */
export function checkIndices(layer: string, indices: Tensor, mode: EncodingMode): void {
  if (indices.isSymbolic || indices.size === 0) return;
  const lost = isFloat(indices.dtype) ? indices.view().find((each) => !Number.isFinite(each)) : undefined;
  if (lost !== undefined) throw new ValueError(layer, { given: `the index ${lost}`, expected: "whole numbers" });
  if (mode === "one_hot" || mode === "int") return;
  const least = min(indices).item() as number;
  if (least < 0) throw new ValueError(layer, { given: `the index ${least}`, expected: "indices of at least 0" });
}
