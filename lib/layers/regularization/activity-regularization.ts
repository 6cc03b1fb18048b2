// The layer ActivityRegularization.

import { type Json, nonNegativeNumber, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { L1L2 } from "../../regularizers/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Gives its input back and adds `l1 · Σ|x| + l2 · Σx²`, by sample, to the losses. Keras: keras.layers.ActivityRegularization
 *
 * ```ts
 * const layer = new keras.layers.ActivityRegularization({ l1: 0.1 });
 * layer(tf.constant([1, -2]));
 * layer.losses; // [0.15]
 * ```
 */
export class ActivityRegularization extends Layer<typeof ActivityRegularization.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["l1", "l2"], { l1: nonNegativeNumber(0), l2: nonNegativeNumber(0) });
  override supportsMasking = true;

  protected override get activityRegularizer() {
    const { l1, l2 } = this.options;
    return new L1L2({ l1, l2 });
  }

  override call(x: Tensor): Tensor {
    return x;
  }

  override getConfig(): Record<string, Json> {
    const { activity_regularizer: _, ...config } = super.getConfig();
    return config;
  }
}

export interface ActivityRegularization extends LayerAttributes<typeof ActivityRegularization.options> {}

registerClasses("keras.layers", { ActivityRegularization });
