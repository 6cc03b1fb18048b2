// Cholesky, LU, QR, eigenvalues, singular values; their gradients are written with public operations.

import { operation } from "../../core/operation.js";
// Factorizations of matrices: the last two axes of a tensor. Small matrices, in float64 inside.

import type { TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/linalg.js";
import { scratch } from "../../runtime/command.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { equal, less } from "../elementwise/comparison.js";
import { negative, reciprocal, square } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { argsort } from "../indexing/sort.js";
import { takeAlongAxis } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { diagonal, positionsAlong, tril, triu } from "../shaping/diagonal.js";
import { pad } from "../shaping/pad.js";
import { expandDims } from "../shaping/reshape.js";
import { concatenate } from "../shaping/concatenate.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { swapaxes } from "../shaping/transpose.js";
import { matrixProduct } from "./matmul.js";

const GRAIN = 1 << 14;

/** A float32 tensor of matrices. @throws ShapeError for lower ranks, and where `square` matrices are wanted, for others */
export function matrices(where_: string, x: TensorLike, isSquare = false): Tensor {
  const tensor = asFloat(x);
  const [rows, columns] = tensor.shape.slice(-2);
  const fits = tensor.rank >= 2 && (!isSquare || rows === columns || rows === null || columns === null);
  if (fits) return tensor;
  throw new ShapeError(where_, { given: shapeText(tensor.shape), expected: isSquare ? "square matrices" : "matrices: rank 2 or more" });
}

/** Numbers of matrices, rows and columns. */
function sizesOf(x: Tensor): { count: number; rows: number; columns: number } {
  const shape = known(x.shape);
  const [rows, columns] = shape.slice(-2) as [number, number];
  return { count: sizeOf(shape.slice(0, -2)), rows, columns };
}

const grainFor = (work: number): number => Math.ceil(GRAIN / (work + 1));
export const transposed = (x: Tensor): Tensor => swapaxes(x, -2, -1);
const least = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.min(a, b));
const spec = (shape: Shape): Spec => ({ shape, dtype: "float32" });

/** Zeros but for the diagonal of x. */
const diagonalPart = (x: Tensor): Tensor => where(equal(positionsAlong(x, -2), positionsAlong(x, -1)), x, 0);
/** Each row of the vectors as a diagonal of ones would carry it: multiplies the columns. */
const scaleColumns = (x: Tensor, vector: Tensor): Tensor => multiply(x, expandDims(vector, -2));

// Cholesky.

/**
 * The triangle L with x = L · Lᵀ, of symmetric positive definite matrices; NaN for others.
 *
 * ```ts
 * ops.cholesky([[4, 2], [2, 5]]); // [[2, 0], [1, 2]]
 * ```
 *
 * @param upper  gives Lᵀ instead; default false
 */
export const cholesky = operation("linalg.cholesky(*x, upper=false)", (x: TensorLike, upper: boolean): Tensor => {
  const lower = choleskyOp.apply({ x: matrices("cholesky", x, true) });
  return upper ? transposed(lower) : lower;
});

const choleskyOp = primitive({
  name: "cholesky",
  inputs: ["x"],
  infer: ({ x }) => spec(x.shape),
  lower: ({ x }, { y }) => {
    const { count, rows, columns } = sizesOf(x);
    return kernels.cholesky_f32(
      { x, y, pivots: null, order: null, work: scratch(count * rows * rows * 8 + 8), rows, columns },
      count,
      grainFor(rows ** 3),
    );
  },
  keeps: ["y"],
  gradient: (dy, { y: l }) => ({
    x: () => {
      const inner = tril(matrixProduct(l, dy, { transposeA: true }));
      const halved = subtract(inner, multiply(diagonalPart(inner), 0.5));
      // L⁻ᵀ · inner · L⁻¹, of which the symmetric part counts.
      const left = triangular(l, halved, { lower: true, transposed: true });
      const both = transposed(triangular(l, transposed(left), { lower: true, transposed: true }));
      return multiply(add(both, transposed(both)), 0.5);
    },
  }),
});

/**
 * The inverse of the matrix whose Cholesky factor is x.
 *
 * ```ts
 * ops.choleskyInverse([[2, 0], [1, 2]]); // [[0.3125, -0.125], [-0.125, 0.25]]
 * ```
 *
 * @param upper  x is the upper factor; default false
 */
export const choleskyInverse = operation("linalg.choleskyInverse(*x, upper=false)", (x: TensorLike, upper: boolean): Tensor => {
  const factor = matrices("choleskyInverse", x, true);
  const inverse = triangular(factor, identityLike(factor), { lower: !upper, transposed: false });
  return upper ? matrixProduct(inverse, inverse, { transposeB: true }) : matrixProduct(inverse, inverse, { transposeA: true });
});

