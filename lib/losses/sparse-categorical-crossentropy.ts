// The loss of one class out of several with labels as indices, as a function and as a class.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, integer, nullable, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { setMask } from "../core/mask.js";
import type { Tensor } from "../core/tensor.js";
import { expandDims, notEqual, sparseCategoricalCrossentropy as perSample, squeeze, where } from "../ops/index.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/** What `sparseCategoricalCrossentropy` takes beside labels and predictions. */
export interface SparseCategoricalCrossentropyOptions {
  /** Whether predictions are logits and not probabilities. */
  readonly fromLogits?: boolean;
  /** A label whose samples don't count: the "no class" of a segmentation, −1. */
  readonly ignoreClass?: number | null;
  /** The axis of classes in the predictions; default: the last. */
  readonly axis?: number;
}

/**
 * `−log(yPred[yTrue])` for each sample.
 *
 * ```ts
 * keras.losses.sparseCategoricalCrossentropy([1], [[0.2, 0.8]]); // [0.2231]
 * ```
 *
 * @param yTrue  class indices, of the shape of yPred without the axis of classes, or with 1 in its place
 */
export const sparseCategoricalCrossentropy = declare(
  "losses.sparseCategoricalCrossentropy(*yTrue, *yPred, fromLogits=false, ignoreClass:any=null, axis:ints=-1)",
  (yTrue: TensorLike, yPred: TensorLike, fromLogits: boolean, ignoreClass: number | null, axis: number): Tensor => {
    const predictions = asTensor(yPred);
    let labels = asTensor(yTrue);
    if (labels.rank === predictions.rank && labels.shape.at(axis) === 1) labels = squeeze(labels, axis);
    if (ignoreClass === null) return perSample(labels, predictions, { fromLogits, axis });
    const counts = notEqual(labels, ignoreClass);
    const loss = perSample(where(counts, labels, 0), where(expandDims(counts, axis), predictions, 0), { fromLogits, axis });
    return setMask(where(counts, loss, 0), counts);
  },
);

/**
 * Cross-entropy of one class out of several; labels are class indices. Keras: keras.losses.SparseCategoricalCrossentropy
 *
 * ```ts
 * new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true })([1], [[0, 2]]); // 0.1269
 * ```
 */
export class SparseCategoricalCrossentropy extends FunctionLoss<typeof SparseCategoricalCrossentropy.options> {
  static override readonly options = lossOptions(
    "sparse_categorical_crossentropy",
    ["fromLogits", "ignoreClass", "reduction", "axis", "name"],
    {
      fromLogits: boolean(false),
      ignoreClass: nullable(integer()),
      axis: integer(-1),
    },
  );

  /** Class indices stay what they are. */
  protected override labels(yTrue: TensorLike): Tensor {
    return asTensor(yTrue);
  }

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, optionsFor(sparseCategoricalCrossentropy, this.options));
  }
}

export interface SparseCategoricalCrossentropy extends Attributes<typeof SparseCategoricalCrossentropy.options> {}

losses.register({ SparseCategoricalCrossentropy });
losses.registerFunction({ sparse_categorical_crossentropy: sparseCategoricalCrossentropy });
