// The four operations, remainders, and the larger and the smaller of two.

import { declare, operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { asFloat, operands } from "../promotion.js";
import { cast } from "./cast.js";
import { equal, greater, less } from "./comparison.js";
import { binary, unaryOfNumbers, type Binary, type BinaryFunction, type UnaryFunction } from "./family.js";
import { negative } from "./negative.js";
import { where } from "./where.js";

/**
 * x1 + x2; of booleans, whether one of them is true.
 *
 * ```ts
 * ops.add([1, 2], [3, 4]); // [4, 6]
 * ```
 */
export const add: Binary = operation(
  "numpy.add(*x1, *x2)",
  binary({
    name: "add",
    kernels: { float32: kernels.add_f32, int32: kernels.add_i32, bool: kernels.or_u8 },
    isBias: true,
    gradient: { a: (dy) => dy, b: (dy) => dy },
  }),
);

/**
 * x1 − x2.
 *
 * ```ts
 * ops.subtract([5, 7], [1, 2]); // [4, 5]
 * ```
 */
export const subtract: Binary = operation(
  "numpy.subtract(*x1, *x2)",
  binary({
    name: "subtract",
    kernels: { float32: kernels.sub_f32, int32: kernels.sub_i32 },
    refusesTruths: true,
    gradient: { a: (dy) => dy, b: (dy) => negative(dy) },
  }),
);

/**
 * x1 · x2; of booleans, whether both are true.
 *
 * ```ts
 * ops.multiply([1, 2], [3, 4]); // [3, 8]
 * ```
 */
export const multiply: Binary = operation(
  "numpy.multiply(*x1, *x2)",
  binary({
    name: "multiply",
    kernels: { float32: kernels.mul_f32, int32: kernels.mul_i32, bool: kernels.and_u8 },
    keeps: ["a", "b"],
    gradient: { a: (dy, { b }) => multiply(dy, b), b: (dy, { a }) => multiply(dy, a) },
  }),
);

const divideOp: BinaryFunction = binary({
  name: "divide",
  kernels: { float32: kernels.div_f32 },
  keeps: ["b", "y"],
  gradient: { a: (dy, { b }) => divide(dy, b), b: (dy, { b, y }) => negative(divide(multiply(dy, y), b)) },
});

/**
 * x1 / x2, float32 for integers too.
 *
 * ```ts
 * ops.divide([1, 6], [2, 4]); // [0.5, 1.5]
 * ```
 */
export const divide = operation("numpy.divide(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => divideOp(asFloat(x1), asFloat(x2)));

/**
 * x1 / x2, and 0 where x2 is 0.
 *
 * ```ts
 * ops.divideNoNan([1, 6], [0, 4]); // [0, 1.5]
 * ```
 */
export const divideNoNan = operation("numpy.divideNoNan(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const divisor = asFloat(x2);
  const isZero = equal(divisor, 0);
  return where(isZero, 0, divide(x1, where(isZero, 1, divisor)));
});

/**
 * ⌊x1 / x2⌋; 0 for an integer divided by 0.
 *
 * ```ts
 * ops.floorDivide([7, -7], [2, 2]); // [3, -4]
 * ```
 */
export const floorDivide: Binary = operation(
  "numpy.floorDivide(*x1, *x2)",
  binary({
    name: "floor_divide",
    isOfNumbers: true,
    kernels: { float32: kernels.floordiv_f32, int32: kernels.floordiv_i32 },
  }),
);

/**
 * The remainder of x1 / x2 with the sign of x2.
 *
 * ```ts
 * ops.mod([7, -7], [3, 3]); // [1, 2]
 * ```
 */
export const mod: Binary = operation(
  "numpy.mod(*x1, *x2)",
  binary({
    name: "mod",
    isOfNumbers: true,
    kernels: { float32: kernels.mod_f32, int32: kernels.mod_i32 },
    keeps: ["a", "b"],
    gradient: { a: (dy) => dy, b: (dy, { a, b }) => negative(multiply(dy, floorDivide(a, b))) },
  }),
);

/**
 * The remainder of x1 / x2 with the sign of x1.
 *
 * ```ts
 * ops.fmod([7, -7], [3, 3]); // [1, -1]
 * ```
 */
export const fmod: Binary = operation(
  "numpy.fmod(*x1, *x2)",
  binary({
    name: "fmod",
    isOfNumbers: true,
    kernels: { float32: kernels.fmod_f32, int32: kernels.fmod_i32 },
    keeps: ["a", "b"],
    gradient: { a: (dy) => dy, b: (dy, { a, b }) => negative(multiply(dy, towardsZero(divide(a, b)))) },
  }),
);

/** x without its fraction. Not differentiable: the slope is 0. */
const towardsZero: UnaryFunction = unaryOfNumbers({ name: "towards_zero", float32: kernels.trunc_f32 });

/** Gradient of a choice between a and b: all of it where a is chosen, half where they are equal. */
const share = (dy: Tensor, chosen: Tensor, a: Tensor, b: Tensor): Tensor =>
  multiply(dy, add(cast(chosen, "float32"), multiply(cast(equal(a, b), "float32"), 0.5)));

/**
 * The larger of x1 and x2; NaN if one of them is.
 *
 * ```ts
 * ops.maximum([1, 5], [3, 2]); // [3, 5]
 * ```
 */
export const maximum: Binary = operation(
  "numpy.maximum(*x1, *x2)",
  binary({
    name: "maximum",
    kernels: { float32: kernels.maximum_f32, int32: kernels.maximum_i32, uint8: kernels.maximum_u8, bool: kernels.or_u8 },
    keeps: ["a", "b"],
    gradient: { a: (dy, { a, b }) => share(dy, greater(a, b), a, b), b: (dy, { a, b }) => share(dy, less(a, b), a, b) },
  }),
);

/**
 * The smaller of x1 and x2; NaN if one of them is.
 *
 * ```ts
 * ops.minimum([1, 5], [3, 2]); // [1, 2]
 * ```
 */
export const minimum: Binary = operation(
  "numpy.minimum(*x1, *x2)",
  binary({
    name: "minimum",
    kernels: { float32: kernels.minimum_f32, int32: kernels.minimum_i32, uint8: kernels.minimum_u8, bool: kernels.and_u8 },
    keeps: ["a", "b"],
    gradient: { a: (dy, { a, b }) => share(dy, less(a, b), a, b), b: (dy, { a, b }) => share(dy, greater(a, b), a, b) },
  }),
);

const squaredDifferenceOfFloats: BinaryFunction = binary({
  name: "squared_difference",
  kernels: { float32: kernels.squared_difference_f32 },
  keeps: ["a", "b"],
  gradient: {
    a: (dy, { a, b }) => multiply(multiply(dy, 2), subtract(a, b)),
    b: (dy, { a, b }) => multiply(multiply(dy, 2), subtract(b, a)),
  },
});

/**
 * (x1 − x2)².
 *
 * ```ts
 * ops.squaredDifference([1, 5], [3, 2]); // [4, 9]
 * ```
 */
export const squaredDifference: Binary = declare("math.squaredDifference(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = operands(x1, x2);
  if (isFloat(a.dtype)) return squaredDifferenceOfFloats(a, b);
  const difference = subtract(a, b);
  return multiply(difference, difference);
});
