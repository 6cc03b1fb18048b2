// The constraint that cuts weights at zero.

import { schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { maximum } from "../ops/index.js";
import { Constraint, constraints } from "./constraint.js";

/**
 * Weights of at least 0. Keras: keras.constraints.NonNeg
 *
 * ```ts
 * new keras.constraints.NonNeg()(tf.constant([-1, 2])); // [0, 2]
 * ```
 */
export class NonNeg extends Constraint<typeof NonNeg.options> {
  static override readonly options = schema([], {});

  override call(weights: Tensor): Tensor {
    return maximum(weights, 0);
  }
}

export interface NonNeg extends Attributes<typeof NonNeg.options> {}

constraints.register({ NonNeg });
