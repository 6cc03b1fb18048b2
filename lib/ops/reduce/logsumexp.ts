// The logarithm of a sum of exponentials, which does not overflow.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { add, subtract } from "../elementwise/arithmetic.js";
import { exp, log } from "../elementwise/exponential.js";
import { isfinite } from "../elementwise/inspection.js";
import { where } from "../elementwise/where.js";
import { stopGradient } from "../gradient/stop-gradient.js";
import { asFloat } from "../promotion.js";
import { squeeze } from "../shaping/reshape.js";
import { max } from "./extrema.js";
import { checkAxes, type ReductionOptions, type Axis } from "./family.js";
import { sum } from "./sum.js";

/**
 * `log(sum(eˣ))`, which does not overflow; over everything, or along `axis`.
 *
 * ```ts
 * ops.logsumexp([[1, 1], [0, 1000]], 1); // [1.6931, 1000]
 * ```
 */
export const logsumexp = operation(
  "math.logsumexp(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
    const tensor = asFloat(x);
    const axes = checkAxes("logsumexp", axis, tensor.rank);
    // Of nothing: the logarithm of 0.
    const largest = max(tensor, { axis: axes, keepdims: true, initial: -Infinity });
    // Infinities are not subtracted from themselves.
    const shift = stopGradient(where(isfinite(largest), largest, 0));
    const result = add(log(sum(exp(subtract(tensor, shift)), { axis: axes, keepdims: true })), shift);
    return keepdims ? result : squeeze(result, axes);
  },
);
