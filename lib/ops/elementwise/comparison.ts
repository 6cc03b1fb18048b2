// Comparisons, which give booleans.

import type { Tensor } from "../../core/tensor.js";
import type { TensorLike } from "../../core/convert.js";
import { operation } from "../../core/operation.js";
import { kernels } from "../../generated/kernels/core.js";
import { binary, type Binary } from "./family.js";

/**
 * Whether x1 = x2, bool.
 *
 * ```ts
 * ops.equal([1, 2], [1, 3]); // [true, false]
 * ```
 */
export const equal: Binary = operation(
  "numpy.equal(*x1, *x2)",
  binary({ name: "equal", kernels: { float32: kernels.equal_f32, int32: kernels.equal_i32 }, result: "bool" }),
);

/**
 * Whether x1 ≠ x2, bool.
 *
 * ```ts
 * ops.notEqual([1, 2], [1, 3]); // [false, true]
 * ```
 */
export const notEqual: Binary = operation(
  "numpy.notEqual(*x1, *x2)",
  binary({
    name: "not_equal",
    kernels: { float32: kernels.not_equal_f32, int32: kernels.not_equal_i32, bool: kernels.xor_u8 },
    result: "bool",
  }),
);

/**
 * Whether x1 < x2, bool.
 *
 * ```ts
 * ops.less([1, 3], [2, 2]); // [true, false]
 * ```
 */
export const less: Binary = operation(
  "numpy.less(*x1, *x2)",
  binary({ name: "less", kernels: { float32: kernels.less_f32, int32: kernels.less_i32 }, result: "bool" }),
);

/**
 * Whether x1 ≤ x2, bool.
 *
 * ```ts
 * ops.lessEqual([2, 3], [2, 2]); // [true, false]
 * ```
 */
export const lessEqual: Binary = operation(
  "numpy.lessEqual(*x1, *x2)",
  binary({
    name: "less_equal",
    kernels: { float32: kernels.less_equal_f32, int32: kernels.less_equal_i32 },
    result: "bool",
  }),
);

/**
 * Whether x1 > x2, bool.
 *
 * ```ts
 * ops.greater([1, 3], [2, 2]); // [false, true]
 * ```
 */
export const greater = operation("numpy.greater(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => less(x2, x1));

/**
 * Whether x1 ≥ x2, bool.
 *
 * ```ts
 * ops.greaterEqual([1, 2], [2, 2]); // [false, true]
 * ```
 */
export const greaterEqual = operation("numpy.greaterEqual(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => lessEqual(x2, x1));
