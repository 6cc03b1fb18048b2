// The margin between the right class and the best of the others as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { categoricalHinge } from "../losses/categorical-hinge.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean margin between the right class and the best of the others. Keras: keras.metrics.CategoricalHinge
 *
 * ```ts
 * new keras.metrics.CategoricalHinge()([[0, 1]], [[0.2, 0.8]]); // 0.4
 * ```
 */
export class CategoricalHinge extends MeanOf<typeof CategoricalHinge.options> {
  static override readonly options = metricOptions("categorical_hinge", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalHinge(yTrue, yPred);
  }
}

export interface CategoricalHinge extends Attributes<typeof CategoricalHinge.options> {}

metrics.register({ CategoricalHinge });
