// Dice loss of segmentations, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { epsilon, integer, nullable, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, subtract, sum } from "../ops/index.js";
import { labelsAndPredictions } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `1 − 2 · overlap / (all of yTrue + all of yPred)`; over everything, or along `axis`.
 *
 * ```ts
 * keras.losses.dice([[1], [0]], [[0.9], [0.2]]); // 0.1429
 * ```
 */
export const dice = declare(
  "losses.dice(*yTrue, *yPred, axis:ints=null)",
  (yTrue: TensorLike, yPred: TensorLike, axis: number | readonly number[] | null): Tensor => {
    const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
    const overlap = multiply(sum(multiply(labels, predictions), { axis }), 2);
    return subtract(1, divide(overlap, add(add(sum(labels, { axis }), sum(predictions, { axis })), epsilon())));
  },
);

/**
 * Overlap of two areas, for segmentation. Keras: keras.losses.Dice
 *
 * ```ts
 * new keras.losses.Dice()([[1], [0]], [[0.9], [0.2]]); // 0.1429
 * ```
 */
export class Dice extends FunctionLoss<typeof Dice.options> {
  static override readonly options = lossOptions("dice", ["reduction", "name", "axis", "dtype"], { axis: nullable(oneOrMore(integer())) });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return dice(yTrue, yPred, optionsFor(dice, this.options));
  }
}

export interface Dice extends Attributes<typeof Dice.options> {}

losses.register({ Dice });
losses.registerFunction({ dice });
