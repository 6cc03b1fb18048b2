// The mean absolute error in per cent, as a function and as a class.

import { declare } from "../core/operation.js";
import { epsilon, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { abs, divide, maximum, mean, multiply, subtract } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `100 · mean(|yTrue − yPred| / max(|yTrue|, ε))` along the last axis.
 *
 * ```ts
 * keras.losses.meanAbsolutePercentageError([[2], [4]], [[1], [4]]); // [50, 0]
 * ```
 */
export const meanAbsolutePercentageError = declare(
  "losses.meanAbsolutePercentageError(*yTrue, *yPred)",
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const [labels, predictions] = ofSameRank(yTrue, yPred);
    const relative = divide(subtract(labels, predictions), maximum(abs(labels), epsilon()));
    return multiply(mean(abs(relative), { axis: -1 }), 100);
  },
);

/**
 * Mean of the absolute differences in per cent of the labels. Keras: keras.losses.MeanAbsolutePercentageError
 *
 * ```ts
 * new keras.losses.MeanAbsolutePercentageError()([[2], [4]], [[1], [4]]); // 25
 * ```
 */
export class MeanAbsolutePercentageError extends FunctionLoss<typeof MeanAbsolutePercentageError.options> {
  static override readonly options = lossOptions("mean_absolute_percentage_error", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanAbsolutePercentageError(yTrue, yPred);
  }
}

export interface MeanAbsolutePercentageError extends Attributes<typeof MeanAbsolutePercentageError.options> {}

losses.register({ MeanAbsolutePercentageError });
losses.registerFunction({ mean_absolute_percentage_error: meanAbsolutePercentageError }, "mape", "MAPE");
