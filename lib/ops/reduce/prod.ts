// Products along axes, with a gradient that bears zeros.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { operation } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { productsOfOthers } from "./cumulative.js";
import { reduction, reductionAttrs, type Axis } from "./family.js";
import { zerosLike } from "../shaping/create.js";
import { spread } from "../shaping/broadcast.js";
import { summed } from "./sum.js";

/**
 * The product of the elements along axes.
 *
 * ```ts
 * ops.prod([[1, 2], [3, 4]], 1); // [2, 12]
 * ```
 *
 * @param options.axis  the axes to multiply over; default all
 * @param options.keepdims  keeps them with length 1; default false
 * @param options.dtype  dtype of the result; default float32 for float32, int32 for integers and bool, uint32 for integers without a sign
 */
export const prod = operation(
  "numpy.prod(*x, axis:ints=null, keepdims=false, dtype:dtype=null)",
  (x: TensorLike, axis: Axis, keepdims: boolean, dtype: string | null): Tensor => {
    const tensor = asTensor(x);
    const attrs = reductionAttrs("prod", tensor, { axis, keepdims });
    const y = prodOp.apply({ x: cast(tensor, tensor.dtype === "float32" ? "float32" : "int32") }, attrs);
    return cast(y, dtype ?? summed(tensor.dtype));
  },
);

const prodOp = reduction({
  name: "prod",
  kernels: (dtype) => ({ first: dtype === "float32" ? kernels.prod_f32 : kernels.prod_i32 }),
  keeps: ["x"],
  gradient: (dy, { x }, { specs, attrs }) => ({
    x: () => (x.shape.includes(0) ? zerosLike(x) : multiply(spread(dy, specs.x.shape, attrs), productsOfOthers(x, attrs.axes))),
  }),
});
