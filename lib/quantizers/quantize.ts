// Floats as whole numbers of few bits and a scale, and back: the arithmetic of keras.quantizers.

import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { ShapeError, text, ValueError } from "../core/errors.js";
import { declare, operation } from "../core/operation.js";
import { known, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { customGradient } from "../graph/custom-gradient.js";
import {
  abs, add, cast, clip, divide, equal, expandDims, floor, greaterEqual, lessEqual, logicalAnd, max, maximum, min, minimum, multiply, negative, pad,
  reshape, round, slice, subtract, sum, where,
} from "../ops/index.js"; // prettier-ignore

/** @throws ValueError unless it is [least, largest] */
function checkedRange(where: string, range: unknown): readonly [number, number] {
  if (Array.isArray(range) && range.length === 2 && range.every((each) => typeof each === "number") && range[0]! < range[1]!)
    return range as unknown as readonly [number, number];
  throw new ValueError(`${where}.valueRange`, { given: text(range), expected: "[least, largest]" });
}

/**
 * The values as whole numbers of a range, and the scale that was multiplied with: `q = round(x · scale)`, `scale = largest / (max|x| + ε)` along
 * `axis`. `q / scale` is the value again, but for rounding.
 *
 * ```ts
 * const [q, scale] = keras.quantizers.absMaxQuantize([[1, -2, 4]], -1);
 * q.array(); // [[32, -64, 127]]
 * ```
 *
 * @param axis      the axis, or axes, along which values share a scale
 * @param dtype     of the whole numbers. Default: "int8"
 * @param toNumpy   where Keras computes; here it is the same
 * @returns         `[q, scale]`; the scale keeps the axes with length 1
 * @throws ValueError for another range. Keras: keras.quantizers.abs_max_quantize
 */
export const absMaxQuantize = declare(
  'quantizers.absMaxQuantize(inputs, axis:ints, valueRange:any=[-127,127], dtype:dtype="int8", epsilon=1e-7, toNumpy=false)',
  (
    inputs: TensorLike,
    axis: number | readonly number[],
    valueRange: readonly number[],
    dtype: string,
    epsilon: number,
    _toNumpy: boolean,
  ): [Tensor, Tensor] => {
    const [least, largest] = checkedRange("quantizers.absMaxQuantize", valueRange);
    const x = asTensor(inputs);
    const scale = cast(divide(largest, add(max(abs(x), { axis, keepdims: true }), epsilon)), x.dtype);
    return [cast(clip(round(multiply(x, scale)), least, largest), dtype as Dtype), scale];
  },
);

/** How weights are laid on whole numbers. */
interface GridOptions {
  readonly bits: number;
  readonly symmetric: boolean;
  readonly perChannel: boolean;
  /** Values that share a scale; −1: all of a row. */
  readonly groupSize: number;
  readonly epsilon: number;
  /** Whether the whole numbers begin at −2^(bits−1) rather than at 0. */
  readonly signed: boolean;
}

/**
 * Scale and zero point for the rows of a matrix `[out, in]`: `q = round(x / scale) + zero`.
 *
 * @returns  both `[out, groups]`, the zero point as int8 or uint8, and the largest whole number
 */
export function gridOf(
  x: Tensor,
  { bits, symmetric, perChannel, groupSize, epsilon, signed }: GridOptions,
): { scale: Tensor; zero: Tensor; largest: number } {
  const [rows, columns] = known(x.shape, "quantizers") as [number, number];
  const groups = perChannel && groupSize > 0 ? Math.ceil(columns / groupSize) : 1;
  const grouped =
    groups > 1
      ? reshape(pad(x, [[0, 0], [0, groups * groupSize - columns]]), [rows, groups, groupSize]) // prettier-ignore
      : reshape(x, perChannel ? [rows, 1, columns] : [1, 1, rows * columns]);
  let least = min(grouped, { axis: -1 });
  let most = max(grouped, { axis: -1 });
  if (symmetric) {
    most = maximum(abs(least), most);
    least = where(lessEqual(least, -0), negative(most), least);
  }
  const isFlat = equal(least, most);
  least = where(isFlat, subtract(least, 1), least);
  most = where(isFlat, add(most, 1), most);
  const largest = 2 ** bits - 1;
  const range = epsilon > 0 ? add(subtract(most, least), epsilon) : subtract(most, least);
  let scale = divide(range, largest);
  scale = where(lessEqual(scale, 0), 1e-8, scale) as Tensor;
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const exact = symmetric ? add(multiply(scale, 0), (largest + 1) / 2 + low) : add(round(divide(negative(least), scale)), low);
  const zero = signed ? clip(exact, low, low + largest) : exact;
  const wide = (each: Tensor): Tensor => (perChannel ? each : add(each, multiply(asTensor(new Float32Array(rows)), 0).reshape([rows, 1])));
  return { scale: wide(scale), zero: cast(wide(zero), signed ? "int8" : "uint8"), largest };
}

/**
 * A matrix `[in, out]` as whole numbers, where each `blockSize` values of a column have a scale and a zero point of their own:
 * `q = round(x / scale) + zero`.
 *
 * ```ts
 * const [q, scale, zero] = keras.quantizers.absMaxQuantizeGroupedWithZeroPoint([[0], [1], [2], [3]], 2);
 * scale.shape; // [2, 1]
 * ```
 *
 * @returns  `[q, scale, zeroPoint]`: `[in, out]`, and twice `[groups, out]`
 * @throws ShapeError unless it is a matrix, ValueError. Keras: keras.quantizers.abs_max_quantize_grouped_with_zero_point
 */
export const absMaxQuantizeGroupedWithZeroPoint = declare(
  'quantizers.absMaxQuantizeGroupedWithZeroPoint(inputs, blockSize:int, valueRange:any=[-8,7], dtype:dtype="int8", epsilon=1e-7, toNumpy=false)',
  (
    inputs: TensorLike,
    blockSize: number,
    valueRange: readonly number[],
    dtype: string,
    epsilon: number,
    _toNumpy: boolean,
  ): [Tensor, Tensor, Tensor] => {
    const where = "quantizers.absMaxQuantizeGroupedWithZeroPoint";
    const [least, largest] = checkedRange(where, valueRange);
    const x = asTensor(inputs);
    if (x.rank !== 2) throw new ShapeError(where, { given: shapeText(x.shape), expected: "a matrix [in, out]" });
    if (!(blockSize >= 1)) throw new ValueError(`${where}.blockSize`, { given: text(blockSize), expected: "a positive integer" });
    const [rows, columns] = known(x.shape, where) as [number, number];
    const groups = Math.ceil(rows / blockSize);
    const bits = Math.floor(Math.log2(largest - least + 1));
    const grid = gridOf(x.transpose(), { bits, symmetric: false, perChannel: true, groupSize: blockSize, epsilon, signed: true });
    const [scale, zero] = [grid.scale.transpose(), grid.zero.transpose()];
    const padded = reshape(pad(x, [[0, groups * blockSize - rows], [0, 0]]), [groups, blockSize, columns]); // prettier-ignore
    const whole = add(round(divide(padded, expandDims(scale, 1))), expandDims(cast(zero, x.dtype), 1));
    const q = reshape(cast(clip(whole, least, largest), dtype as Dtype), [groups * blockSize, columns]);
    return [slice(q, [0, 0], [rows, columns]), scale, zero];
  },
);

/**
 * What x is after it was a whole number of `numBits` between `minVals` and `maxVals`: values of a grid that has an exact zero. Gradients pass
 * inside of the range; what lies below or above it moves the range itself.
 *
 * ```ts
 * keras.quantizers.fakeQuantWithMinMaxVars([0.1, 0.52, 9], 0, 1, { numBits: 2 }).array(); // [0, 0.66…
 * ```
 *
 * @param minVals      a scalar, or one for each channel
 * @param narrowRange  whether the least whole number is 1 instead of 0
 * @param axis         of the channels; null: one range for all
 * @throws ValueError for another number of bits. Keras: keras.quantizers.fake_quant_with_min_max_vars
 */
export const fakeQuantWithMinMaxVars = operation(
  "quantizers.fakeQuantWithMinMaxVars(*inputs, *minVals, *maxVals, numBits:int=8, narrowRange=false, axis:int|null=null)",
  (inputs: TensorLike, minVals: TensorLike, maxVals: TensorLike, numBits: number, narrowRange: boolean, axis: number | null): Tensor => {
    const name = "quantizers.fakeQuantWithMinMaxVars";
    if (!(numBits >= 2 && numBits <= 16)) throw new ValueError(`${name}.numBits`, { given: text(numBits), expected: "2 to 16" });
    const given = asTensor(inputs);
    const { rank } = given;
    if (axis !== null && !(axis >= -rank && axis < rank))
      throw new ValueError(`${name}.axis`, { given: text(axis), expected: `an axis of ${shapeText(given.shape)}` });
    const place = axis === null ? null : axis < 0 ? axis + rank : axis;
    const channels = given.shape.map((length, i) => (i === place ? length : 1));
    const [low, high] = [asTensor(minVals), asTensor(maxVals)].map((each) => cast(each, "float32")) as [Tensor, Tensor];
    const [first, last] = [narrowRange ? 1 : 0, 2 ** numBits - 1];
    const along = (each: Tensor): Tensor => reshape(each, place === null ? [] : channels);
    const quantized = customGradient((x: Tensor, least: Tensor, most: Tensor) => {
      const [lowest, highest] = [along(least), along(most)];
      const range = subtract(highest, lowest);
      const scale = divide(range, last - first);
      const inverse = divide(last - first, range);
      const zero = round(clip(subtract(first, divide(lowest, scale)), first, last));
      const [nudgedLow, nudgedHigh] = [multiply(subtract(first, zero), scale), multiply(subtract(last, zero), scale)];
      const quantZero = floor(add(multiply(negative(nudgedLow), inverse), 0.5));
      const shifted = subtract(minimum(maximum(x, nudgedLow), nudgedHigh), nudgedLow);
      const value = multiply(floor(add(subtract(multiply(shifted, inverse), quantZero), 0.5)), scale);
      const others = x.shape.flatMap((_, i) => (i === place ? [] : [i]));
      const back = (dy: Tensor, isOutside: Tensor, like: Tensor): Tensor =>
        reshape(sum(where(isOutside, dy, 0), { axis: place === null ? null : others }), like.shape as number[]);
      return {
        value,
        gradient: (dy: Tensor) => [
          where(logicalAnd(greaterEqual(x, nudgedLow), lessEqual(x, nudgedHigh)), dy, 0),
          back(dy, lessEqual(x, nudgedLow), least),
          back(dy, greaterEqual(x, nudgedHigh), most),
        ],
      };
    });
    return cast(quantized(cast(given, "float32"), low, high), given.dtype);
  },
);
