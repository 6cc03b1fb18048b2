// tf.linalg: matrices are the last two axes.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { known, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { matrixProduct } from "../../ops/linalg/matmul.js";
import * as ops from "../../ops/index.js";
import { type Axes, checkKind } from "./forms.js";

export { matmul } from "./elementwise.js";
export { l2Normalize } from "./math.js";
export { einsum, eye, globalNorm, tensordot } from "./shapes.js";

type Name = string | null;

const transposed = (x: Tensor): Tensor => ops.swapaxes(x, -1, -2);

/**
 * The last two axes exchanged.
 *
 * ```ts
 * tf.linalg.matrixTranspose([[1, 2], [3, 4]]); // [[1, 3], [2, 4]]
 * ```
 */
export const matrixTranspose = declare(
  'tf.linalg.matrixTranspose(*a, name:string="matrix_transpose", conjugate=false)',
  (a: TensorLike, _: Name, _conjugate: boolean): Tensor => transposed(matrix("matrixTranspose", a)),
);

function matrix(where: string, x: TensorLike): Tensor {
  const tensor = asTensor(x);
  if (tensor.rank >= 2) return tensor;
  throw new ShapeError(where, { given: shapeText(tensor.shape), expected: "matrices: a rank of at least 2" });
}

/** A result of an inverse: what is not finite says that the matrix had none. */
function regular(where: string, x: Tensor): Tensor {
  checkOnHost(where, [x], ([values]) => {
    if (!values!.view().every(Number.isFinite))
      throw new ValueError(where, {
        given: "a matrix that is singular, or holds what is not finite",
        expected: "a matrix with an inverse",
      });
  });
  return x;
}

/**
 * The inverse.
 *
 * ```ts
 * tf.linalg.inv([[2, 0], [0, 4]]); // [[0.5, 0], [0, 0.25]]
 * ```
 *
 * @throws ValueError for a singular matrix, when it runs
 */
export const inv = declare(
  "tf.linalg.inv(*input, adjoint=false, name:string=null)",
  (input: TensorLike, adjoint: boolean, _: Name): Tensor => {
    const x = matrix("inv", input);
    return regular("inv", ops.inv(adjoint ? transposed(x) : x));
  },
);
export const det = declare("tf.linalg.det(*input, name:string=null)", (input: TensorLike, _: Name): Tensor => ops.det(input));
/**
 * log |det|, of symmetric positive definite matrices.
 *
 * ```ts
 * tf.linalg.logdet([[2, 0], [0, 4]]); // 2.0794
 * ```
 */
export const logdet = declare("tf.linalg.logdet(*matrix, name:string=null)", (x: TensorLike, _: Name): Tensor => ops.logdet(x));
export const slogdet = declare(
  "tf.linalg.slogdet(*input, name:string=null)",
  (input: TensorLike, _: Name): [sign: Tensor, logAbsDeterminant: Tensor] => ops.slogdet(input) as unknown as [Tensor, Tensor],
);
/**
 * X with matrix · X = rhs.
 *
 * ```ts
 * tf.linalg.solve([[2, 0], [0, 4]], [[2], [2]]); // [[1], [0.5]]
 * ```
 *
 * @throws ValueError for a singular matrix, when it runs
 */
export const solve = declare(
  "tf.linalg.solve(*matrix, *rhs, adjoint=false, name:string=null)",
  (a: TensorLike, rhs: TensorLike, adjoint: boolean, _: Name): Tensor => {
    const x = matrix("solve", a);
    return regular("solve", ops.solve(adjoint ? transposed(x) : x, matrix("solve", rhs)));
  },
);
/**
 * X with matrix · X = rhs, of a matrix whose upper (lower: false: lower) part counts as zero.
 *
 * ```ts
 * tf.linalg.triangularSolve([[2, 0], [1, 4]], [[2], [9]]); // [[1], [2]]
 * ```
 */
