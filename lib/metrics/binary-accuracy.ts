// How often yes-or-no predictions are right, as a function and as a metric.

import { declare, optionsFor } from "../core/operation.js";
import { registerFunctions, number, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { toSameRank } from "../losses/same-rank.js";
import { cast, equal, greater } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * 1 where a prediction is on the side of `threshold` that its label, 0 or 1, names.
 *
 * ```ts
 * keras.metrics.binaryAccuracy([[1], [0]], [[0.9], [0.8]]); // [[1], [0]]
 * ```
 */
export const binaryAccuracy = declare(
  "metrics.binaryAccuracy(*yTrue, *yPred, threshold=0.5)",
  (yTrue: TensorLike, yPred: TensorLike, threshold: number): Tensor => {
    const [labels, predictions] = toSameRank(asTensor(yTrue), asTensor(yPred));
    return cast(equal(labels, cast(greater(predictions, threshold), labels.dtype)), "float32");
  },
);

/**
 * How often yes-or-no predictions are right. Keras: keras.metrics.BinaryAccuracy
 *
 * ```ts
 * new keras.metrics.BinaryAccuracy()([[1], [0], [1]], [[0.9], [0.2], [0.4]]); // 0.6667
 * ```
 */
export class BinaryAccuracy extends MeanOf<typeof BinaryAccuracy.options> {
  static override readonly options = metricOptions("binary_accuracy", ["name", "dtype", "threshold"], { threshold: number(0.5) });
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return binaryAccuracy(yTrue, yPred, optionsFor(binaryAccuracy, this.options));
  }
}

export interface BinaryAccuracy extends Attributes<typeof BinaryAccuracy.options> {}

metrics.register({ BinaryAccuracy });
registerFunctions("keras.metrics", { binary_accuracy: binaryAccuracy });
