// The Kullback–Leibler divergence, as a function and as a class.

import { declare } from "../core/operation.js";
import { epsilon, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { clip, divide, log, multiply, sum } from "../ops/index.js";
import { labelsAndPredictions } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `sum(yTrue · log(yTrue / yPred))` along the last axis, both clipped to `[ε, 1]`.
 *
 * ```ts
 * keras.losses.klDivergence([[0.5, 0.5]], [[0.25, 0.75]]); // [0.1438]
 * ```
 */
export const klDivergence = declare("losses.klDivergence(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
  const p = clip(labels, epsilon(), 1);
  const q = clip(predictions, epsilon(), 1);
  return sum(multiply(p, log(divide(p, q))), { axis: -1 });
});

/**
 * Kullback–Leibler divergence of the predictions from the labels, both distributions. Keras: keras.losses.KLDivergence
 *
 * ```ts
 * new keras.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]); // 0.1438
 * ```
 */
export class KLDivergence extends FunctionLoss<typeof KLDivergence.options> {
  static override readonly options = lossOptions("kl_divergence", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return klDivergence(yTrue, yPred);
  }
}

export interface KLDivergence extends Attributes<typeof KLDivergence.options> {}

losses.register({ KLDivergence });
losses.registerFunction({ kl_divergence: klDivergence }, "kld", "KLD");
