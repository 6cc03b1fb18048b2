// The Poisson loss of counts, as a function and as a class.

import { declare } from "../core/operation.js";
import { epsilon, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, log, mean, multiply, subtract } from "../ops/index.js";
import { labelsAndPredictions } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean(yPred − yTrue · log(yPred))` along the last axis.
 *
 * ```ts
 * keras.losses.poisson([[2]], [[1]]); // [1]
 * ```
 */
export const poisson = declare("losses.poisson(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
  return mean(subtract(predictions, multiply(labels, log(add(predictions, epsilon())))), { axis: -1 });
});

/**
 * Poisson loss, up to what depends on the labels alone. Keras: keras.losses.Poisson
 *
 * ```ts
 * new keras.losses.Poisson()([[2]], [[1]]); // 1
 * ```
 */
export class Poisson extends FunctionLoss<typeof Poisson.options> {
  static override readonly options = lossOptions("poisson", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return poisson(yTrue, yPred);
  }
}

export interface Poisson extends Attributes<typeof Poisson.options> {}

losses.register({ Poisson });
losses.registerFunction({ poisson: poisson });
