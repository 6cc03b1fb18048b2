// The margin between the right class and the best of the others, as a function and as a class.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, max, maximum, multiply, subtract, sum } from "../ops/index.js";
import { labelsAndPredictions } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `max(best wrong − right + 1, 0)` for each sample.
 *
 * ```ts
 * keras.losses.categoricalHinge([[0, 1]], [[0.2, 0.8]]); // [0.4]
 * ```
 */
export const categoricalHinge = declare("losses.categoricalHinge(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
  const right = sum(multiply(labels, predictions), { axis: -1 });
  const wrong = max(multiply(subtract(1, labels), predictions), { axis: -1 });
  return maximum(add(subtract(wrong, right), 1), 0);
});

/**
 * Margin between the right class and the best of the others; labels are one-hot. Keras: keras.losses.CategoricalHinge
 *
 * ```ts
 * new keras.losses.CategoricalHinge()([[0, 1]], [[0.2, 0.8]]); // 0.4
 * ```
 */
export class CategoricalHinge extends FunctionLoss<typeof CategoricalHinge.options> {
  static override readonly options = lossOptions("categorical_hinge", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalHinge(yTrue, yPred);
  }
}

export interface CategoricalHinge extends Attributes<typeof CategoricalHinge.options> {}

losses.register({ CategoricalHinge });
losses.registerFunction({ categorical_hinge: categoricalHinge });
