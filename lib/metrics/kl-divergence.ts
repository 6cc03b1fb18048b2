// The Kullback–Leibler divergence as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { klDivergence } from "../losses/kl-divergence.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean Kullback–Leibler divergence of the predictions from the labels. Keras: keras.metrics.KLDivergence
 *
 * ```ts
 * new keras.metrics.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]); // 0.1438
 * ```
 */
export class KLDivergence extends MeanOf<typeof KLDivergence.options> {
  static override readonly options = metricOptions("kl_divergence", ["name", "dtype"], {});

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return klDivergence(yTrue, yPred);
  }
}

export interface KLDivergence extends Attributes<typeof KLDivergence.options> {}

metrics.register({ KLDivergence });