export const triangularSolve = declare(
  "tf.linalg.triangularSolve(*matrix, *rhs, lower=true, adjoint=false, name:string=null)",
  (a: TensorLike, rhs: TensorLike, lower: boolean, adjoint: boolean, _: Name): Tensor => {
    const x = matrix("triangularSolve", a);
    const part = lower ? ops.tril(x) : ops.triu(x);
    const made = ops.solveTriangular(adjoint ? transposed(part) : part, matrix("triangularSolve", rhs), {
      lower: adjoint ? !lower : lower,
    });
    return regular("triangularSolve", made);
  },
);
/**
 * The X that makes ‖matrix · X − rhs‖² + l2Regularizer · ‖X‖² smallest.
 *
 * ```ts
 * tf.linalg.lstsq([[1, 0], [1, 1], [1, 2]], [[1], [3], [5]]); // [[1], [2]]
 * ```
 */
export const lstsq = declare(
  "tf.linalg.lstsq(*matrix, *rhs, l2Regularizer:number=0, fast=true, name:string=null)",
  (a: TensorLike, rhs: TensorLike, l2Regularizer: number, fast: boolean, _: Name): Tensor => {
    const [x, y] = [matrix("lstsq", a), matrix("lstsq", rhs)];
    if (!fast && x.rank === 2 && l2Regularizer === 0) return ops.lstsq(x, y);
    const [rows, columns] = known(x.shape, "lstsq").slice(-2) as [number, number];
    const adjoint = transposed(x);
    const ridge = ops.multiply(ops.eye(Math.min(rows, columns)), l2Regularizer);
    if (rows >= columns) return ops.solve(ops.add(ops.matmul(adjoint, x), ridge), ops.matmul(adjoint, y));
    return ops.matmul(adjoint, ops.solve(ops.add(ops.matmul(x, adjoint), ridge), y));
  },
);
/**
 * The Moore-Penrose inverse.
 *
 * ```ts
 * tf.linalg.pinv([[2, 0], [0, 4]]); // [[0.5, 0], [0, 0.25]]
 * ```
 */
export const pinv = declare(
  "tf.linalg.pinv(*a, rcond:number=null, validateArgs=false, name:string=null)",
  (a: TensorLike, rcond: number | null, _validate: boolean, _: Name): Tensor => ops.pinv(a, { rcond }),
);
/**
 * Singular values, and with computeUv the factors: `[s, u, v]`, input = u · diag(s) · vᵀ.
 *
 * ```ts
 * tf.linalg.svd([[3, 0], [0, 2]], { computeUv: false }); // [3, 2]
 * ```
 */
export const svd = declare(
  "tf.linalg.svd(*tensor, fullMatrices=false, computeUv=true, name:string=null)",
  (tensor: TensorLike, fullMatrices: boolean, computeUv: boolean, _: Name): [s: Tensor, u: Tensor, v: Tensor] | Tensor => {
    const made = ops.svd(tensor, { fullMatrices, computeUv });
    if (!Array.isArray(made)) return made as Tensor;
    const [u, s, v] = made as Tensor[];
    return [s!, u!, transposed(v!)];
  },
);
export const qr = declare(
  "tf.linalg.qr(*input, fullMatrices=false, name:string=null)",
  (input: TensorLike, fullMatrices: boolean, _: Name): [q: Tensor, r: Tensor] =>
    ops.qr(input, { mode: fullMatrices ? "complete" : "reduced" }) as unknown as [Tensor, Tensor],
);
/**
 * Eigenvalues in ascending order, and eigenvectors as columns, of symmetric matrices.
 *
 * ```ts
 * tf.linalg.eigh([[2, 1], [1, 2]])[0]; // [1, 3]
 * ```
 */
export const eigh = declare(
  "tf.linalg.eigh(*tensor, name:string=null)",
  (tensor: TensorLike, _: Name): [e: Tensor, v: Tensor] => ops.eigh(tensor) as unknown as [Tensor, Tensor],
);
export const cholesky = declare("tf.linalg.cholesky(*input, name:string=null)", (input: TensorLike, _: Name): Tensor =>
  ops.cholesky(input),
);
/**
 * A matrix times a vector.
 *
 * ```ts
 * tf.linalg.matvec([[1, 2], [3, 4]], [1, 10]); // [21, 43]
 * ```
 */
