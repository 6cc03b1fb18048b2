// Pearson's correlation of labels and predictions, as a function and as a metric.

import { declare, optionsFor } from "../core/operation.js";
import { registerFunctions, integer, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { ofSameRank } from "../losses/labels.js";
import { divide, mean, multiply, std, subtract } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * The correlation of labels and predictions along an axis.
 *
 * ```ts
 * keras.metrics.pearsonCorrelation([[1, 2, 3]], [[2, 4, 6]]); // [1]
 * ```
 */
export const pearsonCorrelation = declare(
  "metrics.pearsonCorrelation(*yTrue, *yPred, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, axis: number | readonly number[]): Tensor => {
    const [labels, predictions] = ofSameRank(yTrue, yPred);
    const standard = (x: Tensor): Tensor => {
      const centred = subtract(x, mean(x, { axis, keepdims: true }));
      return divide(centred, std(centred, { axis, keepdims: true }));
    };
    return mean(multiply(standard(labels), standard(predictions)), { axis });
  },
);

/**
 * Pearson correlation of labels and predictions. Keras: keras.metrics.PearsonCorrelation
 *
 * ```ts
 * new keras.metrics.PearsonCorrelation({ axis: -1 })([[1, 2, 3]], [[2, 4, 6]]); // 1
 * ```
 */
export class PearsonCorrelation extends MeanOf<typeof PearsonCorrelation.options> {
  static override readonly options = metricOptions("pearson_correlation", ["name", "dtype", "axis"], { axis: oneOrMore(integer(), -1) });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return pearsonCorrelation(yTrue, yPred, optionsFor(pearsonCorrelation, this.options));
  }
}

export interface PearsonCorrelation extends Attributes<typeof PearsonCorrelation.options> {}

metrics.register({ PearsonCorrelation });
registerFunctions("keras.metrics", { pearson_correlation: pearsonCorrelation });
