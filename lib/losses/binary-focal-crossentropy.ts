// The loss of yes-or-no predictions that makes light of easy samples, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, fraction, integer, number, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, mean, multiply, binaryCrossentropy as perElement, power, sigmoid, subtract } from "../ops/index.js";
import type { BinaryCrossentropyOptions } from "./binary-crossentropy.js";
import { labelsAndPredictions, smoothed } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `binaryFocalCrossentropy` takes beside labels and predictions. */
export interface BinaryFocalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** Whether class 1 weighs `alpha` and class 0 `1 − alpha`. */
  readonly applyClassBalancing?: boolean;
  readonly alpha?: number;
  /** How much easy samples count less. */
  readonly gamma?: number;
}

/**
 * Binary cross-entropy times `(1 − p)^gamma`, where p is the probability given to the right answer.
 *
 * ```ts
 * keras.losses.binaryFocalCrossentropy([[1], [0]], [[0.9], [0.2]]); // [1.054e-3, 8.926e-3]
 * ```
 *
 * @see Lin et al., Focal Loss for Dense Object Detection, 2018
 */
export const binaryFocalCrossentropy = declare(
  "losses.binaryFocalCrossentropy(*yTrue, *yPred, applyClassBalancing=false, alpha=0.25, gamma=2.0, fromLogits=false, labelSmoothing=0.0, axis:ints=-1)",
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    applyClassBalancing: boolean,
    alpha: number,
    gamma: number,
    fromLogits: boolean,
    labelSmoothing: number,
    axis: number | readonly number[],
  ): Tensor => {
    const [given, predictions] = labelsAndPredictions(yTrue, yPred);
    const labels = smoothed(given, labelSmoothing, 0.5);
    const probabilities = fromLogits ? sigmoid(predictions) : predictions;
    const others = subtract(1, labels);
    const right = add(multiply(labels, probabilities), multiply(others, subtract(1, probabilities)));
    const focal = multiply(power(subtract(1, right), gamma), perElement(labels, probabilities, { fromLogits: false }));
    if (!applyClassBalancing) return mean(focal, { axis });
    return mean(multiply(add(multiply(labels, alpha), multiply(others, 1 - alpha)), focal), { axis });
  },
);

/**
 * Binary cross-entropy in which easy samples count less. Keras: keras.losses.BinaryFocalCrossentropy
 *
 * ```ts
 * new keras.losses.BinaryFocalCrossentropy({ gamma: 2 })([[1], [0]], [[0.9], [0.2]]); // 4.990e-3
 * ```
 */
export class BinaryFocalCrossentropy extends FunctionLoss<typeof BinaryFocalCrossentropy.options> {
  static override readonly options = lossOptions(
    "binary_focal_crossentropy",
    ["applyClassBalancing", "alpha", "gamma", "fromLogits", "labelSmoothing"],
    {
      applyClassBalancing: boolean(false),
      alpha: number(0.25),
      gamma: number(2),
      fromLogits: boolean(false),
      labelSmoothing: fraction(0),
      axis: oneOrMore(integer(), -1),
    },
  );

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return binaryFocalCrossentropy(yTrue, yPred, optionsFor(binaryFocalCrossentropy, this.options));
  }
}

export interface BinaryFocalCrossentropy extends Attributes<typeof BinaryFocalCrossentropy.options> {}

losses.register({ BinaryFocalCrossentropy });
losses.registerFunction({ binary_focal_crossentropy: binaryFocalCrossentropy });
