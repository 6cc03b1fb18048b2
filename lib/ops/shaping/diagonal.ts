// Triangles and diagonals of matrices.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { add } from "../elementwise/arithmetic.js";
import { greaterEqual, lessEqual } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { sum } from "../reduce/sum.js";
import { expandDims, ravel } from "./reshape.js";
import { fillCommand } from "./slice.js";
import { moveaxis } from "./transpose.js";
import { gatherView, scatterView, type View } from "./views.js";

/** The numbers 0, 1, … along an axis of x, in a shape that broadcasts with x. */
export function positionsAlong(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const others = x.shape.map((_, i) => i).filter((i) => i !== at);
  return expandDims(positionsOp.apply({ x }, { axis: at }), others);
}

const positionsOp = primitive({
  name: "positions",
  inputs: ["x"],
  infer: ({ x }, { axis }: { axis: number }): Spec => ({ shape: [x.shape[axis]!], dtype: "int32" }),
  lower: (_, { y }) => kernels.range_i32({ y, start: 0, step: 1 }, y.size),
});

/**
 * x with zeros above the k-th diagonal of its last two axes.
 *
 * ```ts
 * ops.tril([[1, 2], [3, 4]]); // [[1, 0], [3, 4]]
 * ```
 */
export const tril = operation("numpy.tril(*x, k:int=0)", (x: TensorLike, k: number): Tensor => {
  const tensor = asTensor(x);
  return where(greaterEqual(add(positionsAlong(tensor, -2), k), positionsAlong(tensor, -1)), tensor, asTensor(0, tensor.dtype));
});

/**
 * x with zeros below the k-th diagonal of its last two axes.
 *
 * ```ts
 * ops.triu([[1, 2], [3, 4]]); // [[1, 2], [0, 4]]
 * ```
 */
export const triu = operation("numpy.triu(*x, k:int=0)", (x: TensorLike, k: number): Tensor => {
  const tensor = asTensor(x);
  return where(lessEqual(add(positionsAlong(tensor, -2), k), positionsAlong(tensor, -1)), tensor, asTensor(0, tensor.dtype));
});

/** How many elements the k-th diagonal of a matrix has; null where that is not known yet. */
function lengthOf(rows: number | null, columns: number | null, k: number): number | null {
  if (rows === null || columns === null) return null;
  return Math.max(0, k >= 0 ? Math.min(rows, columns - k) : Math.min(rows + k, columns));
}

/** The k-th diagonal of [..., rows, columns] as a view. */
function diagonalView(shape: readonly number[], k: number): View {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const strides = stridesOf(shape);
  const offset = k >= 0 ? k : -k * columns;
  return { shape: [...shape.slice(0, -2), lengthOf(rows, columns, k)!], strides: [...strides.slice(0, -2), columns + 1], offset };
}

/**
 * The diagonal of the matrices that two axes span; it becomes the last axis.
 *
 * ```ts
 * ops.diagonal([[1, 2], [3, 4]]); // [1, 4]
 * ```
 *
 * @param offset  0 the main one, positive above it
 */
export const diagonal = operation(
  "numpy.diagonal(*x, offset:int=0, axis1:int=0, axis2:int=1)",
  (x: TensorLike, offset: number, axis1: number, axis2: number): Tensor => {
    const tensor = asTensor(x);
    if (tensor.rank < 2) throw new ShapeError("diagonal", { given: shapeText(tensor.shape), expected: "two axes or more" });
    const [a, b] = [checkAxis("diagonal", axis1, tensor.rank), checkAxis("diagonal", axis2, tensor.rank)];
    return diagonalOf(moveaxis(tensor, [a, b], [-2, -1]), offset);
  },
);

interface Diagonal {
  readonly k: number;
}

const diagonalOf = (x: Tensor, k: number): Tensor => diagonalOp.apply({ x }, { k });

const diagonalOp = primitive({
  name: "diagonal",
  inputs: ["x"],
  infer: ({ x }, { k }: Diagonal): Spec => ({
    shape: [...x.shape.slice(0, -2), lengthOf(x.shape.at(-2)!, x.shape.at(-1)!, k)],
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, { k }) => gatherView(x, y, diagonalView(known(x.shape), k)),
  gradient: (dy, _, { specs, attrs: { k } }) => ({ x: () => diagonalOnly(dy, specs.x.shape, k) }),
});

/** Zeros of the shape, with x on the k-th diagonal. A null length is what the diagonal needs. */
const diagonalOnly = (x: Tensor, shape: Shape, k: number): Tensor => placeOp.apply({ x }, { shape, k });

const placeOp = primitive({
  name: "place_diagonal",
  inputs: ["x"],
  infer: ({ x }, { shape, k }: Diagonal & { shape: Shape }): Spec => {
    const side = x.shape.at(-1)! === null ? null : x.shape.at(-1)! + Math.abs(k);
    return { shape: shape.map((length, i) => (i < shape.length - 2 ? (length ?? x.shape[i]!) : (length ?? side))), dtype: x.dtype };
  },
  lower: ({ x }, { y }, { k }) => [fillCommand(y, 0), scatterView(x, y, diagonalView(known(y.shape), k))],
  gradient: (dy, _, { attrs: { k } }) => ({ x: () => diagonalOf(dy, k) }),
});

/**
 * A vector as the k-th diagonal of a square matrix, or the k-th diagonal of a matrix.
 *
 * ```ts
 * ops.diag([1, 2]); // [[1, 0], [0, 2]]
 * ```
 */
export const diag = operation("numpy.diag(*x, k:int=0)", (x: TensorLike, k: number): Tensor => {
  const tensor = asTensor(x);
  if (tensor.rank === 2) return diagonalOf(tensor, k);
  if (tensor.rank === 1) return diagonalOnly(tensor, [null, null], k);
  throw new ShapeError("diag", { given: shapeText(tensor.shape), expected: "a vector or a matrix" });
});

/**
 * The elements of x, flattened, as the k-th diagonal of a square matrix.
 *
 * ```ts
 * ops.diagflat([[1, 2]]); // [[1, 0], [0, 2]]
 * ```
 */
export const diagflat = operation("numpy.diagflat(*x, k:int=0)", (x: TensorLike, k: number): Tensor => diag(ravel(x), k));

/**
 * The sum of the diagonal of the matrices that two axes span.
 *
 * ```ts
 * ops.trace([[1, 2], [3, 4]]); // 5
 * ```
 */
export const trace = operation(
  "numpy.trace(*x, offset:int=0, axis1:int=0, axis2:int=1)",
  (x: TensorLike, offset: number, axis1: number, axis2: number): Tensor => sum(diagonal(x, offset, axis1, axis2), { axis: -1 }),
);
