import type { TensorLike } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { divide, maximum, multiply } from "../elementwise/arithmetic.js";
import { abs, power, rsqrt, square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import { max } from "../reduce/extrema.js";
import { sum } from "../reduce/sum.js";

export interface NormalizeOptions {
  /** Default: the last; null for all. */
  axis?: number | readonly number[] | null;
  /** Which norm: 1, 2, any number above 0, or Infinity. */
  order?: number;
  /** Norms below it count as it. */
  epsilon?: number;
}

/** x divided by its norm along an axis, so that vectors have length 1. */
export function normalize(x: TensorLike, { axis = -1, order = 2, epsilon = 1e-12 }: NormalizeOptions = {}): Tensor {
  const tensor = asFloat(x);
  if (!(order > 0)) throw new ValueError("normalize", { given: `order ${order}`, expected: "an order above 0" });
  if (order === 2) return multiply(tensor, rsqrt(maximum(sum(square(tensor), { axis, keepdims: true }), epsilon * epsilon)));
  const size = abs(tensor);
  const norm =
    order === Infinity
      ? max(size, { axis, keepdims: true })
      : power(sum(order === 1 ? size : power(size, order), { axis, keepdims: true }), 1 / order);
  return divide(tensor, maximum(norm, epsilon));
}
