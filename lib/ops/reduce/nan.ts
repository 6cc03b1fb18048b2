// Reductions that skip NaN.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import type { Axis } from "./family.js";
import type { Integers } from "../static.js";
import type { Tensor } from "../../core/tensor.js";
import { isnan } from "../elementwise/inspection.js";
import { where } from "../elementwise/where.js";
import { argmax, argmin } from "./arg.js";
import { cumprod, cumsum, type CumulativeOptions } from "./cumulative.js";
import type { ReductionOptions } from "./family.js";
import { all } from "./logical.js";
import { prod } from "./prod.js";

function without(x: TensorLike, instead: number): Tensor {
  const tensor = asTensor(x);
  return isFloat(tensor.dtype) ? where(isnan(tensor), instead, tensor) : tensor;
}

/**
 * The product along axes, NaN counted as 1.
 *
 * ```ts
 * ops.nanprod([2, NaN, 3]); // 6
 * ```
 */
export const nanprod = operation(
  "numpy.nanprod(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => prod(without(x, 1), { axis, keepdims }),
);

/**
 * The sums up to each element along an axis, NaN counted as 0.
 *
 * ```ts
 * ops.nancumsum([1, NaN, 3]); // [1, 1, 4]
 * ```
 */
export const nancumsum = operation(
  "numpy.nancumsum(*x, axis:ints=null, dtype:dtype=null)",
  (x: TensorLike, axis: Integers | null, dtype: string | null): Tensor => cumsum(without(x, 0), { axis, dtype }),
);

/**
 * The products up to each element along an axis, NaN counted as 1.
 *
 * ```ts
 * ops.nancumprod([2, NaN, 3]); // [2, 2, 6]
 * ```
 */
export const nancumprod = operation(
  "numpy.nancumprod(*x, axis:ints=null, dtype:dtype=null)",
  (x: TensorLike, axis: Integers | null, dtype: string | null): Tensor => cumprod(without(x, 1), { axis, dtype }),
);

const found = (x: TensorLike, index: Tensor, { axis, keepdims }: { axis: number | null; keepdims: boolean }): Tensor => {
  const tensor = asTensor(x);
  return isFloat(tensor.dtype) ? where(all(isnan(tensor), { axis, keepdims }), -1, index) : index;
};

/**
 * The index of the largest element along an axis, NaN left out; −1 where there is none.
 *
 * ```ts
 * ops.nanargmax([1, NaN, 3]); // 2
 * ```
 */
export const nanargmax = operation(
  "numpy.nanargmax(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: number | null, keepdims: boolean): Tensor =>
    found(x, argmax(without(x, -Infinity), { axis, keepdims }), { axis, keepdims }),
);

/**
 * The index of the smallest element along an axis, NaN left out; −1 where there is none.
 *
 * ```ts
 * ops.nanargmin([NaN, 2, 3]); // 1
 * ```
 */
export const nanargmin = operation(
  "numpy.nanargmin(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: number | null, keepdims: boolean): Tensor =>
    found(x, argmin(without(x, Infinity), { axis, keepdims }), { axis, keepdims }),
);
