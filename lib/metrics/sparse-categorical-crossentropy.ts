// The loss of one class out of several as a metric; labels are indices.

import { optionsFor } from "../core/operation.js";
import { boolean, integer, nullable, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { sparseCategoricalCrossentropy } from "../losses/sparse-categorical-crossentropy.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean cross-entropy of one class out of several; labels are class indices. Keras: keras.metrics.SparseCategoricalCrossentropy
 *
 * ```ts
 * new keras.metrics.SparseCategoricalCrossentropy()([1], [[0.2, 0.8]]); // 0.2231
 * ```
 */
export class SparseCategoricalCrossentropy extends MeanOf<typeof SparseCategoricalCrossentropy.options> {
  static override readonly options = metricOptions(
    "sparse_categorical_crossentropy",
    ["name", "dtype", "fromLogits", "ignoreClass", "axis"],
    {
      fromLogits: boolean(false),
      ignoreClass: nullable(integer()),
      axis: integer(-1),
    },
  );
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, optionsFor(sparseCategoricalCrossentropy, this.options));
  }
}

export interface SparseCategoricalCrossentropy extends Attributes<typeof SparseCategoricalCrossentropy.options> {}

metrics.register({ SparseCategoricalCrossentropy });
