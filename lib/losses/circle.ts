// Circle loss of embeddings, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, number, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { setMask } from "../core/mask.js";
import type { Tensor } from "../core/tensor.js";
import {
  add,
  cast,
  equal,
  eye,
  greater,
  logicalAnd,
  logicalNot,
  logsumexp,
  matmul,
  maximum,
  multiply,
  reshape,
  softplus,
  subtract,
  transpose,
  where,
} from "../ops/index.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `circle` takes beside labels and embeddings. */
export interface CircleOptions {
  /** Labels and embeddings to compare with; default: those of the batch itself. */
  readonly refLabels?: TensorLike | null;
  readonly refEmbeddings?: TensorLike | null;
  /** Whether a sample is not compared with itself. */
  readonly removeDiagonal?: boolean;
  readonly gamma?: number;
  readonly margin?: number;
}

/**
 * Circle loss of normalized embeddings: similar ones of the same class, dissimilar ones of others.
 *
 * ```ts
 * keras.losses.circle([0, 0, 1], [[1, 0], [0.6, 0.8], [0, 1]]); // [2.761e-6, 38.4, 0]
 * ```
 *
 * @param yTrue  class indices `[batch]`
 * @param yPred  embeddings of length 1 `[batch, features]`
 * @see Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization, 2020
 */
export const circle = declare(
  "losses.circle(*yTrue, *yPred, refLabels:any=null, refEmbeddings:any=null, removeDiagonal=true, gamma=80, margin=0.4)",
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    refLabels: TensorLike | null,
    refEmbeddings: TensorLike | null,
    removeDiagonal: boolean,
    gamma: number,
    margin: number,
  ): Tensor => {
    const embeddings = asTensor(yPred);
    const labels = reshape(cast(asTensor(yTrue), "int32"), [-1, 1]);
    const others = refLabels === undefined || refLabels === null ? labels : reshape(cast(asTensor(refLabels), "int32"), [-1, 1]);
    const references = refEmbeddings === undefined || refEmbeddings === null ? embeddings : asTensor(refEmbeddings);
    const distances = maximum(subtract(1, matmul(embeddings, transpose(references))), 0);
    const isSame = equal(labels, transpose(others));
    const isOther = logicalNot(isSame);
    const [rows, columns] = isSame.shape as readonly number[];
    const pulls = removeDiagonal ? logicalAnd(isSame, logicalNot(eye(rows!, columns!, { dtype: "bool" }))) : isSame;
    const pull = multiply(multiply(weight(add(distances, margin), pulls), subtract(distances, margin)), gamma);
    const push = multiply(multiply(weight(subtract(1 + margin, distances), isOther), subtract(1 - margin, distances)), gamma);
    const overPairs = (terms: Tensor, mask: Tensor): Tensor => logsumexp(where(mask, terms, -Infinity), { axis: 1 });
    const loss = softplus(add(overPairs(pull, pulls), overPairs(push, isOther)));
    return setMask(loss, greater(loss, 0));
  },
);

const weight = (values: Tensor, mask: Tensor): Tensor => maximum(multiply(values, cast(mask, "float32")), 0);

/**
 * Pairwise loss of embeddings, for metric learning. Keras: keras.losses.Circle
 *
 * ```ts
 * new keras.losses.Circle()([0, 0, 1], [[1, 0], [0.6, 0.8], [0, 1]]); // 19.2
 * ```
 */
export class Circle extends FunctionLoss<typeof Circle.options> {
  static override readonly options = lossOptions("circle", ["gamma", "margin", "removeDiagonal", "reduction", "name"], {
    gamma: number(80),
    margin: number(0.4),
    removeDiagonal: boolean(true),
  });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return circle(yTrue, yPred, optionsFor(circle, this.options));
  }
}

export interface Circle extends Attributes<typeof Circle.options> {}

losses.register({ Circle });
losses.registerFunction({ circle });
