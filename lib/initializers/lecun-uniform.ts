// LeCun's initializer, uniform: variance by inputs, for selu.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Uniform within ±√(3 / inputs). Keras: keras.initializers.LecunUniform
 *
 * ```ts
 * new keras.initializers.LecunUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see Klambauer et al., Self-Normalizing Neural Networks, 2017
 */
export class LecunUniform extends RandomInitializer<typeof LecunUniform.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 1, mode: "fan_in", distribution: "uniform" }, this.options);
  }
}

export interface LecunUniform extends Attributes<typeof LecunUniform.options> {}

initializers.register({ LecunUniform });
