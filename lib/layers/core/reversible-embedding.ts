// The layer ReversibleEmbedding: its table is also the projection back to logits.

import { boolean, type Config, nullable, number, registerClasses, string } from "../../config/index.js";
import { setMask } from "../../core/mask.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, divide, matmul, multiply, notEqual, tanh, transpose } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { weightOptions } from "../base/fields.js";
import type { CallOptions } from "../base/types.js";
import { AdaptedLayer } from "../base/adapted-layer.js";
import { Embedding } from "./embedding.js";
import { take } from "../../ops/index.js";

/** What the layer is called with. */
export interface ReversibleEmbeddingCallOptions extends CallOptions {
  /** Whether vectors become logits, instead of indices vectors. Default: false. */
  readonly reverse?: boolean | null;
}

/**
 * A table that is read both ways: whole numbers `[…]` become vectors `[…, outputDim]`, and with `{ reverse: true }` vectors become logits
 * `[…, inputDim]`, by the table transposed or, without `tieWeights`, by a table of their own.
 *
 * ```ts
 * const embedding = new keras.layers.ReversibleEmbedding(100, 8);
 * const vectors = embedding([[1, 2, 3]]);
 * embedding(vectors, { reverse: true } as never).shape; // [1, 3, 100]
 * ```
 *
 * With `logitSoftCap` c logits are c · tanh(logits / c). Weights: embeddings `[inputDim, outputDim]`, reverse_embeddings `[outputDim, inputDim]`
 * unless tied.
 *
 * @see Press and Wolf, Using the Output Embedding to Improve Language Models, 2016. Keras: keras.layers.ReversibleEmbedding
 */
export class ReversibleEmbedding extends AdaptedLayer<typeof ReversibleEmbedding.options> {
  static override readonly options = Embedding.options.extend(["inputDim", "outputDim"], {
    tieWeights: boolean(true),
    reverseDtype: nullable(string()),
    logitSoftCap: nullable(number()),
  });

  declare embeddings: Variable;
  declare reverseEmbeddings?: Variable;

  override supportsMasking = this.options.maskZero;

  protected override get adaptable() {
    return { weight: this.embeddings, name: "embeddings" };
  }

  override build(_inputShape?: Shape): void {
    const { inputDim, outputDim, tieWeights, embeddingsInitializer: initializer } = this.options;
    this.embeddings = this.addWeight({ name: "embeddings", shape: [inputDim, outputDim], ...weightOptions(this.options, "embeddings") });
    this.adaptAsAsked();
    if (!tieWeights) this.reverseEmbeddings = this.addWeight({ name: "reverse_embeddings", shape: [outputDim, inputDim], initializer });
  }

  /** The mask of indices belongs to their vectors alone, so `call` sets it. */
  override computeMask(): null {
    return null;
  }

  override call(x: Tensor, { reverse }: ReversibleEmbeddingCallOptions = {}): Tensor {
    const { maskZero, reverseDtype, logitSoftCap } = this.options;
    if (!reverse) {
      const vectors = take(this.adapted(), cast(x, "int32"), 0);
      return maskZero ? setMask(vectors, notEqual(x, 0)) : vectors;
    }
    const kernel = this.reverseEmbeddings?.value() ?? transpose(this.adapted());
    const logits = reverseDtype === null ? matmul(x, kernel) : matmul(cast(x, reverseDtype), cast(kernel, reverseDtype));
    return logitSoftCap === null ? logits : multiply(tanh(divide(logits, logitSoftCap)), logitSoftCap);
  }

  /** The table needs no shape. */
  override buildFromConfig(_config: Config): void {
    this.build();
  }
}

registerClasses("keras.layers", { ReversibleEmbedding });
