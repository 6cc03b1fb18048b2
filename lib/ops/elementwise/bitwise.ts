// Operations on the bits of whole numbers.

import type { TensorLike } from "../../core/convert.js";
import { operation } from "../../core/operation.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as arraysKernels } from "../../generated/kernels/arrays.js";
import { wholeOperands } from "../promotion.js";
import { GRAIN, like } from "../rules.js";
import { binary, type Binary } from "./family.js";
import { logicalNot } from "./logical.js";

/**
 * x1 & x2, bit by bit.
 *
 * ```ts
 * ops.bitwiseAnd([5, 6], [3, 3]); // [1, 2]
 * ```
 */
export const bitwiseAnd = operation(
  "numpy.bitwiseAnd(*x, *y)",
  binary({
    name: "bitwise_and",
    kernels: { int32: arraysKernels.and_i32, uint8: kernels.and_u8, bool: kernels.and_u8 },
  }),
);

/**
 * x1 | x2, bit by bit.
 *
 * ```ts
 * ops.bitwiseOr([5, 6], [3, 3]); // [7, 7]
 * ```
 */
export const bitwiseOr = operation(
  "numpy.bitwiseOr(*x, *y)",
  binary({
    name: "bitwise_or",
    kernels: { int32: arraysKernels.or_i32, uint8: kernels.or_u8, bool: kernels.or_u8 },
  }),
);

/**
 * x1 ^ x2, bit by bit.
 *
 * ```ts
 * ops.bitwiseXor([5, 6], [3, 3]); // [6, 5]
 * ```
 */
export const bitwiseXor = operation(
  "numpy.bitwiseXor(*x, *y)",
  binary({
    name: "bitwise_xor",
    kernels: { int32: arraysKernels.xor_i32, uint8: kernels.xor_u8, bool: kernels.xor_u8 },
  }),
);

const inverted =
  (where: string) =>
  (x: TensorLike): Tensor => {
    const [tensor] = wholeOperands(where, x, x);
    return tensor.dtype === "bool" ? logicalNot(tensor) : notOp.apply({ x: tensor });
  };

/**
 * All bits of x turned over; of a bool, its contrary.
 *
 * ```ts
 * ops.bitwiseNot([0, 5]); // [-1, -6]
 * ```
 */
export const bitwiseNot = operation("numpy.bitwiseNot(*x)", inverted("bitwiseNot"));

/**
 * All bits of x turned over; of a bool, its contrary.
 *
 * ```ts
 * ops.bitwiseInvert([0, 5]); // [-1, -6]
 * ```
 */
export const bitwiseInvert = operation("numpy.bitwiseInvert(*x)", inverted("bitwiseInvert"));

const notOp = primitive({
  name: "bitwise_not",
  inputs: ["x"],
  infer: like,
  lower: ({ x }, { y }) => (x.dtype === "int32" ? arraysKernels.not_i32 : arraysKernels.not_u8)({ x, y }, y.size, GRAIN),
  fusible: "elementwise",
});

/**
 * x1 · 2^x2.
 *
 * ```ts
 * ops.bitwiseLeftShift([1, 3], [2, 1]); // [4, 6]
 * ```
 */
export const leftShift = operation(
  "numpy.leftShift(*x, *y)",
  binary({ name: "left_shift", kernels: { int32: arraysKernels.shift_left_i32 } }),
);

/**
 * ⌊x1 / 2^x2⌋.
 *
 * ```ts
 * ops.bitwiseRightShift([8, -8], [2, 1]); // [2, -4]
 * ```
 */
export const rightShift = operation(
  "numpy.rightShift(*x, *y)",
  binary({ name: "right_shift", kernels: { int32: arraysKernels.shift_right_i32 } }),
);

/**
 * The greatest common divisor.
 *
 * ```ts
 * ops.gcd([12, 9], [8, 6]); // [4, 3]
 * ```
 */
export const gcd: Binary = operation("numpy.gcd(*x1, *x2)", binary({ name: "gcd", kernels: { int32: arraysKernels.gcd_i32 } }));