/** Identity matrices of the shape of x. */
export const identityLike = (x: Tensor): Tensor =>
  where(equal(positionsAlong(x, -2), positionsAlong(x, -1)), add(multiply(x, 0), 1), multiply(x, 0));

// Triangular systems.

interface TriangularAttrs {
  readonly lower: boolean;
  readonly transposed: boolean;
  readonly unit?: boolean;
}

/** a⁻¹ · b (or a⁻ᵀ · b) for a triangle a. */
export const triangular = (a: Tensor, b: Tensor, attrs: TriangularAttrs): Tensor => triangularOp.apply({ a, b }, attrs);

const triangularOp = primitive({
  name: "solve_triangular",
  inputs: ["a", "b"],
  infer: ({ b }, _: TriangularAttrs) => spec(b.shape),
  lower: ({ a, b }, { y }, { lower, transposed: isTransposed, unit }) => {
    const { count, rows: n, columns } = sizesOf(b);
    const flags = { lower: lower ? 1 : 0, transposed: isTransposed ? 1 : 0, unit: unit ? 1 : 0 };
    return kernels.solve_triangular_f32(
      { a, b, y, work: scratch(count * n * 8 + 8), n, columns, ...flags },
      count,
      grainFor(n * n * columns),
    );
  },
  keeps: ["a", "y"],
  gradient: (dy, { a, y }, { attrs }) => {
    const db = (): Tensor => triangular(a, dy, { ...attrs, transposed: !attrs.transposed });
    return {
      b: db,
      a: () => {
        const product = attrs.transposed ? matrixProduct(y, db(), { transposeB: true }) : matrixProduct(db(), y, { transposeB: true });
        const triangle = attrs.lower ? tril(product, attrs.unit ? -1 : 0) : triu(product, attrs.unit ? 1 : 0);
        return negative(triangle);
      },
    };
  },
});

// LU.

/**
 * L and U in one matrix, with the rows exchanged as the pivots say: x = P · L · U.
 *
 * ```ts
 * ops.luFactor([[1, 2], [3, 4]]); // [[[3, 4], [0.3333, 0.6667]], [1, 1]]
 * ```
 *
 * @returns [LU, pivots]: row k was exchanged with row pivots[k], for k = 0, 1, …
 */
export const luFactor = operation("linalg.luFactor(*x)", (x: TensorLike): Tensor[] => {
  const { lu, pivots } = luOf(matrices("luFactor", x));
  return [lu, pivots];
});

/** L and U, the exchanges, and which row of x has come to each place. */
export const luOf = (x: Tensor): { readonly lu: Tensor; readonly pivots: Tensor; readonly order: Tensor } => luOp.apply({ x });

const luOp = primitive({
  name: "lu_factor",
  inputs: ["x"],
  infer: ({ x }): { lu: Spec; pivots: Spec; order: Spec } => ({
    lu: spec(x.shape),
    pivots: { shape: [...x.shape.slice(0, -2), least(x.shape.at(-2)!, x.shape.at(-1)!)], dtype: "int32" },
    order: { shape: x.shape.slice(0, -1), dtype: "int32" },
  }),
  lower: ({ x }, { lu, pivots, order }) => {
    const { count, rows, columns } = sizesOf(x);
    const work = scratch(count * rows * columns * 8 + 8);
    return kernels.lu_f32({ x, y: lu, pivots, order, work, rows, columns }, count, grainFor(rows * columns * Math.min(rows, columns)));
  },
  keeps: ["lu", "order"],
  gradient: ({ lu: dlu }, { lu, order }) => ({
    x: () => {
      if (!dlu) return null;
      const [rows, columns] = known(lu.shape.slice(-2), "luFactor") as [number, number];
      const l = unitLower(squareOf(lu, rows));
      const upper = triu(squareOf(lu, columns));
      const u = where(less(positionsAlong(upper, -2), rows), upper, identityLike(upper));
      const inner = add(
        tril(matrixProduct(l, tril(dlu, -1), { transposeA: true }), -1),
        triu(matrixProduct(triu(dlu), u, { transposeB: true })),
      );
      // P · L⁻ᵀ · inner · U⁻ᵀ.
      const left = triangular(l, inner, { lower: true, transposed: true, unit: true });
      const both = transposed(triangular(u, transposed(left), { lower: false, transposed: false }));
      return exchangeRows(both, order, true);
    },
  }),
});

