import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { operands } from "../promotion.js";
import { add, divide, maximum, multiply, subtract } from "./arithmetic.js";
import { unary, type Binary, type Unary } from "./family.js";
import { isinf } from "./inspection.js";
import { abs, negative } from "./powers.js";
import { where } from "./where.js";

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

/** log(eᵃ + eᵇ) without overflow. */
export const logaddexp = operation("numpy.logaddexp(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  logOfSum(x1, x2, (d) => log1p(exp(d))),
);

/** log₂(2ᵃ + 2ᵇ) without overflow. */
export const logaddexp2 = operation("numpy.logaddexp2(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  logOfSum(x1, x2, (d) => divide(log1p(exp2(d)), Math.LN2)),
);

function logOfSum(x1: TensorLike, x2: TensorLike, rest: (difference: Tensor) => Tensor): Tensor {
  const [a, b] = operands(x1, x2);
  const larger = maximum(a, b);
  const difference = negative(abs(subtract(a, b)));
  // Two equal infinities have no difference.
  return where(isinf(larger), larger, add(larger, rest(difference)));
}
