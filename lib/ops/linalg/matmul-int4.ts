// The product of float32 with a matrix of 4 bits, two whole numbers in a byte, which are read where they lie.

import { primitive } from "../../core/primitive.js";
import { known, sizeOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/quantization.js";
import { productShape, unitsOfRuns, UNIT_WORK } from "./matmul.js";

export interface Int4Matrix {
  /** int8 `[k, ceil(n / 2)]`: columns 2j and 2j + 1 in the lower and the upper half of byte j. */
  readonly b: Tensor;
  readonly columns: number;
  /** float32 `[groups, n]`: an element stands for (value − zero) · scale. None: for itself. */
  readonly scale?: Tensor | undefined;
  readonly zero?: Tensor | undefined;
  /** int32 `[k]`: the group of each row, below their number. */
  readonly groups?: Tensor | undefined;
}

/** x · b in float32; the axes of x before its last are rows. @throws ShapeError where x's last axis is not k */
export const int4Product = (a: Tensor, { b, columns, scale, zero, groups }: Int4Matrix): Tensor =>
  int4Op.apply({ a, b, scale, zero, groups }, { columns });

/** Rows up to which b is not made panels. */
const FEW = 2;

const int4Op = primitive({
  name: "matmul_int4",
  inputs: ["a", "b", "scale?", "zero?", "groups?"],
  infer({ a, b }, { columns }: { readonly columns: number }): Spec {
    const matrix: Shape = [b.shape[0]!, columns];
    return { shape: productShape(a, { shape: matrix }), dtype: "float32" };
  },
  lower({ a, b, scale, zero, groups }, { y }, { columns: n }) {
    const [k] = known(b.shape) as [number];
    const m = sizeOf(known(a.shape).slice(0, -1));
    const args = { a, b, scale: scale ?? null, zero: zero ?? null, groups: groups ?? null, c: y, m, n, k };
    const units = Math.ceil(n / 32);
    if (m <= FEW || k === 0) return kernels.gemv_i4({ ...args, unitM: m }, units, unitsOfRuns(n, 2 * m * k, (k * n) / 2));
    const unitM = Math.min(m, 128);
    const grain = Math.max(1, Math.round(UNIT_WORK / Math.max(1, unitM * k * 32)));
    return kernels.gemm_i4({ ...args, unitM }, units * Math.ceil(m / unitM), grain);
  },
  keepsWidth: true,
});
