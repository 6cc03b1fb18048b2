// Scaled dot-product attention: by blocks, which keeps no weights, and written out, for what blocks don't do.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/attention.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greaterEqual } from "../elementwise/comparison.js";
import { logicalAnd } from "../elementwise/logical.js";
import { where } from "../elementwise/where.js";
import { einsum } from "../linalg/einsum.js";
import { asFloat } from "../promotion.js";
import { randomDropout } from "../random/random.js";
import { sum } from "../reduce/sum.js";
import { sumTo } from "../shaping/broadcast.js";
import { positionsAlong } from "../shaping/diagonal.js";
import { tanh } from "./activations.js";
import { softmax, softmaxGradient } from "./softmax.js";

export interface AttentionOptions {
  /** Added to the scores, broadcast to [batch, heads, targets, sources]. */
  bias?: TensorLike | null;
  /** Where it is false, a target does not see a source; broadcast to [batch, heads, targets, sources]. */
  mask?: TensorLike | null;
  /** What scores are multiplied by. Default 1 / √head size. */
  scale?: number | null;
  /** Whether targets see sources up to their own place only. Default false. */
  isCausal?: boolean;
  /** Whether to work by blocks: null and true wherever that is possible, false never. */
  flashAttention?: boolean | null;
  /** Limits scores smoothly to ± this value. */
  attnLogitsSoftCap?: number | null;
}

/** The score of what is masked out: large enough to vanish, small enough to stay finite. */
const NEVER = -0.7 * 3.4028234663852886e38;

/** The widest head that blocks of it fit a thread's scratch memory (assembly/attention/attention.ts). */
const WIDEST = 256;
/** Targets of a unit; fewer where causality lets early ones skip late sources. */
const UNIT_TARGETS = 128;
const CAUSAL_UNIT_TARGETS = 64;

/**
 * softmax(query · keyᵀ · scale) · value for each head. Weights are never kept, so memory is linear in the lengths, in training too.
 *
 * ```ts
 * const query = tf.ones([1, 2, 1, 4]);
 * ops.dotProductAttention(query, query, query).shape; // [1, 2, 1, 4]
 * ```
 *
 * @param query  [batch, targets, heads, size]
 * @param key    [batch, sources, heads, size]
 * @param value  [batch, sources, heads, size]
 * @param flashAttention  false writes all weights out; null and true take blocks wherever they can
 * @returns      [batch, targets, heads, size]
 * @see Vaswani et al., "Attention is all you need", 2017; Dao et al., "FlashAttention", 2022
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
    const inputs: AttentionInputs = {
      query: q,
      key: k,
      value: v,
      bias: bias === null ? undefined : asFloat(bias),
      mask: mask === null ? undefined : cast(mask, "bool"),
    };
    const attrs: Attrs = { scale: scale ?? 1 / Math.sqrt(k.shape[3]!), isCausal, rate: 0 };
    if (flashAttention !== false && !attnLogitsSoftCap && fitsBlocks(inputs)) return attention(inputs, attrs);
    const weights = softmax(scoresOf(inputs, attrs, attnLogitsSoftCap ?? 0));
    return einsum("bnts,bsnh->btnh", weights, v);
  },
);

export interface AttentionInputs {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** Added to the scores, broadcast to [batch, heads, targets, sources]. */
  readonly bias?: Tensor | undefined;
  /** bool, broadcast likewise. */
  readonly mask?: Tensor | undefined;
  /** Where weights are dropped. */
  readonly seed?: Tensor | undefined;
}

interface Attrs {
  readonly scale: number;
  readonly isCausal: boolean;
  /** The part of the weights that is dropped. */
  readonly rate: number;
}

/**
 * Whether attention by blocks can take these: heads of at most 256 numbers, one head of keys for each of queries, operands that broadcast.
 */
export function fitsBlocks({ query, key, value, bias, mask }: AttentionInputs): boolean {
  const [batch, targets, heads, size] = query.shape;
  const sources = key.shape[1];
  const same = (a: number | null | undefined, b: number | null | undefined): boolean => a === b || a === null || b === null;
  const broadcasts = (t: Tensor | undefined): boolean =>
    t === undefined ||
    (t.rank <= 4 && [...t.shape].reverse().every((length, i) => length === 1 || same(length, [sources, targets, heads, batch][i])));
  return (
    size !== null && size! <= WIDEST && value.shape[3] !== null && value.shape[3]! <= WIDEST && heads !== null &&
    same(batch, key.shape[0]) && same(batch, value.shape[0]) && same(sources, value.shape[1]) &&
    key.shape[2] === heads && value.shape[2] === heads && key.shape[3] === size && broadcasts(bias) && broadcasts(mask)
  ); // prettier-ignore
}

