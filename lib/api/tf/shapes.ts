// TensorFlow's names of operations on shapes, and of what makes tensors.

import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ArgumentError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, multiply, oneHot as plainOneHot, split as splitAt, take } from "../../ops/index.js";

export {
  arange as range, argsort, eye, flip as reverse, unstack, broadcastTo, cast, concatenate as concat, expandDims, fullLike, full as fill, ones, onesLike, reshape, slice, squeeze, stack, transpose, where, zeros, zerosLike,
} from "../../ops/index.js"; // prettier-ignore
export { identity, stopGradient } from "../../ops/gradient/stop-gradient.js";

export interface GatherOptions {
  /** The axis that is indexed. Default: 0. */
  axis?: number;
}

/** Slices of params along an axis, at the indices. TensorFlow: tf.gather. */
export const gather = (params: TensorLike, indices: TensorLike, { axis = 0 }: GatherOptions = {}): Tensor => take(params, indices, axis);

export interface OneHotOptions {
  /** What stands at the index. Default: 1. */
  onValue?: number;
  /** What stands elsewhere. Default: 0. */
  offValue?: number;
  /** Where the new axis stands. Default: the last one. */
  axis?: number;
  /** Default: float32. */
  dtype?: Dtype;
}

/** `depth` elements for each index: onValue at the index, offValue elsewhere. TensorFlow: tf.one_hot. */
export function oneHot(
  indices: TensorLike,
  depth: number,
  { onValue = 1, offValue = 0, axis = -1, dtype = "float32" }: OneHotOptions = {},
): Tensor {
  const hot = plainOneHot(indices, depth, { axis });
  return cast(onValue === 1 && offValue === 0 ? hot : add(multiply(hot, onValue - offValue), offValue), dtype);
}

/**
 * Parts of a tensor along an axis. TensorFlow: tf.split.
 *
 * @param numOrSizes  the number of equal parts, or the length of each part (one may be −1: what is left)
 */
export function split(value: TensorLike, numOrSizes: number | readonly number[], axis = 0): Tensor[] {
  if (typeof numOrSizes === "number") return splitAt(value, numOrSizes, axis);
  const tensor = asTensor(value);
  const length = tensor.shape[checkAxis("split", axis, tensor.rank)] ?? 0;
  const given = numOrSizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  const sizes = numOrSizes.map((size) => (size === -1 ? length - given : size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== length || sizes.some((size) => size < 0)) {
    throw new ArgumentError("split", {
      given: `sizes [${numOrSizes.join(", ")}]`,
      expected: `sizes that add up to ${length}, the length of axis ${axis}`,
    });
  }
  let at = 0;
  return splitAt(
    tensor,
    sizes.slice(0, -1).map((size) => (at += size)),
    axis,
  );
}
