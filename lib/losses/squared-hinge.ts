// The squared distance from the right side of the margin, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { maximum, mean, multiply, square, subtract } from "../ops/index.js";
import { labelsAndPredictions, toHingeLabels } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean(max(1 − yTrue · yPred, 0)²)` along the last axis.
 *
 * ```ts
 * keras.losses.squaredHinge([[1], [-1]], [[0.5], [-2]]); // [0.25, 0]
 * ```
 */
export const squaredHinge = declare("losses.squaredHinge(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
  const margin = maximum(subtract(1, multiply(toHingeLabels(labels), predictions)), 0);
  return mean(square(margin), { axis: -1 });
});

/**
 * Mean squared distance from the right side of the margin; labels are −1 and 1, or 0 and 1. Keras: keras.losses.SquaredHinge
 *
 * ```ts
 * new keras.losses.SquaredHinge()([[1], [-1]], [[0.5], [-2]]); // 0.125
 * ```
 */
export class SquaredHinge extends FunctionLoss<typeof SquaredHinge.options> {
  static override readonly options = lossOptions("squared_hinge", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return squaredHinge(yTrue, yPred);
  }
}

export interface SquaredHinge extends Attributes<typeof SquaredHinge.options> {}

losses.register({ SquaredHinge });
losses.registerFunction({ squared_hinge: squaredHinge });
