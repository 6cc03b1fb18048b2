// LeCun's initializer, normal: variance by inputs, for selu.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Truncated normal of standard deviation √(1 / inputs). Keras: keras.initializers.LecunNormal
 *
 * ```ts
 * new keras.initializers.LecunNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see Klambauer et al., Self-Normalizing Neural Networks, 2017
 */
export class LecunNormal extends RandomInitializer<typeof LecunNormal.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 1, mode: "fan_in", distribution: "truncated_normal" }, this.options);
  }
}

export interface LecunNormal extends Attributes<typeof LecunNormal.options> {}

initializers.register({ LecunNormal });
