// The initializer of uniform numbers.

import { number, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { randomUniform } from "../ops/random/random.js";
import { initializers } from "./initializer.js";
import { RandomInitializer, seedField } from "./random.js";

/**
 * Uniform from `minval` to `maxval`. Keras: keras.initializers.RandomUniform
 *
 * ```ts
 * new keras.initializers.RandomUniform({ minval: 2, maxval: 3, seed: 1 })([2, 2]).shape; // [2, 2]
 * ```
 */
export class RandomUniform extends RandomInitializer<typeof RandomUniform.options> {
  static override readonly options = schema(["minval", "maxval", "seed"], {
    minval: number(-0.05),
    maxval: number(0.05),
    seed: seedField(),
  });

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return randomUniform(seed, shape, this.options.minval, this.options.maxval);
  }
}

export interface RandomUniform extends Attributes<typeof RandomUniform.options> {}

initializers.register({ RandomUniform }, "uniform");