/** Attention by blocks, for inputs that `fitsBlocks` takes. Dropping weights draws what dropout of all of them would. */
export const attention = (inputs: AttentionInputs, attrs: Attrs): Tensor =>
  attentionOp.apply({ bias: undefined, mask: undefined, seed: undefined, ...inputs }, attrs).output;

/** Scores as softmax takes them: [batch, heads, targets, sources]. */
function scoresOf({ query, key, bias, mask }: AttentionInputs, { scale, isCausal }: Attrs, softCap = 0): Tensor {
  let scores = multiply(einsum("btnh,bsnh->bnts", query, key), scale);
  if (softCap) scores = multiply(tanh(divide(scores, softCap)), softCap);
  if (bias) scores = add(scores, bias);
  let seen = mask ?? null;
  if (isCausal) {
    const causal = greaterEqual(positionsAlong(scores, -2), positionsAlong(scores, -1));
    seen = seen ? logicalAnd(seen, causal) : causal;
  }
  // Added, not put in: sums fuse, and where a target sees nothing, gradients are those of equal weights.
  return seen ? add(scores, where(seen, 0, NEVER)) : scores;
}

/** What the kernels take of shapes, strides and options. */
function argumentsOf({ query, key, value, bias, mask, seed }: AttentionInputs, { scale, isCausal, rate }: Attrs) {
  const [batch, targets, heads, size] = known(query.shape) as [number, number, number, number];
  const [, sources, , valueSize] = known(value.shape) as [number, number, number, number];
  const full = [batch, heads, targets, sources];
  return {
    ...{
      query,
      key,
      value,
      bias: bias ?? null,
      mask: mask ?? null,
      seed: rate > 0 ? seed! : null,
      heads,
      targets,
      sources,
      size,
      valueSize,
      scale,
    },
    biasStride: bias ? stridesWithin(bias.shape, full) : [],
    maskStride: mask ? stridesWithin(mask.shape, full) : [],
    isCausal: isCausal ? 1 : 0,
    threshold: Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1),
    keepScale: rate < 1 ? 1 / (1 - rate) : 0,
  };
}

/** Strides of a contiguous tensor along the axes of a shape that it broadcasts to: 0 along those that it lacks. */
function stridesWithin(shape: Shape, full: readonly number[]): number[] {
  let stride = 1;
  const strides = full.map(() => 0);
  for (let axis = full.length - 1, own = shape.length - 1; own >= 0; axis--, own--) {
    if (shape[own]! > 1) strides[axis] = stride;
    stride *= shape[own]!;
  }
  return strides;
}

const attentionOp = primitive({
  name: "attention",
  inputs: ["query", "key", "value", "bias?", "mask?", "seed?"],
  infer({ query, value }, _: Attrs): { output: Spec; largest: Spec; total: Spec } {
    const [batch, targets, heads] = query.shape as [number | null, number | null, number];
    const rows: Spec = { shape: [batch, heads, targets], dtype: "float32" };
    return { output: { shape: [batch, targets, heads, value.shape[3]!], dtype: "float32" }, largest: rows, total: rows };
  },
  lower(inputs, outputs, attrs) {
    const args = argumentsOf(inputs, attrs);
    const unitTargets = attrs.isCausal ? CAUSAL_UNIT_TARGETS : UNIT_TARGETS;
    const units = known(outputs.largest.shape, "attention")[0]! * args.heads * Math.ceil(args.targets / unitTargets);
    return kernels.attention_f32({ ...args, ...outputs, unitTargets }, units, 1);
  },
  keeps: ["query", "key", "value", "bias", "mask", "seed", "output", "largest", "total"],
  gradient: ({ output: dOutput }, kept, { attrs }) => {
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientOp.apply({ ...kept, dOutput: dOutput! }, attrs));
    return {
      query: () => dOutput && all().dQuery,
      key: () => dOutput && all().dKey,
      value: () => dOutput && all().dValue,
      bias: () => dOutput && sumTo(weightsBack(kept, dOutput, attrs).dScores, kept.bias!.shape),
    };
  },
});

interface Gradients {
  readonly dQuery: Tensor;
  readonly dKey: Tensor;
  readonly dValue: Tensor;
}

