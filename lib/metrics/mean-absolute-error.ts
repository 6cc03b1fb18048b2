// The mean absolute error as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { meanAbsoluteError } from "../losses/mean-absolute-error.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean of the absolute differences. Keras: keras.metrics.MeanAbsoluteError
 *
 * ```ts
 * new keras.metrics.MeanAbsoluteError()([[0], [0]], [[1], [-3]]); // 2
 * ```
 */
export class MeanAbsoluteError extends MeanOf<typeof MeanAbsoluteError.options> {
  static override readonly options = metricOptions("mean_absolute_error", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return meanAbsoluteError(yTrue, yPred);
  }
}

export interface MeanAbsoluteError extends Attributes<typeof MeanAbsoluteError.options> {}

metrics.register({ MeanAbsoluteError }, "mae", "MAE");
