// The constraint that keeps lengths of vectors between two bounds.

import { integer, number, oneOrMore, schema } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, clip, multiply } from "../ops/index.js";
import { Constraint, constraints, norms, rescaled } from "./constraint.js";

/**
 * Vectors along `axis` of lengths from `minValue` to `maxValue`, moved there by `rate`. Keras: keras.constraints.MinMaxNorm
 *
 * ```ts
 * new keras.constraints.MinMaxNorm({ minValue: 2, maxValue: 10 })(tf.constant([[0.6], [0.8]])); // [[1.2], [1.6]]
 * ```
 */
export class MinMaxNorm extends Constraint<typeof MinMaxNorm.options> {
  static override readonly options = schema(["minValue", "maxValue", "rate", "axis"], {
    minValue: number(0),
    maxValue: number(1),
    rate: number(1),
    axis: oneOrMore(integer(), 0),
  });

  override call(weights: Tensor): Tensor {
    const { minValue, maxValue, rate, axis } = this.options;
    const norm = norms(weights, axis);
    return rescaled(weights, norm, add(multiply(clip(norm, minValue, maxValue), rate), multiply(norm, 1 - rate)));
  }
}

constraints.register({ MinMaxNorm });
