// The distance from the right side of the margin, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { maximum, mean, multiply, subtract } from "../ops/index.js";
import { labelsAndPredictions, toHingeLabels } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `mean(max(1 − yTrue · yPred, 0))` along the last axis.
 *
 * ```ts
 * keras.losses.hinge([[1], [-1]], [[0.5], [-2]]); // [0.5, 0]
 * ```
 */
export const hinge = declare("losses.hinge(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
  const margin = maximum(subtract(1, multiply(toHingeLabels(labels), predictions)), 0);
  return mean(margin, { axis: -1 });
});

/**
 * Mean distance from the right side of the margin; labels are −1 and 1, or 0 and 1. Keras: keras.losses.Hinge
 *
 * ```ts
 * new keras.losses.Hinge()([[1], [-1]], [[0.6], [-2]]); // 0.2
 * ```
 */
export class Hinge extends FunctionLoss<typeof Hinge.options> {
  static override readonly options = lossOptions("hinge", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return hinge(yTrue, yPred);
  }
}

export interface Hinge extends Attributes<typeof Hinge.options> {}

losses.register({ Hinge });
losses.registerFunction({ hinge: hinge });
