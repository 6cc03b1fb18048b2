// To whole numbers: down, up, towards zero, to the nearest.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { divide, multiply } from "./arithmetic.js";
import { unaryOfNumbers, type Unary, type UnaryFunction } from "./family.js";
import { cast } from "./cast.js";

/** The largest whole number not above x. */
export const floor: Unary = operation("numpy.floor(*x)", unaryOfNumbers({ name: "floor", float32: kernels.floor_f32 }));

/** The smallest whole number not below x. */
export const ceil: Unary = operation("numpy.ceil(*x)", unaryOfNumbers({ name: "ceil", float32: kernels.ceil_f32 }));

/** x without its fraction. */
export const trunc: Unary = operation("numpy.trunc(*x)", unaryOfNumbers({ name: "trunc", float32: kernels.trunc_f32 }));

const toWhole: UnaryFunction = unaryOfNumbers({ name: "round", float32: kernels.round_f32 });

/**
 * The nearest number with so many decimals, halves to even.
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
