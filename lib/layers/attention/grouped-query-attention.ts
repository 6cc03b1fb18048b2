// The layer GroupedQueryAttention: several heads share one pair of keys and values.

import { positiveInteger, registerClasses, sourceName } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { repeat } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { projection } from "./equations.js";
import { ProjectedAttention, projectedOptions } from "./projected-attention.js";

/**
 * Attention whose heads share keys and values in groups: `layer(query, value, key?)`.
 *
 * ```ts
 * const layer = new keras.layers.GroupQueryAttention({ headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2 });
 * (layer(tf.ones([1, 3, 8]), tf.ones([1, 3, 8])) as tf.Tensor).shape; // [1, 3, 8]
 * ```
 *
 * @see Ainslie et al. 2023. Keras: keras.layers.GroupQueryAttention
 */
export class GroupedQueryAttention extends ProjectedAttention<typeof GroupedQueryAttention.options> {
  static override readonly options = layerOptions.extend(["headDim", "numQueryHeads", "numKeyValueHeads", "dropout", "useBias"], {
    headDim: positiveInteger(),
    numQueryHeads: positiveInteger(),
    numKeyValueHeads: positiveInteger(),
    ...projectedOptions,
  });

  static readonly [sourceName] = "GroupedQueryAttention";

  protected override readonly axes = [1];

  constructor(...given: ConstructorParameters<typeof ProjectedAttention<typeof GroupedQueryAttention.options>>) {
    super(...given);
    const { numQueryHeads, numKeyValueHeads } = this.options;
    if (numQueryHeads % numKeyValueHeads !== 0) {
      throw new ArgumentError(`${this.name}.numQueryHeads`, {
        given: String(numQueryHeads),
        expected: `a multiple of numKeyValueHeads, which is ${numKeyValueHeads}`,
      });
    }
  }

  protected override get privateParts(): readonly string[] {
    return [...super.privateParts, "queryDense", "keyDense", "valueDense", "outputDense"];
  }

  protected override get headSize(): number {
    return this.options.headDim;
  }

  protected override get valueSize(): number {
    return this.options.headDim;
  }

  protected override projections(query: Shape) {
    const { headDim, numQueryHeads, numKeyValueHeads } = this.options;
    const [queries, keys] = [projection(2, 1, [numQueryHeads, headDim]), projection(2, 1, [numKeyValueHeads, headDim])];
    return { query: queries, gate: queries, key: keys, value: keys, output: projection(2, 2, [query.at(-1)!]) };
  }

  protected override perQueryHead(heads: Tensor): Tensor {
    const times = this.options.numQueryHeads / this.options.numKeyValueHeads;
    return times === 1 ? heads : repeat(heads, times, 2);
  }
}

export interface GroupedQueryAttention extends LayerAttributes<typeof GroupedQueryAttention.options> {}

// Legacy `.h5` files have the name of the sources.
registerClasses("keras.layers", { GroupQueryAttention: GroupedQueryAttention, GroupedQueryAttention });
