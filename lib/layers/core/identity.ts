// The layer Identity.

import { registerClasses } from "../../config/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Gives its input back, whatever its structure. Keras: keras.layers.Identity
 *
 * ```ts
 * new keras.layers.Identity()([1, 2]); // [1, 2]
 * ```
 */
export class Identity extends Layer<typeof Identity.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions;
  override supportsMasking = true;

  override call<T>(x: T): T {
    return x;
  }
}

export interface Identity extends LayerAttributes<typeof Identity.options> {}

registerClasses("keras.layers", { Identity });
