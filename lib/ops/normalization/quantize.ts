// Whole numbers of a byte by the largest size of each row, in two passes over rows that are in the cache.

import { primitive } from "../../core/primitive.js";
import { known, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/quantization.js";
import { divide, multiply } from "../elementwise/arithmetic.js";
import { negative } from "../elementwise/negative.js";
import { abs, sign, square } from "../elementwise/powers.js";
import { rowGrain } from "../nn/rows.js";
import { shareAmongEquals, max } from "../reduce/extrema.js";
import { reducedShape } from "../reduce/family.js";

export interface ByteRange {
  readonly low: number;
  readonly high: number;
  readonly epsilon: number;
}

/** Ranges that `quantizeRows` knows: whole numbers of int8 around 0, and scales that are finite whatever the row. */
export const isByteRange = ({ low, high, epsilon }: ByteRange): boolean =>
  Number.isInteger(low) && Number.isInteger(high) && low >= -128 && low <= 0 && high > 0 && high <= 127 && epsilon >= 1e-30;

interface Attrs extends ByteRange {
  /** The last ones of x, ascending. */
  readonly axes: readonly number[];
}

/**
 * x as `clip(round(x · scale), low, high)` in int8 with `scale = high / (max |x| + epsilon)` over its last axes, which the scale keeps
 * with length 1. A row with infinite numbers or NaN is 0. x is float32.
 */
export const quantizeRows = (x: Tensor, axes: readonly number[], range: ByteRange): { readonly y: Tensor; readonly scale: Tensor } =>
  quantizeRowsOp.apply({ x }, { ...range, axes });

const quantizeRowsOp = primitive({
  name: "quantize_rows",
  inputs: ["x"],
  infer: ({ x }, { axes }: Attrs) => ({
    y: { shape: x.shape, dtype: "int8" },
    scale: { shape: reducedShape(x.shape, { axes, keepdims: true }), dtype: "float32" },
  }),
  lower({ x }, { y, scale }, { axes, low, high, epsilon }) {
    const columns = sizeOf(known(x.shape).slice(axes[0]));
    const rows = scale.size;
    return kernels.quantize_rows_f32({ x, y, scale, columns, low, high, epsilon }, rows, rowGrain(columns));
  },
  rows: ["x"],
  keepsWidth: true,
  keeps: ["x", "scale"],
  gradient: (dy, { x, scale }, { attrs: { axes, high } }) => ({
    // Of the scale by the largest size: −scale² / high.
    x: () => {
      if (!dy.scale) return null;
      const size = abs(x);
      const by = negative(multiply(dy.scale, divide(square(scale), high)));
      const attrs = { axes, keepdims: true };
      return multiply(shareAmongEquals(by, size, max(size, { axis: axes, keepdims: true }), attrs), sign(x));
    },
  }),
});
