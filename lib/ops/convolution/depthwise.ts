import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { asFloat } from "../promotion.js";
import { reshape } from "../shaping/reshape.js";
import { conv, type ConvOptions } from "./conv.js";

/**
 * Convolution of each channel by itself: channel i gives the outputs i · multiplier … (i + 1) · multiplier − 1.
 *
 * @param inputs  float32 `[batch, ...spatial, channels]`
 * @param kernel  float32 `[...window, channels, multiplier]`
 * @returns       `[batch, ...positions, channels · multiplier]`
 * @see keras.ops.depthwise_conv
 */
export function depthwiseConv(inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor {
  const [x, w] = [asFloat(inputs), asFloat(kernel)];
  const given = options.dataFormat === "channels_first" ? x.shape[1] : x.shape.at(-1);
  const [channels, multiplier] = [w.shape.at(-2)!, w.shape.at(-1)!];
  if (given !== null && given !== undefined && channels !== null && given !== channels) {
    throw new ShapeError("depthwiseConv", {
      given: `inputs ${shapeText(x.shape)} and kernel ${shapeText(w.shape)}`,
      expected: `as many channels in the kernel (${channels}) as in the inputs (${given})`,
    });
  }
  return conv(x, reshape(w, [...w.shape.slice(0, -2), 1, channels * multiplier] as Shape), options);
}

/**
 * Depthwise convolution, then a convolution over the channels alone.
 *
 * @param inputs           float32 `[batch, ...spatial, channels]`
 * @param depthwiseKernel  float32 `[...window, channels, multiplier]`
 * @param pointwiseKernel  float32 `[...ones, channels · multiplier, filters]`
 * @see keras.ops.separable_conv
 */
export function separableConv(
  inputs: TensorLike,
  depthwiseKernel: TensorLike,
  pointwiseKernel: TensorLike,
  options: ConvOptions = {},
): Tensor {
  return conv(depthwiseConv(inputs, depthwiseKernel, options), pointwiseKernel, { dataFormat: options.dataFormat ?? null });
}
