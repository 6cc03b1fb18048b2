// The layer UnitNormalization.

import { integer, oneOrMore, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { divide, maximum, sqrt, square, sum } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Divides vectors along an axis by their length. Keras: keras.layers.UnitNormalization
 *
 * ```ts
 * new keras.layers.UnitNormalization()([[3, 4]]); // [[0.6, 0.8]]
 * ```
 */
export class UnitNormalization extends Layer<typeof UnitNormalization.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["axis"], { axis: oneOrMore(integer(), -1) });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    const squares = sum(square(x), { axis: this.options.axis, keepdims: true });
    return divide(x, sqrt(maximum(squares, 1e-12 ** 2)));
  }
}

export interface UnitNormalization extends LayerAttributes<typeof UnitNormalization.options> {}

registerClasses("keras.layers", { UnitNormalization });
