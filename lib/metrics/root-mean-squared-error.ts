// The root of the mean squared error over all samples seen, which is not the mean of roots.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { toSameRank } from "../losses/same-rank.js";
import { sqrt, square, subtract } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Root of the mean of the squared differences. Keras: keras.metrics.RootMeanSquaredError
 *
 * ```ts
 * new keras.metrics.RootMeanSquaredError()([[0], [0]], [[1], [-7]]); // 5
 * ```
 */
export class RootMeanSquaredError extends MeanOf<typeof RootMeanSquaredError.options> {
  static override readonly options = metricOptions("root_mean_squared_error", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    const [labels, predictions] = toSameRank(this.tensor(yTrue), this.tensor(yPred));
    return square(subtract(predictions, labels));
  }

  override result(): Tensor {
    return sqrt(super.result());
  }
}

export interface RootMeanSquaredError extends Attributes<typeof RootMeanSquaredError.options> {}

metrics.register({ RootMeanSquaredError });
