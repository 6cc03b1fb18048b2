// The loss of one class out of several that bears wrong labels, as a function and as a class.

import { declare } from "../core/operation.js";
import { field, invalid, withDefault, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { cast, divide, multiply, oneHot, power, subtract, sum } from "../ops/index.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * `(1 − p^q) / q`, where p is the probability of the right class; labels are class indices.
 *
 * ```ts
 * keras.losses.categoricalGeneralizedCrossEntropy([1], [[0.2, 0.8]], 0.5); // [0.2111]
 * ```
 */
export const categoricalGeneralizedCrossEntropy = declare(
  "losses.categoricalGeneralizedCrossEntropy(*yTrue, *yPred, q:any)",
  (yTrue: TensorLike, yPred: TensorLike, q: number): Tensor => {
    const probabilities = asTensor(yPred);
    const labels = oneHot(cast(asTensor(yTrue), "int32"), probabilities.shape.at(-1)!, { dtype: probabilities.dtype });
    const right = sum(multiply(probabilities, labels), { axis: -1 });
    return divide(subtract(1, power(right, q)), q);
  },
);

const openFraction = field<number>({
  expected: "a number between 0 and 1",
  parse: (value) => (typeof value === "number" && value > 0 && value < 1 ? value : invalid),
});

/**
 * Between cross-entropy (q → 0) and absolute error (q → 1): for labels with mistakes in them.
 * Keras: keras.losses.CategoricalGeneralizedCrossEntropy
 *
 * ```ts
 * new keras.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.2, 0.8]]); // 0.2111
 * ```
 *
 * @see Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018
 */
export class CategoricalGeneralizedCrossEntropy extends FunctionLoss<typeof CategoricalGeneralizedCrossEntropy.options> {
  static override readonly options = lossOptions("categorical_generalized_cross_entropy", ["q", "reduction", "name", "dtype"], {
    q: withDefault(openFraction, 0.5),
  });

  /** Class indices stay what they are. */
  protected override labels(yTrue: TensorLike): Tensor {
    return asTensor(yTrue);
  }

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return categoricalGeneralizedCrossEntropy(yTrue, yPred, this.options.q);
  }
}

export interface CategoricalGeneralizedCrossEntropy extends Attributes<typeof CategoricalGeneralizedCrossEntropy.options> {}

losses.register({ CategoricalGeneralizedCrossEntropy });
losses.registerFunction({ categorical_generalized_cross_entropy: categoricalGeneralizedCrossEntropy });
