// How often the right class of a one-hot label is among the best k, as a function and as a metric.

import { declare, optionsFor } from "../core/operation.js";
import { registerFunctions, positiveInteger, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { argmax } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";
import { sparseTopKCategoricalAccuracy } from "./sparse-top-k-categorical-accuracy.js";

/**
 * 1 where the class of the largest label is among the `k` best.
 *
 * ```ts
 * keras.metrics.topKCategoricalAccuracy([[1, 0, 0]], [[0.2, 0.1, 0.7]], { k: 2 }); // [1]
 * ```
 */
export const topKCategoricalAccuracy = declare(
  "metrics.topKCategoricalAccuracy(*yTrue, *yPred, k=5)",
  (yTrue: TensorLike, yPred: TensorLike, k: number): Tensor => {
    const labels = argmax(asTensor(yTrue), { axis: -1 });
    return sparseTopKCategoricalAccuracy(labels, yPred, { k });
  },
);

/**
 * How often the right class is among the k best; labels are one-hot. Keras: keras.metrics.TopKCategoricalAccuracy
 *
 * ```ts
 * new keras.metrics.TopKCategoricalAccuracy({ k: 2 })([[1, 0, 0]], [[0.2, 0.1, 0.7]]); // 1
 * ```
 */
export class TopKCategoricalAccuracy extends MeanOf<typeof TopKCategoricalAccuracy.options> {
  static override readonly options = metricOptions("top_k_categorical_accuracy", ["k", "name", "dtype"], { k: positiveInteger(5) });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return topKCategoricalAccuracy(yTrue, yPred, optionsFor(topKCategoricalAccuracy, this.options));
  }
}

export interface TopKCategoricalAccuracy extends Attributes<typeof TopKCategoricalAccuracy.options> {}

metrics.register({ TopKCategoricalAccuracy });
registerFunctions("keras.metrics", { top_k_categorical_accuracy: topKCategoricalAccuracy });
