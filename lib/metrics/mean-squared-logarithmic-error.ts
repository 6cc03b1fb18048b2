// The mean squared error of logarithms as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { meanSquaredLogarithmicError } from "../losses/mean-squared-logarithmic-error.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean of the squared differences of the logarithms. Keras: keras.metrics.MeanSquaredLogarithmicError
 *
 * ```ts
 * new keras.metrics.MeanSquaredLogarithmicError()([[0]], [[1]]); // 0.4805
 * ```
 */
export class MeanSquaredLogarithmicError extends MeanOf<typeof MeanSquaredLogarithmicError.options> {
  static override readonly options = metricOptions("mean_squared_logarithmic_error", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return meanSquaredLogarithmicError(yTrue, yPred);
  }
}

export interface MeanSquaredLogarithmicError extends Attributes<typeof MeanSquaredLogarithmicError.options> {}

metrics.register({ MeanSquaredLogarithmicError }, "msle", "MSLE");