/** The first rows and columns of x, zeros where it has fewer. */
function squareOf(x: Tensor, size: number): Tensor {
  const isInner = (axis: number): boolean => axis >= x.rank - 2;
  const ranges = x.shape.map((length, axis) => everything(isInner(axis) ? Math.min(length!, size) : length));
  return pad(
    stridedOf(x, ranges),
    ranges.map(({ count }, axis) => [0, isInner(axis) ? size - count! : 0]),
  );
}

/** The lower triangle of LU with ones on the diagonal. */
const unitLower = (lu: Tensor): Tensor => add(tril(lu, -1), identityLike(lu));

/** The rows of x in the order that the factorization found, or back in their own. */
export const exchangeRows = (x: Tensor, order: Tensor, back = false): Tensor =>
  takeAlongAxis(x, expandDims(back ? argsort(order) : order, -1), -2);

// QR.

/**
 * Orthogonal q and triangular r with x = q · r.
 *
 * ```ts
 * const [, r] = ops.qr([[3, 5], [4, 5]]);
 * ops.abs(r); // [[5, 7], [0, 1]]
 * ```
 *
 * @param mode  "reduced" (default): q has as many columns as x has rows or columns, whichever is fewer; "complete": q is square
 */
export const qr = operation('linalg.qr(*x, mode="reduced")', (x: TensorLike, mode: string): Tensor[] => {
  if (mode !== "reduced" && mode !== "complete")
    throw new ValueError("qr", { given: `mode ${text(mode)}`, expected: "reduced or complete" });
  const { q, r } = qrOp.apply({ x: matrices("qr", x) }, { complete: mode === "complete" });
  return [q, r];
});

const qrOp = primitive({
  name: "qr",
  inputs: ["x"],
  infer: ({ x }, { complete }: { complete: boolean }): { q: Spec; r: Spec } => {
    const [batch, rows, columns] = [x.shape.slice(0, -2), x.shape.at(-2)!, x.shape.at(-1)!];
    const width = complete ? rows : least(rows, columns);
    return { q: spec([...batch, rows, width]), r: spec([...batch, width, columns]) };
  },
  lower: ({ x }, { q, r }) => {
    const { count, rows, columns } = sizesOf(x);
    const work = scratch(count * rows * (columns + rows) * 8 + 8);
    return kernels.qr_f32({ x, q, r, work, rows, columns, width: known(q.shape).at(-1)! }, count, grainFor(rows * rows * columns));
  },
  keeps: ["q", "r"],
  gradient: ({ q: dq, r: dr }, { q, r }) => ({
    x: () => {
      if (q.shape.at(-1) !== r.shape.at(-1))
        throw new ShapeError("qr", {
          given: `r of shape ${shapeText(r.shape)}`,
          expected: "square r to differentiate: mode reduced, no fewer rows than columns",
        });
      const a = dr && matrixProduct(r, dr, { transposeB: true });
      const b = dq && matrixProduct(dq, q, { transposeA: true });
      const m = a && b ? subtract(a, b) : (a ?? negative(b!));
      const symmetric = add(tril(m), transposed(tril(m, -1)));
      const inner = dq ? add(dq, matrixProduct(q, symmetric)) : matrixProduct(q, symmetric);
      return transposed(triangular(r, transposed(inner), { lower: false, transposed: false }));
    },
  }),
});

// Eigenvalues of symmetric matrices.

/**
 * Eigenvalues in ascending order and eigenvectors (columns) of symmetric matrices, of which the lower triangle is read.
 *
 * ```ts
 * const [values] = ops.eigh([[2, 1], [1, 2]]);
 * values; // [1, 3]
 * ```
 *
 * @returns [w, v]
 */
export const eigh = operation("linalg.eigh(*x)", (x: TensorLike): Tensor[] => {
  const { w, v } = eighOp.apply({ x: matrices("eigh", x, true) });
  return [w, v];
});

const eighOp = primitive({
  name: "eigh",
  inputs: ["x"],
  infer: ({ x }): { w: Spec; v: Spec } => ({ w: spec(x.shape.slice(0, -1)), v: spec(x.shape) }),
  lower: ({ x }, { w, v }) => {
    const { count, rows, columns } = sizesOf(x);
    const work = scratch(count * 2 * rows * rows * 8 + 8);
    return kernels.eigh_f32({ x, values: w, left: v, right: null, work, rows, columns }, count, grainFor(10 * rows ** 3));
  },
  keeps: ["w", "v"],
  gradient: ({ w: dw, v: dv }, { w, v }) => ({
    x: () => {
      const gaps = subtract(expandDims(w, -2), expandDims(w, -1));
      const isZero = equal(gaps, 0);
      const inner = dv && multiply(where(isZero, 0, reciprocal(where(isZero, 1, gaps))), matrixProduct(v, dv, { transposeA: true }));
      const whole = matrixProduct(inner ? add(matrixProduct(v, inner), dw ? scaleColumns(v, dw) : 0) : scaleColumns(v, dw!), v, {
        transposeB: true,
      });
      return multiply(add(whole, transposed(whole)), 0.5);
    },
  }),
});

