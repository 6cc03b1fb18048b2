// Axes in another order.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { dtypes } from "../../core/dtype.js";
import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, sizeOf, stridesOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { gatherView } from "./views.js";

/**
 * x with its axes in another order.
 *
 * ```ts
 * ops.transpose([[1, 2], [3, 4]]); // [[1, 3], [2, 4]]
 * ```
 *
 * @param axes  for each axis of the result, the axis of x that it is; default: all in reverse
 */
export const transpose = operation("numpy.transpose(*x, axes:list=null)", (x: TensorLike, axes: readonly number[] | null): Tensor => {
  const tensor = asTensor(x);
  const order = axes ? axes.map((axis) => checkAxis("transpose", axis, tensor.rank)) : tensor.shape.map((_, i) => tensor.rank - 1 - i);
  if (order.length !== tensor.rank || new Set(order).size !== order.length) {
    throw new ValueError("transpose", { given: `axes ${shapeText(axes!)} for rank ${tensor.rank}`, expected: "each axis of x once" });
  }
  return order.every((axis, i) => axis === i) ? tensor : transposeOp.apply({ x: tensor }, { order });
});

const transposeOp = primitive({
  name: "transpose",
  moves: true,
  inputs: ["x"],
  infer: ({ x }, { order }: { order: readonly number[] }) => ({ shape: order.map((axis) => x.shape[axis]!), dtype: x.dtype }),
  lower: ({ x }, { y }, { order }) => {
    const shape = known(x.shape);
    const swap = asSwap(shape, order);
    if (swap && dtypes[x.dtype].bytes === 4) {
      const { batch, rows, columns } = swap;
      const bands = Math.ceil(columns / BAND);
      return kernels.transpose_32({ x, y, rows, columns }, batch * bands, Math.ceil(GRAIN / (rows * BAND + 1)));
    }
    const strides = stridesOf(shape);
    return gatherView(x, y, { shape: known(y.shape), strides: order.map((axis) => strides[axis]!), offset: 0 });
  },
  gradient: (dy, _, { attrs: { order } }) => ({
    x: () =>
      transpose(
        dy,
        order.map((_, i) => order.indexOf(i)),
      ),
  }),
});

/** Columns that a unit of the kernel takes (assembly/indexing/strided.ts), and elements per claim. */
const BAND = 32;
const GRAIN = 1 << 16;

/** An order that swaps two neighbouring groups of axes at the end, and leaves those before in place: a batch of matrix transpositions. */
function asSwap(shape: readonly number[], order: readonly number[]): { batch: number; rows: number; columns: number } | undefined {
  const axes = order.filter((axis) => shape[axis] !== 1);
  const sorted = [...axes].sort((a, b) => a - b);
  const kept = axes.findIndex((axis, i) => axis !== sorted[i]);
  if (kept < 0) return undefined;
  const tail = axes.slice(kept);
  const turn = tail.indexOf(sorted[kept]!);
  const turned = [...tail.slice(turn), ...tail.slice(0, turn)];
  if (turned.some((axis, i) => axis !== sorted[kept + i])) return undefined;
  const lengths = (some: readonly number[]): number => sizeOf(some.map((axis) => shape[axis]!));
  return { batch: lengths(axes.slice(0, kept)), rows: lengths(tail.slice(turn)), columns: lengths(tail.slice(0, turn)) };
}

/**
 * x with axes moved to other places; the others stay in order.
 *
 * ```ts
 * ops.moveaxis(tf.ones([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 * ```
 */
export const moveaxis = operation(
  "numpy.moveaxis(*x, source:ints, destination:ints)",
  (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const tensor = asTensor(x);
    const from = [source].flat().map((axis) => checkAxis("moveaxis", axis, tensor.rank));
    const to = [destination].flat().map((axis) => checkAxis("moveaxis", axis, tensor.rank));
    if (from.length !== to.length) {
      throw new ValueError("moveaxis", { given: `${from.length} sources and ${to.length} destinations`, expected: "as many of both" });
    }
    const order = tensor.shape.map((_, i) => i).filter((axis) => !from.includes(axis));
    for (const i of to.map((_, k) => k).sort((a, b) => to[a]! - to[b]!)) order.splice(to[i]!, 0, from[i]!);
    return transpose(tensor, order);
  },
);

/**
 * x with two axes exchanged.
 *
 * ```ts
 * ops.swapaxes([[1, 2], [3, 4]], 0, 1); // [[1, 3], [2, 4]]
 * ```
 */
export const swapaxes = operation("numpy.swapaxes(*x, axis1:int, axis2:int)", (x: TensorLike, axis1: number, axis2: number): Tensor => {
  const tensor = asTensor(x);
  const a = checkAxis("swapaxes", axis1, tensor.rank);
  const b = checkAxis("swapaxes", axis2, tensor.rank);
  return transpose(
    tensor,
    tensor.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
});
