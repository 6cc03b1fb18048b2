// Transposed convolutions along one, two and three axes.

import {
  dataFormat,
  nullable,
  oneOf,
  positiveInteger,
  registerClasses,
  type Schema,
  tuple,
  nonNegativeInteger,
} from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { convTranspose } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { type ChannelSums, isLinear } from "../base/channels.js";
import { activation, kernelAndBias, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { addBias, channelAxis, channelsOf } from "./base-conv.js";

const convTransposeOptions = (rank: number) =>
  layerOptions.extend(["filters", "kernelSize", "strides", "padding"], {
    filters: positiveInteger(),
    kernelSize: tuple(rank, positiveInteger()),
    strides: tuple(rank, positiveInteger(), 1),
    padding: oneOf(["valid", "same"], "valid"),
    outputPadding: nullable(tuple(rank, nonNegativeInteger())),
    dataFormat: dataFormat(),
    dilationRate: tuple(rank, positiveInteger(), 1),
    activation: activation(),
    ...kernelAndBias,
    activityRegularizer: regularizer(),
  });

/** The transpose of a convolution: from what a convolution gives to what it takes; it makes images larger. */
abstract class ConvTranspose extends Layer<ReturnType<typeof convTransposeOptions>> {
  static override readonly options: Schema = convTransposeOptions(2);

  declare kernel: Variable;
  declare bias?: Variable;

  override inputSpec = new InputSpec({ ndim: this.options.kernelSize.length + 2 });

  get channelSums(): ChannelSums {
    const { activation, dataFormat } = this.options;
    return { weight: this.kernel, weightAxes: [-2], bias: this.bias, axis: channelAxis(dataFormat), isLinear: isLinear(activation) };
  }

  override build(inputShape: Shape): void {
    const { filters, kernelSize, useBias, dataFormat } = this.options;
    const channels = channelsOf(this.name, inputShape, dataFormat);
    this.kernel = this.addWeight({ name: "kernel", shape: [...kernelSize, filters, channels], ...weightOptions(this.options, "kernel") });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [filters], ...weightOptions(this.options, "bias") });
    this.inputSpec = new InputSpec({ ndim: kernelSize.length + 2, axes: { [channelAxis(dataFormat)]: channels } });
  }

  override call(x: Tensor): Tensor {
    const { strides, padding, outputPadding, dilationRate, dataFormat, activation } = this.options;
    const y = convTranspose(x, this.kernel, { strides, padding, outputPadding, dilationRate, dataFormat });
    return activation(this.bias ? addBias(y, this.bias, dataFormat) : y);
  }
}

interface ConvTranspose extends LayerAttributes<ReturnType<typeof convTransposeOptions>> {}

/**
 * Transposed convolution of `[batch, steps, channels]`, kernel `[size, filters, channels]`. Keras: keras.layers.Conv1DTranspose
 *
 * ```ts
 * new keras.layers.Conv1DTranspose(1, 2, { strides: 2, kernelInitializer: "ones" })([[[1], [2]]]); // [[[1], [1], [2], [2]]]
 * ```
 */
export class Conv1DTranspose extends ConvTranspose {
  static override readonly options = convTransposeOptions(1);
}

/**
 * Transposed convolution of images, kernel `[height, width, filters, channels]`. Keras: keras.layers.Conv2DTranspose
 *
 * ```ts
 * new keras.layers.Conv2DTranspose(1, 2, { strides: 2, kernelInitializer: "ones" })([[[[7]]]]); // [[[[7], [7]], [[7], [7]]]]
 * ```
 */
export class Conv2DTranspose extends ConvTranspose {
  static override readonly options = convTransposeOptions(2);
}

/**
 * Transposed convolution of volumes. Keras: keras.layers.Conv3DTranspose
 *
 * ```ts
 * new keras.layers.Conv3DTranspose(4, 2, { strides: 2 })(tf.ones([1, 2, 2, 2, 3])).shape; // [1, 4, 4, 4, 4]
 * ```
 */
export class Conv3DTranspose extends ConvTranspose {
  static override readonly options = convTransposeOptions(3);
}

registerClasses("keras.layers", { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose });
