// Batch normalization as primitives: by given statistics, and by those of the batch.

import { checkOptions } from "../../core/options.js";
import { operation } from "../../core/operation.js";
import { checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive, type Follower } from "../../core/primitive.js";
import { shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as normalizationKernels } from "../../generated/kernels/normalization.js";
import { scratch } from "../../runtime/command.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { rsqrt } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import { checkEpsilon } from "../rules.js";
import { mean, sum } from "../reduce/sum.js";
import { moveaxis } from "../shaping/transpose.js";
import { momentsCommands, momentsGradient, rowsOfChannels, total } from "./moments.js";

export interface AffineOptions {
  /** Added at the end, [channels]. Default: nothing. */
  offset?: TensorLike | null;
  /** Multiplied with at the end, [channels]. Default: nothing. */
  scale?: TensorLike | null;
  /** Added to the variance. Default 0.001. */
  epsilon?: number;
}

/**
 * (x − mean) / √(variance + epsilon) · scale + offset, for each channel.
 *
 * ```ts
 * ops.batchNormalization([[1, 4]], [1, 2], [1, 4], -1, { offset: [0, 1], epsilon: 0 }); // [[0, 2]]
 * ```
 *
 * @param mean, variance  [channels]
 * @param axis            the axis of the channels
 */
export const batchNormalization = operation(
  "nn.batchNormalization(*x, *mean, *variance, axis:ints, *offset=null, *scale=null, epsilon=0.001)",
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: number,
    offset: TensorLike | null,
    scale: TensorLike | null,
    epsilon: number,
  ): Tensor => {
    checkEpsilon("batchNormalization", epsilon);
    const tensor = asFloat(x);
    const along = checkAxis("batchNormalization", axis, tensor.rank);
    const parts = { mean: asFloat(mean), variance: asFloat(variance), ...optional(scale, offset) };
    for (const part of Object.values(parts)) {
      if (!part || (part.rank === 1 && part.shape[0] === tensor.shape[along]) || tensor.shape[along] === null) continue;
      throw new ShapeError("batchNormalization", {
        given: `x ${shapeText(tensor.shape)} with axis ${axis}, and statistics or factors of shape ${shapeText(part.shape)}`,
        expected: shapeText([tensor.shape[along]!]),
      });
    }
    return moveaxis(normalizeOp.apply({ x: moveaxis(tensor, along, -1), ...parts }, { epsilon }), -1, along);
  },
  { className: "BatchNorm" },
);

const optional = (scale?: TensorLike | null, offset?: TensorLike | null): { scale: Tensor | undefined; offset: Tensor | undefined } => ({
  scale: scale === undefined || scale === null ? undefined : asFloat(scale),
  offset: offset === undefined || offset === null ? undefined : asFloat(offset),
});

/** Rows per claim of a thread. */
const rowGrain = (channels: number): number => Math.ceil((1 << 16) / (channels + 1));

const allButLast = (x: Tensor): number[] => x.shape.slice(0, -1).map((_, i) => i);

interface Attrs {
  readonly epsilon: number;
  /** Negative results become zero. */
  readonly relu?: boolean;
}

const floorFor = (relu = false): number => (relu ? 0 : -Infinity);

/** The normalization with a relu done while it stores. */
const withRelu = <I>(inputs: I, attrs: Attrs, { kind }: Follower): { inputs: I; attrs: Attrs } | null =>
  kind === "relu" && !attrs.relu ? { inputs, attrs: { ...attrs, relu: true } } : null;

/** With given statistics: an affine map of each channel. */
const normalizeOp = primitive({
  name: "batch_normalization",
  rows: ["x"],
  inputs: ["x", "mean", "variance", "scale?", "offset?"],
  infer: ({ x }, _: Attrs): Spec => ({ shape: x.shape, dtype: "float32" }),
  lower: ({ x, mean, variance, scale = null, offset = null }, { y }, { epsilon, relu }) => {
    const { rows, channels } = rowsOfChannels(x);
    return normalizationKernels.normalize_f32(
      { x, mean, variance, scale, offset, y, channels, epsilon, floor: floorFor(relu) },
      rows,
      rowGrain(channels),
    );
  },
  absorbs: withRelu,
  keeps: ["x", "mean", "variance", "scale"],
  gradient: (dy, { x, mean, variance, scale }, { attrs: { epsilon } }) => {
    const axis = allButLast(x);
    const inverse = (): Tensor => rsqrt(add(variance, epsilon));
    const factor = (): Tensor => (scale ? multiply(inverse(), scale) : inverse());
    const dot = (): Tensor => sum(multiply(dy, subtract(x, mean)), { axis });
    return {
      x: () => multiply(dy, factor()),
      mean: () => multiply(sum(dy, { axis }), multiply(factor(), -1)),
      variance: () => multiply(dot(), divide(multiply(factor(), -0.5), add(variance, epsilon))),
      scale: () => multiply(dot(), inverse()),
      offset: () => sum(dy, { axis }),
    };
  },
});

/**
 * Batch normalization as it trains: by mean and variance of x itself over all axes but the last, in one operation.
 *
 * ```ts
 * ops.batchNormalizationTraining([[1, 4], [3, 8]]); // {"y": [[-0.9995, -0.9999], [0.9995, 0.9999]], "mean": [2, 6], "variance": [1, 4]}
 * ```
 *
 * @param options.scale, options.offset  [channels]
 * @returns y, and the mean and variance it used; they carry no gradient
 */
