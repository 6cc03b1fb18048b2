// The loss of yes-or-no predictions as a metric.

import { optionsFor } from "../core/operation.js";
import { boolean, fraction, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { binaryCrossentropy } from "../losses/binary-crossentropy.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean cross-entropy of yes-or-no predictions. Keras: keras.metrics.BinaryCrossentropy
 *
 * ```ts
 * new keras.metrics.BinaryCrossentropy()([[1], [0]], [[0.9], [0.2]]); // 0.1643
 * ```
 */
export class BinaryCrossentropy extends MeanOf<typeof BinaryCrossentropy.options> {
  static override readonly options = metricOptions("binary_crossentropy", ["name", "dtype", "fromLogits", "labelSmoothing"], {
    fromLogits: boolean(false),
    labelSmoothing: fraction(0),
  });
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return binaryCrossentropy(yTrue, yPred, optionsFor(binaryCrossentropy, this.options));
  }
}

export interface BinaryCrossentropy extends Attributes<typeof BinaryCrossentropy.options> {}

metrics.register({ BinaryCrossentropy }, "bce", "BCE");