// Singular values.

const svdOp = primitive({
  name: "svd",
  inputs: ["x"],
  infer: ({ x }): { u: Spec; s: Spec; v: Spec } => {
    const [batch, columns] = [x.shape.slice(0, -2), x.shape.at(-1)!];
    return { u: spec(x.shape), s: spec([...batch, columns]), v: spec([...batch, columns, columns]) };
  },
  lower: ({ x }, { u, s, v }) => {
    const { count, rows, columns } = sizesOf(x);
    const work = scratch(count * (rows + columns) * columns * 8 + 8);
    return kernels.svd_f32({ x, values: s, left: u, right: v, work, rows, columns }, count, grainFor(10 * rows * columns * columns));
  },
  keeps: ["u", "s", "v"],
  gradient: ({ u: du, s: ds, v: dv }, { u, s, v }) => ({
    x: () => {
      const scale = scaleColumns;
      const squares = square(s);
      const gaps = subtract(expandDims(squares, -2), expandDims(squares, -1));
      const isZero = equal(gaps, 0);
      const f = where(isZero, 0, reciprocal(where(isZero, 1, gaps)));
      const skew = (left: Tensor, d: Tensor): Tensor => {
        const product = matrixProduct(left, d, { transposeA: true });
        return multiply(f, subtract(product, transposed(product)));
      };
      const safe = where(equal(s, 0), 0, reciprocal(where(equal(s, 0), 1, s)));
      const terms: Tensor[] = [];
      if (ds) terms.push(matrixProduct(scale(u, ds), v, { transposeB: true }));
      if (du) {
        terms.push(matrixProduct(scale(matrixProduct(u, skew(u, du)), s), v, { transposeB: true }));
        const rest = subtract(du, matrixProduct(u, matrixProduct(u, du, { transposeA: true })));
        terms.push(matrixProduct(scale(rest, safe), v, { transposeB: true }));
      }
      if (dv) terms.push(matrixProduct(matrixProduct(scale(u, s), skew(v, dv)), v, { transposeB: true }));
      return terms.reduce((a, b) => add(a, b));
    },
  }),
});

/** u, s and v of matrices with no fewer rows than columns, or of their transposes. */
export function thinSvd(x: Tensor): { u: Tensor; s: Tensor; v: Tensor } {
  const [rows, columns] = known(x.shape.slice(-2), "svd");
  if (rows! >= columns!) return svdOp.apply({ x });
  const { u, s, v } = svdOp.apply({ x: transposed(x) });
  return { u: v, s, v: u };
}

/** Orthogonal columns completed to a square matrix; columns of zeros are replaced. */
function completed(u: Tensor): Tensor {
  const { q, r } = qrOp.apply({ x: u }, { complete: true });
  const columns = u.shape.at(-1)!;
  const part = (begin: number, count: number | null): Tensor =>
    stridedOf(
      q,
      q.shape.map((length, i) => (i === q.rank - 1 ? { begin, step: 1, count } : everything(length))),
    );
  const first = scaleColumns(part(0, columns), where(less(diagonal(r, 0, -2, -1), 0), -1, 1));
  const rest = known([q.shape.at(-1)!])[0]! - columns;
  return rest === 0 ? first : concatenate([first, part(columns, rest)], -1);
}

/**
 * Singular values in descending order, with left singular vectors as columns and right ones as rows: x = u · diag(s) · vᵀ.
 *
 * ```ts
 * ops.svd([[3, 0], [0, 2]], { computeUv: false }); // [3, 2]
 * ```
 *
 * @param fullMatrices  u and vᵀ are square; default true
 * @param computeUv     false gives the values alone; default true
 * @returns             [u, s, vᵀ], or s
 */
export const svd = operation(
  "linalg.svd(*x, fullMatrices=true, computeUv=true)",
  (x: TensorLike, fullMatrices: boolean, computeUv: boolean): Tensor | Tensor[] => {
    const tensor = matrices("svd", x);
    const { u, s, v } = thinSvd(tensor);
    if (!computeUv) return s;
    return fullMatrices ? [completed(u), s, transposed(completed(v))] : [u, s, transposed(v)];
  },
  { className: "SVD" },
);
