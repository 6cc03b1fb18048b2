// The base of attention with projections: queries, keys and values by dense layers, scores, and the projection back.

import {
  boolean,
  DTypePolicyMap,
  fraction,
  isPlainObject,
  type Json,
  literally,
  nullable,
  type Options,
  toSnakeCase,
  type OptionValues,
  positiveInteger,
  type Schema,
  serializeKerasObject,
  unwritten,
} from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { NotSupportedError, ShapeError, text } from "../../core/errors.js";
import { sameShape, shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { another } from "../../initializers/initializer.js";
import { fieldsOf, type KerasState, kerasState, partsByName } from "../../saving/saveable.js";
import { cast, dotProductAttention, einsum, multiply } from "../../ops/index.js";
import { attention, fitsBlocks } from "../../ops/nn/attention.js";
import { asFloat } from "../../ops/promotion.js";
import { drawSeed } from "../../variables/seed-generator.js";
import { Softmax } from "../activations/softmax.js";
import { kernelAndBias, regularizer, seed } from "../base/fields.js";
import { layerOptions } from "../base/options.js";
import { EinsumDense } from "../core/einsum-dense.js";
import { Layer } from "../layer.js";
import { Dropout } from "../regularization/dropout.js";
import { scoreEquations } from "./equations.js";
import { both, causalMask, maskFor, spread, windowMask } from "./masks.js";

const { useBias, ...weights } = kernelAndBias;

/** The options that attention layers with projections share. */
export const projectedOptions = {
  dropout: fraction(0),
  useBias,
  useGate: boolean(false),
  slidingWindow: nullable(positiveInteger()),
  /** Whether to attend by blocks, without keeping weights: null and true wherever that is possible, false never. */
  flashAttention: unwritten(nullable(boolean())),
  ...weights,
  activityRegularizer: regularizer(),
  seed: seed(),
} as const;

const common = layerOptions.extend([], projectedOptions);

/** What such a layer is called with beside query, value and key. */
export interface ProjectedCallOptions {
  readonly training?: boolean | null;
  /** Masks `[batch, length]`; by default those that the inputs carry. */
  readonly queryMask?: TensorLike | null;
  readonly valueMask?: TensorLike | null;
  readonly keyMask?: TensorLike | null;
  /** Which sources a target sees: `[batch, targets, sources]`, or what broadcasts to it. */
  readonly attentionMask?: TensorLike | null;
  /** Whether to give `[output, scores]`. */
  readonly returnAttentionScores?: boolean;
  /** Whether targets see sources up to their own place only. */
  readonly useCausalMask?: boolean;
}

/** A projection's equation and shape. */
export interface Projection {
  readonly equation: string;
  readonly outputShape: readonly (number | null)[];
  readonly biasAxes: string;
}

/** Queries, keys and values with axes of heads. */
type Projected = readonly [query: Tensor, key: Tensor, value: Tensor];

/** Attention between projections of query, value and key, several heads side by side. */
export abstract class ProjectedAttention<S extends Schema> extends Layer<S> {
  declare queryDense: EinsumDense;
  declare keyDense: EinsumDense;
  declare gateDense?: EinsumDense;
  declare valueDense: EinsumDense;
  declare outputDense: EinsumDense;
  declare softmax: Softmax;
  declare dropoutLayer: Dropout;

  override supportsMasking = true;

  protected get shared(): OptionValues<typeof common> {
    return this.options as never;
  }

  /** The size of a head of query and key. */
  protected abstract readonly headSize: number;
  /** The size of a head of the value. */
  protected abstract readonly valueSize: number;
  /** The axes that attention goes along. */
  protected abstract readonly axes: readonly number[];

  /** How query (and gate), key, value and output of the given shapes are projected. */
  protected abstract projections(
    query: Shape,
    value: Shape,
    key: Shape,
  ): { query: Projection; gate: Projection; key: Projection; value: Projection; output: Projection };

  /** Penalties are for the outputs of the projections. */
  protected override get activityRegularizer(): null {
    return null;
  }

  protected override get inputCount(): number {
    return 3;
  }

  protected override get shapeNames(): readonly string[] {
    return ["query_shape", "value_shape", "key_shape"];
  }

  override build(query: Shape, value: Shape, key: Shape = value): void {
    if (value === undefined || !sameShape(value.slice(1, -1), key.slice(1, -1))) {
      throw new ShapeError(this.name, {
        given: value === undefined ? "a query alone" : `a value of shape ${shapeText(value)} and a key of shape ${shapeText(key)}`,
        expected: value === undefined ? "a query and a value" : "equal axes except for the last",
      });
    }
    const projections = this.projections(query, value, key);
    const make = (name: string, projection: Projection, inputShape: Shape, options: Options<typeof EinsumDense.options> | object = {}) => {
      const layer = new EinsumDense({
        ...this.#sublayerOptions(),
        ...projection,
        ...(!this.shared.useBias && { biasAxes: null }),
        name,
        ...options,
      } as never);
      layer.build(inputShape);
      return layer;
    };
    this.queryDense = make("query", projections.query, query);
    this.keyDense = make("key", projections.key, key);
    if (this.shared.useGate) this.gateDense = make("gate", projections.gate, query, { activation: "sigmoid" });
    this.valueDense = make("value", projections.value, value);
    const { scoreRank } = scoreEquations(projections.value.outputShape.length + 1, this.axes);
    const dtype = this.dtypePolicy;
    this.softmax = new Softmax({ axis: this.axes.map((_, i) => scoreRank - this.axes.length + i), dtype });
    this.dropoutLayer = new Dropout({ rate: this.shared.dropout, seed: this.shared.seed, dtype });
    const heads = this.queryDense.computeOutputShape<Shape>(query);
    this.outputDense = make("attention_output", projections.output, [...heads.slice(0, -1), this.valueSize]);
  }

  /** The layers inside that are private in Keras, which names them in files: with a line in front. */
  protected get privateParts(): readonly string[] {
    return ["softmax", "dropoutLayer", "gateDense"];
  }

  override [kerasState](): KerasState {
    const nameOf = (name: string) => (this.privateParts.includes(name) ? `_${toSnakeCase(name)}` : name);
    return { ...super[kerasState](), parts: partsByName(fieldsOf(this).map(([name, part]) => [nameOf(name), part] as const)) };
  }

  #sublayerOptions() {
    const {
      kernelInitializer,
      biasInitializer,
      kernelRegularizer,
      biasRegularizer,
      activityRegularizer,
      kernelConstraint,
      biasConstraint,
    } = this.shared;
    return {
      kernelInitializer: another(kernelInitializer),
      biasInitializer: another(biasInitializer),
      ...{ kernelRegularizer, biasRegularizer, activityRegularizer, kernelConstraint, biasConstraint },
      dtype: this.dtypePolicy,
    };
  }

  /** The projections stand in no config of their own: where they were quantized, the policy written is a map that says so by their paths. */
  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    const own = this.dtypePolicy;
    const made = [this.queryDense, this.keyDense, this.gateDense, this.valueDense, this.outputDense];
    const changed = made.filter((part) => part !== undefined && part.dtypePolicy !== own);
    if (changed.length === 0 || own instanceof DTypePolicyMap) return config;
    const policies = new DTypePolicyMap({ defaultPolicy: own });
    for (const part of changed as EinsumDense[]) {
      if (!part.isToldByPolicy)
        throw new NotSupportedError(`${this.name}.getConfig`, {
          given: `${text(part.name)}, quantized with quantizers of its own`,
          expected: "quantizers that a policy tells, which is all that configs say of projections",
          hint: "Quantize without them, or keep the weights alone (saveWeights).",
        });
      policies.set(`(.*/)?${literally(this.name)}/${part.name}`, part.dtypePolicy);
    }
    return { ...config, dtype: serializeKerasObject(policies) };
  }

  /** `layer({ query, value, key, …options })` is the same as `layer(query, value, key, options)`: Keras's call by names. */
  protected override invoke(...given: unknown[]): unknown {
    const [only] = given;
    if (given.length > 1 || !isPlainObject(only) || !("query" in only && "value" in only)) return super.invoke(...given);
    const { query, value, key, ...options } = only;
    return super.invoke(query, value, ...(key === undefined ? [] : [key]), options);
  }

  /** Heads of key and value for every head of the query. */
  protected perQueryHead(heads: Tensor): Tensor {
    return heads;
  }

  override call(
    query: Tensor,
    value: Tensor,
    key?: Tensor | null,
    {
      training,
      queryMask,
      valueMask,
      keyMask,
      attentionMask,
      returnAttentionScores = false,
      useCausalMask = false,
    }: ProjectedCallOptions = {},
  ): Tensor | Tensor[] {
    const across = (mask: Tensor | null, axis: number): Tensor | null => mask && spread(mask, mask.rank + 1, axis);
    const { slidingWindow } = this.shared;
    const mask = both(
      attentionMask === undefined || attentionMask === null ? null : cast(asTensor(attentionMask), "bool"),
      across(maskFor(query, queryMask), -1),
      across(maskFor(value, valueMask), -2),
      across(maskFor(key, keyMask), -2),
      slidingWindow === null ? null : windowMask(query, value, slidingWindow),
    );
    const gate = this.gateDense?.(query);
    const [q, k, v] = [this.queryDense(query), this.keyDense(key ?? value), this.valueDense(value)];
    const drops = training === true && this.shared.dropout > 0;
    const projected = [q, this.perQueryHead(k), this.perQueryHead(v)] as const;
    const blocks = returnAttentionScores ? null : this.#byBlocks(projected, mask, Boolean(useCausalMask), drops);
    const whole = () => this.#writtenOut(projected, useCausalMask ? both(mask, causalMask(query, value)) : mask, drops);
    const [heads, scores] = blocks ? [blocks, null] : whole();
    const output = this.outputDense(gate ? multiply(heads, gate) : heads);
    return returnAttentionScores ? [output, scores!] : output;
  }

  /** Attention that keeps no weights; null where it can't be had. */
  #byBlocks([query, key, value]: Projected, mask: Tensor | null, isCausal: boolean, drops: boolean): Tensor | null {
    const { flashAttention, dropout } = this.shared;
    if (query.rank !== 4) return null;
    const scale = 1 / Math.sqrt(this.headSize);
    const seen = mask && spread(mask, 4, -3);
    if (!drops) return dotProductAttention(query, key, value, { mask: seen, scale, isCausal, flashAttention });
    const inputs = { query: asFloat(query), key: asFloat(key), value: asFloat(value), mask: seen ?? undefined };
    if (flashAttention === false || !fitsBlocks(inputs)) return null;
    return attention({ ...inputs, seed: drawSeed(this.dropoutLayer.seedGenerator) }, { scale, isCausal, rate: dropout });
  }

  #writtenOut([query, key, value]: Projected, mask: Tensor | null, drops: boolean): [output: Tensor, scores: Tensor] {
    const { product, combination, scoreRank } = scoreEquations(query.rank, this.axes);
    const scaled = multiply(query, 1 / Math.sqrt(this.headSize));
    const scores = this.softmax(einsum(product, key, scaled), { mask: mask && spread(mask, scoreRank, -2 * this.axes.length - 1) });
    return [einsum(combination, this.dropoutLayer(scores, { training: drops }), value), scores];
  }
}
