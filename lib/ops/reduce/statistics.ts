// Means, quantiles, medians and ranges.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, maximum, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal } from "../elementwise/comparison.js";
import { isinf, isnan } from "../elementwise/inspection.js";
import { logicalAnd, logicalOr } from "../elementwise/logical.js";
import { sqrt, square } from "../elementwise/powers.js";
import { ceil, floor, round } from "../elementwise/rounding.js";
import { where } from "../elementwise/where.js";
import { sort } from "../indexing/sort.js";
import { takeAlongAxis } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { full } from "../shaping/create.js";
import { expandDims, flattenFrom, reshape, squeeze } from "../shaping/reshape.js";
import { moveaxis, transpose } from "../shaping/transpose.js";
import { any } from "./logical.js";
import { max, min } from "./extrema.js";
import { checkAxes, type ReductionOptions, type Axis } from "./family.js";
import { mean, sum } from "./sum.js";

/**
 * The largest minus the smallest element along axes.
 *
 * ```ts
 * ops.ptp([[1, 5], [7, 2]], 1); // [4, 5]
 * ```
 */
export const ptp = operation("numpy.ptp(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor =>
  subtract(max(x, { axis, keepdims }), min(x, { axis, keepdims })),
);

/**
 * The weighted mean along axes, float32.
 *
 * ```ts
 * ops.average([1, 2, 6], { weights: [1, 1, 2] }); // 3.75
 * ```
 *
 * @param options.weights  of the shape of x, or a vector along the one axis; default: all equal
 */
export const average = operation(
  "numpy.average(*x, axis:ints=null, *weights=null)",
  (x: TensorLike, axis: number | readonly number[] | null, weights: TensorLike | null): Tensor => {
    const tensor = asFloat(x);
    if (weights === null) return mean(tensor, { axis });
    let factors = asFloat(weights);
    if (factors.rank === 1 && tensor.rank > 1) {
      const axes = axis === null ? [] : [axis].flat();
      if (axes.length !== 1 || (factors.shape[0] !== tensor.shape.at(axes[0]!) && tensor.shape.at(axes[0]!) !== null)) {
        throw new ShapeError("average", {
          given: `weights ${shapeText(factors.shape)} for ${shapeText(tensor.shape)} along axis ${text(axis)}`,
          expected: "one axis, as long as the weights, or weights of the shape of x",
        });
      }
      const along = checkAxis("average", axes[0]!, tensor.rank);
      factors = expandDims(
        factors,
        tensor.shape.map((_, i) => i).filter((i) => i !== along),
      );
    }
    return divide(sum(multiply(tensor, factors), { axis }), sum(broadcastTo(factors, tensor.shape), { axis }));
  },
);

// Functions that leave NaN out.

/** x with another number in place of NaN. */
function withoutNan(x: TensorLike, instead: number): Tensor {
  const tensor = asTensor(x);
  return isFloat(tensor.dtype) ? where(isnan(tensor), instead, tensor) : tensor;
}

/** How many elements along the axes are not NaN, float32. */
const countOf = (x: Tensor, options: ReductionOptions): Tensor => sum(where(isnan(x), 0, 1), options);

/** NaN where all elements along the axes are NaN, else y. */
const unlessAllNan = (x: TensorLike, y: Tensor, options: ReductionOptions): Tensor => {
  const tensor = asTensor(x);
  if (!isFloat(tensor.dtype)) return y;
  return where(any(cast(where(isnan(tensor), 0, 1), "bool"), options), y, NaN);
};

/**
 * The sum along axes, NaN counted as 0.
 *
 * ```ts
 * ops.nansum([1, NaN, 3]); // 4
 * ```
 */
export const nansum = operation(
  "numpy.nansum(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => sum(withoutNan(x, 0), { axis, keepdims }),
);

/**
 * The mean along axes, NaN left out.
 *
 * ```ts
 * ops.nanmean([1, NaN, 3]); // 2
 * ```
 */
