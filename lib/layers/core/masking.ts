// The layer Masking: where masks begin if not in an Embedding.

import { number, registerClasses } from "../../config/index.js";
import { setMask } from "../../core/mask.js";
import type { Tensor } from "../../core/tensor.js";
import { any, notEqual, squeeze, where } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Masks the steps of `[batch, time, features]` in which every feature is `maskValue`, and sets them to 0. Keras: keras.layers.Masking
 *
 * ```ts
 * new keras.layers.Masking({ maskValue: 0 }).computeMask(tf.constant([[[1, 2], [0, 0]]])); // [[true, false]]
 * ```
 */
export class Masking extends Layer<typeof Masking.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["maskValue"], { maskValue: number(0) });
  override supportsMasking = true;

  override computeMask(x: Tensor): Tensor {
    return any(notEqual(x, this.options.maskValue), { axis: -1 });
  }

  override call(x: Tensor): Tensor {
    const isThere = any(notEqual(x, this.options.maskValue), { axis: -1, keepdims: true });
    return setMask(where(isThere, x, 0), squeeze(isThere, -1));
  }
}

export interface Masking extends LayerAttributes<typeof Masking.options> {}

registerClasses("keras.layers", { Masking });
