// Logarithms of sums of powers, without overflow.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { asFloat, operands } from "../promotion.js";
import { add, divide, maximum, subtract } from "./arithmetic.js";
import { exp, exp2, log1p } from "./exponential.js";
import { isinf } from "./inspection.js";
import { negative } from "./negative.js";
import { abs } from "./powers.js";
import { where } from "./where.js";

/**
 * log(eᵃ + eᵇ) without overflow.
 *
 * ```ts
 * ops.logaddexp([0, 1000], [0, 1000]); // [0.6931, 1000.6932]
 * ```
 */
export const logaddexp = operation("numpy.logaddexp(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  logOfSum(x1, x2, (d) => log1p(exp(d))),
);

/**
 * log₂(2ᵃ + 2ᵇ) without overflow.
 *
 * ```ts
 * ops.logaddexp2([0, 3], [0, 3]); // [1, 4]
 * ```
 */
export const logaddexp2 = operation("numpy.logaddexp2(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  logOfSum(x1, x2, (d) => divide(log1p(exp2(d)), Math.LN2)),
);

function logOfSum(x1: TensorLike, x2: TensorLike, rest: (difference: Tensor) => Tensor): Tensor {
  const [a, b] = operands(x1, x2).map(asFloat) as [Tensor, Tensor]; // unsigned differences have no sign
  const larger = maximum(a, b);
  const difference = negative(abs(subtract(a, b)));
  // Two equal infinities have no difference.
  return where(isinf(larger), larger, add(larger, rest(difference)));
}
