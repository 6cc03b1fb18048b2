// The logarithm of the hyperbolic cosine of differences as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { logCosh } from "../losses/log-cosh.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean logarithm of the hyperbolic cosine of the differences. Keras: keras.metrics.LogCoshError
 *
 * ```ts
 * new keras.metrics.LogCoshError()([[0]], [[1]]); // 0.4338
 * ```
 */
export class LogCoshError extends MeanOf<typeof LogCoshError.options> {
  static override readonly options = metricOptions("logcosh", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return logCosh(yTrue, yPred);
  }
}

export interface LogCoshError extends Attributes<typeof LogCoshError.options> {}

metrics.register({ LogCoshError });
