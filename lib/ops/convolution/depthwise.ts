// Convolution of each channel by itself, and separable convolution made of it.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { asFloat } from "../promotion.js";
import { reshape } from "../shaping/reshape.js";
import { conv } from "./conv.js";
import type { DataFormat, Padding, PerAxis } from "./window.js";

/**
 * Convolution of each channel by itself: channel i gives the outputs i · multiplier … (i + 1) · multiplier − 1.
 *
 * ```ts
 * ops.depthwiseConv([[[1, 10], [2, 20]]], [[[1], [1]], [[1], [-1]]]); // [[[3, -10]]]
 * ```
 *
 * @param inputs  float32 `[batch, ...spatial, channels]`
 * @param kernel  float32 `[...window, channels, multiplier]`
 * @returns       `[batch, ...positions, channels · multiplier]`
 * @see keras.ops.depthwise_conv
 */
export const depthwiseConv = operation(
  'nn.depthwiseConv(*inputs, *kernel, strides:ints=1, padding:string|pairs="valid", dataFormat:string=null, dilationRate:ints=1)',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: DataFormat | null,
    dilationRate: PerAxis,
  ): Tensor => {
    const [x, w] = [asFloat(inputs), asFloat(kernel)];
    const given = dataFormat === "channels_first" ? x.shape[1] : x.shape.at(-1);
    const [channels, multiplier] = [w.shape.at(-2)!, w.shape.at(-1)!];
    if (given !== null && given !== undefined && channels !== null && given !== channels) {
      throw new ShapeError("depthwiseConv", {
        given: `inputs ${shapeText(x.shape)} and kernel ${shapeText(w.shape)}`,
        expected: `as many channels in the kernel (${channels}) as in the inputs (${given})`,
      });
    }
    return conv(x, reshape(w, [...w.shape.slice(0, -2), 1, channels * multiplier] as Shape), {
      strides,
      padding,
      dataFormat,
      dilationRate,
    });
  },
);

/**
 * Depthwise convolution, then a convolution over the channels alone.
 *
 * ```ts
 * ops.separableConv([[[1], [2], [3]]], [[[1]], [[1]]], [[[2]]]); // [[[6], [10]]]
 * ```
 *
 * @param inputs           float32 `[batch, ...spatial, channels]`
 * @param depthwiseKernel  float32 `[...window, channels, multiplier]`
 * @param pointwiseKernel  float32 `[...ones, channels · multiplier, filters]`
 * @see keras.ops.separable_conv
 */
export const separableConv = operation(
  'nn.separableConv(*inputs, *depthwiseKernel, *pointwiseKernel, strides:ints=1, padding:string|pairs="valid", dataFormat:string=null, dilationRate:ints=1)',
  (
    inputs: TensorLike,
    depthwiseKernel: TensorLike,
    pointwiseKernel: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: DataFormat | null,
    dilationRate: PerAxis,
  ): Tensor => {
    const deep = depthwiseConv(inputs, depthwiseKernel, { strides, padding, dataFormat, dilationRate });
    return conv(deep, pointwiseKernel, { dataFormat });
  },
);
