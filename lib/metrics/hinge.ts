// The distance from the right side of the margin as a metric.

import type { Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { hinge } from "../losses/hinge.js";
import { metricOptions, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

/**
 * Mean distance from the right side of the margin. Keras: keras.metrics.Hinge
 *
 * ```ts
 * new keras.metrics.Hinge()([[1], [-1]], [[0.5], [-2]]); // 0.25
 * ```
 */
export class Hinge extends MeanOf<typeof Hinge.options> {
  static override readonly options = metricOptions("hinge", ["name", "dtype"], {});
  override readonly direction = "down";

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return hinge(yTrue, yPred);
  }
}

export interface Hinge extends Attributes<typeof Hinge.options> {}

metrics.register({ Hinge });
