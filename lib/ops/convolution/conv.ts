// Convolution along any number of axes as one primitive, its two gradients, and the choice of a kernel.

import { operation } from "../../core/operation.js";
import { type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { asFloat } from "../promotion.js";
import { convolve, inputGradient, weightGradient, type Walking } from "./lowering.js";
import {
  channelsLast,
  outputLength,
  paddingOf,
  perAxis,
  spatial,
  spatialRank,
  type DataFormat,
  type Padding,
  type PerAxis,
} from "./window.js";

export interface ConvOptions {
  /** Steps of the window along each spatial axis. Default: 1. */
  strides?: PerAxis;
  /** "valid": none; "same": as much as gives ceil(length / stride) outputs; or cells before and after each axis. Default: "valid". */
  padding?: Padding;
  /** Where the channels of the inputs and outputs stand. Default: "channels_last". */
  dataFormat?: DataFormat | null;
  /** Steps between neighbouring taps. Default: 1. */
  dilationRate?: PerAxis;
}

/**
 * Convolution over one, two or three spatial axes: y[p, j] = Σ over taps t and channels i of x[p · stride + t · dilation − padding, i] ·
 * kernel[t, i, j]. Fewer channels in the kernel than in the inputs divide both into groups.
 *
 * ```ts
 * ops.conv([[[1], [2], [3], [4]]], [[[1]], [[-1]]]); // [[[-1], [-1], [-1]]]
 * ```
 *
 * @param inputs  float32 `[batch, ...spatial, channels]`
 * @param kernel  float32 `[...window, channels / groups, filters]`
 * @returns       `[batch, ...positions, filters]`
 * @throws ShapeError where the window does not fit, or the channels don't divide
 * @see keras.ops.conv
 */
export const conv = operation(
  'nn.conv(*inputs, *kernel, strides:ints=1, padding:string|pairs="valid", dataFormat:string=null, dilationRate:ints=1)',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: PerAxis,
    padding: Padding,
    dataFormat: DataFormat | null,
    dilationRate: PerAxis,
  ): Tensor => {
    const x = asFloat(inputs);
    const rank = spatialRank("conv", x);
    const walking: Walking = {
      strides: perAxis("conv", "strides", strides, rank),
      padding: paddingOf("conv", padding, rank, ["valid", "same", "causal"]),
      dilation: perAxis("conv", "dilationRate", dilationRate, rank),
    };
    return channelsLast("conv", x, dataFormat, (x) => convOf(x, asFloat(kernel), walking));
  },
);

export interface ConvAttrs extends Walking {
  /** Negative results become zero. */
  readonly relu: boolean;
}

/** Convolution of channels-last inputs. */
export const convOf = (x: Tensor, kernel: Tensor, walking: Walking): Tensor =>
  convOp.apply({ x, kernel, bias: undefined }, { ...walking, relu: false });

/** Number of cells from the first to the last tap of each axis. */
export const spans = (kernel: Shape, dilation: readonly number[]): number[] =>
  kernel.slice(0, -2).map((length, i) => {
    if (length === 0)
      throw new ShapeError("conv", { given: `a kernel ${shapeText(kernel)}`, expected: "at least one tap along each axis" });
    return dilation[i]! * (length! - 1) + 1;
  });

const convOp = primitive({
  name: "conv",
  inputs: ["x", "kernel", "bias?"],
  infer({ x, kernel }, { strides, padding, dilation }: ConvAttrs): Spec {
    const given = `inputs ${shapeText(x.shape)} and kernel ${shapeText(kernel.shape)}`;
    if (kernel.rank !== x.rank)
      throw new ShapeError("conv", { given, expected: "a kernel of the same rank: window, channels of a group, filters" });
    const [channels, inner, filters] = [x.shape.at(-1)!, kernel.shape.at(-2)!, kernel.shape.at(-1)!];
    if (channels !== null && inner !== null && (channels % inner !== 0 || (filters !== null && filters % (channels / inner) !== 0))) {
      throw new ShapeError("conv", {
        given,
        expected: `channels (${channels}) that the kernel's (${inner}) divide into groups, and filters (${filters}) that these groups divide`,
        hint: "Look at the data format: channels stand last unless dataFormat says otherwise.",
      });
    }
    const span = spans(kernel.shape, dilation);
    const positions = spatial(x.shape).map((size, i) => outputLength(padding, i, size, span[i]!, strides[i]!));
    if (positions.some((length) => length !== null && length <= 0)) {
      throw new ShapeError("conv", {
        given: `${given}, which gives the positions ${shapeText(positions)}`,
        expected: "a window that fits into the inputs at least once",
        hint: 'Use padding "same", a smaller kernel or smaller dilation.',
      });
    }
    return { shape: [x.shape[0]!, ...positions, filters], dtype: "float32" };
  },
  rows: ["x"],
  lower: ({ x, kernel, bias }, { y }, attrs) => convolve(x, kernel, bias ?? null, y, attrs, attrs.relu),
  absorbs(inputs, attrs, follower) {
    if (attrs.relu) return null;
    if (follower.kind === "relu") return { inputs, attrs: { ...attrs, relu: true } };
    return inputs.bias || follower.kind !== "bias" ? null : { inputs: { ...inputs, bias: follower.bias }, attrs };
  },
  keeps: ["x", "kernel"],
  gradient: (dy, { x, kernel }, { attrs }) => ({
    x: () => convInputGradient(dy, kernel, x, attrs),
    kernel: () => convWeightGradient(x, dy, kernel.shape, attrs),
  }),
});

/** The gradient of a convolution with respect to its inputs x, of which only the shape counts. */
export const convInputGradient = (dy: Tensor, kernel: Tensor, x: Tensor, { strides, padding, dilation }: Walking): Tensor =>
  inputGradientOp.apply({ dy, kernel, x }, { strides, padding, dilation });

const inputGradientOp = primitive({
  name: "conv_input_gradient",
  inputs: ["dy", "kernel", "x"],
  infer: ({ x }, _: Walking): Spec => ({ shape: x.shape, dtype: "float32" }),
  rows: ["dy", "x"],
  lower: ({ dy, kernel }, { y }, attrs) => inputGradient(dy, kernel, y, attrs),
  keeps: ["dy", "kernel"],
  gradient: (u, { dy, kernel }, { attrs }) => ({
    dy: () => convOf(u, kernel, attrs),
    kernel: () => convWeightGradient(u, dy, kernel.shape, attrs),
  }),
});

/** The gradient of a convolution with respect to its kernel. */
export const convWeightGradient = (x: Tensor, dy: Tensor, kernelShape: Shape, { strides, padding, dilation }: Walking): Tensor =>
  weightGradientOp.apply({ x, dy }, { strides, padding, dilation, kernelShape });

interface WeightGradientAttrs extends Walking {
  readonly kernelShape: Shape;
}

const weightGradientOp = primitive({
  name: "conv_weight_gradient",
  inputs: ["x", "dy"],
  infer: (_, { kernelShape }: WeightGradientAttrs): Spec => ({ shape: kernelShape, dtype: "float32" }),
  rows: ["x", "dy"],
  ofRows: () => "sum",
  lower: ({ x, dy }, { y }, attrs) => weightGradient(x, dy, y, attrs),
  keeps: ["x", "dy"],
  gradient: (u, { x, dy }, { attrs }) => ({
    x: () => convInputGradient(dy, u, x, attrs),
    dy: () => convOf(x, u, attrs),
  }),
});
