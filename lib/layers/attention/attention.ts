// Attention and AdditiveAttention: one head, without projections.

import { boolean, unwritten, fraction, oneOf, registerClasses, type Schema } from "../../config/index.js";
import { ArgumentError, ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { dropout } from "../../random/index.js";
import { add, expandDims, logicalNot, matmul, multiply, softmax, subtract, sum, swapaxes, tanh, where } from "../../ops/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import type { Variable } from "../../variables/variable.js";
import { seed } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Mask } from "../base/types.js";
import { Layer } from "../layer.js";
import { both, causalMask } from "./masks.js";

/** What an attention layer is called with beside its inputs. */
export interface AttentionCallOptions {
  readonly training?: boolean | null;
  /** Masks of query and value. */
  readonly mask?: readonly (Tensor | null)[] | null;
  /** Whether to give `[output, scores]`. */
  readonly returnAttentionScores?: boolean;
  /** Whether targets see sources up to their own place only. */
  readonly useCausalMask?: boolean;
}

/** What is taken from the scores of masked sources. */
const FAR = 1e9;

/** Attention on `[query, value]` or `[query, value, key]`. */
abstract class ScoredAttention<S extends Schema> extends Layer<S> {
  override supportsMasking = true;
  readonly seedGenerator = this.#drop.rate > 0 ? new SeedGenerator(this.#drop.seed) : null;

  get #drop(): { rate: number; seed: number | null } {
    const { dropout: rate, seed } = this.options as unknown as { dropout: number; seed: number | null };
    return { rate, seed };
  }

  /** Scores `[batch, targets, sources]`. */
  protected abstract scores(query: Tensor, key: Tensor): Tensor;

  protected override get takesMask(): boolean {
    return true;
  }

  protected checkList(shapes: unknown): void {
    if (Array.isArray(shapes) && (shapes.length === 2 || shapes.length === 3) && Array.isArray(shapes[0])) return;
    throw new ArgumentError(this.name, {
      given: Array.isArray(shapes) && Array.isArray(shapes[0]) ? `${shapes.length} inputs` : "one input",
      expected: "an array [query, value] or [query, value, key]",
    });
  }

  override call(
    inputs: readonly Tensor[],
    { training, mask, returnAttentionScores = false, useCausalMask = false }: AttentionCallOptions = {},
  ): Tensor | Tensor[] {
    const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor?];
    const [queryMask = null, valueMask = null] = mask ?? [];
    const scores = this.scores(query, key);
    const seen = useCausalMask ? both(valueMask && expandDims(valueMask, -2), causalMask(query, key)) : valueMask;
    const masked = seen ? where(logicalNot(seen.rank === 2 ? expandDims(seen, -2) : seen), subtract(scores, FAR), scores) : scores;
    const weights = softmax(masked);
    const dropped = training && this.seedGenerator ? dropout(weights, this.#drop.rate, { seed: this.seedGenerator }) : weights;
    const output = matmul(dropped, value);
    const shown = queryMask ? where(expandDims(queryMask, -1), output, 0) : output;
    return returnAttentionScores ? [shown, dropped] : shown;
  }

  override computeMask(_inputs: never, mask: never): Mask {
    return (mask as readonly Mask[] | null)?.[0] ?? null;
  }
}

/**
 * Attention by products: `softmax(query · keyᵀ) · value`; or by `tanh(query + key)` summed, with `scoreMode: "concat"`.
 *
 * ```ts
 * const [query, value] = [tf.constant([[[1, 0]]]), tf.constant([[[1, 0], [0, 1]]])];
 * new keras.layers.Attention()([query, value]); // [[[0.7311, 0.2689]]]
 * ```
 *
 * @see Luong et al. 2015. Keras: keras.layers.Attention
 */
export class Attention extends ScoredAttention<typeof Attention.options> {
  static override readonly options = layerOptions.extend(["useScale", "scoreMode", "dropout", "seed"], {
    useScale: boolean(false),
    scoreMode: oneOf(["dot", "concat"], "dot"),
    dropout: fraction(0),
    seed: seed(),
  });

  declare scale?: Variable;
  declare concatScoreWeight?: Variable;

  override build(inputShape: readonly Shape[]): void {
    this.checkList(inputShape);
    const { useScale, scoreMode } = this.options;
    const [query, value, key = value] = inputShape as [Shape, Shape, Shape?];
    if (scoreMode === "dot" && query.at(-1) !== key.at(-1) && query.at(-1) !== null && key.at(-1) !== null) {
      throw new ShapeError(this.name, {
        given: `a query of shape ${shapeText(query)} and a key of shape ${shapeText(key)}`,
        expected: "one length of the last axis",
      });
    }
    if (useScale) this.scale = this.addWeight({ name: "scale", initializer: "ones" });
    if (scoreMode === "concat") this.concatScoreWeight = this.addWeight({ name: "concat_score_weight", initializer: "ones" });
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor): Tensor => (this.scale ? multiply(x, this.scale) : x);
    if (!this.concatScoreWeight) return scaled(matmul(query, swapaxes(key, -2, -1)));
    return multiply(sum(tanh(scaled(pairwise(query, key))), { axis: -1 }), this.concatScoreWeight);
  }
}

export interface Attention extends LayerAttributes<typeof Attention.options> {}

/**
 * Attention by sums: `softmax(Σ scale · tanh(query + key)) · value`.
 *
 * ```ts
 * const [query, value] = [tf.ones([1, 2, 4]), tf.ones([1, 3, 4])];
 * (new keras.layers.AdditiveAttention()([query, value]) as tf.Tensor).shape; // [1, 2, 4]
 * ```
 *
 * @see Bahdanau et al. 2015. Keras: keras.layers.AdditiveAttention
 */
export class AdditiveAttention extends ScoredAttention<typeof AdditiveAttention.options> {
  static override readonly options = layerOptions.extend(["useScale", "dropout"], {
    useScale: boolean(true),
    scoreMode: unwritten(oneOf(["dot", "concat"], "dot")),
    dropout: fraction(0),
    seed: seed(),
  });

  declare scale?: Variable;

  override build(inputShape: readonly Shape[]): void {
    this.checkList(inputShape);
    if (this.options.useScale)
      this.scale = this.addWeight({ name: "scale", shape: [inputShape[0]!.at(-1)!], initializer: "glorot_uniform" });
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const both = tanh(pairwise(query, key));
    return sum(this.scale ? multiply(both, this.scale) : both, { axis: -1 });
  }
}

export interface AdditiveAttention extends LayerAttributes<typeof AdditiveAttention.options> {}

/** Sums of every target with every source: `[batch, targets, sources, size]`. */
const pairwise = (query: Tensor, key: Tensor): Tensor => add(expandDims(query, -2), expandDims(key, -3));

registerClasses("keras.layers", { AdditiveAttention, Attention });
