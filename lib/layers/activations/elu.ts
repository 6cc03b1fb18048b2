// The layer ELU.

import { elu } from "../../activations/index.js";
import { number, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `x` where it is above 0, else `alpha · (eˣ − 1)`. Keras: keras.layers.ELU
 *
 * ```ts
 * new keras.layers.ELU()([-1, 0, 2]); // [-0.6321, 0, 2]
 * ```
 */
export class ELU extends Layer<typeof ELU.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["alpha"], { alpha: number(1) });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    return elu(x, { alpha: this.options.alpha });
  }
}

export interface ELU extends LayerAttributes<typeof ELU.options> {}

registerClasses("keras.layers", { ELU });
