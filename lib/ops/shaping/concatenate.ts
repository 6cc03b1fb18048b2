// Tensors put together along an axis, old or new.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, setStacking, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { as, commonDtype } from "../promotion.js";
import { expandDims } from "./reshape.js";
import { slice } from "./slice.js";
import { scatterView } from "./views.js";

const promoted = (where: string, xs: readonly TensorLike[]): Tensor[] => {
  if (xs.length === 0) throw new ValueError(where, { given: "no tensors", expected: "at least one" });
  const dtype: Dtype = xs.some((x) => typeof x === "object") ? commonDtype(...xs) : asTensor(xs[0]!).dtype;
  return xs.map((x) => as(x, dtype));
};

/**
 * The tensors one after another along an axis.
 *
 * ```ts
 * ops.concatenate([[[1, 2]], [[3, 4]]], 0); // [[1, 2], [3, 4]]
 * ```
 *
 * @param axis  default 0
 * @throws ShapeError where other axes differ
 */
export const concatenate = operation("numpy.concatenate(*xs:tensors, axis:ints=0)", (xs: readonly TensorLike[], axis: number): Tensor => {
  const tensors = promoted("concatenate", xs);
  const along = checkAxis("concatenate", axis, tensors[0]!.rank);
  return tensors.length === 1 ? tensors[0]! : concatenateOp.apply({ xs: tensors }, { axis: along });
});

const concatenateOp = primitive({
  name: "concatenate",
  moves: true,
  inputs: ["...xs"],
  infer: ({ xs }, { axis }: { axis: number }): Spec => {
    const shape = [...xs[0]!.shape];
    xs.slice(1).forEach((x) => {
      const fits = x.shape.length === shape.length;
      shape.forEach((length, i) => {
        const other = x.shape[i];
        if (!fits || (i !== axis && length !== null && other !== null && length !== other)) {
          throw new ShapeError("concatenate", {
            given: xs.map(({ shape }) => shapeText(shape)).join(" and "),
            expected: `equal lengths of all axes but axis ${axis}`,
          });
        }
        if (i === axis) shape[i] = length === null || other === null ? null : length + other!;
        else shape[i] = length ?? other!;
      });
    });
    return { shape, dtype: xs[0]!.dtype };
  },
  lower: ({ xs }, { y }, { axis }) => {
    const strides = stridesOf(known(y.shape));
    let at = 0;
    return xs.map((x) => {
      const shape = known(x.shape);
      const command = scatterView(x, y, { shape, strides, offset: at * strides[axis]! });
      at += shape[axis]!;
      return command;
    });
  },
  gradient: (dy, _, { specs, attrs: { axis } }) => ({
    xs: () => {
      const shape = known(dy.shape, "concatenate");
      let at = 0;
      return specs.xs.map((spec) => {
        const length = known(spec.shape)[axis]!;
        const begin = shape.map((_, i) => (i === axis ? at : 0));
        at += length;
        return slice(
          dy,
          begin,
          shape.map((size, i) => (i === axis ? length : size)),
        );
      });
    },
  }),
});

/**
 * The tensors, all of one shape, along a new axis.
 *
 * ```ts
 * ops.stack([[1, 2], [3, 4]], 1); // [[1, 3], [2, 4]]
 * ```
 *
 * @param axis  its place; default 0
 */
export const stack = operation("numpy.stack(*x:tensors, axis:ints=0)", (xs: readonly TensorLike[], axis: number): Tensor => {
  const tensors = promoted("stack", xs);
  const first = tensors[0]!;
  for (const { shape } of tensors) {
    if (shape.length === first.rank && shape.every((length, i) => length === first.shape[i] || length === null || first.shape[i] === null))
      continue;
    throw new ShapeError("stack", { given: `${shapeText(first.shape)} and ${shapeText(shape)}`, expected: "equal shapes" });
  }
  const along = checkAxis("stack", axis, first.rank + 1);
  return concatenate(
    tensors.map((x) => expandDims(x, along)),
    along,
  );
});

setStacking((parts) => stack(parts));
