// The base of constraints and their family, and the norms that they share.

import { classAndSnakeCase, Configured, epsilon, Family, type Identifier, type NoOptions, type Schema } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, sqrt, square, sum } from "../ops/index.js";

export interface Constraint<S extends Schema = NoOptions> {
  (weights: TensorLike): Tensor;
}

/**
 * The base of constraints: what weights are put through after each update. This one leaves them as they are; one of one's
 * own implements `call`. Keras: keras.constraints.Constraint
 *
 * ```ts
 * class AtMostOne extends keras.constraints.Constraint {
 *   override call(w: tf.Tensor) { return tf.minimum(w, 1); }
 * }
 * new AtMostOne()(tf.constant([0.5, 3])); // [0.5, 1]
 * ```
 */
export class Constraint<S extends Schema = NoOptions> extends Configured<S> {
  /** Weights that meet the constraint. */
  call(weights: Tensor): Tensor {
    return weights;
  }

  protected override invoke(weights: TensorLike): Tensor {
    return this.call(asTensor(weights));
  }
}

/** A constraint, or a function that stands for one. */
export type ConstraintLike = (weights: Tensor) => Tensor;

/** What names a constraint. */
export type ConstraintIdentifier = Identifier<ConstraintLike>;

/** Constraints by name, config, class or function. Keras: keras.constraints.get */
export const constraints = new Family<ConstraintLike>({
  module: "keras.constraints",
  noun: "constraint",
  spelling: classAndSnakeCase,
  accepts: (value): value is ConstraintLike => value instanceof Constraint || (typeof value === "function" && !("fromConfig" in value)),
});

constraints.register({ Constraint });

/** Lengths of the vectors along some axes, which stay with length 1. */
export const norms = (weights: Tensor, axis: number | readonly number[]): Tensor => sqrt(sum(square(weights), { axis, keepdims: true }));

/** Weights whose norms are changed to `desired`. */
export const rescaled = (weights: Tensor, norm: Tensor, desired: Tensor): Tensor =>
  multiply(weights, divide(desired, add(norm, epsilon())));
