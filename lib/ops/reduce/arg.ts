// Places of the largest and the smallest elements.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, sizeOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { as } from "../promotion.js";
import { ravel, reshape } from "../shaping/reshape.js";
import { reducedShape } from "./family.js";

interface ArgAttrs {
  readonly axis: number;
  readonly keepdims: boolean;
}

const WORK = 1 << 16;

function arg(name: "argmax" | "argmin", ofFloats: typeof kernels.argmax_f32, ofIntegers: typeof kernels.argmax_i32) {
  const op = primitive({
    name,
    inputs: ["x"],
    infer: ({ x }, { axis, keepdims }: ArgAttrs): Spec => {
      if (x.shape[axis] !== 0) return { shape: reducedShape(x.shape, { axes: [axis], keepdims }), dtype: "int32" };
      throw new ShapeError(name, { given: `the shape ${shapeText(x.shape)}`, expected: `at least one element along axis ${axis}` });
    },
    lower: ({ x }, { y }, { axis }) => {
      const shape = known(x.shape);
      const reduced = shape[axis]!;
      const args = { x, y, reduced, inner: sizeOf(shape.slice(axis + 1)) };
      return (x.dtype === "float32" ? ofFloats : ofIntegers)(args, y.size, Math.ceil(WORK / reduced));
    },
  });
  return (x: TensorLike, axis: number | null, keepdims: boolean): Tensor => {
    const given = asTensor(x);
    const tensor = as(given, given.dtype === "float32" ? "float32" : "int32");
    if (axis !== null) return op.apply({ x: tensor }, { axis: checkAxis(name, axis, tensor.rank), keepdims });
    const flat = op.apply({ x: ravel(tensor) }, { axis: 0, keepdims: false });
    return keepdims
      ? reshape(
          flat,
          tensor.shape.map(() => 1),
        )
      : flat;
  };
}

/**
 * The index of the largest element along an axis, int32: the first of equals; the first NaN, if there is one.
 *
 * ```ts
 * ops.argmax([[1, 5, 2], [7, 0, 3]], 1); // [1, 0]
 * ```
 */
export const argmax = operation("numpy.argmax(*x, axis:int=null, keepdims=false)", arg("argmax", kernels.argmax_f32, kernels.argmax_i32));

/**
 * The index of the smallest element along an axis, int32: the first of equals; the first NaN, if there is one.
 *
 * ```ts
 * ops.argmin([[1, 5, 2], [7, 0, 3]], 1); // [0, 1]
 * ```
 */
export const argmin = operation("numpy.argmin(*x, axis:int=null, keepdims=false)", arg("argmin", kernels.argmin_f32, kernels.argmin_i32));
