// The error function, its complement and its inverse.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/activations.js";
import { multiply, subtract } from "./arithmetic.js";
import { exp } from "./exponential.js";
import { unary, type Unary } from "./family.js";
import { negative, square } from "./powers.js";

/**
 * The error function: 2 / √π · ∫₀ˣ e^(−t²) dt.
 *
 * ```ts
 * ops.erf([0, 1]); // [0, 0.8427]
 * ```
 */
export const erf: Unary = operation(
  "math.erf(*x)",
  unary({
    name: "erf",
    kernel: kernels.erf_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => multiply(dy, multiply(exp(negative(square(x))), 2 / Math.sqrt(Math.PI))),
  }),
);

/**
 * 1 − erf(x).
 *
 * ```ts
 * ops.erfc([0, 1]); // [1, 0.1573]
 * ```
 */
export const erfc = operation("math.erfc(*x)", (x: TensorLike): Tensor => subtract(1, erf(x)));

/**
 * The number whose error function is x; ±Infinity at ±1, NaN beyond.
 *
 * ```ts
 * ops.erfinv([0, 0.5]); // [0, 0.4769]
 * ```
 */
export const erfinv: Unary = operation(
  "math.erfinv(*x)",
  unary({
    name: "erfinv",
    kernel: kernels.erfinv_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, multiply(exp(square(y)), Math.sqrt(Math.PI) / 2)),
  }),
);
