// The base of convolution layers: options, kernel, bias, and where the channels stand.

import { dataFormat, nullable, oneOf, positiveInteger, type Schema, tuple } from "../../config/index.js";
import { ArgumentError, ShapeError, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { add, conv, pad, reshape } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { AdaptedLayer, loraOptions } from "../base/adapted-layer.js";
import { type ChannelSums, isLinear } from "../base/channels.js";
import { activation, kernelAndBias, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Layer } from "../layer.js";

/** The options of a convolution over images with `rank` axes beside batch and channels. */
export function convOptions(rank: number) {
  return layerOptions.extend(["filters", "kernelSize", "strides", "padding", "dataFormat"], {
    filters: positiveInteger(),
    kernelSize: tuple(rank, positiveInteger()),
    strides: tuple(rank, positiveInteger(), 1),
    padding: oneOf(["valid", "same", "causal"], "valid"),
    dataFormat: dataFormat(),
    dilationRate: tuple(rank, positiveInteger(), 1),
    groups: positiveInteger(1),
    activation: activation(),
    ...kernelAndBias,
    activityRegularizer: regularizer(),
    ...loraOptions,
  });
}

/** What a convolution needs to know of an input. */
export interface ConvGeometry {
  readonly dataFormat: "channels_last" | "channels_first";
  readonly rank: number;
}

/** The axis of the channels, counted from the end where they come last. */
export const channelAxis = (format: ConvGeometry["dataFormat"]): -1 | 1 => (format === "channels_last" ? -1 : 1);

/** The number of channels of an input. @throws ShapeError where it is not known */
export function channelsOf(layer: string, inputShape: Shape, format: ConvGeometry["dataFormat"]): number {
  const channels = inputShape.at(channelAxis(format));
  if (typeof channels === "number") return channels;
  throw new ShapeError(layer, {
    given: `an input of shape ${shapeText(inputShape)}`,
    expected: `a known number of channels (axis ${channelAxis(format)})`,
  });
}

/** Adds one number to each channel. */
export function addBias(y: Tensor, bias: Variable, format: ConvGeometry["dataFormat"]): Tensor {
  if (format === "channels_last") return add(y, bias);
  return add(y, reshape(bias, [1, bias.size, ...Array.from({ length: y.rank - 2 }, () => 1)]));
}

/** Discrete convolution of `[batch, …, channels]`; the base of Conv1D, Conv2D and Conv3D. */
export abstract class BaseConv extends AdaptedLayer<ReturnType<typeof convOptions>> {
  static override readonly options: Schema = convOptions(2);

  declare kernel: Variable;
  declare bias?: Variable;

  /** Axes beside batch and channels. */
  protected get imageRank(): number {
    return this.options.kernelSize.length;
  }

  constructor(...given: ConstructorParameters<typeof Layer<ReturnType<typeof convOptions>>>) {
    super(...given);
    const { filters, groups, strides, dilationRate, padding } = this.options;
    this.inputSpec = new InputSpec({ ndim: this.imageRank + 2 });
    if (filters % groups !== 0) {
      throw new ValueError(`${this.name}.groups`, {
        given: `${groups} groups of ${filters} filters`,
        expected: "filters to be a multiple of groups",
      });
    }
    if (strides.some((stride) => stride > 1) && dilationRate.some((rate) => rate > 1)) {
      throw new ArgumentError(`${this.name}.strides`, { given: "strides and dilationRate above 1", expected: "one of them to be 1" });
    }
    if (padding === "causal" && this.imageRank !== 1) {
      throw new ValueError(`${this.name}.padding`, {
        given: '"causal"',
        expected: 'one of "valid", "same"',
        hint: "Causal padding exists for Conv1D.",
      });
    }
  }

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel", shape: this.kernel.shape };
  }

  get channelSums(): ChannelSums | null {
    const { activation, dataFormat } = this.options;
    const facts = { weight: this.kernel, weightAxes: [-1], bias: this.bias, axis: channelAxis(dataFormat), isLinear: isLinear(activation) };
    return this.adapted() === this.kernel ? facts : null;
  }

  override build(inputShape: Shape): void {
    const { filters, kernelSize, groups, useBias, dataFormat } = this.options;
    const channels = channelsOf(this.name, inputShape, dataFormat);
    if (channels % groups !== 0) {
      throw new ShapeError(this.name, {
        given: `${channels} channels in ${groups} groups`,
        expected: "channels to be a multiple of groups",
      });
    }
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [...kernelSize, channels / groups, filters],
      ...weightOptions(this.options, "kernel"),
    });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [filters], ...weightOptions(this.options, "bias") });
    this.adaptAsAsked();
    this.inputSpec = new InputSpec({ ndim: this.imageRank + 2, axes: { [channelAxis(dataFormat)]: channels } });
  }

  override call(x: Tensor): Tensor {
    const { dataFormat, activation } = this.options;
    const y = this.convolutionOp(x, this.adapted());
    return activation(this.bias ? addBias(y, this.bias, dataFormat) : y);
  }

  /** The convolution alone, with strides, padding and dilation of this layer, without bias and activation. Keras: convolution_op */
  convolutionOp(x: Tensor, kernel: TensorLike): Tensor {
    const { strides, padding, dilationRate, dataFormat } = this.options;
    const isCausal = padding === "causal";
    return conv(isCausal ? this.#padded(x) : x, kernel, {
      strides,
      padding: isCausal ? "valid" : padding,
      dilationRate,
      dataFormat,
    });
  }

  /** The past only: as many zeros in front as the kernel reaches back. */
  #padded(x: Tensor): Tensor {
    const { dilationRate, kernelSize, dataFormat } = this.options;
    const reach = dilationRate[0]! * (kernelSize[0]! - 1);
    return pad(x, dataFormat === "channels_last" ? [[0, 0], [reach, 0], [0, 0]] : [[0, 0], [0, 0], [reach, 0]]); // prettier-ignore
  }
}

export interface BaseConv extends LayerAttributes<ReturnType<typeof convOptions>, "loraAlpha" | "loraRank" | "quantizationConfig"> {}
