// Mean and variance as one primitive, by channels or by rows, and what batch and row normalization share of it.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { known, sizeOf } from "../../core/shape.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/normalization.js";
import { scratch, type Command } from "../../runtime/command.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import { mean } from "../reduce/sum.js";
import { checkAxes, type Axis } from "../reduce/family.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { squeeze } from "../shaping/reshape.js";

/**
 * Mean and variance along axes.
 *
 * ```ts
 * ops.moments([[1, 2], [3, 4]], 0); // [[2, 3], [1, 1]]
 * ```
 *
 * @param axes      the axes to take them over
 * @param options.keepdims  keeps them with length 1; default false
 * @returns         [mean, variance]; the variance is the mean square deviation
 */
export const moments = operation(
  "nn.moments(*x, axes:ints, keepdims=false, synchronized=false)",
  (x: TensorLike, axes: Axis, keepdims: boolean, _synchronized: unknown): [mean: Tensor, variance: Tensor] => {
    const tensor = asFloat(asTensor(x));
    const reduced = checkAxes("moments", axes, tensor.rank);
    const lasting = tensor.rank - 1;
    if (!keepdims && tensor.rank > 1 && reduced.length === lasting && !reduced.includes(lasting)) {
      const { mean, variance } = channelMomentsOp.apply({ x: tensor });
      return [mean, variance];
    }
    const average = mean(tensor, { axis: reduced, keepdims: true });
    const variance = mean(square(subtract(tensor, average)), { axis: reduced, keepdims: true });
    return keepdims ? [average, variance] : [squeeze(average, reduced), squeeze(variance, reduced)];
  },
);

/** Rows whose moments are found together; TILE channels make a unit (assembly/normalization/batch.ts). */
const BLOCK = 256;
const TILE = 64;
const GRAIN = 1 << 16;

export interface Rows {
  readonly rows: number;
  readonly channels: number;
  readonly blocks: number;
  /** Units of a kernel that works on blocks, and how many of them make a claim. */
  readonly units: number;
  readonly grain: number;
}

/** A tensor as rows of channels, in blocks. */
export function rowsOfChannels(x: Tensor): Rows & { readonly block: number } {
  const shape = known(x.shape);
  const channels = shape.at(-1)!;
  const rows = sizeOf(shape.slice(0, -1));
  const blocks = Math.max(1, Math.ceil(rows / BLOCK));
  const grain = Math.ceil(GRAIN / (BLOCK * Math.min(TILE, channels) + 1));
  return { rows, channels, blocks, block: BLOCK, units: blocks * Math.ceil(channels / TILE), grain };
}

/** The commands for mean and variance of each channel. */
export function momentsCommands(x: Tensor, mean: Tensor, variance: Tensor): Command[] {
  const { rows, channels, blocks, block, units, grain } = rowsOfChannels(x);
  const blockMeans = scratch(blocks * channels * 4);
  const blockSquares = scratch(blocks * channels * 4);
  return [
    kernels.block_moments_f32({ x, mean: blockMeans, squares: blockSquares, rows, channels, block }, units, grain),
    kernels.join_moments_f32({ blockMeans, blockSquares, mean, variance, rows, channels, block }, channels),
  ];
}

/** Mean and variance over all axes but the last. */
const channelMomentsOp = primitive({
  name: "moments",
  inputs: ["x"],
  infer: ({ x }): { mean: Spec; variance: Spec } => {
    const spec: Spec = { shape: [x.shape.at(-1)!], dtype: "float32" };
    return { mean: spec, variance: spec };
  },
  lower: ({ x }, { mean, variance }) => momentsCommands(x, mean, variance),
  keeps: ["x", "mean"],
  gradient: (dy, { x, mean }) => ({ x: () => momentsGradient(x, mean, dy.mean, dy.variance) }),
});

/** What gradients of mean and variance over all axes but the last are for x. */
export function momentsGradient(x: Tensor, mean: Tensor, dmean: Tensor | null, dvariance: Tensor | null): Tensor | null {
  const count = sizeOf(known(x.shape)) / known(mean.shape)[0]!;
  const scaled = dvariance && multiply(subtract(x, mean), divide(dvariance, count / 2));
  const shared = dmean && divide(dmean, count);
  if (!shared) return scaled;
  return scaled ? add(scaled, shared) : broadcastTo(shared, x.shape);
}

/** The sum of those that are there. */
export function total(parts: readonly (Tensor | null)[]): Tensor | null {
  return parts.reduce((sum, part) => (sum && part ? add(sum, part) : (sum ?? part)), null);
}
