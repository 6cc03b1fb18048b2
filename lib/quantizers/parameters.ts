// Scales and zero points of rows of a matrix, and what is computed with them.

import type { TensorLike } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import {
  abs,
  add,
  cast,
  clip,
  divide,
  equal,
  fullLike,
  less,
  lessEqual,
  max,
  maximum,
  min,
  multiply,
  negative,
  pad,
  reshape,
  round,
  subtract,
  take,
  tile,
  where,
} from "../ops/index.js";

/** How scales are found. */
export interface ParameterOptions {
  readonly bits: number;
  /** Whether zero stands in the middle of the range. Default: false. */
  readonly symmetric?: boolean;
  /** Whether each row has a scale of its own. Default: false. */
  readonly perChannel?: boolean;
  /** Elements of a row that share a scale; -1 is all of them. Default: -1. */
  readonly groupSize?: number;
  /** Added to the width of each range. Default: 0. */
  readonly epsilon?: number;
  /** Whether values lie on both sides of 0, and not from 0 on. Default: false. */
  readonly signed?: boolean;
}

/** What `quantizationParameters` gives. */
export interface Parameters {
  /** `[rows, groups]` */
  readonly scale: Tensor;
  /** `[rows, groups]`: int8 for signed values, else uint8. */
  readonly zero: Tensor;
  /** The largest value from 0 on: `2 ** bits - 1`. */
  readonly largest: number;
}

/**
 * The scale and the zero point of each group of each row: `x ≈ (q − zero) · scale`.
 *
 * @param x  `[rows, columns, …]`, not empty. @throws ShapeError
 */
export function quantizationParameters(
  x: Tensor,
  { bits, symmetric = false, perChannel = false, groupSize = -1, epsilon = 0, signed = false }: ParameterOptions,
): Parameters {
  const [rows, columns] = x.shape as readonly number[];
  if (x.rank < 2 || x.shape.includes(0))
    throw new ShapeError("quantizationParameters", { given: shapeText(x.shape), expected: "a matrix that is not empty" });
  const groups = perChannel && groupSize > 0 ? Math.ceil(columns! / groupSize) : 1;
  const missing = groups > 1 ? groups * groupSize - columns! : 0;
  const padded = missing > 0 ? pad(x, [[0, 0], [0, missing]]) : x; // prettier-ignore
  const ranges = reshape(padded, groups > 1 ? [rows!, groups, groupSize] : [perChannel ? rows! : 1, 1, -1]);
  let least = min(ranges, { axis: 2 });
  let most = max(ranges, { axis: 2 });
  if (symmetric) {
    const size = maximum(abs(least), most);
    least = where(less(least, 0), negative(size), least);
    most = size;
  }
  const isPoint = equal(least, most);
  least = where(isPoint, subtract(least, 1), least);
  most = where(isPoint, add(most, 1), most);
  const largest = 2 ** bits - 1;
  const width = subtract(most, least);
  let scale = divide(epsilon > 0 ? add(width, epsilon) : width, largest);
  scale = where(lessEqual(scale, 0), 1e-8, scale);
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  let zero = symmetric ? fullLike(scale, (largest + 1) / 2 + lowest) : add(round(divide(negative(least), scale)), lowest);
  // What lies beyond a byte has no nearer zero point than its end.
  zero = signed ? clip(zero, lowest, 2 ** (bits - 1) - 1) : clip(zero, 0, 255);
  const spread = (each: Tensor): Tensor => (perChannel ? each : tile(each, [rows!, 1]));
  return { scale: spread(scale), zero: cast(spread(zero), signed ? "int8" : "uint8"), largest };
}

/** Whole numbers from 0 to `largest`, as floats: `round(x / scale + zero)`. */
export function quantizedBy(x: Tensor, scale: Tensor, zero: Tensor, largest: number): Tensor {
  const safe = where(equal(scale, 0), 1e-8, scale);
  return clip(round(add(divide(x, safe), cast(zero, scale.dtype))), 0, largest);
}

/** What whole numbers stand for: `scale · (q − zero)`. */
export const dequantizedBy = (quantized: Tensor, scale: Tensor, zero: Tensor): Tensor =>
  multiply(scale, subtract(quantized, cast(zero, scale.dtype)));

/** The scale or zero point of each column (or row, by `axis`), from those of its group. */
export const ofGroups = (values: TensorLike, groups: TensorLike, axis: number): Tensor => take(values, cast(groups, "int32"), axis);
