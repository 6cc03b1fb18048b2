// The loss of one class out of several with one-hot labels, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, fraction, integer, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { categoricalCrossentropy as perSample } from "../ops/index.js";
import { labelsAndPredictions, smoothed } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `categoricalCrossentropy` takes beside labels and predictions. */
export interface CategoricalCrossentropyOptions {
  /** Whether predictions are logits and not probabilities. */
  readonly fromLogits?: boolean;
  /** How far labels are moved towards an even distribution. */
  readonly labelSmoothing?: number;
  /** The axis of classes; default: the last. */
  readonly axis?: number;
}

/**
 * `−sum(yTrue · log(yPred))` along the axis of classes.
 *
 * ```ts
 * keras.losses.categoricalCrossentropy([[0, 1]], [[0.2, 0.8]]); // [0.2231]
 * ```
 */
export const categoricalCrossentropy = declare(
  "losses.categoricalCrossentropy(*yTrue, *yPred, fromLogits=false, labelSmoothing=0.0, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, fromLogits: boolean, labelSmoothing: number, axis: number): Tensor => {
    const [labels, predictions] = labelsAndPredictions(yTrue, yPred);
    const classes = predictions.shape.at(axis) ?? 1;
    return perSample(smoothed(labels, labelSmoothing, 1 / classes), predictions, { fromLogits, axis });
  },
);

/**
 * Cross-entropy of one class out of several; labels are one-hot or probabilities. Keras: keras.losses.CategoricalCrossentropy
 *
 * ```ts
 * new keras.losses.CategoricalCrossentropy()([[0, 1]], [[0.2, 0.8]]); // 0.2231
 * ```
 */
export class CategoricalCrossentropy extends FunctionLoss<typeof CategoricalCrossentropy.options> {
  static override readonly options = lossOptions(
    "categorical_crossentropy",
    ["fromLogits", "labelSmoothing", "axis", "reduction", "name"],
    {
      fromLogits: boolean(false),
      labelSmoothing: fraction(0),
      axis: integer(-1),
    },
  );

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalCrossentropy(yTrue, yPred, optionsFor(categoricalCrossentropy, this.options));
  }
}

export interface CategoricalCrossentropy extends Attributes<typeof CategoricalCrossentropy.options> {}

losses.register({ CategoricalCrossentropy });
losses.registerFunction({ categorical_crossentropy: categoricalCrossentropy });
