// The mean squared error as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { meanSquaredError } from "../losses/mean-squared-error.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean of the squared differences. Keras: keras.metrics.MeanSquaredError
 *
 * ```ts
 * new keras.metrics.MeanSquaredError()([[0], [0]], [[1], [-3]]); // 5
 * ```
 */
export class MeanSquaredError extends MeanOf<typeof MeanSquaredError.options> {
  static override readonly options = metricOptions("mean_squared_error", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return meanSquaredError(yTrue, yPred);
  }
}

export interface MeanSquaredError extends Attributes<typeof MeanSquaredError.options> {}

metrics.register({ MeanSquaredError }, "mse", "MSE");
