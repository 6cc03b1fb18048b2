// The squared distance from the right side of the margin as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { squaredHinge } from "../losses/squared-hinge.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean squared distance from the right side of the margin. Keras: keras.metrics.SquaredHinge
 *
 * ```ts
 * new keras.metrics.SquaredHinge()([[1], [-1]], [[0.5], [-2]]); // 0.125
 * ```
 */
export class SquaredHinge extends MeanOf<typeof SquaredHinge.options> {
  static override readonly options = metricOptions("squared_hinge", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return squaredHinge(yTrue, yPred);
  }
}

export interface SquaredHinge extends Attributes<typeof SquaredHinge.options> {}

metrics.register({ SquaredHinge });