export function batchNormalizationTraining(x: TensorLike, options: AffineOptions = {}): { y: Tensor; mean: Tensor; variance: Tensor } {
  checkOptions("batchNormalizationTraining", arguments, 1, ["offset", "scale", "epsilon"]);
  const { offset, scale, epsilon = 1e-3 } = options;
  const { result, mean, variance } = trainingOp.apply({ x: asFloat(x), ...optional(scale, offset) }, { epsilon });
  return { y: result, mean, variance };
}

const trainingOp = primitive({
  name: "batch_normalization_training",
  inputs: ["x", "scale?", "offset?"],
  infer: ({ x }, _: Attrs): { result: Spec; mean: Spec; variance: Spec } => {
    const channels: Spec = { shape: [x.shape.at(-1)!], dtype: "float32" };
    return { result: { shape: x.shape, dtype: "float32" }, mean: channels, variance: channels };
  },
  lower: ({ x, scale = null, offset = null }, { result, mean, variance }, { epsilon, relu }) => {
    const { rows, channels } = rowsOfChannels(x);
    const args = { x, mean, variance, scale, offset, y: result, channels, epsilon, floor: floorFor(relu) };
    return [...momentsCommands(x, mean, variance), normalizationKernels.normalize_f32(args, rows, rowGrain(channels))];
  },
  absorbs: withRelu,
  again: ({ x, scale, offset }, { mean, variance }, attrs) => ({
    op: normalizeOp,
    inputs: { x, mean, variance, scale, offset },
    attrs,
    output: "y",
  }),
  keeps: ["x", "scale", "mean", "variance"],
  gradient: (cotangents, { x, scale, mean, variance }, { attrs }) => {
    const { result: dy } = cotangents;
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= trainingGradientOp.apply({ x, dy: dy!, mean, variance, scale }, attrs));
    return {
      x: () => {
        const statistics = momentsGradient(x, mean, cotangents.mean, cotangents.variance);
        if (!dy) return statistics;
        return statistics ? add(all().dx, statistics) : all().dx;
      },
      scale: () => (dy ? all().dscale : null),
      offset: () => (dy ? all().doffset : null),
    };
  },
});

interface Gradients {
  readonly dx: Tensor;
  readonly dscale: Tensor;
  readonly doffset: Tensor;
}

const trainingGradientOp = primitive({
  name: "batch_normalization_gradient",
  inputs: ["x", "dy", "mean", "variance", "scale?"],
  infer: ({ x, mean }, _: { epsilon: number }): { dx: Spec; dscale: Spec; doffset: Spec } => {
    const channels: Spec = { shape: mean.shape, dtype: "float32" };
    return { dx: { shape: x.shape, dtype: "float32" }, dscale: channels, doffset: channels };
  },
  lower: ({ x, dy, mean, variance, scale = null }, { dx, dscale, doffset }, { epsilon }) => {
    const { rows, channels, blocks, block, units, grain } = rowsOfChannels(x);
    const sums = scratch(blocks * channels * 4);
    const dots = scratch(blocks * channels * 4);
    const join = { reduced: blocks, inner: channels, block: blocks, count: 1 };
    return [
      normalizationKernels.normalize_sums_f32({ x, dy, mean, variance, sums, dots, rows, channels, block, epsilon }, units, grain),
      kernels.sum_f32({ x: sums, y: doffset, ...join }, Math.ceil(channels / 64)),
      kernels.sum_f32({ x: dots, y: dscale, ...join }, Math.ceil(channels / 64)),
      normalizationKernels.normalize_grad_f32(
        { x, dy, mean, variance, scale, sums: doffset, dots: dscale, dx, rows, channels, epsilon },
        rows,
        rowGrain(channels),
      ),
    ];
  },
  keeps: ["x", "dy", "mean", "variance", "scale"],
  // With n = normalized x, r = 1 / deviation: dx = scale · r · (dy − mean(dy) − n · mean(dy · n)), dscale = Σ dy · n and doffset = Σ dy,
  // where n and r depend on x.
  gradient: ({ dx: u, dscale, doffset }, { x, dy, mean: centre, variance, scale }, { attrs: { epsilon } }) => {
    const axis = allButLast(x);
    const average = (t: Tensor): Tensor => mean(t, { axis });
    const r = rsqrt(add(variance, epsilon));
    const n = multiply(subtract(x, centre), r);
    const project = (t: Tensor): Tensor => multiply(r, subtract(subtract(t, average(t)), multiply(n, average(multiply(t, n)))));
    const scaled = (t: Tensor): Tensor => (scale ? multiply(t, scale) : t);
    return {
      dy: () => total([u && scaled(project(u)), dscale && multiply(n, dscale), doffset && add(multiply(dy, 0), doffset)]),
      scale: () => u && sum(multiply(u, project(dy)), { axis }),
      x: () => {
        const [a, b] = [average(multiply(dy, n)), u && average(multiply(u, n))];
        const [d, v] = [subtract(dy, average(dy)), u && subtract(u, average(u))];
        const through = u && b && subtract(average(multiply(d, u)), multiply(multiply(a, b), 3));
        const slope = v && b && add(add(multiply(v, a), multiply(d, b)), multiply(n, through!));
        return total([slope && scaled(multiply(multiply(multiply(r, r), slope), -1)), dscale && multiply(project(dy), dscale)]);
      },
    };
  },
});
