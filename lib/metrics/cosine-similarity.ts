// The angle between labels and predictions as a metric.

import { optionsFor } from "../core/operation.js";
import { integer, oneOrMore, unwritten, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { cosineSimilarity } from "../losses/cosine-similarity.js";
import { negative } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean cosine of the angle between labels and predictions: 1 where they point the same way. Keras: keras.metrics.CosineSimilarity
 *
 * ```ts
 * new keras.metrics.CosineSimilarity()([[0, 1]], [[3, 4]]); // 0.8
 * ```
 */
export class CosineSimilarity extends MeanOf<typeof CosineSimilarity.options> {
  static override readonly options = metricOptions("cosine_similarity", ["name", "dtype", "axis"], {
    axis: unwritten(oneOrMore(integer(), -1)),
  });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return negative(cosineSimilarity(yTrue, yPred, optionsFor(cosineSimilarity, this.options)));
  }
}

export interface CosineSimilarity extends Attributes<typeof CosineSimilarity.options> {}

metrics.register({ CosineSimilarity });
