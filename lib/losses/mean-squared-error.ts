// The mean squared error, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { mean, square, subtract } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean((yTrue − yPred)²)` along the last axis.
 *
 * ```ts
 * keras.losses.meanSquaredError([[0], [0]], [[1], [-3]]); // [1, 9]
 * ```
 */
export const meanSquaredError = declare("losses.meanSquaredError(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = ofSameRank(yTrue, yPred);
  return mean(square(subtract(labels, predictions)), { axis: -1 });
});

/**
 * Mean of the squared differences. Keras: keras.losses.MeanSquaredError
 *
 * ```ts
 * new keras.losses.MeanSquaredError()([[0], [0]], [[1], [-3]]); // 5
 * ```
 */
export class MeanSquaredError extends FunctionLoss<typeof MeanSquaredError.options> {
  static override readonly options = lossOptions("mean_squared_error", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanSquaredError(yTrue, yPred);
  }
}

export interface MeanSquaredError extends Attributes<typeof MeanSquaredError.options> {}

losses.register({ MeanSquaredError });
losses.registerFunction({ mean_squared_error: meanSquaredError }, "mse", "MSE");
