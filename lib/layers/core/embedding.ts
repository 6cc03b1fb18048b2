// The layer Embedding.

import { boolean, fixed, positiveInteger, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, notEqual, take } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { AdaptedLayer, loraOptions } from "../base/adapted-layer.js";
import { constraint, initializer, regularizer, weightOptions } from "../base/fields.js";
import { layerOptions } from "../base/options.js";

/**
 * Rows of a table: whole numbers `[…]` below `inputDim` become vectors `[…, outputDim]`.
 *
 * Weights: embeddings `[inputDim, outputDim]`. With `maskZero`, index 0 is padding and masked. Keras: keras.layers.Embedding
 */
export class Embedding extends AdaptedLayer<typeof Embedding.options> {
  static override readonly options = layerOptions.extend(["inputDim", "outputDim"], {
    inputDim: positiveInteger(),
    outputDim: positiveInteger(),
    embeddingsInitializer: initializer("uniform"),
    embeddingsRegularizer: regularizer(),
    embeddingsConstraint: constraint(),
    activityRegularizer: regularizer(),
    maskZero: boolean(false),
    quantizationConfig: fixed(null),
    ...loraOptions,
  });

  declare embeddings: Variable;

  override supportsMasking = this.options.maskZero;

  protected override get adaptable() {
    return { weight: this.embeddings, name: "embeddings" };
  }

  override build(): void {
    const { inputDim, outputDim } = this.options;
    this.embeddings = this.addWeight({ name: "embeddings", shape: [inputDim, outputDim], ...weightOptions(this.options, "embeddings") });
    this.adaptAsAsked();
  }

  override computeMask(indices: Tensor): Tensor | null {
    return this.options.maskZero ? notEqual(indices, 0) : null;
  }

  override call(indices: Tensor): Tensor {
    return take(this.adapted(), cast(indices, "int32"), 0);
  }
}

registerClasses("keras.layers", { Embedding });
