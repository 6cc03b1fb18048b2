// He's initializer, normal: variance by inputs, for relu.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Truncated normal of standard deviation √(2 / inputs). Keras: keras.initializers.HeNormal
 *
 * ```ts
 * new keras.initializers.HeNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see He et al., Delving Deep into Rectifiers, 2015
 */
export class HeNormal extends RandomInitializer<typeof HeNormal.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 2, mode: "fan_in", distribution: "truncated_normal" }, this.options);
  }
}

export interface HeNormal extends Attributes<typeof HeNormal.options> {}

initializers.register({ HeNormal });
