// The layer ThresholdedReLU, of Keras 2.

import { nonNegativeNumber, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, greater, multiply } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `x` where it is above `theta`, else 0. tf.keras: keras.layers.ThresholdedReLU
 *
 * ```ts
 * new keras.layers.ThresholdedReLU({ theta: 1 })([0.5, 1, 2]); // [0, 0, 2]
 * ```
 *
 * Options: `theta` (default 1), at least 0.
 */
export class ThresholdedReLU extends Layer<typeof ThresholdedReLU.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["theta"], { theta: nonNegativeNumber(1) });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    return multiply(x, cast(greater(x, this.options.theta), x.dtype));
  }
}

export interface ThresholdedReLU extends LayerAttributes<typeof ThresholdedReLU.options> {}

registerClasses("keras.layers", { ThresholdedReLU });
