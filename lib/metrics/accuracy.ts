// How often predictions equal labels, as a function and as a metric.

import type { Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { toSameRank } from "../losses/same-rank.js";
import { cast, equal } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * 1 where a prediction equals its label.
 *
 * ```ts
 * keras.metrics.accuracy([1, 2, 3], [1, 2, 0]); // [1, 1, 0]
 * ```
 */
export function accuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const predictions = asTensor(yPred);
  const [labels, same] = toSameRank(cast(asTensor(yTrue), predictions.dtype), predictions);
  return cast(equal(labels, same), "float32");
}

/**
 * How often predictions equal labels. Keras: keras.metrics.Accuracy
 *
 * ```ts
 * new keras.metrics.Accuracy()([1, 2, 3], [1, 2, 0]); // 0.6667
 * ```
 */
export class Accuracy extends MeanOf<typeof Accuracy.options> {
  static override readonly options = metricOptions("accuracy", ["name", "dtype"], {});
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return accuracy(yTrue, yPred);
  }
}

export interface Accuracy extends Attributes<typeof Accuracy.options> {}

metrics.register({ Accuracy });
