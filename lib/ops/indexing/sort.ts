// Order: sorting, and the largest k.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/arrays.js";
import { scratch } from "../../runtime/command.js";
import { rowsOf } from "../nn/rows.js";
import { as } from "../promotion.js";
import { ravel } from "../shaping/reshape.js";
import { stridedOf } from "../shaping/slice.js";
import { moveaxis } from "../shaping/transpose.js";
import { take, takeAlongAxis } from "./take.js";

const GRAIN = 1 << 11;

const argsortOp = primitive({
  name: "argsort",
  inputs: ["x"],
  infer: ({ x }, _: { descending: boolean }): Spec => ({ shape: x.shape, dtype: "int32" }),
  lower: ({ x }, { y }, { descending }) => {
    const { rows, columns } = rowsOf(x);
    const work = scratch(Math.max(16, rows * columns * 16));
    const kernel = x.dtype === "float32" ? kernels.argsort_f32 : kernels.argsort_i32;
    return kernel({ x, y, work, columns, descending: descending ? 1 : 0 }, rows, Math.ceil(GRAIN / (columns + 1)));
  },
});

/** The order of the elements along the last axis, of equals the first one first. */
function order(x: Tensor, descending: boolean): Tensor {
  return argsortOp.apply({ x: as(x, x.dtype === "float32" ? "float32" : "int32") }, { descending });
}

/**
 * For each place along an axis, where the element stands that belongs there in ascending order; NaN comes last.
 *
 * ```ts
 * ops.argsort([3, 1, 2]); // [1, 2, 0]
 * ```
 *
 * @param axis  default −1
 */
export const argsort = operation("numpy.argsort(*x, axis:ints|null=-1)", (x: TensorLike, axis: number | null): Tensor => {
  const tensor = asTensor(x);
  if (axis === null || tensor.rank === 0) return order(ravel(tensor), false);
  const along = checkAxis("argsort", axis, tensor.rank);
  return moveaxis(order(moveaxis(tensor, along, -1), false), -1, along);
});

/**
 * The elements in ascending order along an axis; NaN comes last.
 *
 * ```ts
 * ops.sort([3, 1, 2]); // [1, 2, 3]
 * ```
 *
 * @param axis  default −1
 */
export const sort = operation("numpy.sort(*x, axis:ints=-1)", (x: TensorLike, axis: number | null): Tensor => {
  const tensor = asTensor(x);
  if (axis === null || tensor.rank === 0) return take(ravel(tensor), order(ravel(tensor), false), 0);
  return takeAlongAxis(tensor, argsort(tensor, axis), axis);
});

/**
 * The k largest elements along the last axis, the largest first, and where they stand.
 *
 * ```ts
 * ops.topK([3, 1, 4, 2], 2); // [[4, 3], [2, 0]]
 * ```
 *
 * @returns values, and indices as int32; of equals the first one first
 */
export const topK = operation(
  "math.topK(*x, k:int, sorted=true, isStable=true)",
  (x: TensorLike, k: number, _sorted: unknown, _isStable: unknown): [values: Tensor, indices: Tensor] => {
    const tensor = asTensor(x);
    const length = tensor.shape.at(-1);
    if (length === undefined || !Number.isInteger(k) || k < 0 || (length !== null && k > length))
      throw new ValueError("topK", {
        given: `k ${k} for ${length ?? "no"} elements`,
        expected: "a whole number up to the length of the last axis",
      });
    const indices = stridedOf(
      order(tensor, true),
      tensor.shape.map((count, axis) => ({ begin: 0, step: 1, count: axis === tensor.rank - 1 ? k : count })),
    );
    return [takeAlongAxis(tensor, indices, -1), indices];
  },
);
