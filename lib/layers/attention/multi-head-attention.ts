// The layer MultiHeadAttention.

import { integer, type Json, nullable, positiveInteger, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import { severalOf } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { projection } from "./equations.js";
import { ProjectedAttention, projectedOptions } from "./projected-attention.js";

/**
 * Attention of several heads: `layer(query, value, key?)`; of a sequence to itself with query and value the same.
 *
 * ```ts
 * const layer = new keras.layers.MultiHeadAttention({ numHeads: 2, keyDim: 4 });
 * (layer(tf.ones([1, 3, 8]), tf.ones([1, 5, 8])) as tf.Tensor).shape; // [1, 3, 8]
 * ```
 *
 * @see Vaswani et al. 2017. Keras: keras.layers.MultiHeadAttention
 */
export class MultiHeadAttention extends ProjectedAttention<typeof MultiHeadAttention.options> {
  static override readonly options = layerOptions.extend(["numHeads", "keyDim", "valueDim", "dropout", "useBias"], {
    numHeads: positiveInteger(),
    keyDim: positiveInteger(),
    valueDim: nullable(positiveInteger()),
    outputShape: nullable(severalOf(positiveInteger())),
    attentionAxes: nullable(severalOf(integer())),
    ...projectedOptions,
  });

  get numHeads(): number {
    return this.options.numHeads;
  }

  get keyDim(): number {
    return this.options.keyDim;
  }

  /** The size of a head's values: `keyDim` where none was given. */
  get valueDim(): number {
    return this.valueSize;
  }

  get dropout(): number {
    return this.options.dropout;
  }

  get useBias(): boolean {
    return this.options.useBias;
  }

  /** The axes that attention goes along, from 0; null before the layer is built, unless they were given. */
  get attentionAxes(): readonly number[] | null {
    return this.#axes ?? this.options.attentionAxes;
  }

  /** Known when the layer is built. */
  #axes: readonly number[] | null = null;

  protected override get axes(): readonly number[] {
    return this.#axes!;
  }

  protected override get headSize(): number {
    return this.options.keyDim;
  }

  protected override get valueSize(): number {
    return this.options.valueDim ?? this.options.keyDim;
  }

  protected override projections(query: Shape, value: Shape, key: Shape) {
    const { numHeads, keyDim, outputShape, attentionAxes } = this.options;
    const rank = value.length;
    this.#axes = attentionAxes?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? Array.from({ length: rank - 2 }, (_, i) => i + 1);
    return {
      query: projection(query.length - 1, 1, [numHeads, keyDim]),
      gate: projection(query.length - 1, 1, [numHeads, this.valueSize]),
      key: projection(key.length - 1, 1, [numHeads, keyDim]),
      value: projection(rank - 1, 1, [numHeads, this.valueSize]),
      output: projection(query.length - 1, 2, outputShape ?? [query.at(-1)!]),
    };
  }

  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    return { ...config, value_dim: this.valueSize, attention_axes: this.#axes ? [...this.#axes] : config["attention_axes"]! };
  }
}

export interface MultiHeadAttention extends LayerAttributes<typeof MultiHeadAttention.options, "attentionAxes"> {}

registerClasses("keras.layers", { MultiHeadAttention });
