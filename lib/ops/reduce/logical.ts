// Whether any, or all, elements are true.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { cast } from "../elementwise/cast.js";
import { reduction, reductionAttrs, type ReductionOptions, type Axis } from "./family.js";

/**
 * Whether any element along the axes is not zero, bool.
 *
 * ```ts
 * ops.any([[true, false], [false, false]], 1); // [true, false]
 * ```
 */
export const any = operation("numpy.any(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
  const tensor = cast(x, "bool");
  return anyOp.apply({ x: tensor }, reductionAttrs("any", tensor, { axis, keepdims }));
});

/**
 * Whether all elements along the axes are not zero, bool.
 *
 * ```ts
 * ops.all([[true, false], [true, true]], 1); // [false, true]
 * ```
 */
export const all = operation("numpy.all(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
  const tensor = cast(x, "bool");
  return allOp.apply({ x: tensor }, reductionAttrs("all", tensor, { axis, keepdims }));
});

const anyOp = reduction({ name: "any", kernels: () => ({ first: kernels.max_u8 }) });
const allOp = reduction({
  name: "all",
  kernels: () => ({ first: kernels.min_u8 }),
  ofNothing: (y) => kernels.fill_8({ y, bits: 1 }, y.size),
});
