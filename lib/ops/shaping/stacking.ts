// NumPy's names of stacking and splitting, and grids.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import type { Integers } from "../static.js";
import { as, commonDtype } from "../promotion.js";
import { broadcastTo } from "./broadcast.js";
import { concatenate } from "./concatenate.js";
import { expandDims, ravel } from "./reshape.js";
import { split } from "./split.js";
import { transpose } from "./transpose.js";

/** The tensor with at least this rank: axes of length 1 in front. */
function atLeast(x: TensorLike, rank: number): Tensor {
  const tensor = asTensor(x);
  return expandDims(
    tensor,
    Array.from({ length: Math.max(0, rank - tensor.rank) }, (_, i) => i),
  );
}

/**
 * Side by side: along the second axis, of vectors along the only one.
 *
 * ```ts
 * ops.hstack([[1, 2], [3]]); // [1, 2, 3]
 * ```
 */
export const hstack = operation("numpy.hstack(*xs:tensors)", (xs: readonly TensorLike[]): Tensor => {
  const tensors = xs.map((x) => atLeast(x, 1));
  return concatenate(tensors, tensors[0]?.rank === 1 ? 0 : 1);
});

/**
 * One above the other: along the first axis; vectors are rows.
 *
 * ```ts
 * ops.vstack([[1, 2], [3, 4]]); // [[1, 2], [3, 4]]
 * ```
 */
export const vstack = operation("numpy.vstack(*xs:tensors)", (xs: readonly TensorLike[]): Tensor =>
  concatenate(
    xs.map((x) => atLeast(x, 2)),
    0,
  ),
);

/**
 * One behind the other: along the third axis.
 *
 * ```ts
 * ops.dstack([[1, 2], [3, 4]]); // [[[1, 3], [2, 4]]]
 * ```
 */
export const dstack = operation("numpy.dstack(*xs:tensors)", (xs: readonly TensorLike[]): Tensor => {
  const deep = (x: TensorLike): Tensor => {
    const tensor = atLeast(x, 2);
    return tensor.rank > 2 ? tensor : expandDims(asTensor(x).rank < 2 ? atLeast(x, 2) : tensor, 2);
  };
  return concatenate(xs.map(deep), 2);
});

/**
 * Vectors as columns, matrices side by side.
 *
 * ```ts
 * ops.columnStack([[1, 2], [3, 4]]); // [[1, 3], [2, 4]]
 * ```
 */
export const columnStack = operation("numpy.columnStack(*xs:tensors)", (xs: readonly TensorLike[]): Tensor => {
  const columns = xs.map((x) => {
    const tensor = asTensor(x);
    return tensor.rank < 2 ? transpose(atLeast(tensor, 2)) : tensor;
  });
  return concatenate(columns, 1);
});

/**
 * x2 after x1 along an axis.
 *
 * ```ts
 * ops.append([1, 2], [3]); // [1, 2, 3]
 * ```
 *
 * @param axis  default: both flattened
 */
export const append = operation("numpy.append(*x1, *x2, axis:ints=null)", (x1: TensorLike, x2: TensorLike, axis: number | null): Tensor => {
  const dtype = commonDtype(x1, x2);
  const [a, b] = [as(x1, dtype), as(x2, dtype)];
  return axis === null ? concatenate([ravel(a), ravel(b)], 0) : concatenate([a, b], axis);
});

/**
 * Pieces along the second axis, of a vector along the only one.
 *
 * ```ts
 * ops.hsplit([1, 2, 3, 4], 2); // [[1, 2], [3, 4]]
 * ```
 */
export const hsplit = operation("numpy.hsplit(*x, indicesOrSections:ints)", (x: TensorLike, indicesOrSections: Integers): Tensor[] => {
  const tensor = asTensor(x);
  return split(tensor, indicesOrSections, tensor.rank === 1 ? 0 : 1);
});

/**
 * Pieces along the first axis.
 *
 * ```ts
 * ops.vsplit([[1, 2], [3, 4]], 2); // [[[1, 2]], [[3, 4]]]
 * ```
 */
export const vsplit = operation("numpy.vsplit(*x, indicesOrSections:ints)", (x: TensorLike, indicesOrSections: Integers): Tensor[] =>
  split(x, indicesOrSections, 0),
);

/**
 * Pieces along the third axis.
 *
 * ```ts
 * ops.dsplit([[[1, 2], [3, 4]]], 2); // [[[[1], [3]]], [[[2], [4]]]]
 * ```
 */
export const dsplit = operation("numpy.dsplit(*x, indicesOrSections:ints)", (x: TensorLike, indicesOrSections: Integers): Tensor[] =>
  split(x, indicesOrSections, 2),
);

/**
 * Coordinates of a grid: one tensor for each vector, all of the shape of the grid.
 *
 * ```ts
 * ops.meshgrid([1, 2], [3, 4]); // [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
 * ```
 *
 * @param xs                vectors; others are flattened
 * @param options.indexing  "xy" (default): the first two axes exchanged, or "ij"
 */
export const meshgrid = operation('numpy.meshgrid(*...x, indexing="xy")', (xs: readonly TensorLike[], indexing: string): Tensor[] => {
  if (indexing !== "xy" && indexing !== "ij")
    throw new ValueError("meshgrid", { given: `indexing ${text(indexing)}`, expected: "xy or ij" });
  const vectors = xs.map((x) => ravel(x));
  const place = (i: number): number => (indexing === "xy" && vectors.length > 1 && i < 2 ? 1 - i : i);
  const shape: (number | null)[] = vectors.map(() => 1);
  vectors.forEach((vector, i) => (shape[place(i)] = vector.shape[0]!));
  return vectors.map((vector, i) => {
    const axes = vectors.map((_, axis) => axis).filter((axis) => axis !== place(i));
    return broadcastTo(expandDims(vector, axes), shape);
  });
});
