// The transpose of a convolution: its input gradient as an operation of its own.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { asFloat } from "../promotion.js";
import { convOf, convWeightGradient, spans, type ConvOptions } from "./conv.js";
import { inputGradient, type Walking } from "./lowering.js";
import { channelsLast, paddingOf, perAxis, spatial, spatialRank, type DataFormat, type Padding, type PerAxis } from "./window.js";

export interface ConvTransposeOptions extends ConvOptions {
  /** Cells added behind the outputs along each spatial axis; default: as many as make the outputs `stride` times as long. */
  outputPadding?: PerAxis | null;
}

/**
 * The transpose of a convolution: each input is spread over the outputs that the window covers.
 *
 * ```ts
 * ops.convTranspose([[[1], [2]]], [[[1]], [[10]]], 2); // [[[1], [10], [2], [20]]]
 * ```
 *
 * @param inputs  float32 `[batch, ...spatial, channels]`
 * @param kernel  float32 `[...window, filters, channels]`
 * @returns       `[batch, ...positions, filters]`: "same" gives length · stride positions, "valid" (length − 1) · stride + max(window,
 * stride)
 * @see keras.ops.conv_transpose
 */
export const convTranspose = operation(
  'nn.convTranspose(*inputs, *kernel, strides:ints=1, padding:string|pairs="valid", outputPadding:ints=null, dataFormat:string=null, dilationRate:ints=1)',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: PerAxis,
    padding: Padding,
    outputPadding: PerAxis | null,
    dataFormat: DataFormat | null,
    dilationRate: PerAxis,
  ): Tensor => {
    const x = asFloat(inputs);
    const w = asFloat(kernel);
    const rank = spatialRank("convTranspose", x);
    if (w.rank !== x.rank) {
      throw new ShapeError("convTranspose", {
        given: `inputs ${shapeText(x.shape)} and kernel ${shapeText(w.shape)}`,
        expected: "a kernel of the same rank: window, filters, channels",
      });
    }
    const steps = perAxis("convTranspose", "strides", strides, rank);
    const dilation = perAxis("convTranspose", "dilationRate", dilationRate, rank);
    const isSame = paddingOf("convTranspose", padding, rank) === "same";
    const added = outputPadding === null ? null : perAxis("convTranspose", "outputPadding", outputPadding, rank, 0);
    // The convolution that this is the transpose of reads the outputs with this padding.
    const crops = spans(w.shape, dilation).map((span, i) => cropsOf(span, steps[i]!, isSame, added?.[i]));
    return channelsLast("convTranspose", x, dataFormat, (x) =>
      transposeOp.apply({ x, kernel: w }, { strides: steps, padding: crops, dilation }),
    );
  },
);

/**
 * How many of the (length − 1) · stride + span covered cells are no outputs, in front and behind (below zero: outputs that nothing covers).
 */
function cropsOf(span: number, stride: number, isSame: boolean, added: number | undefined): [number, number] {
  if (!isSame) return [0, -(added ?? Math.max(span, stride) - span)];
  const padded = added === undefined ? stride + span - 2 : span + (span % 2) - 2 + added;
  const left = Math.min(Math.ceil(padded / 2), span - 1);
  return [span - 1 - left, span - 1 - (padded - left)];
}

interface TransposeAttrs extends Walking {
  readonly padding: readonly (readonly [number, number])[];
}

const transposeOp = primitive({
  name: "conv_transpose",
  inputs: ["x", "kernel"],
  infer({ x, kernel }, { strides, padding, dilation }: TransposeAttrs): Spec {
    const [channels, expected] = [x.shape.at(-1)!, kernel.shape.at(-1)!];
    if (channels !== null && expected !== null && channels !== expected) {
      throw new ShapeError("convTranspose", {
        given: `inputs ${shapeText(x.shape)} and kernel ${shapeText(kernel.shape)}`,
        expected: `the inputs' channels (${channels}) to equal the kernel's last axis (${expected})`,
      });
    }
    const span = spans(kernel.shape, dilation);
    const positions = spatial(x.shape).map((size, i) =>
      size === null ? null : (size - 1) * strides[i]! + span[i]! - padding[i]![0] - padding[i]![1],
    );
    return { shape: [x.shape[0]!, ...positions, kernel.shape.at(-2)!], dtype: "float32" };
  },
  lower: ({ x, kernel }, { y }, attrs) => inputGradient(x, kernel, y, attrs),
  keeps: ["x", "kernel"],
  gradient: (dy, { x, kernel }, { attrs }) => ({
    x: () => convOf(dy, kernel, attrs),
    kernel: () => convWeightGradient(dy, x, kernel.shape, attrs),
  }),
});
