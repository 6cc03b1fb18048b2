// The layer LeakyReLU.

import { leakyRelu } from "../../activations/index.js";
import { nonNegativeNumber, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `x` where it is above 0, else `negativeSlope · x`. Keras: keras.layers.LeakyReLU
 *
 * ```ts
 * new keras.layers.LeakyReLU({ negativeSlope: 0.1 })([-1, 2]); // [-0.1, 2]
 * ```
 */
export class LeakyReLU extends Layer<typeof LeakyReLU.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(
    ["negativeSlope"],
    { negativeSlope: nonNegativeNumber(0.3) },
    { alpha: "negativeSlope" },
  );
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.options.negativeSlope });
  }
}

export interface LeakyReLU extends LayerAttributes<typeof LeakyReLU.options> {}

registerClasses("keras.layers", { LeakyReLU });
