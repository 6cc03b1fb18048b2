// Training with floats of 8 bits: scales from what was seen, and values as they are after such a float.

import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import type { Tensor } from "../core/tensor.js";
import { customGradient } from "../graph/custom-gradient.js";
import {
  abs,
  cast,
  clip,
  concatenate,
  divide,
  greater,
  isfinite,
  max,
  maximum,
  multiply,
  reciprocal,
  reshape,
  round,
  slice,
  where,
  bitwiseAnd,
  rightShift,
  leftShift,
  add,
  subtract,
  view,
} from "../ops/index.js";

/** Bits of the fraction, the least exponent, and the largest value. @see Micikevicius et al., FP8 Formats for Deep Learning, 2022 */
const formats: Readonly<Record<string, { readonly fraction: number; readonly exponent: number; readonly max: number }>> = {
  float8_e4m3fn: { fraction: 3, exponent: -6, max: 448 },
  float8_e5m2: { fraction: 2, exponent: -14, max: 57344 },
  float16: { fraction: 10, exponent: -14, max: 65504 },
  bfloat16: { fraction: 7, exponent: -126, max: 3.3895313892515355e38 },
};

/**
 * A scale for values up to `amax`: `amax · 2^margin / dtypeMax`; the old one where amax is 0 or not finite. Keras:
 * keras.quantizers.compute_float8_scale
 *
 * ```ts
 * keras.quantizers.computeFloat8Scale(448, 1, 448); // 1
 * ```
 */
export const computeFloat8Scale = declare(
  "quantizers.computeFloat8Scale(amax, scale, dtypeMax:number, margin=0)",
  (amax: TensorLike, scale: TensorLike, dtypeMax: number, margin: number): Tensor => {
    const seen = asTensor(amax);
    const old = reciprocal(scale);
    const factor = divide(divide(dtypeMax, seen), 2 ** margin);
    return reciprocal(where(isfinite(seen), where(greater(seen, 0), factor, old), old));
  },
);

/**
 * The history of largest sizes, moved on by one, with that of x in the first place.
 *
 * ```ts
 * keras.quantizers.computeFloat8AmaxHistory([1, -5], [3, 2, 1]).array(); // [5, 1, 3]
 * ```
 *
 * Keras: keras.quantizers.compute_float8_amax_history
 */
export const computeFloat8AmaxHistory = declare(
  "quantizers.computeFloat8AmaxHistory(x, amaxHistory)",
  (x: TensorLike, amaxHistory: TensorLike): Tensor => {
    const history = asTensor(amaxHistory);
    const newest = reshape(cast(max(abs(x)), history.dtype), [1]);
    const [length = 0] = history.shape as number[];
    // Rolled by one to the left, and what comes first replaced: [newest, history[2], …, history[0]].
    return length === 1 ? newest : concatenate([newest, slice(history, [2], [length - 2]), slice(history, [0], [1])]);
  },
);

/**
 * What values are after they were divided by the scale, kept as floats of 8 bits, and multiplied again. Gradients pass where nothing is
 * cut.
 *
 * ```ts
 * keras.quantizers.quantizeAndDequantize([1.06, 300, 1000], 1, "float8_e4m3fn", "float32").array(); // [1, 288, 448]
 * ```
 *
 * @param quantizedDtype  "float8_e4m3fn", "float8_e5m2", "float16" or "bfloat16"
 * @throws ValueError for another one. Keras: keras.quantizers.quantize_and_dequantize
 */
export const quantizeAndDequantize = declare(
  "quantizers.quantizeAndDequantize(inputs, scale, quantizedDtype:string, computeDtype:dtype)",
  (inputs: TensorLike, scale: TensorLike, quantizedDtype: string, computeDtype: string): Tensor => {
    const format = Object.hasOwn(formats, quantizedDtype) ? formats[quantizedDtype] : undefined;
    if (!format)
      throw new ValueError("quantizers.quantizeAndDequantize.quantizedDtype", {
        given: text(quantizedDtype),
        expected: Object.keys(formats).join(", "),
      });
    const dtype = computeDtype as Dtype;
    const by = cast(asTensor(scale), dtype);
    const limited = clip(divide(cast(asTensor(inputs), dtype), by), -format.max, format.max);
    const rounded = customGradient((x: Tensor) => ({ value: nearest(x, format), gradient: (dy) => dy }));
    return multiply(cast(rounded(cast(limited, "float32")), dtype), by);
  },
);

/** Each value rounded to the nearest of a format, ties to even: to a multiple of the last bit of its fraction. */
function nearest(x: Tensor, { fraction, exponent }: { readonly fraction: number; readonly exponent: number }): Tensor {
  const bits = rightShift(view(abs(x), "int32"), 23);
  const power = maximum(subtract(bitwiseAnd(bits, 255), 127), exponent);
  // 2 to the power of a whole number is a float without a fraction. The least of them are below what an exponent can say.
  const unit = view(leftShift(maximum(add(power, 127 - fraction), 1), 23), "float32");
  return multiply(round(divide(x, unit)), unit);
}
