// How the losses of samples become one number: weights, masks, and the reductions of Keras.

import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { isInReplica, replica, scopeGroup, type Group } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import { broadcastTo, cast, divide, divideNoNan, expandDims, mean, multiply, onesLike, sum, where } from "../ops/index.js";
import { toSameRank } from "./same-rank.js";

/**
 * How the losses of single samples become one. Keras's spelling; null and "none" keep them apart.
 *
 * ```ts
 * keras.losses.Reduction.SUM; // "sum"
 * ```
 */
export const Reduction = {
  AUTO: "sum_over_batch_size",
  NONE: "none",
  SUM: "sum",
  SUM_OVER_BATCH_SIZE: "sum_over_batch_size",
  MEAN: "mean",
  MEAN_WITH_SAMPLE_WEIGHT: "mean_with_sample_weight",
} as const;
export type Reduction = "sum_over_batch_size" | "sum" | "mean" | "mean_with_sample_weight" | "none" | null;

/**
 * Merges a mask into sample weights. Where the loss will be averaged over all elements, what is there weighs
 * all / there, so that the average is one over what is there.
 */
export function applyMask(sampleWeight: Tensor | undefined, mask: Tensor | undefined, reduction: Reduction): Tensor | undefined {
  if (mask === undefined) return sampleWeight;
  const there = cast(mask, "float32");
  const averages = reduction === "mean" || reduction === "sum_over_batch_size";
  const weight = averages ? where(cast(mask, "bool"), divideNoNan(1, mean(there)), 0) : there;
  if (sampleWeight === undefined) return weight;
  const [masked, given] = toSameRank(weight, cast(sampleWeight, "float32"));
  return given.rank < masked.rank ? multiply(masked, alongAxes(given, masked)) : multiply(masked, given);
}

/** One loss from the losses of samples, their weights and a mask. */
export function reduceWeighted(values: Tensor, sampleWeight: Tensor | undefined, mask: Tensor | undefined, reduction: Reduction): Tensor {
  let weight = applyMask(sampleWeight, mask, reduction);
  let weighted = values;
  if (weight !== undefined) {
    [weighted, weight] = toSameRank(values, cast(weight, values.dtype));
    weight = alongAxes(weight, weighted);
    weighted = multiply(weighted, weight);
  }
  return reduce(weighted, weight, reduction);
}

/**
 * Weights that fit values: a weight of `[batch]` counts for all steps of `[batch, steps]`, as it does in metrics.
 *
 * @throws ShapeError where weights are neither for samples nor for their parts
 */
function alongAxes(weight: Tensor, values: Tensor): Tensor {
  const fits = (axis: number): boolean => {
    const [own, length] = [weight.shape[axis], values.shape[axis]];
    return own === length || own === 1 || own === null || length === null;
  };
  if (weight.rank > 0 && weight.rank < values.rank && weight.shape.every((_, axis) => fits(axis))) {
    let spread = weight;
    while (spread.rank < values.rank) spread = expandDims(spread, -1);
    return values.shape.includes(null) ? multiply(spread, onesLike(values)) : broadcastTo(spread, values.shape);
  }
  // A loss of the whole batch is one number, which every weight takes as it is.
  if (values.rank === 0 || weight.rank === 0 || (weight.rank === values.rank && weight.shape.every((_, axis) => fits(axis)))) return weight;
  throw new ShapeError("sampleWeight", {
    given: `weights of shape ${shapeText(weight.shape)} for losses of shape ${shapeText(values.shape)}`,
    expected: "a weight for each sample, or for each of its parts",
  });
}

function reduce(values: Tensor, weight: Tensor | undefined, reduction: Reduction): Tensor {
  const isEmpty = values.rank === 1 && values.shape[0] === 0;
  if (reduction === null || reduction === "none" || values.rank === 0 || isEmpty) return values;
  if (reduction === "sum") return sum(values);
  if (reduction === "mean_with_sample_weight" && weight !== undefined) return shareOfLoss(divideNoNan(sum(values), sum(weight)));
  return shareOfLoss(values.shape.includes(0) ? sum(values) : mean(values));
}

const present = (): Group => (isInReplica() ? replica().group : scopeGroup());

/** A mean as one replica's share of it: gradients are summed over replicas, so each counts as one of them. */
export function shareOfLoss(loss: Tensor): Tensor {
  const { count, share = null } = present();
  if (count === 1) return loss;
  return share === null ? divide(loss, count) : multiply(loss, share);
}

/** The mean that a loss is this replica's share of, for logs. */
export function wholeOfLoss(loss: Tensor): Tensor {
  const { count, share = null } = present();
  if (count === 1) return loss;
  return share === null ? multiply(loss, count) : divideNoNan(loss, share);
}
