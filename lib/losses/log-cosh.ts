// The logarithm of the hyperbolic cosine of differences, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, mean, multiply, softplus, subtract } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean(log(cosh(yPred − yTrue)))` along the last axis, as `x + softplus(−2x) − log 2`, which does not overflow.
 *
 * ```ts
 * keras.losses.logCosh([[0]], [[1]]); // [0.4338]
 * ```
 */
export const logCosh = declare("losses.logCosh(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = ofSameRank(yTrue, yPred);
  const error = subtract(predictions, labels);
  return mean(subtract(add(error, softplus(multiply(error, -2))), Math.LN2), { axis: -1 });
});

/**
 * Logarithm of the hyperbolic cosine of the differences: squares near 0, absolute values far away. Keras: keras.losses.LogCosh
 *
 * ```ts
 * new keras.losses.LogCosh()([[0]], [[1]]); // 0.4338
 * ```
 */
export class LogCosh extends FunctionLoss<typeof LogCosh.options> {
  static override readonly options = lossOptions("log_cosh", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return logCosh(yTrue, yPred);
  }
}

export interface LogCosh extends Attributes<typeof LogCosh.options> {}

losses.register({ LogCosh });
losses.registerFunction({ log_cosh: logCosh });
