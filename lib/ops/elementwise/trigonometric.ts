// Trigonometric and hyperbolic functions and their inverses.

import type { Tensor } from "../../core/tensor.js";
import type { TensorLike } from "../../core/convert.js";
import { operation } from "../../core/operation.js";
import { kernels } from "../../generated/kernels/functions.js";
import { asFloat } from "../promotion.js";
import { COSTLY_GRAIN } from "../rules.js";
import { add, divide, multiply, subtract } from "./arithmetic.js";
import { binary, unary, type Binary, type BinaryFunction, type Unary } from "./family.js";
import { negative, rsqrt, sqrt, square } from "./powers.js";

/**
 * The sine of x, in radians.
 *
 * ```ts
 * ops.sin([0, 1]); // [0, 0.8415]
 * ```
 */
export const sin: Unary = operation(
  "numpy.sin(*x)",
  unary({ name: "sin", kernel: kernels.sin_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, cos(x)) }),
);

/**
 * The cosine of x, in radians.
 *
 * ```ts
 * ops.cos([0, 1]); // [1, 0.5403]
 * ```
 */
export const cos: Unary = operation(
  "numpy.cos(*x)",
  unary({
    name: "cos",
    kernel: kernels.cos_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => negative(multiply(dy, sin(x))),
  }),
);

/**
 * The tangent of x, in radians.
 *
 * ```ts
 * ops.tan([0, 1]); // [0, 1.5574]
 * ```
 */
export const tan: Unary = operation(
  "numpy.tan(*x)",
  unary({
    name: "tan",
    kernel: kernels.tan_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, add(square(y), 1)),
  }),
);

/**
 * The angle in [−π/2, π/2] whose sine is x.
 *
 * ```ts
 * ops.arcsin([0, 0.5, 1]); // [0, 0.5236, 1.5708]
 * ```
 */
export const arcsin: Unary = operation(
  "numpy.arcsin(*x)",
  unary({
    name: "arcsin",
    kernel: kernels.asin_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => multiply(dy, rsqrt(subtract(1, square(x)))),
  }),
);

/**
 * The angle in [0, π] whose cosine is x.
 *
 * ```ts
 * ops.arccos([1, 0, -1]); // [0, 1.5708, 3.1416]
 * ```
 */
export const arccos: Unary = operation(
  "numpy.arccos(*x)",
  unary({
    name: "arccos",
    kernel: kernels.acos_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => negative(multiply(dy, rsqrt(subtract(1, square(x))))),
  }),
);

/**
 * The angle in (−π/2, π/2) whose tangent is x.
 *
 * ```ts
 * ops.arctan([0, 1, -1]); // [0, 0.7854, -0.7854]
 * ```
 */
export const arctan: Unary = operation(
  "numpy.arctan(*x)",
  unary({
    name: "arctan",
    kernel: kernels.atan_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, add(square(x), 1)),
  }),
);

const arctan2Op: BinaryFunction = binary({
  name: "arctan2",
  kernels: { float32: kernels.atan2_f32 },
  keeps: ["a", "b"],
  gradient: {
    a: (dy, { a, b }) => divide(multiply(dy, b), add(square(a), square(b))),
    b: (dy, { a, b }) => negative(divide(multiply(dy, a), add(square(a), square(b)))),
  },
  grain: COSTLY_GRAIN,
});

/**
 * The angle of the point (x2, x1), −π to π.
 *
 * ```ts
 * ops.arctan2([1, -1], [1, -1]); // [0.7854, -2.3562]
 * ```
 */
export const arctan2 = operation("numpy.arctan2(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  arctan2Op(asFloat(x1), asFloat(x2)),
);

/**
 * The hyperbolic sine of x.
 *
 * ```ts
 * ops.sinh([0, 1]); // [0, 1.1752]
 * ```
 */
export const sinh: Unary = operation(
  "numpy.sinh(*x)",
  unary({ name: "sinh", kernel: kernels.sinh_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, cosh(x)) }),
);

/**
 * The hyperbolic cosine of x.
 *
 * ```ts
 * ops.cosh([0, 1]); // [1, 1.5431]
 * ```
 */
export const cosh: Unary = operation(
  "numpy.cosh(*x)",
  unary({ name: "cosh", kernel: kernels.cosh_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, sinh(x)) }),
);

/**
 * The number whose hyperbolic sine is x.
 *
 * ```ts
 * ops.arcsinh([0, 1]); // [0, 0.8814]
 * ```
 */
export const arcsinh: Unary = operation(
  "numpy.arcsinh(*x)",
  unary({
    name: "arcsinh",
    kernel: kernels.asinh_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => multiply(dy, rsqrt(add(square(x), 1))),
  }),
);

/**
 * The number whose hyperbolic cosine is x, NaN below 1.
 *
 * ```ts
 * ops.arccosh([1, 2]); // [0, 1.3170]
 * ```
 */
export const arccosh: Unary = operation(
  "numpy.arccosh(*x)",
  unary({
    name: "arccosh",
    kernel: kernels.acosh_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, sqrt(multiply(subtract(x, 1), add(x, 1)))),
  }),
);

/**
 * The number whose hyperbolic tangent is x.
 *
 * ```ts
 * ops.arctanh([0, 0.5]); // [0, 0.5493]
 * ```
 */
export const arctanh: Unary = operation(
  "numpy.arctanh(*x)",
  unary({
    name: "arctanh",
    kernel: kernels.atanh_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, subtract(1, square(x))),
  }),
);

/**
 * Degrees as radians.
 *
 * ```ts
 * ops.deg2rad([0, 90, 180]); // [0, 1.5708, 3.1416]
 * ```
 */
export const deg2rad = operation("numpy.deg2rad(*x)", (x: TensorLike): Tensor => multiply(asFloat(x), Math.PI / 180));

/**
 * Radians as degrees.
 *
 * ```ts
 * ops.rad2deg([0, Math.PI]); // [0, 180]
 * ```
 */
export const rad2deg = operation("numpy.rad2deg(*x)", (x: TensorLike): Tensor => multiply(asFloat(x), 180 / Math.PI));
