// Depthwise and separable convolutions.

import { boolean, dataFormat, oneOf, positiveInteger, registerClasses, type Schema, tuple } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { depthwiseConv, separableConv } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { type ChannelSums, isLinear } from "../base/channels.js";
import { activation, constraint, initializer, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { addBias, channelAxis, channelsOf } from "./base-conv.js";

const common = (rank: number) =>
  ({
    kernelSize: tuple(rank, positiveInteger()),
    strides: tuple(rank, positiveInteger(), 1),
    padding: oneOf(["valid", "same"], "valid"),
    depthMultiplier: positiveInteger(1),
    dataFormat: dataFormat(),
    dilationRate: tuple(rank, positiveInteger(), 1),
    activation: activation(),
    useBias: boolean(true),
    depthwiseInitializer: initializer("glorot_uniform"),
    biasInitializer: initializer("zeros"),
    depthwiseRegularizer: regularizer(),
    biasRegularizer: regularizer(),
    activityRegularizer: regularizer(),
    depthwiseConstraint: constraint(),
    biasConstraint: constraint(),
  }) as const;

const depthwiseOptions = (rank: number) =>
  layerOptions.extend(["kernelSize", "strides", "padding", "depthMultiplier", "dataFormat"], common(rank));

/** A convolution of each channel by itself: channel c of the input gives `depthMultiplier` channels of the output. */
abstract class DepthwiseConv extends Layer<ReturnType<typeof depthwiseOptions>> {
  static override readonly options: Schema = depthwiseOptions(2);

  declare kernel: Variable;
  declare bias?: Variable;

  override inputSpec = new InputSpec({ ndim: this.options.kernelSize.length + 2 });

  get channelSums(): ChannelSums {
    const { activation, dataFormat } = this.options;
    return { weight: this.kernel, weightAxes: [-2, -1], bias: this.bias, axis: channelAxis(dataFormat), isLinear: isLinear(activation) };
  }

  override build(inputShape: Shape): void {
    const { kernelSize, depthMultiplier, useBias, dataFormat } = this.options;
    const channels = channelsOf(this.name, inputShape, dataFormat);
    const shape = [...kernelSize, channels, depthMultiplier];
    this.kernel = this.addWeight({ name: "kernel", shape, ...weightOptions(this.options, "depthwise") });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [channels * depthMultiplier], ...weightOptions(this.options, "bias") });
    this.inputSpec = new InputSpec({ ndim: kernelSize.length + 2, axes: { [channelAxis(dataFormat)]: channels } });
  }

  override call(x: Tensor): Tensor {
    const { strides, padding, dilationRate, dataFormat, activation } = this.options;
    const y = depthwiseConv(x, this.kernel, { strides, padding, dilationRate, dataFormat });
    return activation(this.bias ? addBias(y, this.bias, dataFormat) : y);
  }
}

interface DepthwiseConv extends LayerAttributes<ReturnType<typeof depthwiseOptions>> {}

/**
 * A convolution of each channel of `[batch, steps, channels]` by itself. Keras: keras.layers.DepthwiseConv1D
 *
 * ```ts
 * new keras.layers.DepthwiseConv1D(2, { depthwiseInitializer: "ones" })([[[1, 10], [2, 20]]]); // [[[3, 30]]]
 * ```
 */
export class DepthwiseConv1D extends DepthwiseConv {
  static override readonly options = depthwiseOptions(1);
}

/**
 * A convolution of each channel of images by itself. Keras: keras.layers.DepthwiseConv2D
 *
 * ```ts
 * new keras.layers.DepthwiseConv2D(2)(tf.ones([1, 4, 4, 3])).shape; // [1, 3, 3, 3]
 * ```
 */
export class DepthwiseConv2D extends DepthwiseConv {
  static override readonly options = depthwiseOptions(2);
}

const separableOptions = (rank: number) =>
  layerOptions.extend(["filters", "kernelSize", "strides", "padding", "dataFormat"], {
    filters: positiveInteger(),
    ...common(rank),
    pointwiseInitializer: initializer("glorot_uniform"),
    pointwiseRegularizer: regularizer(),
    pointwiseConstraint: constraint(),
  });

/** A depthwise convolution, then one over the channels of each pixel. */
abstract class SeparableConv extends Layer<ReturnType<typeof separableOptions>> {
  static override readonly options: Schema = separableOptions(2);

  declare depthwiseKernel: Variable;
  declare pointwiseKernel: Variable;
  declare bias?: Variable;

  override inputSpec = new InputSpec({ ndim: this.options.kernelSize.length + 2 });

  get channelSums(): ChannelSums {
    const { activation, dataFormat } = this.options;
    const weight = this.pointwiseKernel;
    return { weight, weightAxes: [-1], bias: this.bias, axis: channelAxis(dataFormat), isLinear: isLinear(activation) };
  }

  override build(inputShape: Shape): void {
    const { filters, kernelSize, depthMultiplier, useBias, dataFormat } = this.options;
    const channels = channelsOf(this.name, inputShape, dataFormat);
    const depthwise = [...kernelSize, channels, depthMultiplier];
    const pointwise = [...kernelSize.map(() => 1), channels * depthMultiplier, filters];
    this.depthwiseKernel = this.addWeight({ name: "depthwise_kernel", shape: depthwise, ...weightOptions(this.options, "depthwise") });
    this.pointwiseKernel = this.addWeight({ name: "pointwise_kernel", shape: pointwise, ...weightOptions(this.options, "pointwise") });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [filters], ...weightOptions(this.options, "bias") });
    this.inputSpec = new InputSpec({ ndim: kernelSize.length + 2, axes: { [channelAxis(dataFormat)]: channels } });
  }

  override call(x: Tensor): Tensor {
    const { strides, padding, dilationRate, dataFormat, activation } = this.options;
    const y = separableConv(x, this.depthwiseKernel, this.pointwiseKernel, { strides, padding, dilationRate, dataFormat });
    return activation(this.bias ? addBias(y, this.bias, dataFormat) : y);
  }
}

interface SeparableConv extends LayerAttributes<ReturnType<typeof separableOptions>> {}

/**
 * A depthwise convolution of `[batch, steps, channels]`, then one over channels. Keras: keras.layers.SeparableConv1D
 *
 * ```ts
 * new keras.layers.SeparableConv1D(4, 2)(tf.ones([1, 5, 3])).shape; // [1, 4, 4]
 * ```
 */
export class SeparableConv1D extends SeparableConv {
  static override readonly options = separableOptions(1);
}

/**
 * A depthwise convolution of images, then one over channels.
 *
 * ```ts
 * new keras.layers.SeparableConv2D(4, 2)(tf.ones([1, 5, 5, 3])).shape; // [1, 4, 4, 4]
 * ```
 *
 * @see Chollet 2017. Keras: keras.layers.SeparableConv2D
 */
export class SeparableConv2D extends SeparableConv {
  static override readonly options = separableOptions(2);
}

registerClasses("keras.layers", { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D });
