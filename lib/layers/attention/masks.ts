// Masks of attention: causal ones, windows, and how those of queries and values come together.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { maskOf } from "../../core/mask.js";
import type { Tensor } from "../../core/tensor.js";
import { abs, cast, expandDims, greaterEqual, less, logicalAnd, reshape, subtract } from "../../ops/index.js";
import { positionsAlong } from "../../ops/shaping/diagonal.js";

/** Places of targets `[1, targets, 1]` and of sources `[1, 1, sources]`. */
function places(query: Tensor, value: Tensor): [Tensor, Tensor] {
  const along = (x: Tensor, shape: (length: number | null) => (number | null)[]): Tensor =>
    reshape(positionsAlong(x, 1), shape(x.shape[1]!));
  return [along(query, (length) => [1, length, 1]), along(value, (length) => [1, 1, length])];
}

/** Which sources a target sees where it sees none after its own place: `[1, targets, sources]`. */
export function causalMask(query: Tensor, value: Tensor): Tensor {
  const [target, source] = places(query, value);
  return greaterEqual(target, source);
}

/** Which sources are less than `window` places from a target: `[1, targets, sources]`. */
export function windowMask(query: Tensor, value: Tensor, window: number): Tensor {
  const [target, source] = places(query, value);
  return less(abs(subtract(target, source)), window);
}

/** What is true in all masks that are given; null where none is. */
export function both(...masks: readonly (Tensor | null)[]): Tensor | null {
  return masks.reduce((all, mask) => (all && mask ? logicalAnd(all, mask) : (all ?? mask)), null);
}

/** The mask that was given, else the one that a tensor carries, as booleans. */
export function maskFor(x: Tensor | null | undefined, given: TensorLike | null | undefined): Tensor | null {
  const mask = given ?? (x ? maskOf(x) : null);
  return mask === null || mask === undefined ? null : cast(asTensor(mask), "bool");
}

/** The mask with axes of length 1 put in, so that it broadcasts with scores of a rank. */
export function spread(mask: Tensor, rank: number, axis: number): Tensor {
  return mask.rank >= rank ? mask : spread(expandDims(mask, axis), rank, axis);
}
