// How often the right class of an index label is among the best k, as a function and as a metric.

import { declare, optionsFor } from "../core/operation.js";
import { boolean, positiveInteger, registerFunctions, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { any, cast, equal, expandDims, inTopK, reshape, slice } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/** What `sparseTopKCategoricalAccuracy` takes beside labels and predictions. */
export interface SparseTopKOptions {
  readonly k?: number;
  /** Whether predictions are class indices, best first, and not scores. */
  readonly fromSortedIds?: boolean;
}

/** Keras writes the option only where it is used. */
const writtenWhenTrue = { ...boolean(false), serialize: (value: boolean) => value || undefined };

/** Whether a label is among the first k of its row. */
function isAmongFirst(labels: Tensor, ids: Tensor, k: number): Tensor {
  const first = slice(ids, [0, 0], [-1, Math.min(k, ids.shape.at(-1)!)]);
  return any(equal(expandDims(cast(labels, ids.dtype), 1), first), { axis: 1 });
}

/**
 * 1 where the class that the label names is among the `k` best.
 *
 * ```ts
 * keras.metrics.sparseTopKCategoricalAccuracy([0, 1], [[0.2, 0.1, 0.7], [0.2, 0.1, 0.7]], { k: 2 }); // [1, 0]
 * ```
 */
export const sparseTopKCategoricalAccuracy = declare(
  "metrics.sparseTopKCategoricalAccuracy(*yTrue, *yPred, k=5, fromSortedIds=false)",
  (yTrue: TensorLike, yPred: TensorLike, k: number, fromSortedIds: boolean): Tensor => {
    const predictions = asTensor(yPred);
    const labels = asTensor(yTrue);
    const flatLabels = labels.rank > 1 ? reshape(labels, [-1]) : labels;
    const flat = predictions.rank > 2 ? reshape(predictions, [-1, predictions.shape.at(-1)!]) : predictions;
    const matches = fromSortedIds ? isAmongFirst(flatLabels, flat, k) : inTopK(cast(flatLabels, "int32"), flat, k);
    const hits = cast(matches, "float32");
    return labels.rank > 1 ? reshape(hits, labels.shape) : hits;
  },
);

/**
 * How often the right class is among the k best; labels are class indices. Keras: keras.metrics.SparseTopKCategoricalAccuracy
 *
 * ```ts
 * new keras.metrics.SparseTopKCategoricalAccuracy({ k: 2 })([0, 1], [[0.2, 0.1, 0.7], [0.2, 0.1, 0.7]]); // 0.5
 * ```
 */
export class SparseTopKCategoricalAccuracy extends MeanOf<typeof SparseTopKCategoricalAccuracy.options> {
  static override readonly options = metricOptions("sparse_top_k_categorical_accuracy", ["k", "name", "dtype", "fromSortedIds"], {
    k: positiveInteger(5),
    fromSortedIds: writtenWhenTrue,
  });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return sparseTopKCategoricalAccuracy(yTrue, yPred, optionsFor(sparseTopKCategoricalAccuracy, this.options));
  }
}

export interface SparseTopKCategoricalAccuracy extends Attributes<typeof SparseTopKCategoricalAccuracy.options> {}

metrics.register({ SparseTopKCategoricalAccuracy });
registerFunctions("keras.metrics", { sparse_top_k_categorical_accuracy: sparseTopKCategoricalAccuracy });
