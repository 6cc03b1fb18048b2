// The loss of yes-or-no predictions, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, fraction, integer, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { mean, binaryCrossentropy as perElement } from "../ops/index.js";
import { labelsAndPredictions, smoothed } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `binaryCrossentropy` takes beside labels and predictions. */
export interface BinaryCrossentropyOptions {
  /** Whether predictions are logits and not probabilities. */
  readonly fromLogits?: boolean;
  /** How far labels are moved towards ½. */
  readonly labelSmoothing?: number;
  /** The axis over which is averaged; default: the last. */
  readonly axis?: number | readonly number[];
}

/**
 * `−mean(yTrue · log(yPred) + (1 − yTrue) · log(1 − yPred))` along an axis.
 *
 * ```ts
 * keras.losses.binaryCrossentropy([[1], [0]], [[0.9], [0.2]]); // [0.1054, 0.2231]
 * ```
 */
export const binaryCrossentropy = declare(
  "losses.binaryCrossentropy(*yTrue, *yPred, fromLogits=false, labelSmoothing=0.0, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, fromLogits: boolean, labelSmoothing: number, axis: number | readonly number[]): Tensor => {
    const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
    return mean(perElement(smoothed(labels, labelSmoothing, 0.5), predictions, { fromLogits }), { axis });
  },
);

/**
 * Cross-entropy of independent yes-or-no predictions; labels are 0 and 1. Keras: keras.losses.BinaryCrossentropy
 *
 * ```ts
 * new keras.losses.BinaryCrossentropy()([[1], [0]], [[0.9], [0.2]]); // 0.1643
 * ```
 */
export class BinaryCrossentropy extends FunctionLoss<typeof BinaryCrossentropy.options> {
  static override readonly options = lossOptions("binary_crossentropy", ["fromLogits", "labelSmoothing", "axis", "reduction", "name"], {
    fromLogits: boolean(false),
    labelSmoothing: fraction(0),
    axis: oneOrMore(integer(), -1),
  });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return binaryCrossentropy(yTrue, yPred, optionsFor(binaryCrossentropy, this.options));
  }
}

export interface BinaryCrossentropy extends Attributes<typeof BinaryCrossentropy.options> {}

losses.register({ BinaryCrossentropy });
losses.registerFunction({ binary_crossentropy: binaryCrossentropy }, "bce", "BCE");
