// The loss of one class out of several as a metric; labels are one-hot.

import { optionsFor } from "../core/operation.js";
import { boolean, fraction, integer, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { categoricalCrossentropy } from "../losses/categorical-crossentropy.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean cross-entropy of one class out of several; labels are one-hot. Keras: keras.metrics.CategoricalCrossentropy
 *
 * ```ts
 * new keras.metrics.CategoricalCrossentropy()([[0, 1]], [[0.2, 0.8]]); // 0.2231
 * ```
 */
export class CategoricalCrossentropy extends MeanOf<typeof CategoricalCrossentropy.options> {
  static override readonly options = metricOptions("categorical_crossentropy", ["name", "dtype", "fromLogits", "labelSmoothing", "axis"], {
    fromLogits: boolean(false),
    labelSmoothing: fraction(0),
    axis: integer(-1),
  });
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalCrossentropy(yTrue, yPred, optionsFor(categoricalCrossentropy, this.options));
  }
}

export interface CategoricalCrossentropy extends Attributes<typeof CategoricalCrossentropy.options> {}

metrics.register({ CategoricalCrossentropy });