export const nanmean = operation(
  "numpy.nanmean(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
    const tensor = asFloat(x);
    return divide(sum(withoutNan(tensor, 0), { axis, keepdims }), countOf(tensor, { axis, keepdims }));
  },
);

/**
 * The largest element along axes, NaN left out.
 *
 * ```ts
 * ops.nanmax([1, NaN, 3]); // 3
 * ```
 */
export const nanmax = operation(
  "numpy.nanmax(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor =>
    unlessAllNan(x, max(withoutNan(x, -Infinity), { axis, keepdims }), { axis, keepdims }),
);

/**
 * The smallest element along axes, NaN left out.
 *
 * ```ts
 * ops.nanmin([NaN, 2, 3]); // 2
 * ```
 */
export const nanmin = operation(
  "numpy.nanmin(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor =>
    unlessAllNan(x, min(withoutNan(x, Infinity), { axis, keepdims }), { axis, keepdims }),
);

/**
 * The mean square deviation along axes, NaN left out.
 *
 * ```ts
 * ops.nanvar([1, NaN, 5]); // 4
 * ```
 */
export const nanvar = operation(
  "numpy.nanvar(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => {
    const tensor = asFloat(x);
    const axes = checkAxes("nanvar", axis, tensor.rank);
    const centred = subtract(tensor, nanmean(tensor, { axis: axes, keepdims: true }));
    return divide(sum(square(where(isnan(tensor), 0, centred)), { axis: axes, keepdims }), countOf(tensor, { axis: axes, keepdims }));
  },
);

/**
 * The standard deviation along axes, NaN left out.
 *
 * ```ts
 * ops.nanstd([1, NaN, 3]); // 1
 * ```
 */
export const nanstd = operation(
  "numpy.nanstd(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => sqrt(nanvar(x, { axis, keepdims })),
);

// Quantiles.

export interface QuantileOptions extends ReductionOptions {
  /** What stands between two elements: "linear" (default), "lower", "higher", "midpoint", "nearest". */
  method?: string;
}

const methods = ["linear", "lower", "higher", "midpoint", "nearest"];

/** Where a quantile lies between two places of a sorted row: the lower and the higher one, and how far it is from the lower. */
function between(position: Tensor, method: string): { lower: Tensor; higher: Tensor; part: Tensor } {
  const whole = method === "nearest" ? round(position) : method === "higher" ? ceil(position) : floor(position);
  const part =
    method === "linear" ? subtract(position, whole) : method === "midpoint" ? multiply(subtract(ceil(position), whole), 0.5) : asTensor(0);
  return { lower: cast(whole, "int32"), higher: cast(ceil(position), "int32"), part };
}

/** The axes moved to the end and made one; x sorted along it. */
function sortedAlong(x: Tensor, axes: readonly number[]): Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  return sort(flattenFrom(transpose(x, [...others, ...axes]), others.length), -1);
}

