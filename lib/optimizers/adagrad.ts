// The optimizer Adagrad.

import { nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { Constant } from "../initializers/index.js";
import { add, divide, multiply, sqrt, square } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Gradients divided by the root of the sum of their squares so far. Keras: keras.optimizers.Adagrad
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Adagrad(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.9047]
 * ```
 *
 * @see Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011
 */
export class Adagrad extends Optimizer<typeof Adagrad.options> {
  static override readonly options = optimizerOptions(
    0.001,
    ["learningRate", "initialAccumulatorValue", "epsilon", "weightDecay", "clipnorm"],
    { initialAccumulatorValue: nonNegativeNumber(0.1), epsilon: nonNegativeNumber(1e-7) },
  );
  #accumulators!: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#accumulators = this.addSlots(variables, "accumulator", new Constant(this.options.initialAccumulatorValue));
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const accumulator = this.#accumulators.get(variable)!;
    const squares = add(accumulator, square(gradient));
    this.assign(accumulator, squares);
    this.assignSub(variable, divide(multiply(gradient, learningRate), sqrt(add(squares, this.options.epsilon))));
  }
}

export interface Adagrad extends Attributes<typeof Adagrad.options> {}

optimizers.register({ Adagrad });
