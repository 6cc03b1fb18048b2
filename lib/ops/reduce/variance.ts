// Variance and standard deviation.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { subtract } from "../elementwise/arithmetic.js";
import { sqrt, square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import type { Axis } from "./family.js";
import { mean } from "./sum.js";

/**
 * Mean of the squared distances from the mean; over everything, or along `axis`.
 *
 * ```ts
 * ops.var([1, 2, 3, 4]); // 1.25
 * ```
 */
export const variance = operation(
  "numpy.var(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
    const tensor = asFloat(x);
    return mean(square(subtract(tensor, mean(tensor, { axis, keepdims: true }))), { axis, keepdims });
  },
);

/**
 * Root of the variance.
 *
 * ```ts
 * ops.std([1, 2, 3, 4]); // 1.1180
 * ```
 */
export const std = operation("numpy.std(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
  return sqrt(variance(x, { axis, keepdims }));
});
