import { kernels } from "../../generated/kernels.js";
import { asFloat } from "../promotion.js";
import { COSTLY_GRAIN } from "../rules.js";
import { add, divide, multiply, subtract } from "./arithmetic.js";
import { binary, unary, type Binary, type Unary } from "./family.js";
import { negative, rsqrt, sqrt, square } from "./powers.js";

/** The sine of x, in radians. */
export const sin: Unary = unary({ name: "sin", kernel: kernels.sin_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, cos(x)) });

/** The cosine of x, in radians. */
export const cos: Unary = unary({
  name: "cos",
  kernel: kernels.cos_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => negative(multiply(dy, sin(x))),
});

/** The tangent of x, in radians. */
export const tan: Unary = unary({
  name: "tan",
  kernel: kernels.tan_f32,
  keeps: ["y"],
  gradient: (dy, { y }) => multiply(dy, add(square(y), 1)),
});

/** The angle in [−π/2, π/2] whose sine is x. */
export const arcsin: Unary = unary({
  name: "arcsin",
  kernel: kernels.asin_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => multiply(dy, rsqrt(subtract(1, square(x)))),
});

/** The angle in [0, π] whose cosine is x. */
export const arccos: Unary = unary({
  name: "arccos",
  kernel: kernels.acos_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => negative(multiply(dy, rsqrt(subtract(1, square(x))))),
});

/** The angle in (−π/2, π/2) whose tangent is x. */
export const arctan: Unary = unary({
  name: "arctan",
  kernel: kernels.atan_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => divide(dy, add(square(x), 1)),
});

const arctan2Op: Binary = binary({
  name: "arctan2",
  kernels: { float32: kernels.atan2_f32 },
  keeps: ["a", "b"],
  gradient: {
    a: (dy, { a, b }) => divide(multiply(dy, b), add(square(a), square(b))),
    b: (dy, { a, b }) => negative(divide(multiply(dy, a), add(square(a), square(b)))),
  },
  grain: COSTLY_GRAIN,
});

/** The angle of the point (x2, x1), −π to π. */
export const arctan2: Binary = (x1, x2) => arctan2Op(asFloat(x1), asFloat(x2));

/** The hyperbolic sine of x. */
export const sinh: Unary = unary({ name: "sinh", kernel: kernels.sinh_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, cosh(x)) });

/** The hyperbolic cosine of x. */
export const cosh: Unary = unary({ name: "cosh", kernel: kernels.cosh_f32, keeps: ["x"], gradient: (dy, { x }) => multiply(dy, sinh(x)) });

/** The number whose hyperbolic sine is x. */
export const arcsinh: Unary = unary({
  name: "arcsinh",
  kernel: kernels.asinh_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => multiply(dy, rsqrt(add(square(x), 1))),
});

/** The number whose hyperbolic cosine is x, NaN below 1. */
export const arccosh: Unary = unary({
  name: "arccosh",
  kernel: kernels.acosh_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => divide(dy, sqrt(multiply(subtract(x, 1), add(x, 1)))),
});

/** The number whose hyperbolic tangent is x. */
export const arctanh: Unary = unary({
  name: "arctanh",
  kernel: kernels.atanh_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => divide(dy, subtract(1, square(x))),
});

/** Degrees as radians. */
export const deg2rad: Unary = (x) => multiply(asFloat(x), Math.PI / 180);

/** Radians as degrees. */
export const rad2deg: Unary = (x) => multiply(asFloat(x), 180 / Math.PI);
