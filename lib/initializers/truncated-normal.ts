// The initializer of normal numbers without their tails.

import { nonNegativeNumber, number, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { randomTruncatedNormal } from "../ops/random/random.js";
import { initializers } from "./initializer.js";
import { RandomInitializer, seedField } from "./random.js";

/**
 * Normal, within two standard deviations of the mean. Keras: keras.initializers.TruncatedNormal
 *
 * ```ts
 * new keras.initializers.TruncatedNormal({ stddev: 0.1, seed: 1 })([2, 2]).shape; // [2, 2]
 * ```
 */
export class TruncatedNormal extends RandomInitializer<typeof TruncatedNormal.options> {
  static override readonly options = schema(["mean", "stddev", "seed"], {
    mean: number(0),
    stddev: nonNegativeNumber(0.05),
    seed: seedField(),
  });

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return randomTruncatedNormal(seed, shape, this.options.mean, this.options.stddev);
  }
}

export interface TruncatedNormal extends Attributes<typeof TruncatedNormal.options> {}

initializers.register({ TruncatedNormal });
