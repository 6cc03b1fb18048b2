// The mean absolute error in per cent as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { meanAbsolutePercentageError } from "../losses/mean-absolute-percentage-error.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean of the absolute differences in per cent of the labels. Keras: keras.metrics.MeanAbsolutePercentageError
 *
 * ```ts
 * new keras.metrics.MeanAbsolutePercentageError()([[2], [4]], [[1], [4]]); // 25
 * ```
 */
export class MeanAbsolutePercentageError extends MeanOf<typeof MeanAbsolutePercentageError.options> {
  static override readonly options = metricOptions("mean_absolute_percentage_error", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return meanAbsolutePercentageError(yTrue, yPred);
  }
}

export interface MeanAbsolutePercentageError extends Attributes<typeof MeanAbsolutePercentageError.options> {}

metrics.register({ MeanAbsolutePercentageError }, "mape", "MAPE");
