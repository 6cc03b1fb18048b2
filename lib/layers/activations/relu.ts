// The layer ReLU, with its upper bound, its threshold and its slope below.

import { relu } from "../../activations/index.js";
import { nonNegativeNumber, nullable, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `min(x, maxValue)` where x is at least `threshold`, else `negativeSlope · (x − threshold)`; by default `max(x, 0)`.
 * Keras: keras.layers.ReLU
 *
 * ```ts
 * new keras.layers.ReLU({ maxValue: 6 })([-1, 3, 9]); // [0, 3, 6]
 * ```
 */
export class ReLU extends Layer<typeof ReLU.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["maxValue", "negativeSlope", "threshold"], {
    maxValue: nullable(nonNegativeNumber()),
    negativeSlope: nonNegativeNumber(0),
    threshold: nonNegativeNumber(0),
  });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    const { maxValue, negativeSlope, threshold } = this.options;
    return relu(x, { maxValue, negativeSlope, threshold });
  }
}

export interface ReLU extends LayerAttributes<typeof ReLU.options> {}

registerClasses("keras.layers", { ReLU });
