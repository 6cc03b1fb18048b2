// Lin's concordance of labels and predictions, as a function and as a metric.

import { declare, optionsFor } from "../core/operation.js";
import { registerFunctions, epsilon, integer, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { ofSameRank } from "../losses/labels.js";
import { add, divide, mean, multiply, square, subtract, variance } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * How near labels and predictions are to a line through the origin of slope 1, along an axis.
 *
 * ```ts
 * keras.metrics.concordanceCorrelation([[1, 2, 3]], [[1, 2, 4]]); // [0.8571]
 * ```
 */
export const concordanceCorrelation = declare(
  "metrics.concordanceCorrelation(*yTrue, *yPred, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, axis: number | readonly number[]): Tensor => {
    const [labels, predictions] = ofSameRank(yTrue, yPred);
    const options = { axis, keepdims: true };
    const [labelMean, predictionMean] = [mean(labels, options), mean(predictions, options)];
    // Keras centres both by the mean of the predictions.
    const covariance = multiply(subtract(labels, predictionMean), subtract(predictions, predictionMean));
    const spread = add(variance(labels, options), variance(predictions, options));
    const norm = add(spread, square(subtract(labelMean, predictionMean)));
    return mean(divide(multiply(covariance, 2), add(norm, epsilon())), { axis });
  },
);

/**
 * Concordance correlation of labels and predictions. Keras: keras.metrics.ConcordanceCorrelation
 *
 * ```ts
 * new keras.metrics.ConcordanceCorrelation({ axis: -1 })([[1, 2, 3]], [[1, 2, 4]]); // 0.8571
 * ```
 */
export class ConcordanceCorrelation extends MeanOf<typeof ConcordanceCorrelation.options> {
  static override readonly options = metricOptions("concordance_correlation", ["name", "dtype", "axis"], {
    axis: oneOrMore(integer(), -1),
  });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return concordanceCorrelation(yTrue, yPred, optionsFor(concordanceCorrelation, this.options));
  }
}

export interface ConcordanceCorrelation extends Attributes<typeof ConcordanceCorrelation.options> {}

metrics.register({ ConcordanceCorrelation });
registerFunctions("keras.metrics", { concordance_correlation: concordanceCorrelation });
