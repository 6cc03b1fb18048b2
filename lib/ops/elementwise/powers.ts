// Absolute value, sign, squares, roots and powers.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { COSTLY_GRAIN } from "../rules.js";
import { divide, multiply, subtract } from "./arithmetic.js";
import { cast } from "./cast.js";
import { equal } from "./comparison.js";
import { log } from "./exponential.js";
import { binary, unary, unaryOfNumbers, type BinaryFunction, type Unary, type UnaryFunction } from "./family.js";
import { negative } from "./negative.js";
import { where } from "./where.js";

export { negative };

/**
 * |x|. Its slope at 0 is 0.
 *
 * ```ts
 * ops.abs([-1, 2]); // [1, 2]
 * ```
 */
export const abs: Unary = operation(
  "numpy.abs(*x)",
  unaryOfNumbers({
    name: "abs",
    float32: kernels.abs_f32,
    int32: kernels.abs_i32,
    keeps: ["x"],
    gradient: (dy, { x }) => multiply(dy, sign(x)),
  }),
  { className: "Absolute" },
);

/**
 * −1, 0 or 1, as x is negative, zero or positive.
 *
 * ```ts
 * ops.sign([-3, 0, 5]); // [-1, 0, 1]
 * ```
 */
export const sign: Unary = operation(
  "numpy.sign(*x)",
  unaryOfNumbers({
    name: "sign",
    float32: kernels.sign_f32,
    int32: kernels.sign_i32,
  }),
);

const squareOfFloats: UnaryFunction = unaryOfNumbers({
  name: "square",
  float32: kernels.square_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => multiply(dy, multiply(x, 2)),
});

/**
 * x², of a bool as int32.
 *
 * ```ts
 * ops.square([2, -3]); // [4, 9]
 * ```
 */
export const square = operation("numpy.square(*x)", (x: TensorLike): Tensor => {
  const tensor = asTensor(x);
  if (tensor.dtype === "float32") return squareOfFloats(tensor);
  const x1 = tensor.dtype === "bool" ? cast(tensor, "int32") : tensor;
  return multiply(x1, x1);
});

/**
 * √x, NaN for negative x.
 *
 * ```ts
 * ops.sqrt([4, 9]); // [2, 3]
 * ```
 */
export const sqrt: Unary = operation(
  "numpy.sqrt(*x)",
  unary({
    name: "sqrt",
    kernel: kernels.sqrt_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => divide(multiply(dy, 0.5), y),
  }),
);

/**
 * 1 / √x.
 *
 * ```ts
 * ops.rsqrt([1, 4, 16]); // [1, 0.5, 0.25]
 * ```
 */
export const rsqrt: Unary = operation(
  "math.rsqrt(*x)",
  unary({
    name: "rsqrt",
    kernel: kernels.rsqrt_f32,
    keeps: ["x", "y"],
    gradient: (dy, { x, y }) => divide(multiply(dy, multiply(y, -0.5)), x),
  }),
);

/**
 * 1 / x.
 *
 * ```ts
 * ops.reciprocal([2, 4]); // [0.5, 0.25]
 * ```
 */
export const reciprocal: Unary = operation(
  "numpy.reciprocal(*x)",
  unary({
    name: "reciprocal",
    kernel: kernels.reciprocal_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => negative(multiply(dy, square(y))),
  }),
);

/**
 * The cube root of x.
 *
 * ```ts
 * ops.cbrt([8, -27]); // [2, -3]
 * ```
 */
export const cbrt: Unary = operation(
  "numpy.cbrt(*x)",
  unary({
    name: "cbrt",
    kernel: kernels.cbrt_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => divide(dy, multiply(square(y), 3)),
  }),
);

const powerOp: BinaryFunction = binary({
  name: "power",
  isOfNumbers: true,
  kernels: { float32: kernels.pow_f32, int32: kernels.pow_i32 },
  keeps: ["a", "b", "y"],
  gradient: {
    a: (dy, { a, b }) => multiply(dy, where(equal(b, 0), 0, multiply(b, power(a, subtract(b, 1))))),
    // Where x1 is 0 the logarithm is infinite and the power is 0 (or 1 for exponent 0): the slope is 0.
    b: (dy, { a, y }) => multiply(dy, where(equal(a, 0), 0, multiply(y, log(where(equal(a, 0), 1, a))))),
  },
  grain: COSTLY_GRAIN,
});

/**
 * x1 to the power of x2. The exponents 2, 1 and −1 of float32 take a shorter way.
 *
 * ```ts
 * ops.power([2, 3], [3, 2]); // [8, 9]
 * ```
 */
export const power = operation("numpy.power(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  if (typeof x2 === "number" && asTensor(x1).dtype === "float32") {
    if (x2 === 2) return square(x1);
    if (x2 === 1) return asTensor(x1);
    if (x2 === -1) return reciprocal(x1);
  }
  return powerOp(x1, x2);
});
