// Sums and means.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat, type Dtype } from "../../core/dtype.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { divide } from "../elementwise/arithmetic.js";
import { cast, convert } from "../elementwise/cast.js";
import { as, asFloat } from "../promotion.js";
import { spread, sumOp } from "../shaping/broadcast.js";
import { known, sizeOf } from "../../core/shape.js";
import { reduction, reductionAttrs, type Axis } from "./family.js";

/** The dtype of sums and products of this dtype: int32 of integers with a sign and bool, uint32 of those without. */
export const summed = (dtype: Dtype): Dtype => (isFloat(dtype) ? dtype : dtype.startsWith("uint") ? "uint32" : "int32");

/**
 * The sum of the elements along axes.
 *
 * ```ts
 * ops.sum([[1, 2], [3, 4]], 1); // [3, 7]
 * ```
 *
 * @param options.axis  the axes to sum over; default all
 * @param options.keepdims  keeps them with length 1; default false
 * @returns float32 for float32; int32 for bool and integers, uint32 for those without a sign
 */
export const sum = operation("numpy.sum(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
  const tensor = asTensor(x);
  const attrs = reductionAttrs("sum", tensor, { axis, keepdims });
  return convert(sumOp.apply({ x: convert(tensor, tensor.dtype === "float32" ? "float32" : "int32") }, attrs), summed(tensor.dtype));
});

/**
 * The mean of the elements along axes, float32.
 *
 * ```ts
 * ops.mean([[1, 2], [3, 4]], 0); // [2, 3]
 * ```
 */
export const mean = operation("numpy.mean(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
  const tensor = asFloat(x);
  return meanOp.apply({ x: tensor }, reductionAttrs("mean", tensor, { axis, keepdims }));
});

const meanOp = reduction({
  name: "mean",
  kernels: () => ({ first: kernels.sum_f32, last: kernels.mean_f32 }),
  gradient: (dy, _, { specs, attrs }) => ({
    x: () => {
      const shape = specs.x.shape;
      return spread(
        divide(
          dy,
          sizeOf(
            known(
              attrs.axes.map((axis) => shape[axis]!),
              "mean",
            ),
          ),
        ),
        shape,
        attrs,
      );
    },
  }),
});

/**
 * The number of elements that are not zero, int32.
 *
 * ```ts
 * ops.countNonzero([[0, 1], [7, 2]], 0); // [1, 2]
 * ```
 */
export const countNonzero = operation("numpy.countNonzero(*x, axis:ints=null)", (x: TensorLike, axis: Axis): Tensor => {
  return sum(cast(cast(x, "bool"), "int32"), { axis });
});