function quantilesOf(
  where_: string,
  x: TensorLike,
  q: TensorLike,
  { axis, method = "linear", keepdims = false }: QuantileOptions,
  ignoresNan: boolean,
): Tensor {
  if (!methods.includes(method)) throw new ValueError(where_, { given: `method ${text(method)}`, expected: methods.join(", ") });
  const tensor = asFloat(x);
  const parts = asFloat(q);
  const axes = checkAxes(where_, axis, tensor.rank);
  const unfilled = axes.length === 0 ? expandDims(tensor, -1) : sortedAlong(tensor, axes);
  // The quantile of nothing is NaN, as the mean is.
  const rows = unfilled.shape.at(-1) === 0 ? full([...unfilled.shape.slice(0, -1), 1], NaN) : unfilled;
  // Numbers come first in a sorted row: each row has a last one of its own.
  const numbers = expandDims(countOf(rows, { axis: -1 }), -1);
  const { lower, higher, part } = between(multiply(maximum(subtract(numbers, 1), 0), reshape(parts, [-1])), method);
  const a = takeAlongAxis(rows, lower, -1);
  const b = takeAlongAxis(rows, higher, -1);
  const isWhole = method !== "linear" && method !== "midpoint";
  // An infinity beside a number is reached at once; between two equal ones nothing is to be added.
  const isAt = logicalOr(equal(part, 0), logicalAnd(isinf(a), equal(a, b)));
  const ofInfinities = add(multiply(a, subtract(1, part)), multiply(b, part));
  const found = isWhole ? a : where(isAt, a, where(logicalOr(isinf(a), isinf(b)), ofInfinities, add(a, multiply(subtract(b, a), part))));
  const y = ignoresNan ? found : where(any(isnan(rows), { axis: -1, keepdims: true }), NaN, found);
  const placed = parts.rank === 0 ? squeeze(y, -1) : moveaxis(y, -1, 0);
  return keepdims
    ? expandDims(
        placed,
        axes.map((each) => each + parts.rank),
      )
    : placed;
}

/**
 * The q-th quantiles along axes, float32: for q between 0 and 1 the element below which that part of the elements lies.
 *
 * ```ts
 * ops.quantile([1, 2, 3, 4, 5], [0, 0.5]); // [1, 3]
 * ```
 *
 * @param q  a number, or a vector, whose axis comes first in the result
 */
export const quantile = operation(
  'numpy.quantile(*x, *q, axis:ints=null, method="linear", keepdims=false)',
  (x: TensorLike, q: TensorLike, axis: Axis, method: string, keepdims: boolean): Tensor =>
    quantilesOf("quantile", x, q, { axis, method, keepdims }, false),
);

/**
 * Quantiles of q in percent.
 *
 * ```ts
 * ops.percentile([1, 2, 3, 4, 5], 25); // 2
 * ```
 */
export const percentile = operation(
  'numpy.percentile(*x, *q, axis:ints=null, method="linear", keepdims=false)',
  (x: TensorLike, q: TensorLike, axis: Axis, method: string, keepdims: boolean): Tensor =>
    quantile(x, divide(asFloat(q), 100), { axis, method, keepdims }),
);

/**
 * The middle element along axes; of an even number, the mean of the two in the middle.
 *
 * ```ts
 * ops.median([1, 9, 2, 4]); // 3
 * ```
 */
export const median = operation(
  "numpy.median(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => quantile(x, 0.5, { axis, keepdims }),
);

/**
 * Quantiles of the elements that are not NaN.
 *
 * ```ts
 * ops.nanquantile([1, NaN, 3], 0.5); // 2
 * ```
 */
export const nanquantile = operation(
  'numpy.nanquantile(*x, *q, axis:ints=null, method="linear", keepdims=false)',
  (x: TensorLike, q: TensorLike, axis: Axis, method: string, keepdims: boolean): Tensor =>
    quantilesOf("nanquantile", x, q, { axis, method, keepdims }, true),
);

/**
 * Percentiles of the elements that are not NaN.
 *
 * ```ts
 * ops.nanpercentile([1, NaN, 3], 50); // 2
 * ```
 */
export const nanpercentile = operation(
  'numpy.nanpercentile(*x, *q, axis:ints=null, method="linear", keepdims=false)',
  (x: TensorLike, q: TensorLike, axis: Axis, method: string, keepdims: boolean): Tensor =>
    nanquantile(x, divide(asFloat(q), 100), { axis, method, keepdims }),
);

/**
 * The median of the elements that are not NaN.
 *
 * ```ts
 * ops.nanmedian([1, NaN, 3, 8]); // 3
 * ```
 */
export const nanmedian = operation(
  "numpy.nanmedian(*x, axis:ints=null, keepdims=false)",
  (x: TensorLike, axis: Axis, keepdims: boolean): Tensor => nanquantile(x, 0.5, { axis, keepdims }),
);