export const matvec = declare(
  "tf.linalg.matvec(*a, *b, transposeA=false, adjointA=false, aIsSparse=false, bIsSparse=false, name:string=null)",
  (a: TensorLike, b: TensorLike, transposeA: boolean, adjointA: boolean, _a: boolean, _b: boolean, _: Name): Tensor =>
    ops.squeeze(matrixProduct(matrix("matvec", a), ops.expandDims(b, -1), { transposeA: transposeA || adjointA }), -1),
);
/**
 * The sums of the diagonals.
 *
 * ```ts
 * tf.linalg.trace([[1, 2], [3, 4]]); // 5
 * ```
 */
export const trace = declare("tf.linalg.trace(*x, name:string=null)", (x: TensorLike, _: Name): Tensor =>
  ops.trace(matrix("trace", x), 0, -2, -1),
);

/**
 * What lies within so many diagonals below and above the main one; −1: all of them.
 *
 * ```ts
 * tf.linalg.bandPart([[1, 2], [3, 4]], 0, -1); // [[1, 2], [0, 4]]
 * ```
 */
export const bandPart = declare(
  "tf.linalg.bandPart(*input, numLower:int, numUpper:int, name:string=null)",
  (input: TensorLike, numLower: number, numUpper: number, _: Name): Tensor => {
    const x = matrix("bandPart", input);
    const lower = numLower < 0 ? x : ops.triu(x, { k: -numLower });
    return numUpper < 0 ? lower : ops.tril(lower, { k: numUpper });
  },
);

type Band = number | readonly [lower: number, upper: number];

interface Diagonals {
  readonly lower: number;
  readonly upper: number;
  /** Whether only one was asked for: the result has no axis of diagonals then. */
  readonly isOne: boolean;
}

function diagonalsOf(where: string, k: Band): Diagonals {
  const [lower, upper] = typeof k === "number" ? [k, k] : k;
  if (!(lower <= upper)) throw new ValueError(`${where}.k`, { given: text(k), expected: "a number, or [lower, upper]" });
  return { lower, upper, isOne: lower === upper };
}

const alignments = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"];

/** Where a shorter diagonal begins among as many places as the longest has: `align` names the upper ones first. */
function beginOf(where: string, align: string, d: number, missing: number): number {
  if (!alignments.includes(align)) throw new ValueError(`${where}.align`, { given: text(align), expected: alignments.join(", ") });
  const [upper, lower] = align.split("_");
  const isLeft = (d >= 0 && upper === "LEFT") || (d <= 0 && lower === "LEFT");
  return isLeft ? 0 : missing;
}

const lengthOf = (d: number, rows: number, columns: number): number =>
  Math.max(0, Math.min(rows + Math.min(d, 0), columns - Math.max(d, 0)));

/** Elements along the last axis, −1 picking the padding value. */
function picked(x: Tensor, places: Int32Array, paddingValue: number, shape: readonly number[]): Tensor {
  const lead = x.shape.slice(0, -1);
  const padded = ops.pad(x, [...lead.map((): [number, number] => [0, 0]), [0, 1]], { constantValues: paddingValue });
  const last = x.shape.at(-1)!;
  const made = ops.take(
    padded,
    places.map((place) => (place < 0 ? last : place)),
    lead.length,
  );
  return ops.reshape(made, [...lead, ...shape] as number[]);
}

/**
 * Matrices with the given diagonals.
 *
 * ```ts
 * tf.linalg.diag([1, 2]); // [[1, 0], [0, 2]]
 * ```
 *
 * @param diagonal  [..., length], or for several [..., diagonals, length], the uppermost first
 * @param k         0 is the main one, above it 1; `[lower, upper]` are several
 */
