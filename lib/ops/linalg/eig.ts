// Eigenvalues and eigenvectors of general matrices: complex, so pairs of real and imaginary parts.

import type { TensorLike } from "../../core/convert.js";
import { operation } from "../../core/operation.js";
import { primitive } from "../../core/primitive.js";
import { known, sizeOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/linalg.js";
import { scratch } from "../../runtime/command.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { equal } from "../elementwise/comparison.js";
import type { ComplexTensor } from "../elementwise/complex.js";
import { negative } from "../elementwise/negative.js";
import { square } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { sum } from "../reduce/sum.js";
import { concatenate } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { positionsAlong } from "../shaping/diagonal.js";
import { expandDims } from "../shaping/reshape.js";
import { split } from "../shaping/split.js";
import { matrices, transposed } from "./factorizations.js";
import { matrixProduct } from "./matmul.js";
import { solve } from "./solve.js";

/**
 * Eigenvalues w and eigenvectors v (columns, of length 1) of square real matrices: x · v = v · diag(w). They are complex: each is a pair
 * `[real, imaginary]` of float32 tensors. Eigenvalues come in no order; matrices that are not finite give NaN.
 *
 * ```ts
 * const [[re, im]] = ops.eig([[0, -1], [1, 0]]); // ±i: re = [0, 0], im = [1, -1] or [-1, 1]
 * ```
 *
 * @param x  `[..., n, n]`
 * @returns  `[w, v]`, w of shape `[..., n]`, v of `[..., n, n]`, both pairs
 * @throws ShapeError for matrices that are not square. Keras: keras.ops.eig
 */
export const eig = operation("linalg.eig(*x)", (x: TensorLike): [w: ComplexTensor, v: ComplexTensor] => {
  const { wRe, wIm, vRe, vIm } = eigOp.apply({ x: matrices("eig", x, true) });
  return [[wRe, wIm], [vRe, vIm]]; // prettier-ignore
});

const eigOp = primitive({
  name: "eig",
  inputs: ["x"],
  infer: ({ x }): { wRe: Spec; wIm: Spec; vRe: Spec; vIm: Spec } => {
    const [values, vectors]: [Spec, Spec] = [
      { shape: x.shape.slice(0, -1), dtype: "float32" },
      { shape: x.shape, dtype: "float32" },
    ];
    return { wRe: values, wIm: values, vRe: vectors, vIm: vectors };
  },
  lower: ({ x }, { wRe, wIm, vRe, vIm }) => {
    const shape = known(x.shape);
    const n = shape.at(-1)!;
    const count = sizeOf(shape.slice(0, -2));
    const work = scratch(count * (4 * n * n + 6 * n) * 8 + 8);
    return kernels.eig_f32({ x, valuesRe: wRe, valuesIm: wIm, vectorsRe: vRe, vectorsIm: vIm, work, n }, count, 1);
  },
  keeps: ["wRe", "wIm", "vRe", "vIm"],
  // gx = V⁻ᴴ · (diag(gw) + (Vᴴ gv − Vᴴ V diag(Re Vᴴ gv)) / Ē) · Vᴴ with E_ij = w_j − w_i, of which the real part is that of a real x.
  gradient: ({ wRe: gwRe, wIm: gwIm, vRe: gvRe, vIm: gvIm }, { wRe, wIm, vRe, vIm }) => ({
    x: () => {
      const v: Parts = [vRe, vIm];
      const gv: Parts = [gvRe ?? zerosLike(vRe), gvIm ?? zerosLike(vRe)];
      const gw: Parts = [gwRe ?? zerosLike(wRe), gwIm ?? zerosLike(wRe)];
      const projected = product(adjoint(v), gv);
      const isDiagonal = equal(positionsAlong(vRe, -2), positionsAlong(vRe, -1));
      const lengths = expandDims(diagonalOf(projected[0], isDiagonal), -2);
      const gram = product(adjoint(v), v);
      const rest: Parts = [subtract(projected[0], multiply(gram[0], lengths)), subtract(projected[1], multiply(gram[1], lengths))];
      const gaps: Parts = [subtract(expandDims(wRe, -2), expandDims(wRe, -1)), subtract(expandDims(wIm, -2), expandDims(wIm, -1))];
      const size = add(square(gaps[0]), square(gaps[1]));
      const safe = where(equal(size, 0), 1, size);
      // Division by the conjugate of a gap is multiplication by the gap over its square.
      const inner: Parts = [
        where(isDiagonal, expandDims(gw[0], -2), divide(subtract(multiply(rest[0], gaps[0]), multiply(rest[1], gaps[1])), safe)),
        where(isDiagonal, expandDims(gw[1], -2), divide(add(multiply(rest[0], gaps[1]), multiply(rest[1], gaps[0])), safe)),
      ];
      return solved(adjoint(v), product(inner, adjoint(v)));
    },
  }),
});

type Parts = readonly [re: Tensor, im: Tensor];

const adjoint = ([re, im]: Parts): Parts => [transposed(re), negative(transposed(im))];

function product([a, b]: Parts, [c, d]: Parts): Parts {
  return [subtract(matrixProduct(a, c), matrixProduct(b, d)), add(matrixProduct(a, d), matrixProduct(b, c))];
}

/** The diagonal of each matrix. */
const diagonalOf = (x: Tensor, isDiagonal: Tensor): Tensor => sum(where(isDiagonal, x, 0), { axis: -1 });

/** The real part of a⁻¹ · b, by the real system of twice the size. */
function solved([a, b]: Parts, [c, d]: Parts): Tensor {
  const whole = concatenate([concatenate([a, negative(b)], -1), concatenate([b, a], -1)], -2);
  return split(solve(whole, concatenate([c, d], -2)), 2, -2)[0]!;
}
