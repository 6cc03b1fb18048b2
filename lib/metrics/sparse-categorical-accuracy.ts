// How often the right class of an index label is the best one, as a function and as a metric.

import { declare } from "../core/operation.js";
import { registerFunctions, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { argmax, cast, equal, squeeze } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * 1 where the largest prediction is that of the class that the label names.
 *
 * ```ts
 * keras.metrics.sparseCategoricalAccuracy([1, 0], [[0.2, 0.8], [0.3, 0.7]]); // [1, 0]
 * ```
 */
export const sparseCategoricalAccuracy = declare(
  "metrics.sparseCategoricalAccuracy(*yTrue, *yPred)",
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    const predictions = asTensor(yPred);
    let labels = asTensor(yTrue);
    if (labels.rank === predictions.rank && labels.shape.at(-1) === 1) labels = squeeze(labels, -1);
    const matches = cast(equal(cast(labels, "int32"), cast(argmax(predictions, { axis: -1 }), "int32")), "float32");
    return matches.rank > 1 && matches.shape.at(-1) === 1 ? squeeze(matches, -1) : matches;
  },
);

/**
 * How often the best class is the right one; labels are class indices. Keras: keras.metrics.SparseCategoricalAccuracy
 *
 * ```ts
 * new keras.metrics.SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.3, 0.7]]); // 0.5
 * ```
 */
export class SparseCategoricalAccuracy extends MeanOf<typeof SparseCategoricalAccuracy.options> {
  static override readonly options = metricOptions("sparse_categorical_accuracy", ["name", "dtype"], {});
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return sparseCategoricalAccuracy(yTrue, yPred);
  }
}

export interface SparseCategoricalAccuracy extends Attributes<typeof SparseCategoricalAccuracy.options> {}

metrics.register({ SparseCategoricalAccuracy });
registerFunctions("keras.metrics", { sparse_categorical_accuracy: sparseCategoricalAccuracy });
