// To whole numbers: down, up, towards zero, to the nearest.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as activationsKernels } from "../../generated/kernels/activations.js";
import { GRAIN } from "../rules.js";
import { divide, multiply } from "./arithmetic.js";
import { unary, unaryOfNumbers, type Unary, type UnaryFunction } from "./family.js";
import { cast } from "./cast.js";

/**
 * The largest whole number not above x, a float as in Keras: that of integers is float32.
 *
 * ```ts
 * ops.floor([1.7, -1.2]); // [1, -2]
 * ```
 */
export const floor: Unary = operation("numpy.floor(*x)", unary({ name: "floor", kernel: activationsKernels.floor_f32, grain: GRAIN }));

/**
 * The smallest whole number not below x, a float as in Keras: that of integers is float32.
 *
 * ```ts
 * ops.ceil([1.2, -1.2]); // [2, -1]
 * ```
 */
export const ceil: Unary = operation("numpy.ceil(*x)", unary({ name: "ceil", kernel: activationsKernels.ceil_f32, grain: GRAIN }));

/**
 * x without its fraction.
 *
 * ```ts
 * ops.trunc([1.7, -1.7]); // [1, -1]
 * ```
 */
export const trunc: Unary = operation("numpy.trunc(*x)", unaryOfNumbers({ name: "trunc", float32: kernels.trunc_f32 }));

const toWhole: UnaryFunction = unaryOfNumbers({ name: "round", float32: activationsKernels.round_f32 });

/**
 * The nearest number with so many decimals, halves to even.
 *
 * ```ts
 * ops.round([1.5, 2.5, 2.7]); // [2, 2, 3]
 * ```
 *
 * @param decimals  default 0; −1 rounds to tens
 */
export const round = operation("numpy.round(*x, decimals:int=0)", (x: TensorLike, decimals: number): Tensor => {
  if (decimals === 0) return toWhole(x);
  const { dtype } = asTensor(x);
  const scale = 10 ** Math.abs(decimals);
  if (decimals > 0) return dtype === "float32" ? divide(toWhole(multiply(x, scale)), scale) : asTensor(x);
  return cast(multiply(toWhole(divide(x, scale)), scale), dtype);
});
