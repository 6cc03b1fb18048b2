// The mean absolute error as a metric.

import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { meanAbsoluteError } from "../losses/mean-absolute-error.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/** Mean of the absolute differences. Keras: keras.metrics.MeanAbsoluteError */
export class MeanAbsoluteError extends MeanOf<typeof MeanAbsoluteError.options> {
  static override readonly options = metricOptions("mean_absolute_error", {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return meanAbsoluteError(yTrue, yPred);
  }
}

metrics.register({ MeanAbsoluteError }, "mae", "MAE");
