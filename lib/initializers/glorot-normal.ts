// Glorot's initializer, normal: variance by inputs and outputs.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Truncated normal of standard deviation √(2 / (inputs + outputs)). Keras: keras.initializers.GlorotNormal
 *
 * ```ts
 * new keras.initializers.GlorotNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010
 */
export class GlorotNormal extends RandomInitializer<typeof GlorotNormal.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 1, mode: "fan_avg", distribution: "truncated_normal" }, this.options);
  }
}

export interface GlorotNormal extends Attributes<typeof GlorotNormal.options> {}

initializers.register({ GlorotNormal });
