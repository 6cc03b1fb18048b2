// Exponentials and logarithms.

import { operation } from "../../core/operation.js";
import { kernels } from "../../generated/kernels.js";
import { add, divide, multiply } from "./arithmetic.js";
import { unary, type Unary } from "./family.js";

/** eˣ. */
export const exp: Unary = operation(
  "numpy.exp(*x)",
  unary({ name: "exp", kernel: kernels.exp_f32, keeps: ["y"], gradient: (dy, { y }) => multiply(dy, y) }),
);

/** 2ˣ. */
export const exp2: Unary = operation(
  "numpy.exp2(*x)",
  unary({
    name: "exp2",
    kernel: kernels.exp2_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, multiply(y, Math.LN2)),
  }),
);

/** eˣ − 1, exact for small x. */
export const expm1: Unary = operation(
  "numpy.expm1(*x)",
  unary({
    name: "expm1",
    kernel: kernels.expm1_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => multiply(dy, add(y, 1)),
  }),
);

/** The natural logarithm of x; −Infinity at 0, NaN below. */
export const log: Unary = operation(
  "numpy.log(*x)",
  unary({ name: "log", kernel: kernels.log_f32, keeps: ["x"], gradient: (dy, { x }) => divide(dy, x) }),
);

/** The logarithm of x to base 2. */
export const log2: Unary = operation(
  "numpy.log2(*x)",
  unary({
    name: "log2",
    kernel: kernels.log2_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, multiply(x, Math.LN2)),
  }),
);

/** The logarithm of x to base 10. */
export const log10: Unary = operation(
  "numpy.log10(*x)",
  unary({
    name: "log10",
    kernel: kernels.log10_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, multiply(x, Math.LN10)),
  }),
);

/** log(1 + x), exact for small x. */
export const log1p: Unary = operation(
  "numpy.log1p(*x)",
  unary({
    name: "log1p",
    kernel: kernels.log1p_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => divide(dy, add(x, 1)),
  }),
);
