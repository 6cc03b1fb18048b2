// The layer that applies an activation by name or function.

import { registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { activations } from "../../activations/family.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Applies an activation: `new Activation("relu")`. Keras: keras.layers.Activation
 *
 * ```ts
 * new keras.layers.Activation("relu")([-1, 2]); // [0, 2]
 * ```
 */
export class Activation extends Layer<typeof Activation.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["activation"], { activation: activations.field() });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    return this.options.activation(x);
  }
}

export interface Activation extends LayerAttributes<typeof Activation.options> {}

registerClasses("keras.layers", { Activation });
