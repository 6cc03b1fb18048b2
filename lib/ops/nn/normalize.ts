// Vectors of length 1.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { defaults } from "../../core/defaults.js";
import { ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { divide, maximum, multiply } from "../elementwise/arithmetic.js";
import { abs, power, rsqrt, square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import { max } from "../reduce/extrema.js";
import { sum } from "../reduce/sum.js";

/**
 * x divided by its norm along an axis, so that vectors have length 1.
 *
 * ```ts
 * ops.normalize([[3, 4], [0, 2]]); // [[0.6, 0.8], [0, 1]]
 * ```
 *
 * @param axis     default: the last; null for all
 * @param order    which norm: 1, 2 (default), any number above 0, or Infinity
 * @param epsilon  norms below it count as it; default keras.config.epsilon()
 * @see keras.ops.normalize
 */
export const normalize = operation(
  "nn.normalize(*x, axis:ints|null=-1, order=2, epsilon:number=null)",
  (x: TensorLike, axis: number | readonly number[] | null, order: number, epsilon: number | null): Tensor => {
    const tensor = asFloat(x);
    const least = epsilon ?? defaults.epsilon;
    if (!(order > 0)) throw new ValueError("normalize", { given: `order ${order}`, expected: "an order above 0" });
    if (order === 2) return multiply(tensor, rsqrt(maximum(sum(square(tensor), { axis, keepdims: true }), least * least)));
    const size = abs(tensor);
    const norm =
      order === Infinity
        ? max(size, { axis, keepdims: true })
        : power(sum(order === 1 ? size : power(size, order), { axis, keepdims: true }), 1 / order);
    return divide(tensor, maximum(norm, least));
  },
);
