// Labels and predictions whose ranks differ by one, brought to the same rank.

import type { Tensor } from "../core/tensor.js";
import { expandDims, squeeze } from "../ops/index.js";

/**
 * Brings two tensors whose ranks differ by one to the same rank, where a last axis of length 1 allows it: labels
 * `[batch]` beside predictions `[batch, 1]`.
 */
export function toSameRank(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1) return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, -1), b];
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1) return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, -1)];
  return [a, b];
}
