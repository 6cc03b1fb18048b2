// Exponentials and logarithms.

import { operation } from "../../core/operation.js";
import { kernels } from "../../generated/kernels/core.js";
import { add, divide, multiply } from "./arithmetic.js";
import { unary, type Unary } from "./family.js";

/**
 * eˣ.
 *
 * ```ts
 * ops.exp([0, 1]); // [1, 2.7183]
 * ```
 */
export const exp: Unary = operation(
  "numpy.exp(*x)",
  unary({ name: "exp", kernel: kernels.exp_f32, keeps: ["y"], gradient: (dy, { y }) => multiply(dy, y) }),
);

/**
 * 2ˣ.
 *
 * ```ts
 * ops.exp2([0, 3]); // [1, 8]
 * ```
 */
export const exp2: Unary = operation(
  "numpy.exp2(*x)",
  unary({
    name: "exp2",
    kernel: kernels.exp2_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, multiply(y, Math.LN2)),
  }),
);

/**
 * eˣ − 1, exact for small x.
 *
 * ```ts
 * ops.expm1([0, 1]); // [0, 1.7183]
 * ```
 */
export const expm1: Unary = operation(
  "numpy.expm1(*x)",
  unary({
    name: "expm1",
    kernel: kernels.expm1_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, add(y, 1)),
  }),
);

/**
 * The natural logarithm of x; −Infinity at 0, NaN below.
 *
 * ```ts
 * ops.log([1, 10]); // [0, 2.3026]
 * ```
 */
export const log: Unary = operation(
  "numpy.log(*x)",
  unary({ name: "log", kernel: kernels.log_f32, keeps: ["x"], gradient: (dy, { x }) => divide(dy, x) }),
);

/**
 * The logarithm of x to base 2.
 *
 * ```ts
 * ops.log2([1, 8]); // [0, 3]
 * ```
 */
export const log2: Unary = operation(
  "numpy.log2(*x)",
  unary({
    name: "log2",
    kernel: kernels.log2_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, multiply(x, Math.LN2)),
  }),
);

/**
 * The logarithm of x to base 10.
 *
 * ```ts
 * ops.log10([1, 1000]); // [0, 3]
 * ```
 */
export const log10: Unary = operation(
  "numpy.log10(*x)",
  unary({
    name: "log10",
    kernel: kernels.log10_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, multiply(x, Math.LN10)),
  }),
);

/**
 * log(1 + x), exact for small x.
 *
 * ```ts
 * ops.log1p([0, 1]); // [0, 0.6931]
 * ```
 */
export const log1p: Unary = operation(
  "numpy.log1p(*x)",
  unary({
    name: "log1p",
    kernel: kernels.log1p_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, add(x, 1)),
  }),
);
