// The constraint that keeps lengths of vectors between two bounds.

import { fraction, integer, nonNegativeNumber, oneOrMore, schema, type Attributes } from "../config/index.js";
import { ValueError } from "../core/errors.js";
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
    minValue: nonNegativeNumber(0),
    maxValue: nonNegativeNumber(1),
    rate: fraction(1),
    axis: oneOrMore(integer(), 0),
  });

  constructor(...given: ConstructorParameters<typeof Constraint<typeof MinMaxNorm.options>>) {
    super(...given);
    const { minValue, maxValue } = this.options;
    if (minValue > maxValue)
      throw new ValueError("MinMaxNorm", { given: `minValue ${minValue} and maxValue ${maxValue}`, expected: "minValue up to maxValue" });
  }

  override call(weights: Tensor): Tensor {
    const { minValue, maxValue, rate, axis } = this.options;
    const norm = norms(weights, axis);
    return rescaled(weights, norm, add(multiply(clip(norm, minValue, maxValue), rate), multiply(norm, 1 - rate)));
  }
}

export interface MinMaxNorm extends Attributes<typeof MinMaxNorm.options> {}

constraints.register({ MinMaxNorm });
