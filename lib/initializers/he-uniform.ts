// He's initializer, uniform: variance by inputs, for relu.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Uniform within ±√(6 / inputs). Keras: keras.initializers.HeUniform
 *
 * ```ts
 * new keras.initializers.HeUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see He et al., Delving Deep into Rectifiers, 2015
 */
export class HeUniform extends RandomInitializer<typeof HeUniform.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 2, mode: "fan_in", distribution: "uniform" }, this.options);
  }
}

export interface HeUniform extends Attributes<typeof HeUniform.options> {}

initializers.register({ HeUniform });
