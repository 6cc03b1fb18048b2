import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { known, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { greaterEqual, lessEqual } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { sum } from "../reduce/sum.js";
import { progression } from "./create.js";
import { expandDims, ravel, reshape } from "./reshape.js";
import { embed, everything, stridedOf } from "./slice.js";
import { moveaxis } from "./transpose.js";

/** [rows, 1] of row numbers plus k, and [columns] of column numbers. */
const grid = (rows: number, columns: number, k: number): [Tensor, Tensor] => [
  expandDims(add(progression(0, 1, rows, "int32"), k), 1),
  progression(0, 1, columns, "int32"),
];

/** x with zeros above the k-th diagonal of its last two axes. */
export function tril(x: TensorLike, k = 0): Tensor {
  const tensor = asTensor(x);
  const [rows, columns] = known(tensor.shape.slice(-2), "tril");
  return where(greaterEqual(...grid(rows!, columns!, k)), tensor, 0);
}

/** x with zeros below the k-th diagonal of its last two axes. */
export function triu(x: TensorLike, k = 0): Tensor {
  const tensor = asTensor(x);
  const [rows, columns] = known(tensor.shape.slice(-2), "triu");
  return where(lessEqual(...grid(rows!, columns!, k)), tensor, 0);
}

/** Along the last axis of a flattened matrix, its k-th diagonal. */
function diagonalRange(rows: number, columns: number, k: number): { begin: number; step: number; count: number } {
  const count = Math.max(0, k >= 0 ? Math.min(rows, columns - k) : Math.min(rows + k, columns));
  return { begin: count === 0 ? 0 : k >= 0 ? k : -k * columns, step: columns + 1, count };
}

/** The diagonal of the matrices that two axes span; it becomes the last axis. @param offset  0 the main one, positive above it */
export function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const tensor = asTensor(x);
  const [a, b] = [checkAxis("diagonal", axis1, tensor.rank), checkAxis("diagonal", axis2, tensor.rank)];
  const moved = moveaxis(tensor, [a, b], [-2, -1]);
  const [rows, columns] = known(moved.shape.slice(-2), "diagonal");
  const flat = reshape(moved, [...moved.shape.slice(0, -2), rows! * columns!]);
  return stridedOf(flat, [...flat.shape.slice(0, -1).map(everything), diagonalRange(rows!, columns!, offset)]);
}

/** A vector as the k-th diagonal of a square matrix, or the k-th diagonal of a matrix. */
export function diag(x: TensorLike, k = 0): Tensor {
  const tensor = asTensor(x);
  if (tensor.rank === 2) return diagonal(tensor, k);
  if (tensor.rank !== 1) throw new ShapeError("diag", { given: shapeText(tensor.shape), expected: "a vector or a matrix" });
  const n = known(tensor.shape, "diag")[0]! + Math.abs(k);
  return reshape(embed(tensor, [n * n], [diagonalRange(n, n, k)]), [n, n]);
}

/** The elements of x, flattened, as the k-th diagonal of a square matrix. */
export const diagflat = (x: TensorLike, k = 0): Tensor => diag(ravel(x), k);

/** The sum of the diagonal of the matrices that two axes span. */
export const trace = (x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor => sum(diagonal(x, offset, axis1, axis2), { axis: -1 });
