// Systems of equations, inverses, determinants and what follows from the factorizations.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { add, mod, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal, greater, notEqual } from "../elementwise/comparison.js";
import { log } from "../elementwise/exponential.js";
import { abs, negative, reciprocal, sign } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { stopGradient } from "../gradient/stop-gradient.js";
import { asFloat } from "../promotion.js";
import { max } from "../reduce/extrema.js";
import { prod } from "../reduce/prod.js";
import { sum } from "../reduce/sum.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { diagonal, positionsAlong } from "../shaping/diagonal.js";
import { expandDims, squeeze } from "../shaping/reshape.js";
import { exchangeRows, identityLike, luOf, matrices, thinSvd, transposed, triangular } from "./factorizations.js";
import { matrixProduct } from "./matmul.js";

/** A right side of a system: matrices, or vectors taken as columns. */
function rightSide(where_: string, a: Tensor, b: TensorLike): { columns: Tensor; back: (y: Tensor) => Tensor } {
  const given = asFloat(b);
  const isVector = given.rank === a.rank - 1;
  const columns = isVector ? expandDims(given, -1) : given;
  const [n, m] = [a.shape.at(-2)!, columns.shape.at(-2)!];
  if (columns.rank < 2 || (n !== m && n !== null && m !== null)) {
    throw new ShapeError(where_, {
      given: `a ${shapeText(a.shape)} and b ${shapeText(given.shape)}`,
      expected: "as many rows of b as of a",
    });
  }
  return { columns, back: (y) => (isVector ? squeeze(y, -1) : y) };
}

/** Both with the batch axes that they broadcast to. */
function together(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.rank === b.rank) return [a, b];
  const batch = (a.rank > b.rank ? a : b).shape.slice(0, -2);
  return [broadcastTo(a, [...batch, ...a.shape.slice(-2)]), broadcastTo(b, [...batch, ...b.shape.slice(-2)])];
}

/**
 * x with a · x = b, for square matrices.
 *
 * ```ts
 * ops.solve([[2, 0], [0, 4]], [2, 2]); // [1, 0.5]
 * ```
 *
 * @param b  [..., n, k], or vectors [..., n]
 */
export const solve = operation("linalg.solve(*a, *b)", (a: TensorLike, b: TensorLike): Tensor => {
  const matrix = matrices("solve", a, true);
  const { columns, back } = rightSide("solve", matrix, b);
  return back(solveOp(...together(matrix, columns)));
});

const solveOp = (a: Tensor, b: Tensor): Tensor => {
  const { lu, order } = luOf(a);
  const forwards = triangular(lu, exchangeRows(b, order), { lower: true, transposed: false, unit: true });
  return triangular(lu, forwards, { lower: false, transposed: false });
};

/**
 * x with a · x = b for triangles a.
 *
 * ```ts
 * ops.solveTriangular([[2, 0], [1, 4]], [[2], [9]], { lower: true }); // [[1], [2]]
 * ```
 *
 * @param lower  the lower triangle of a is read; default false: the upper one
 */
export const solveTriangular = operation(
  "linalg.solveTriangular(*a, *b, lower=false)",
  (a: TensorLike, b: TensorLike, lower: boolean): Tensor => {
    const matrix = matrices("solveTriangular", a, true);
    const { columns, back } = rightSide("solveTriangular", matrix, b);
    return back(triangular(...together(matrix, columns), { lower, transposed: false }));
  },
);

/**
 * The inverse of square matrices.
 *
 * ```ts
 * ops.inv([[2, 0], [0, 4]]); // [[0.5, 0], [0, 0.25]]
 * ```
 */
export const inv = operation("linalg.inv(*x)", (x: TensorLike): Tensor => {
  const matrix = matrices("inv", x, true);
  return solveOp(matrix, identityLike(matrix));
});

/** 1 or −1: whether an even number of rows was exchanged. */
function parity(pivots: Tensor): Tensor {
  const moved = cast(notEqual(pivots, squeeze(positionsAlong(expandDims(pivots, -1), -2), -1)), "int32");
  const count = sum(moved, { axis: -1 });
  return subtract(1, multiply(cast(mod(count, 2), "float32"), 2));
}

/**
 * The determinant of square matrices.
 *
 * ```ts
 * ops.det([[1, 2], [3, 4]]); // -2
 * ```
 */
export const det = operation("linalg.det(*x)", (x: TensorLike): Tensor => {
  const { lu, pivots } = luOf(matrices("det", x, true));
  return multiply(prod(diagonal(lu, 0, -2, -1), { axis: -1 }), parity(pivots));
});

/**
 * Sign of the determinant, and the logarithm of its size.
 *
 * ```ts
 * ops.slogdet([[0, 2], [3, 0]]); // [-1, 1.7918]
 * ```
 *
 * @returns [sign, log |det|]
 */
export const slogdet = operation("numpy.slogdet(*x)", (x: TensorLike): Tensor[] => {
  const { lu, pivots } = luOf(matrices("slogdet", x, true));
  const d = diagonal(lu, 0, -2, -1);
  return [multiply(prod(sign(d), { axis: -1 }), parity(pivots)), sum(log(abs(d)), { axis: -1 })];
});

