// The Poisson loss of counts as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { poisson } from "../losses/poisson.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean Poisson loss. Keras: keras.metrics.Poisson
 *
 * ```ts
 * new keras.metrics.Poisson()([[2]], [[1]]); // 1
 * ```
 */
export class Poisson extends MeanOf<typeof Poisson.options> {
  static override readonly options = metricOptions("poisson", ["name", "dtype"], {});

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return poisson(yTrue, yPred);
  }
}

export interface Poisson extends Attributes<typeof Poisson.options> {}

metrics.register({ Poisson });