const gradientOp = primitive({
  name: "attention_gradient",
  inputs: ["query", "key", "value", "bias?", "mask?", "seed?", "output", "largest", "total", "dOutput"],
  infer: ({ query, key, value }, _: Attrs): { dQuery: Spec; dKey: Spec; dValue: Spec } => ({
    dQuery: { shape: query.shape, dtype: "float32" },
    dKey: { shape: key.shape, dtype: "float32" },
    dValue: { shape: value.shape, dtype: "float32" },
  }),
  lower({ output, largest, total, dOutput, ...inputs }, outputs, attrs) {
    const args = argumentsOf(inputs, attrs);
    return kernels.attention_grad_f32({ ...args, output, largest, total, dOutput, ...outputs }, known(largest.shape)[0]! * args.heads, 1);
  },
  keeps: ["query", "key", "value", "bias", "mask", "seed", "dOutput"],
  gradient: ({ dQuery: u, dKey: v, dValue: w }, { dOutput, ...inputs }, { attrs }) => {
    let made: SecondGradients | undefined;
    const all = (): SecondGradients => (made ??= secondGradients(inputs, dOutput, [u, v, w], attrs));
    return {
      query: () => all().query,
      key: () => all().key,
      value: () => all().value,
      bias: () => sumTo(all().scores, inputs.bias!.shape),
      dOutput: () => all().dOutput,
    };
  },
});

/** Weights before and behind dropping, and the gradients of both and of the scores, all written out: [batch, heads, targets, sources]. */
function weightsBack(inputs: AttentionInputs, dOutput: Tensor, attrs: Attrs) {
  const weights = softmax(scoresOf(inputs, attrs));
  const drop = (x: Tensor): Tensor => (attrs.rate > 0 ? randomDropout(inputs.seed!, x, attrs.rate) : x);
  const dWeights = drop(einsum("btnh,bsnh->bnts", dOutput, inputs.value));
  return { weights, drop, dWeights, dScores: softmaxGradient(weights, dWeights) };
}

interface SecondGradients {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly scores: Tensor;
  readonly dOutput: Tensor;
}

/**
 * The gradient of Σ u · dQuery + Σ v · dKey + Σ w · dValue, for a function that is once differentiated: written out, with public
 * operations.
 */
function secondGradients(
  inputs: AttentionInputs,
  dOutput: Tensor,
  [u, v, w]: readonly [Tensor | null, Tensor | null, Tensor | null],
  attrs: Attrs,
): SecondGradients {
  const { query, key, value } = inputs;
  const { weights, drop, dWeights, dScores } = weightsBack(inputs, dOutput, attrs);
  const scores = (t: Tensor, s: Tensor): Tensor => einsum("btnh,bsnh->bnts", t, s);
  const overSources = (weights: Tensor, s: Tensor): Tensor => einsum("bnts,bsnh->btnh", weights, s);
  const overTargets = (weights: Tensor, t: Tensor): Tensor => einsum("bnts,btnh->bsnh", weights, t);
  const sumOf = (...parts: readonly (Tensor | null)[]): Tensor | null =>
    parts.reduce((sum, part) => (sum && part ? add(sum, part) : (sum ?? part)), null);
  const orZero = (x: Tensor | null, like: Tensor): Tensor => x ?? multiply(like, 0);
  const scaled = (x: Tensor): Tensor => multiply(x, attrs.scale);
  const along = (x: Tensor): Tensor => sum(x, { axis: -1, keepdims: true });
  // What multiplies the gradient of the scores; its way back through softmax; what the weights get from both factors and from the values.
  const towards = orZero(sumOf(u && scaled(scores(u, key)), v && scaled(scores(query, v))), weights);
  const through = softmaxGradient(weights, towards);
  const ofWeights = subtract(
    subtract(multiply(towards, dWeights), multiply(dWeights, along(multiply(weights, towards)))),
    multiply(towards, along(multiply(weights, dWeights))),
  );
  const ofScores = softmaxGradient(weights, w ? add(ofWeights, drop(scores(dOutput, w))) : ofWeights);
  return {
    query: add(scaled(overSources(ofScores, key)), orZero(v && scaled(overSources(dScores, v)), query)),
    key: add(scaled(overTargets(ofScores, query)), orZero(u && scaled(overTargets(dScores, u)), key)),
    value: overTargets(drop(through), dOutput),
    scores: ofScores,
    dOutput: add(overSources(drop(through), value), orZero(w && overSources(drop(weights), w), dOutput)),
  };
}
