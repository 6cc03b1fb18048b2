// Norms of vectors and matrices.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../elementwise/cast.js";
import { notEqual } from "../elementwise/comparison.js";
import { abs, power, sqrt, square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import { max, min } from "../reduce/extrema.js";
import { checkAxes, type Axis } from "../reduce/family.js";
import { sum } from "../reduce/sum.js";
import { expandDims, ravel, squeeze } from "../shaping/reshape.js";
import { moveaxis } from "../shaping/transpose.js";
import { thinSvd } from "./factorizations.js";

export interface NormOptions {
  /**
   * Which norm: of vectors any number, Infinity or −Infinity; of matrices "fro", "nuc", 1, −1, 2, −2, Infinity, −Infinity. Default: 2,
   * "fro".
   */
  ord?: number | string | null;
  /** One axis for vectors, two for matrices. Default: all elements as one vector. */
  axis?: Axis;
  /** Keeps the axes with length 1. Default false. */
  keepdims?: boolean;
}

function vectorNorm(x: Tensor, ord: number, axis: readonly number[], keepdims: boolean): Tensor {
  const options = { axis, keepdims };
  if (ord === 2) return sqrt(sum(square(x), options));
  const size = abs(x);
  if (ord === Infinity) return max(size, options);
  if (ord === -Infinity) return min(size, options);
  if (ord === 0) return sum(cast(notEqual(x, 0), "float32"), options);
  if (ord === 1) return sum(size, options);
  return power(sum(power(size, ord), options), 1 / ord);
}

function matrixNorm(x: Tensor, ord: number | string, [rows, columns]: readonly [number, number], keepdims: boolean): Tensor {
  /** Sums along one of the axes, of which the extreme one counts. */
  const extreme = (along: number, reduce: typeof max): Tensor => {
    const y = reduce(sum(abs(x), { axis: along, keepdims: true }), { axis: [rows, columns], keepdims: true });
    return keepdims ? y : squeeze(y, [rows, columns]);
  };
  switch (ord) {
    case "fro":
      return vectorNorm(x, 2, [rows, columns], keepdims);
    case 1:
      return extreme(rows, max);
    case -1:
      return extreme(rows, min);
    case Infinity:
      return extreme(columns, max);
    case -Infinity:
      return extreme(columns, min);
    case 2:
    case -2:
    case "nuc": {
      const { s } = thinSvd(moveaxis(x, [rows, columns], [-2, -1]));
      const y = ord === "nuc" ? sum(s, { axis: -1 }) : (ord === 2 ? max : min)(s, { axis: -1 });
      return keepdims ? expandDims(y, [rows, columns]) : y;
    }
  }
  throw new ValueError("norm", { given: `ord ${text(ord)} of matrices`, expected: "fro, nuc, 1, −1, 2, −2, Infinity or −Infinity" });
}

/**
 * The norm of vectors or matrices.
 *
 * ```ts
 * ops.norm([3, 4]); // 5
 * ```
 */
export const norm = operation(
  "linalg.norm(*x, ord:number|string=null, axis:ints=null, keepdims=false)",
  (x: TensorLike, ord: number | string | null, axis: Axis, keepdims: boolean): Tensor => {
    const tensor = asFloat(x);
    const kind = typeof ord === "string" && /^-?inf$/.test(ord) ? (ord === "inf" ? Infinity : -Infinity) : ord;
    const axes = checkAxes("norm", axis, tensor.rank);
    if (kind === null || (axis === null && tensor.rank !== 2 && kind === 2)) {
      if (axis !== null || keepdims) return vectorNorm(tensor, 2, axes, keepdims);
      return vectorNorm(ravel(tensor), 2, [0], false);
    }
    if (axes.length === 1) {
      if (typeof kind === "number") return vectorNorm(tensor, kind, axes, keepdims);
      throw new ValueError("norm", { given: `ord ${text(kind)} of vectors`, expected: "a number" });
    }
    if (axes.length !== 2) throw new ValueError("norm", { given: `axes ${text(axes)}`, expected: "one axis or two" });
    const given = axis === null ? axes : ([axis].flat() as number[]).map((each) => (each < 0 ? each + tensor.rank : each));
    return matrixNorm(tensor, kind, given as unknown as [number, number], keepdims);
  },
);
