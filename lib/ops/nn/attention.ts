// Scaled dot-product attention.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greaterEqual } from "../elementwise/comparison.js";
import { logicalAnd } from "../elementwise/logical.js";
import { where } from "../elementwise/where.js";
import { einsum } from "../linalg/einsum.js";
import { asFloat } from "../promotion.js";
import { positionsAlong } from "../shaping/diagonal.js";
import { tanh } from "./activations.js";
import { softmax } from "./softmax.js";

export interface AttentionOptions {
  /** Added to the scores, broadcast to [batch, heads, targets, sources]. */
  bias?: TensorLike | null;
  /** Where it is false, a target does not see a source; broadcast to [batch, heads, targets, sources]. */
  mask?: TensorLike | null;
  /** What scores are multiplied by. Default 1 / √head size. */
  scale?: number | null;
  /** Whether targets see sources up to their own place only. Default false. */
  isCausal?: boolean;
  /** Here for Keras's sake: there is one way to compute it. */
  flashAttention?: boolean | null;
  /** Limits scores smoothly to ± this value. */
  attnLogitsSoftCap?: number | null;
}

/** The score of what is masked out: large enough to vanish, small enough to stay finite. */
const NEVER = -0.7 * 3.4028234663852886e38;

/**
 * softmax(query · keyᵀ · scale) · value for each head.
 *
 * @param query  [batch, targets, heads, size]
 * @param key    [batch, sources, heads, size]; fewer heads are shared by groups of the query's
 * @param value  [batch, sources, heads, size]
 * @returns      [batch, targets, heads, size]
 * @see Vaswani et al., "Attention is all you need", 2017
 */
export const dotProductAttention = operation(
  "nn.dotProductAttention(*query, *key, *value, *bias=null, *mask=null, *scale=null, isCausal=false, flashAttention:any=null, attnLogitsSoftCap:number=null)",
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias: TensorLike | null,
    mask: TensorLike | null,
    scale: number | null,
    isCausal: boolean,
    flashAttention: boolean | null,
    attnLogitsSoftCap: number | null,
  ): Tensor => {
    const [q, k, v] = [asFloat(query), asFloat(key), asFloat(value)];
    for (const [name, tensor] of Object.entries({ query: q, key: k, value: v })) {
      if (tensor.rank !== 4) {
        throw new ShapeError(`dotProductAttention: ${name}`, { given: shapeText(tensor.shape), expected: "[batch, length, heads, size]" });
      }
    }
    let scores = multiply(einsum("btnh,bsnh->bnts", q, k), scale ?? 1 / Math.sqrt(k.shape[3]!));
    if (attnLogitsSoftCap) scores = multiply(tanh(divide(scores, attnLogitsSoftCap)), attnLogitsSoftCap);
    if (bias !== null) scores = add(scores, asFloat(bias));
    let seen = mask === null ? null : cast(mask, "bool");
    if (isCausal) {
      const causal = greaterEqual(positionsAlong(scores, -2), positionsAlong(scores, -1));
      seen = seen ? logicalAnd(seen, causal) : causal;
    }
    // Added, not put in: sums fuse, and where a target sees nothing, gradients are those of equal weights.
    if (seen) scores = add(scores, where(seen, 0, NEVER));
    return einsum("bnts,bsnh->btnh", softmax(scores), v);
  },
);
