// The mean squared error of logarithms, as a function and as a class.

import { declare } from "../core/operation.js";
import { epsilon, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, log, maximum, mean, square, subtract } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean((log(yPred + 1) − log(yTrue + 1))²)` along the last axis.
 *
 * ```ts
 * keras.losses.meanSquaredLogarithmicError([[0]], [[1]]); // [0.4805]
 * ```
 */
export const meanSquaredLogarithmicError = declare(
  "losses.meanSquaredLogarithmicError(*yTrue, *yPred)",
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const [labels, predictions] = ofSameRank(yTrue, yPred);
    const logarithm = (x: Tensor): Tensor => log(add(maximum(x, epsilon()), 1));
    return mean(square(subtract(logarithm(predictions), logarithm(labels))), { axis: -1 });
  },
);

/**
 * Mean of the squared differences of the logarithms. Keras: keras.losses.MeanSquaredLogarithmicError
 *
 * ```ts
 * new keras.losses.MeanSquaredLogarithmicError()([[0]], [[1]]); // 0.4805
 * ```
 */
export class MeanSquaredLogarithmicError extends FunctionLoss<typeof MeanSquaredLogarithmicError.options> {
  static override readonly options = lossOptions("mean_squared_logarithmic_error", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return meanSquaredLogarithmicError(yTrue, yPred);
  }
}

export interface MeanSquaredLogarithmicError extends Attributes<typeof MeanSquaredLogarithmicError.options> {}

losses.register({ MeanSquaredLogarithmicError });
losses.registerFunction({ mean_squared_logarithmic_error: meanSquaredLogarithmicError }, "msle", "MSLE");
