// Differences, distances, correlations and the like: compositions of sums.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { notEqual } from "../elementwise/comparison.js";
import { log10 } from "../elementwise/exponential.js";
import { sqrt, square } from "../elementwise/powers.js";
import { matrixProduct } from "../linalg/matmul.js";
import { pad } from "../shaping/pad.js";
import { asFloat, operands } from "../promotion.js";
import { diagonal } from "../shaping/diagonal.js";
import { expandDims, reshape, squeeze } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { take } from "../indexing/take.js";
import { mean, sum } from "./sum.js";

/** x from one element on, so many less than there are. */
function shifted(x: Tensor, axis: number, begin: number, dropped: number): Tensor {
  return stridedOf(
    x,
    x.shape.map((length, i) =>
      i === axis
        ? { begin, step: 1, count: length === null ? null : Math.max(0, length - dropped), stop: begin < dropped ? begin - dropped : null }
        : everything(length),
    ),
  );
}

/**
 * The n-th differences of neighbours along an axis.
 *
 * ```ts
 * ops.diff([1, 4, 9]); // [3, 5]
 * ```
 *
 * @param n  default 1
 * @param axis  default −1
 */
export const diff = operation("numpy.diff(a:any, n=1, axis:ints=-1)", (a: TensorLike, n: number, axis: number): Tensor => {
  let x = asTensor(a);
  const along = checkAxis("diff", axis, x.rank);
  if (n < 0) throw new ValueError("diff", { given: `n ${n}`, expected: "0 or more" });
  for (let i = 0; i < n && x.shape[along] !== 0; i++) {
    const [next, here] = [shifted(x, along, 1, 1), shifted(x, along, 0, 1)];
    x = x.dtype === "bool" ? notEqual(next, here) : subtract(next, here);
  }
  return x;
});

/**
 * The integral of y by trapezoids along an axis.
 *
 * ```ts
 * ops.trapezoid([1, 2, 3]); // 4
 * ```
 *
 * @param options.x  where the values stand
 * @param options.dx  or how far apart
 */
export const trapezoid = operation(
  "numpy.trapezoid(*y, x:tensor=null, dx=1.0, axis:ints=-1)",
  (y: TensorLike, x: TensorLike | null, dx: number, axis: number): Tensor => {
    const values = asFloat(y);
    const along = checkAxis("trapezoid", axis, values.rank);
    const heights = multiply(add(shifted(values, along, 1, 1), shifted(values, along, 0, 1)), 0.5);
    if (x === null) return sum(multiply(heights, dx), { axis: along });
    const places = asFloat(x);
    const gaps = diff(places, 1, places.rank === 1 ? 0 : along);
    const wide = places.rank === 1 ? expandDims(gaps, gapsAxes(values.rank, along)) : gaps;
    return sum(multiply(heights, wide), { axis: along });
  },
);

const gapsAxes = (rank: number, along: number): number[] => Array.from({ length: rank }, (_, i) => i).filter((i) => i !== along);

/**
 * Distances between all rows of x and all rows of y.
 *
 * ```ts
 * ops.cdist([[0, 0]], [[3, 4], [0, 1]]); // [[5, 1]]
 * ```
 */
export const cdist = operation(
  "math.cdist(*x, *y)",
  (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = [asFloat(x), asFloat(y)];
    return sqrt(sum(square(subtract(expandDims(a, -2), expandDims(b, -3))), { axis: -1 }));
  },
  { className: "CDist" },
);

/**
 * Pearson's correlation of the rows of x (variables) with each other.
 *
 * ```ts
 * ops.corrcoef([[1, 2, 3], [3, 2, 1]]); // [[1, -1], [-1, 1]]
 * ```
 */
export const corrcoef = operation("numpy.corrcoef(*x)", (x: TensorLike): Tensor => {
  const given = asFloat(x);
  const rows = given.rank < 2 ? expandDims(given, 0) : given;
  const centred = subtract(rows, mean(rows, { axis: -1, keepdims: true }));
  const covariance = matrixProduct(centred, centred, { transposeB: true });
  const deviation = sqrt(diagonal(covariance));
  const y = clip(divide(divide(covariance, expandDims(deviation, 1)), deviation), -1, 1);
  return given.rank < 2 ? squeeze(y) : y;
});

/**
 * How well two vectors agree at each displacement.
 *
 * ```ts
 * ops.correlate([1, 2, 3], [0, 1, 0.5], "full"); // [0.5, 2, 3.5, 3, 0]
 * ```
 *
 * @param mode  "valid" (default): where they overlap wholly, "same" or "full"
 */
export const correlate = operation('numpy.correlate(*x1, *x2, mode="valid")', (x1: TensorLike, x2: TensorLike, mode: string): Tensor => {
  const [a, b] = operands(x1, x2);
  const [n, m] = [a.shape[0]!, b.shape[0]!];
  if (a.rank !== 1 || b.rank !== 1 || n === null || m === null) {
    throw new ShapeError("correlate", {
      given: `${shapeText(a.shape)} and ${shapeText(b.shape)}`,
      expected: "two vectors of known length",
    });
  }
  const dtype = isFloat(a.dtype) ? a.dtype : "float32";
  const [long, short, isSwapped] = n! >= m! ? [asFloat(a), asFloat(b), false] : [asFloat(b), asFloat(a), true];
  const [l, s] = [Math.max(n!, m!), Math.min(n!, m!)];
  const left = mode === "full" ? s - 1 : mode === "same" ? Math.floor(s / 2) : 0;
  const count = mode === "full" ? l + s - 1 : mode === "same" ? l : l - s + 1;
  if (!["full", "same", "valid"].includes(mode))
    throw new ValueError("correlate", { given: `mode ${text(mode)}`, expected: "full, same or valid" });
  const padded = pad(long, [[s, s]]);
  const windows = Int32Array.from({ length: count * s }, (_, i) => s - left + Math.floor(i / s) + (i % s));
  const rows = take(padded, windows, 0);
  const y = sum(multiply(reshape(rows, [count, s]), short), { axis: -1 });
  const turned = isSwapped ? stridedOf(y, [{ begin: count - 1, step: -1, count }]) : y;
  return cast(turned, dtype);
});

/**
 * The ratio of the largest possible value to the error between two signals, in decibels.
 *
 * ```ts
 * ops.psnr([0.5, 0.5], [0.4, 0.6], 1); // 20
 * ```
 */
export const psnr = operation(
  "nn.psnr(*x1, *x2, maxVal:number)",
  (x1: TensorLike, x2: TensorLike, maxVal: number): Tensor => {
    const [a, b] = [asFloat(x1), asFloat(x2)];
    if (a.rank !== b.rank)
      throw new ShapeError("psnr", { given: `${shapeText(a.shape)} and ${shapeText(b.shape)}`, expected: "equal shapes" });
    const error = mean(square(subtract(a, b)));
    return subtract(20 * Math.log10(maxVal), multiply(log10(error), 10));
  },
  { className: "PSNR" },
);
