// What losses do with labels first: dtype, rank, label smoothing, and 0 and 1 as −1 and 1.

import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, all, cast, equal, logicalOr, multiply, subtract, where } from "../ops/index.js";
import { toSameRank } from "./same-rank.js";

/** Predictions, and labels of their dtype. */
export function labelsAndPredictions(yTrue: TensorLike, yPred: TensorLike): [Tensor, Tensor] {
  const predictions = asTensor(yPred);
  return [cast(asTensor(yTrue), predictions.dtype), predictions];
}

/** The same, of one rank. */
export function ofSameRank(yTrue: TensorLike, yPred: TensorLike): [Tensor, Tensor] {
  return toSameRank(...labelsAndPredictions(yTrue, yPred));
}

/** Labels moved towards the middle: `y · (1 − s) + s · share`. */
export function smoothed(yTrue: Tensor, smoothing: number, share: number): Tensor {
  return smoothing === 0 ? yTrue : add(multiply(yTrue, 1 - smoothing), smoothing * share);
}

/** Labels 0 and 1 as −1 and 1; labels that are not all 0 or 1 stay. */
export function toHingeLabels(yTrue: Tensor): Tensor {
  const isBinary = all(logicalOr(equal(yTrue, 0), equal(yTrue, 1)));
  return where(isBinary, subtract(multiply(yTrue, 2), 1), yTrue);
}
