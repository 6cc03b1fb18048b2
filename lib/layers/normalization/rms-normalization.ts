// The layer RMSNormalization.

import { integer, type Json, nonNegativeNumber, number, oneOrMore, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { rmsNormalization } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `scale · x / √(mean(x²) + epsilon)` along an axis.
 *
 * ```ts
 * new keras.layers.RMSNormalization({ epsilon: 0 })([[3, 4]]); // [[0.8485, 1.1314]]
 * ```
 *
 * @see Zhang and Sennrich 2019. Keras: keras.layers.RMSNormalization
 */
export class RMSNormalization extends Layer<typeof RMSNormalization.options> {
  static override readonly options = layerOptions.extend(["axis", "epsilon"], {
    axis: oneOrMore(integer(), -1),
    epsilon: nonNegativeNumber(1e-6),
  });

  declare scale: Variable;
  #axes: number[] | null = null;

  override build(inputShape: Shape): void {
    this.#axes = [this.options.axis].flat().sort((a, b) => a - b);
    this.scale = this.addWeight({ name: "scale", shape: this.#axes.map((axis) => inputShape.at(axis)!), initializer: "ones" });
  }

  override call(x: Tensor): Tensor {
    return rmsNormalization(x, this.scale, { axis: this.#axes!, epsilon: this.options.epsilon });
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), axis: this.#axes ?? this.options.axis };
  }
}

export interface RMSNormalization extends LayerAttributes<typeof RMSNormalization.options> {}

registerClasses("keras.layers", { RMSNormalization });
