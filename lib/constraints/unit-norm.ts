// The constraint that gives vectors the length 1.

import { epsilon, integer, oneOrMore, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide } from "../ops/index.js";
import { Constraint, constraints, norms } from "./constraint.js";

/**
 * Vectors along `axis` of length 1. Keras: keras.constraints.UnitNorm
 *
 * ```ts
 * new keras.constraints.UnitNorm()(tf.constant([[3], [4]])); // [[0.6], [0.8]]
 * ```
 */
export class UnitNorm extends Constraint<typeof UnitNorm.options> {
  static override readonly options = schema(["axis"], { axis: oneOrMore(integer(), 0) });

  override call(weights: Tensor): Tensor {
    return divide(weights, add(norms(weights, this.options.axis), epsilon()));
  }
}

export interface UnitNorm extends Attributes<typeof UnitNorm.options> {}

constraints.register({ UnitNorm });