export const diag = declare(
  'tf.linalg.diag(*diagonal, name:string="diag", k:ints=0, numRows:int=-1, numCols:int=-1, paddingValue:number=0, align="RIGHT_LEFT")',
  (diagonal: TensorLike, _: Name, k: Band, numRows: number, numCols: number, paddingValue: number, align: string): Tensor => {
    const x = asTensor(diagonal);
    const { lower, upper, isOne } = diagonalsOf("diag", k);
    const longest = x.shape.at(-1);
    if (typeof longest !== "number" || (!isOne && x.shape.at(-2) !== upper - lower + 1))
      throw new ShapeError("diag", { given: shapeText(x.shape), expected: isOne ? "vectors" : `${upper - lower + 1} diagonals` });
    const least = [longest - Math.min(upper, 0), longest + Math.max(lower, 0)] as const;
    const side = Math.max(...least);
    const rows = numRows >= 0 ? numRows : numCols >= 0 ? least[0] : side;
    const columns = numCols >= 0 ? numCols : numRows >= 0 ? least[1] : side;
    if (rows < least[0] || columns < least[1])
      throw new ShapeError("diag", { given: `${rows} rows and ${columns} columns`, expected: `at least ${least.join(" and ")}` });
    const places = new Int32Array(rows * columns).fill(-1);
    for (let d = lower; d <= upper; d++) {
      const length = lengthOf(d, rows, columns);
      const begin = beginOf("diag", align, d, longest - length);
      for (let i = 0; i < length; i++) places[(i - Math.min(d, 0)) * columns + i + Math.max(d, 0)] = (upper - d) * longest + begin + i;
    }
    const flat = isOne ? x : ops.reshape(x, [...x.shape.slice(0, -2), -1] as number[]);
    return picked(flat, places, paddingValue, [rows, columns]);
  },
);

/**
 * The diagonals of matrices: [..., length], of several [..., diagonals, length], the uppermost first.
 *
 * ```ts
 * tf.linalg.diagPart([[1, 2], [3, 4]]); // [1, 4]
 * ```
 */
export const diagPart = declare(
  'tf.linalg.diagPart(*input, name:string="diag_part", k:ints=0, paddingValue:number=0, align="RIGHT_LEFT")',
  (input: TensorLike, _: Name, k: Band, paddingValue: number, align: string): Tensor => {
    const x = matrix("diagPart", input);
    const { lower, upper, isOne } = diagonalsOf("diagPart", k);
    const [rows, columns] = known(x.shape, "diagPart").slice(-2) as [number, number];
    if (lower <= -rows || upper >= columns)
      throw new ValueError("diagPart.k", { given: text(k), expected: `diagonals from ${1 - rows} to ${columns - 1}` });
    const longest = Math.min(rows + Math.min(upper, 0), columns - Math.max(lower, 0));
    const places = new Int32Array((upper - lower + 1) * longest).fill(-1);
    for (let d = lower; d <= upper; d++) {
      const length = lengthOf(d, rows, columns);
      const begin = beginOf("diagPart", align, d, longest - length);
      for (let i = 0; i < length; i++) places[(upper - d) * longest + begin + i] = (i - Math.min(d, 0)) * columns + i + Math.max(d, 0);
    }
    const flat = ops.reshape(x, [...x.shape.slice(0, -2), rows * columns] as number[]);
    return picked(flat, places, paddingValue, isOne ? [longest] : [upper - lower + 1, longest]);
  },
);

/**
 * The norm of all elements, of vectors (one axis) or of matrices (two).
 *
 * ```ts
 * tf.norm([3, 4]); // 5
 * ```
 *
 * @param ord  "euclidean", "fro", a number or Infinity
 */
export const norm = declare(
  'tf.norm(*tensor, ord:string|number="euclidean", axis:ints=null, keepdims:bool|null=null, name:string=null)',
  (tensor: TensorLike, ord: string | number, axis: Axes, keepdims: boolean | null, _: Name): Tensor => {
    const x = asTensor(tensor);
    const keeps = keepdims ?? false;
    checkKind("norm", "floats", tensor);
    if (typeof ord === "number" && !(ord > 0)) throw new ValueError("norm.ord", { given: String(ord), expected: "a number above 0" });
    if (typeof ord === "string" && ord !== "euclidean" && ord !== "fro")
      throw new ValueError("norm.ord", { given: text(ord), expected: "euclidean, fro, a number or Infinity" });
    if (typeof ord === "string") {
      if (ord === "fro" && (axis === null || typeof axis === "number"))
        throw new ValueError("norm.ord", { given: "fro of vectors", expected: "two axes" });
      return ops.sqrt(ops.sum(ops.square(x), { axis, keepdims: keeps }));
    }
    if (axis !== null) return ops.norm(x, { ord, axis: axis as number, keepdims: keeps });
    const whole = ops.norm(ops.ravel(x), { ord, axis: 0 });
    return keeps
      ? ops.reshape(
          whole,
          x.shape.map(() => 1),
        )
      : whole;
  },
);
