// Broadcasting and summing are each other's gradient: so both stand here.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { checkFollows } from "../../core/interpreter.js";
import { primitive } from "../../core/primitive.js";
import { known, sameShape, shapeText, stridesOf, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { broadcastShapes } from "../broadcasting.js";
import { reduction, type ReductionAttrs } from "../reduce/family.js";
import { expandDims, squeeze } from "./reshape.js";
import { gatherView } from "./views.js";

/**
 * x repeated along its axes of length 1, and along new axes in front, so that it has the shape.
 *
 * ```ts
 * ops.broadcastTo([1, 2], [2, 2]); // [[1, 2], [1, 2]]
 * ```
 *
 * @throws ShapeError where it does not fit
 */
export const broadcastTo = operation("numpy.broadcastTo(*x, shape:lengths)", (x: TensorLike, shape: Shape): Tensor => {
  const tensor = asTensor(x);
  checkFollows("broadcastTo", shape);
  return sameShape(tensor.shape, shape) ? tensor : broadcastOp.apply({ x: tensor }, { shape });
});

const broadcastOp = primitive({
  name: "broadcast_to",
  moves: true,
  inputs: ["x"],
  infer: ({ x }, { shape }: { shape: Shape }) => {
    const met = broadcastShapes("broadcastTo", x.shape, shape);
    if (met.length === shape.length && met.every((length, i) => length === shape[i] || shape[i] === null))
      return { shape: met, dtype: x.dtype };
    throw new ShapeError("broadcastTo", { given: `${shapeText(x.shape)} to ${shapeText(shape)}`, expected: "lengths equal or 1" });
  },
  lower: ({ x }, { y }) => {
    const shape = known(y.shape);
    const from = known(x.shape);
    const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
    return gatherView(x, y, { shape, strides: [...shape.slice(from.length).map(() => 0), ...strides], offset: 0 });
  },
  gradient: (dy, _, { specs }) => ({ x: () => sumTo(dy, specs.x.shape) }),
});

/** Sums float32 as such, other dtypes as int32. */
export const sumOp = reduction({
  name: "sum",
  kernels: (dtype) => ({ first: dtype === "float32" ? kernels.sum_f32 : kernels.sum_i32 }),
  isSum: true,
  gradient: (dy, _, { specs, attrs }) => ({ x: () => spread(dy, specs.x.shape, attrs) }),
});

/** A gradient of a reduction's result, in the shape of its input. */
export function spread(dy: Tensor, shape: Shape, { axes, keepdims }: ReductionAttrs): Tensor {
  return broadcastTo(keepdims ? dy : expandDims(dy, axes), shape);
}

/** Sums a gradient over the axes along which an operand was broadcast. */
export function sumTo(dy: Tensor, shape: Shape): Tensor {
  const extra = dy.rank - shape.length;
  const axes: number[] = [];
  dy.shape.forEach((length, i) => {
    if (i < extra || (shape[i - extra] === 1 && length !== 1)) axes.push(i);
  });
  if (axes.length === 0) return dy;
  const summed = sumOp.apply({ x: dy }, { axes, keepdims: true });
  return extra === 0
    ? summed
    : squeeze(
        summed,
        Array.from({ length: extra }, (_, i) => i),
      );
}
