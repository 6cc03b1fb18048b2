// The loss of one class out of several that makes light of easy samples, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, epsilon, fraction, integer, number, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { clip, divide, log, multiply, negative, power, softmax, subtract, sum } from "../ops/index.js";
import type { CategoricalCrossentropyOptions } from "./categorical-crossentropy.js";
import { labelsAndPredictions, smoothed } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `categoricalFocalCrossentropy` takes beside labels and predictions. */
export interface CategoricalFocalCrossentropyOptions extends CategoricalCrossentropyOptions {
  readonly alpha?: number;
  /** How much easy samples count less. */
  readonly gamma?: number;
}

/**
 * Categorical cross-entropy with each class times `alpha · (1 − p)^gamma`, where p is its probability.
 *
 * ```ts
 * keras.losses.categoricalFocalCrossentropy([[0, 1]], [[0.2, 0.8]]); // [2.231e-3]
 * ```
 *
 * @see Lin et al., Focal Loss for Dense Object Detection, 2018
 */
export const categoricalFocalCrossentropy = declare(
  "losses.categoricalFocalCrossentropy(*yTrue, *yPred, alpha=0.25, gamma=2.0, fromLogits=false, labelSmoothing=0.0, axis:ints=-1)",
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    alpha: number,
    gamma: number,
    fromLogits: boolean,
    labelSmoothing: number,
    axis: number,
  ): Tensor => {
    const [given, predictions] = labelsAndPredictions(yTrue, yPred);
    const classes = predictions.shape.at(axis) ?? 1;
    const labels = smoothed(given, labelSmoothing, 1 / classes);
    const raw = fromLogits ? softmax(predictions, { axis }) : predictions;
    const probabilities = clip(divide(raw, sum(raw, { axis, keepdims: true })), epsilon(), 1 - epsilon());
    const entropy = negative(multiply(labels, log(probabilities)));
    return sum(multiply(multiply(power(subtract(1, probabilities), gamma), alpha), entropy), { axis });
  },
);

/**
 * Categorical cross-entropy in which easy samples count less. Keras: keras.losses.CategoricalFocalCrossentropy
 *
 * ```ts
 * new keras.losses.CategoricalFocalCrossentropy()([[0, 1]], [[0.2, 0.8]]); // 2.231e-3
 * ```
 */
export class CategoricalFocalCrossentropy extends FunctionLoss<typeof CategoricalFocalCrossentropy.options> {
  static override readonly options = lossOptions(
    "categorical_focal_crossentropy",
    ["alpha", "gamma", "fromLogits", "labelSmoothing", "axis"],
    {
      alpha: number(0.25),
      gamma: number(2),
      fromLogits: boolean(false),
      labelSmoothing: fraction(0),
      axis: integer(-1),
    },
  );

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalFocalCrossentropy(yTrue, yPred, optionsFor(categoricalFocalCrossentropy, this.options));
  }
}

export interface CategoricalFocalCrossentropy extends Attributes<typeof CategoricalFocalCrossentropy.options> {}

losses.register({ CategoricalFocalCrossentropy });
losses.registerFunction({ categorical_focal_crossentropy: categoricalFocalCrossentropy });
