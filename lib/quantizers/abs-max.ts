// Whole numbers of few bits by the largest size of what they stand for.

import { integer, nullable, number, oneOrMore, positiveNumber, schema, tuple } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { text, ShapeError, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import {
  abs,
  add,
  cast,
  clip,
  divide,
  expandDims,
  max,
  min,
  multiply,
  negative,
  pad,
  reshape,
  round,
  slice,
  subtract,
} from "../ops/index.js";
import { squeeze, transpose } from "../ops/index.js";
import { isByteRange, quantizeRows } from "../ops/normalization/quantize.js";
import { checkAxes } from "../ops/reduce/family.js";
import { quantizationParameters } from "./parameters.js";
import { outputDtype, Quantizer, quantizers } from "./quantizer.js";

/** A range as a pair of numbers. @throws ValueError */
function rangeOf(where: string, range: readonly number[] | number): readonly [number, number] {
  const [low, high] = Array.isArray(range) ? (range as readonly number[]) : [];
  if (typeof low === "number" && typeof high === "number" && low < high && (range as readonly number[]).length === 2) return [low, high];
  throw new ValueError(`${where}.valueRange`, { given: text(range), expected: "two numbers, the lower one first" });
}

/** The axes where they are the last ones of several, of floats as kernels have them; else null. */
function lastAxes(x: Tensor, axis: number | readonly number[] | null): readonly number[] | null {
  if (axis === null || x.dtype !== "float32") return null;
  const axes = checkAxes("absMaxQuantize", axis, x.rank);
  const isLast = axes.length > 0 && axes.length < x.rank && axes.every((each, i) => each === x.rank - axes.length + i);
  return isLast && axes.every((each) => x.shape[each] !== 0) ? axes : null;
}

/**
 * x as whole numbers in `valueRange`: `round(x · scale)` with `scale = high / (max |x| + epsilon)` along `axis`, which the scale keeps with
 * length 1.
 *
 * ```ts
 * const [outputs, scale] = keras.quantizers.absMaxQuantize([[0.5, -1]], -1);
 * outputs; // [[63, -127]]
 * scale; // [[127]]
 * ```
 *
 * @param axis      one axis or several; null takes all of them together
 * @param toNumpy   has no meaning here: there is one memory
 * @returns         `[quantized, scale]`. Keras: keras.quantizers.abs_max_quantize
 */
export const absMaxQuantize = declare(
  'quantizers.absMaxQuantize(*inputs, axis:ints|null, valueRange:numbers=[-127,127], dtype:dtype="int8", epsilon:number=1e-7, toNumpy=false)',
  (
    inputs: TensorLike,
    axis: number | readonly number[] | null,
    valueRange: readonly number[],
    dtype: Dtype,
    epsilon: number,
    _toNumpy: boolean,
  ): [quantized: Tensor, scale: Tensor] => {
    const x = asTensor(inputs);
    const [low, high] = rangeOf("absMaxQuantize", valueRange);
    const axes = lastAxes(x, axis);
    if (axes && dtype === "int8" && isByteRange({ low, high, epsilon })) {
      const { y, scale } = quantizeRows(x, axes, { low, high, epsilon });
      return [y, scale];
    }
    const scale = cast(divide(high, add(max(abs(x), { axis, keepdims: true }), epsilon)), x.dtype);
    return [cast(clip(round(multiply(x, scale)), low, high), dtype), scale];
  },
);

/**
 * A matrix as whole numbers in `valueRange`, each group of `blockSize` rows with a scale and a zero point for each column:
 * `round(x / scale) + zero`.
 *
 * ```ts
 * const [outputs] = keras.quantizers.absMaxQuantizeGroupedWithZeroPoint([[0], [15], [1], [16]], 2);
 * outputs; // [[-8], [7], [-7], [7]]
 * ```
 *
 * @param inputs    `[rows, columns]`
 * @param toNumpy   whether ranges of no width are left to `epsilon`, as layers do it; else they are widened by one both ways
 * @returns         `[quantized, scale, zero]`; scale and zero are `[groups, columns]`, zero int8
 * @throws ShapeError for another rank. Keras: keras.quantizers.abs_max_quantize_grouped_with_zero_point
 */
export const absMaxQuantizeGroupedWithZeroPoint = declare(
  'quantizers.absMaxQuantizeGroupedWithZeroPoint(*inputs, blockSize:int, valueRange:numbers=[-8,7], dtype:dtype="int8", epsilon:number=1e-7, toNumpy=false)',
  (
    inputs: TensorLike,
    blockSize: number,
    valueRange: readonly number[],
    dtype: Dtype,
    epsilon: number,
    toNumpy: boolean,
  ): [quantized: Tensor, scale: Tensor, zero: Tensor] => {
    const where = "absMaxQuantizeGroupedWithZeroPoint";
    const x = asTensor(inputs);
    const [rows, columns] = x.shape;
    if (x.rank !== 2 || rows === null || columns === null)
      throw new ShapeError(where, { given: `inputs ${shapeText(x.shape)}`, expected: "a matrix whose shape is known" });
    if (!(Number.isInteger(blockSize) && blockSize > 0))
      throw new ValueError(`${where}.blockSize`, { given: text(blockSize), expected: "a positive integer" });
    const [low, high] = rangeOf(where, valueRange);
    const groups = Math.ceil(rows! / blockSize);
    const missing = groups * blockSize - rows!;
    const padded = missing === 0 ? x : pad(x, [[0, missing], [0, 0]]); // prettier-ignore
    const grouped = reshape(padded, [groups, blockSize, columns!]);
    let scale: Tensor;
    let zero: Tensor;
    if (toNumpy) {
      const least = min(grouped, { axis: 1, keepdims: true });
      scale = divide(add(subtract(max(grouped, { axis: 1, keepdims: true }), least), epsilon), high - low);
      zero = clip(add(round(divide(negative(least), scale)), low), low, high);
    } else {
      const bits = Math.floor(Math.log2(high - low + 1));
      const found = quantizationParameters(transpose(x), { bits, perChannel: true, groupSize: blockSize, epsilon, signed: true });
      scale = expandDims(transpose(found.scale), 1);
      zero = expandDims(cast(transpose(found.zero), x.dtype), 1);
    }
    const whole = cast(clip(add(round(divide(grouped, scale)), zero), low, high), dtype);
    const flat = reshape(whole, [groups * blockSize, columns!]);
    return [
      missing === 0 ? flat : slice(flat, [0, 0], [rows!, columns!]),
      cast(squeeze(scale, 1), x.dtype),
      cast(squeeze(zero, 1), "int8"),
    ];
  },
);

/**
 * Quantizes by the largest size along an axis. Keras: keras.quantizers.AbsMaxQuantizer
 *
 * ```ts
 * const [quantized, scale] = new keras.quantizers.AbsMaxQuantizer({ axis: -1 })([[1.5, -2], [0.5, 0.2]]);
 * quantized.array(); // [[95, -127], [127, 51]]
 * ```
 */
export class AbsMaxQuantizer extends Quantizer<typeof AbsMaxQuantizer.options> {
  static override readonly options = schema(["axis", "valueRange", "epsilon", "outputDtype"], {
    valueRange: tuple(2, number(), [-127, 127]),
    epsilon: positiveNumber(1e-7),
    ...outputDtype,
    /** The axes that a call takes where it names none; null is the last. */
    axis: nullable(oneOrMore(integer())),
  });

  constructor(...given: ConstructorParameters<typeof Quantizer<typeof AbsMaxQuantizer.options>>) {
    super(...given);
    const [low, high] = rangeOf("AbsMaxQuantizer", this.options.valueRange);
    if (this.options.outputDtype === "int8" && (low < -128 || high > 127))
      throw new ValueError("AbsMaxQuantizer.valueRange", { given: text([low, high]), expected: "numbers from -128 to 127 for int8" });
  }

  override call(x: TensorLike, { axis = null }: { axis?: number | readonly number[] | null } = {}): [Tensor, Tensor] {
    const { valueRange, epsilon, outputDtype } = this.options;
    return absMaxQuantize(x, axis ?? this.options.axis ?? -1, valueRange, outputDtype, epsilon);
  }

  /** The options as Keras writes them: the axis as a list, and only where there is one. */
  override getConfig() {
    const { axis, ...config } = super.getConfig();
    return axis === null || axis === undefined ? config : { ...config, axis: Array.isArray(axis) ? axis : [axis] };
  }
}

quantizers.register({ AbsMaxQuantizer });
