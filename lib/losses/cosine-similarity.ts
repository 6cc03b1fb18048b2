// The angle between labels and predictions, as a function and as a class.

import { declare } from "../core/operation.js";
import { integer, oneOrMore, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { multiply, negative, normalize, sum } from "../ops/index.js";
import { ofSameRank } from "./labels.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `cosineSimilarity` takes beside labels and predictions. */
export interface CosineSimilarityOptions {
  /** The axis along which vectors lie; default: the last. */
  readonly axis?: number | readonly number[];
}

/**
 * Minus the cosine of the angle between labels and predictions: −1 where they point the same way.
 *
 * ```ts
 * keras.losses.cosineSimilarity([[0, 1]], [[3, 4]]); // [-0.8]
 * ```
 */
export const cosineSimilarity = declare(
  "losses.cosineSimilarity(*yTrue, *yPred, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, axis: number | readonly number[]): Tensor => {
    const [labels, predictions] = ofSameRank(yTrue, yPred);
    return negative(sum(multiply(normalize(labels, { axis }), normalize(predictions, { axis })), { axis }));
  },
);

/**
 * Minus the cosine of the angle between labels and predictions. Keras: keras.losses.CosineSimilarity
 *
 * ```ts
 * new keras.losses.CosineSimilarity()([[0, 1]], [[3, 4]]); // -0.8
 * ```
 */
export class CosineSimilarity extends FunctionLoss<typeof CosineSimilarity.options> {
  static override readonly options = lossOptions("cosine_similarity", ["axis", "reduction", "name", "dtype"], {
    axis: oneOrMore(integer(), -1),
  });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return cosineSimilarity(yTrue, yPred, { axis: this.options.axis });
  }
}

export interface CosineSimilarity extends Attributes<typeof CosineSimilarity.options> {}

losses.register({ CosineSimilarity });
losses.registerFunction({ cosine_similarity: cosineSimilarity });
