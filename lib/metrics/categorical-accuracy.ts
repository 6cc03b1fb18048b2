// How often the right class of a one-hot label is the best one, as a function and as a metric.

import { declare } from "../core/operation.js";
import { registerFunctions, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { argmax, cast, equal } from "../ops/index.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * 1 where the largest prediction is that of the class whose label is largest.
 *
 * ```ts
 * keras.metrics.categoricalAccuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]); // [1, 0]
 * ```
 */
export const categoricalAccuracy = declare(
  "metrics.categoricalAccuracy(*yTrue, *yPred)",
  (yTrue: TensorLike, yPred: TensorLike): Tensor => {
    return cast(equal(argmax(asTensor(yTrue), { axis: -1 }), argmax(asTensor(yPred), { axis: -1 })), "float32");
  },
);

/**
 * How often the best class is the right one; labels are one-hot. Keras: keras.metrics.CategoricalAccuracy
 *
 * ```ts
 * new keras.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]); // 0.5
 * ```
 */
export class CategoricalAccuracy extends MeanOf<typeof CategoricalAccuracy.options> {
  static override readonly options = metricOptions("categorical_accuracy", ["name", "dtype"], {});
  override readonly direction = "up";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalAccuracy(yTrue, yPred);
  }
}

export interface CategoricalAccuracy extends Attributes<typeof CategoricalAccuracy.options> {}

metrics.register({ CategoricalAccuracy });
registerFunctions("keras.metrics", { categorical_accuracy: categoricalAccuracy });
