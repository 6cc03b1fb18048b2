// Glorot's initializer, uniform: what Dense and the convolutions start from.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "./initializer.js";
import { RandomInitializer } from "./random.js";
import { fanFields, scaled } from "./variance-scaling.js";

/**
 * Uniform within ±√(6 / (inputs + outputs)). Keras: keras.initializers.GlorotUniform
 *
 * ```ts
 * new keras.initializers.GlorotUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 *
 * @see Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010
 */
export class GlorotUniform extends RandomInitializer<typeof GlorotUniform.options> {
  static override readonly options = schema(["seed", "inputAxes", "outputAxes"], fanFields);

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, { scale: 1, mode: "fan_avg", distribution: "uniform" }, this.options);
  }
}

export interface GlorotUniform extends Attributes<typeof GlorotUniform.options> {}

initializers.register({ GlorotUniform });
