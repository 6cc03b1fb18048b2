// Tversky loss of segmentations, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { epsilon, integer, nullable, number, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, subtract, sum } from "../ops/index.js";
import { labelsAndPredictions } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `tversky` takes beside labels and predictions. */
export interface TverskyOptions {
  /** Weight of false positives. */
  readonly alpha?: number;
  /** Weight of false negatives. */
  readonly beta?: number;
  readonly axis?: number | readonly number[] | null;
}

/**
 * `1 − overlap / (overlap + alpha · false positives + beta · false negatives)`; over everything, or along `axis`.
 *
 * ```ts
 * keras.losses.tversky([[1], [0]], [[0.9], [0.2]]); // 0.1429
 * ```
 */
export const tversky = declare(
  "losses.tversky(*yTrue, *yPred, alpha=0.5, beta=0.5, axis:ints=null)",
  (yTrue: TensorLike, yPred: TensorLike, alpha: number, beta: number, axis: number | readonly number[] | null): Tensor => {
    const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
    const overlap = sum(multiply(predictions, labels), { axis });
    const falsePositives = multiply(sum(multiply(subtract(1, labels), predictions), { axis }), alpha);
    const falseNegatives = multiply(sum(multiply(labels, subtract(1, predictions)), { axis }), beta);
    return subtract(1, divide(overlap, add(add(overlap, falsePositives), add(falseNegatives, epsilon()))));
  },
);

/**
 * Overlap of two areas, with weights for what is too much and what is missing. Keras: keras.losses.Tversky
 *
 * ```ts
 * new keras.losses.Tversky()([[1], [0]], [[0.9], [0.2]]); // 0.1429
 * ```
 *
 * @see Salehi et al., Tversky loss function for image segmentation, 2017
 */
export class Tversky extends FunctionLoss<typeof Tversky.options> {
  static override readonly options = lossOptions("tversky", ["alpha", "beta", "reduction", "name", "axis"], {
    alpha: number(0.5),
    beta: number(0.5),
    axis: nullable(oneOrMore(integer())),
  });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return tversky(yTrue, yPred, optionsFor(tversky, this.options));
  }
}

export interface Tversky extends Attributes<typeof Tversky.options> {}

losses.register({ Tversky });
losses.registerFunction({ tversky });