/**
 * The logarithm of the determinant; NaN where that is negative.
 *
 * ```ts
 * ops.logdet([[2, 0], [0, 4]]); // 2.0794
 * ```
 */
export const logdet = operation("math.logdet(*x)", (x: TensorLike): Tensor => {
  const [side, size] = slogdet(x) as [Tensor, Tensor];
  return where(greater(side, 0), size, where(equal(side, 0), -Infinity, NaN));
});

/**
 * The n-th power of square matrices; of their inverses for a negative n.
 *
 * ```ts
 * ops.matrixPower([[1, 1], [0, 1]], 3); // [[1, 3], [0, 1]]
 * ```
 */
export const matrixPower = operation("linalg.matrixPower(*x, n:int)", (x: TensorLike, n: number): Tensor => {
  const matrix = matrices("matrixPower", x, true);
  if (!Number.isInteger(n)) throw new ValueError("matrixPower", { given: `n ${n}`, expected: "a whole number" });
  if (n === 0) return identityLike(matrix);
  let base = n < 0 ? inv(matrix) : matrix;
  let result: Tensor | undefined;
  for (let left = Math.abs(n); left > 0; left >>= 1) {
    if (left & 1) result = result ? matrixProduct(result, base) : base;
    if (left > 1) base = matrixProduct(base, base);
  }
  return result!;
});

const EPSILON = 2 ** -23;

/**
 * How many singular values are above a tolerance, int32.
 *
 * ```ts
 * ops.matrixRank([[1, 2], [2, 4]]); // 1
 * ```
 *
 * @param tol  default: the largest one · max(rows, columns) · 2⁻²³
 */
export const matrixRank = operation("linalg.matrixRank(*x, tol:number=null)", (x: TensorLike, tol: number | null): Tensor => {
  const matrix = matrices("matrixRank", x);
  const { s } = thinSvd(matrix);
  const [rows, columns] = known(matrix.shape.slice(-2), "matrixRank");
  const limit = tol ?? multiply(max(s, { axis: -1, keepdims: true }), Math.max(rows!, columns!) * EPSILON);
  return sum(cast(greater(s, limit), "int32"), { axis: -1 });
});

/**
 * The pseudoinverse of Moore and Penrose.
 *
 * ```ts
 * ops.pinv([[2, 0], [0, 4], [0, 0]]); // [[0.5, 0, 0], [0, 0.25, 0]]
 * ```
 *
 * @param rcond  singular values up to this part of the largest count as 0; default max(rows,
 * columns) · 2⁻²³
 */
export const pinv = operation("linalg.pinv(*x, rcond:number=null)", (x: TensorLike, rcond: number | null): Tensor => {
  const matrix = matrices("pinv", x);
  return pinvOp.apply({ x: matrix, p: stopGradient(pseudoinverse(matrix, rcond)) });
});

function pseudoinverse(x: Tensor, rcond: number | null): Tensor {
  const { u, s, v } = thinSvd(x);
  const [rows, columns] = known(x.shape.slice(-2), "pinv");
  const limit = multiply(max(s, { axis: -1, keepdims: true }), rcond ?? Math.max(rows!, columns!) * EPSILON);
  const isKept = greater(s, limit);
  const inverse = where(isKept, reciprocal(where(isKept, s, 1)), 0);
  return matrixProduct(multiply(v, expandDims(inverse, -2)), u, { transposeB: true });
}

/** The pseudoinverse p of x as it is, with the gradient that holds where the rank does not change (Golub and Pereyra, 1973). */
const pinvOp = primitive({
  name: "pinv",
  inputs: ["x", "p"],
  infer: ({ p }): Spec => ({ shape: p.shape, dtype: "float32" }),
  alias: "p",
  keeps: ["x", "p"],
  gradient: (dy, { x, p }) => ({
    x: () => {
      const t = transposed;
      const through = negative(matrixProduct(matrixProduct(t(p), dy), t(p)));
      const rows = matrixProduct(
        subtract(identityLike(matrixProduct(x, p)), matrixProduct(x, p)),
        matrixProduct(t(dy), matrixProduct(p, t(p))),
      );
      const columns = matrixProduct(
        matrixProduct(t(p), matrixProduct(p, t(dy))),
        subtract(identityLike(matrixProduct(p, x)), matrixProduct(p, x)),
      );
      return add(through, add(rows, columns));
    },
  }),
});

/**
 * The x of least length for which |a · x − b| is least.
 *
 * ```ts
 * ops.lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5]); // [1, 2]
 * ```
 *
 * @param rcond  as for pinv
 */
export const lstsq = operation("linalg.lstsq(*a, *b, rcond:number=null)", (a: TensorLike, b: TensorLike, rcond: number | null): Tensor => {
  const matrix = matrices("lstsq", a);
  const given = asFloat(b);
  const columns = given.rank === 1 ? expandDims(given, -1) : given;
  const y = matrixProduct(pinv(matrix, rcond), columns);
  return given.rank === 1 ? squeeze(y, -1) : y;
});
