// The constraint that shortens vectors that are too long.

import { integer, nonNegativeNumber, oneOrMore, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { clip } from "../ops/index.js";
import { Constraint, constraints, norms, rescaled } from "./constraint.js";

/**
 * Vectors along `axis` no longer than `maxValue`. Keras: keras.constraints.MaxNorm
 *
 * ```ts
 * new keras.constraints.MaxNorm(1)(tf.constant([[3], [4]])); // [[0.6], [0.8]]
 * ```
 *
 * @see Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014
 */
export class MaxNorm extends Constraint<typeof MaxNorm.options> {
  static override readonly options = schema(["maxValue", "axis"], { maxValue: nonNegativeNumber(2), axis: oneOrMore(integer(), 0) });

  override call(weights: Tensor): Tensor {
    const norm = norms(weights, this.options.axis);
    return rescaled(weights, norm, clip(norm, 0, this.options.maxValue));
  }
}

export interface MaxNorm extends Attributes<typeof MaxNorm.options> {}

constraints.register({ MaxNorm });
