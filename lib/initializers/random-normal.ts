// The initializer of normal numbers.

import { nonNegativeNumber, number, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { randomNormal } from "../ops/random/random.js";
import { initializers } from "./initializer.js";
import { RandomInitializer, seedField } from "./random.js";

/**
 * Normal with a mean and a standard deviation. Keras: keras.initializers.RandomNormal
 *
 * ```ts
 * new keras.initializers.RandomNormal({ mean: 5, stddev: 0, seed: 1 })([2]); // [5, 5]
 * ```
 */
export class RandomNormal extends RandomInitializer<typeof RandomNormal.options> {
  static override readonly options = schema(["mean", "stddev", "seed"], {
    mean: number(0),
    stddev: nonNegativeNumber(0.05),
    seed: seedField(),
  });

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return randomNormal(seed, shape, this.options.mean, this.options.stddev);
  }
}

export interface RandomNormal extends Attributes<typeof RandomNormal.options> {}

initializers.register({ RandomNormal }, "normal");
