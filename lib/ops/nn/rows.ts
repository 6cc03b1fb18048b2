// Operations along the last axis, brought to any axis: the wanted ones are moved to the end and taken as one.

import { known, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { checkAxes } from "../reduce/family.js";
import { reshape } from "../shaping/reshape.js";
import { transpose } from "../shaping/transpose.js";

/** Applies an operation that works along the last axis and keeps the shape. */
export function alongAxes(where: string, x: Tensor, axis: number | readonly number[], op: (x: Tensor) => Tensor): Tensor {
  const axes = checkAxes(where, axis, x.rank);
  if (axes.length === 1 && axes[0] === x.rank - 1) return op(x);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...others, ...axes];
  const moved = transpose(x, order);
  const y =
    axes.length === 1
      ? op(moved)
      : reshape(op(reshape(moved, [...moved.shape.slice(0, others.length), sizeOf(known(moved.shape.slice(others.length)))])), moved.shape);
  return transpose(
    y,
    order.map((_, i) => order.indexOf(i)),
  );
}

/** Rows and columns of a tensor as row kernels see it. */
export function rowsOf(x: Tensor): { rows: number; columns: number } {
  const shape = known(x.shape);
  const columns = shape.at(-1)!;
  return { rows: sizeOf(shape.slice(0, -1)), columns };
}

/** Rows that one claim of a thread takes, of some operation that costs about 2 ns an element. */
export const rowGrain = (columns: number): number => Math.ceil((1 << 14) / Math.max(1, columns));
