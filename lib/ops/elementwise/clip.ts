// Values kept between two bounds.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/activations.js";
import { GRAIN, like } from "../rules.js";
import { maximum, minimum, multiply } from "./arithmetic.js";
import { cast } from "./cast.js";
import { greaterEqual, lessEqual } from "./comparison.js";
import { logicalAnd } from "./logical.js";

/**
 * x limited to [xMin, xMax]. The gradient is 0 outside. Where xMin is above xMax all is xMax, as in NumPy.
 *
 * ```ts
 * ops.clip([-3, 0.5, 9], 0, 1); // [0, 0.5, 1]
 * ```
 *
 * @param xMin  a number, or a tensor that broadcasts with x
 * @param xMax  a number, or a tensor that broadcasts with x
 */
export const clip = operation("numpy.clip(*x, xMin:tensor, xMax:tensor)", (x: TensorLike, xMin: TensorLike, xMax: TensorLike): Tensor => {
  const tensor = asTensor(x);
  if (typeof xMin !== "number" || typeof xMax !== "number") return minimum(maximum(tensor, xMin), xMax);
  if (tensor.dtype === "float32") return clipOp.apply({ x: tensor }, { p: xMin, q: xMax });
  if (tensor.dtype === "bool") return clip(cast(tensor, "int32"), xMin, xMax);
  return minimum(maximum(tensor, xMin), xMax);
});

const clipOp = primitive({
  name: "clip",
  inputs: ["x"],
  infer: (inputs, _: { p: number; q: number }) => like(inputs),
  lower: ({ x }, { y }, { p, q }) => kernels.clip_f32({ x, y, p, q }, y.size, GRAIN),
  fusible: "elementwise",
  keeps: ["x"],
  gradient: (dy, { x }, { attrs: { p, q } }) => ({
    x: () => multiply(dy, cast(logicalAnd(greaterEqual(x, p), lessEqual(x, q)), "float32")),
  }),
});
