// What the networks are put together from: layers applied to a Keras tensor, and the few rules that several papers share.

import { imageDataFormat } from "../config/settings.js";
import type { Options } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import {
  Activation,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  MaxPooling2D,
  SeparableConv2D,
  ZeroPadding2D,
  Add,
} from "../layers/index.js";

/** What a layer takes beside its positional arguments. */
type Rest<L extends { options: unknown }> = Omit<Options<L["options"]>, "filters" | "kernelSize" | "poolSize">;
export type Size = number | readonly [number, number];

const isFirst = (): boolean => imageDataFormat() === "channels_first";

/** The axis of channels of a batch of images. */
export const channelAxis = (): number => (isFirst() ? 1 : 3);

/** The same, counted from the end where channels are last, as the configs of some networks have it. */
export const lastAxis = (): number => (isFirst() ? 1 : -1);

/** The number of channels. */
export const channelsOf = (x: Tensor): number => x.shape[channelAxis()]!;

/** The axis of rows. */
export const rowAxis = (): number => (isFirst() ? 2 : 1);

/** The shape of one value for each channel. */
export const perChannel = (channels: number): readonly number[] => (isFirst() ? [channels, 1, 1] : [1, 1, channels]);

export const conv = (x: Tensor, filters: number, kernelSize: Size, options: Rest<typeof Conv2D> = {}): Tensor =>
  new Conv2D(filters, kernelSize as number, options)(x);

export const depthwise = (x: Tensor, kernelSize: Size, options: Rest<typeof DepthwiseConv2D> = {}): Tensor =>
  new DepthwiseConv2D(kernelSize as number, options)(x);

export const separable = (x: Tensor, filters: number, kernelSize: Size, options: Rest<typeof SeparableConv2D> = {}): Tensor =>
  new SeparableConv2D(filters, kernelSize as number, options)(x);

export const batchNorm = (x: Tensor, options: Options<(typeof BatchNormalization)["options"]> = {}): Tensor =>
  new BatchNormalization({ axis: channelAxis(), ...options })(x);

export const activation = (x: Tensor, name: ActivationName, layer: string | null = null): Tensor =>
  new Activation(name, { name: layer })(x);

/** What names an activation. */
export type ActivationName = ConstructorParameters<typeof Activation>[0];

export const relu = (x: Tensor, name: string | null = null): Tensor => activation(x, "relu", name);

export const pad = (x: Tensor, padding: Padding, name: string | null = null): Tensor => new ZeroPadding2D({ padding, name })(x);

/** Zeros before and after rows, before and after columns. */
export type Padding = readonly [readonly [number, number], readonly [number, number]];

/** The same number of zeros on every side. */
export const around = (width: number): Padding => [
  [width, width],
  [width, width],
];

export const maxPool = (x: Tensor, poolSize: number, options: Rest<typeof MaxPooling2D> = {}): Tensor =>
  new MaxPooling2D({ poolSize, ...options })(x);

export const averagePool = (x: Tensor, poolSize: number, options: Rest<typeof AveragePooling2D> = {}): Tensor =>
  new AveragePooling2D({ poolSize, ...options })(x);

export const globalAverage = (x: Tensor, name: string | null = null): Tensor => new GlobalAveragePooling2D({ name })(x);

export const globalMax = (x: Tensor, name: string | null = null): Tensor => new GlobalMaxPooling2D({ name })(x);

type DenseOptions = Omit<Options<(typeof Dense)["options"]>, "units" | "activation"> & { activation?: ActivationName | null };

export const dense = (x: Tensor, units: number, { activation, ...options }: DenseOptions = {}): Tensor =>
  new Dense(units, { activation: activation ?? "linear", ...options })(x);

export const add = (xs: readonly Tensor[], name: string | null = null): Tensor => new Add({ name })(xs);

export const concat = (xs: readonly Tensor[], name: string | null = null, axis = channelAxis()): Tensor =>
  new Concatenate({ axis, name })(xs);

/** The padding before a convolution of stride 2 that TensorFlow's "same" would have given, where rows and columns are known. */
export function correctPad(x: Tensor, kernelSize: Size): Padding {
  const kernel = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
  const rows = rowAxis();
  const known = x.shape[rows] !== null;
  return [0, 1].map((i) => {
    const half = Math.floor(kernel[i]! / 2);
    return [half - (known ? 1 - (x.shape[rows + i]! % 2) : 1), half];
  }) as unknown as Padding;
}

/** The nearest multiple of a divisor, not more than a tenth below. @see Sandler et al. 2018, the authors' code */
export function makeDivisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}
