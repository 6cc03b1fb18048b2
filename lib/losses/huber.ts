// Squares near zero and straight lines beyond, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { number, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { abs, lessEqual, mean, multiply, square, subtract, where } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * Half the square of differences up to `delta`, and a straight line beyond, averaged along the last axis.
 *
 * ```ts
 * keras.losses.huber([[0], [0]], [[0.5], [3]]); // [0.125, 2.5]
 * ```
 */
export const huber = declare("losses.huber(*yTrue, *yPred, delta=1.0)", (yTrue: TensorLike, yPred: TensorLike, delta: number): Tensor => {
  const [labels, predictions] = ofSameRank(yTrue, yPred);
  const error = subtract(predictions, labels);
  const size = abs(error);
  const line = subtract(multiply(size, delta), (delta * delta) / 2);
  return mean(where(lessEqual(size, delta), multiply(square(error), 0.5), line), { axis: -1 });
});

/**
 * Squares of small differences, absolute values of large ones. Keras: keras.losses.Huber
 *
 * ```ts
 * new keras.losses.Huber()([[0], [0]], [[0.5], [3]]); // 1.3125
 * ```
 */
export class Huber extends FunctionLoss<typeof Huber.options> {
  static override readonly options = lossOptions("huber_loss", ["delta", "reduction", "name", "dtype"], { delta: number(1) });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return huber(yTrue, yPred, optionsFor(huber, this.options));
  }
}

export interface Huber extends Attributes<typeof Huber.options> {}

losses.register({ Huber });
losses.registerFunction({ huber });
