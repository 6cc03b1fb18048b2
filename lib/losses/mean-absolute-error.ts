// The mean absolute error, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { abs, mean, subtract } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean(|yTrue − yPred|)` along the last axis.
 *
 * ```ts
 * keras.losses.meanAbsoluteError([[0], [0]], [[1], [-3]]); // [1, 3]
 * ```
 */
export const meanAbsoluteError = declare("losses.meanAbsoluteError(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = ofSameRank(yTrue, yPred);
  return mean(abs(subtract(labels, predictions)), { axis: -1 });
});

/**
 * Mean of the absolute differences. Keras: keras.losses.MeanAbsoluteError
 *
 * ```ts
 * new keras.losses.MeanAbsoluteError()([[0], [0]], [[1], [-3]]); // 2
 * ```
 */
export class MeanAbsoluteError extends FunctionLoss<typeof MeanAbsoluteError.options> {
  static override readonly options = lossOptions("mean_absolute_error", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanAbsoluteError(yTrue, yPred);
  }
}

export interface MeanAbsoluteError extends Attributes<typeof MeanAbsoluteError.options> {}

losses.register({ MeanAbsoluteError });
losses.registerFunction({ mean_absolute_error: meanAbsoluteError }, "mae", "MAE");
