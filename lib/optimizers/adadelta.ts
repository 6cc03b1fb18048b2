// The optimizer Adadelta.

import { fraction, nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, sqrt, square } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Steps of the size of earlier steps, by running means of squares. Keras: keras.optimizers.Adadelta
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Adadelta(1).apply([tf.constant([1])], [v]);
 * v; // [0.9986]
 * ```
 *
 * @see Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012
 */
export class Adadelta extends Optimizer<typeof Adadelta.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "rho", "epsilon", "weightDecay", "clipnorm"], {
    rho: fraction(0.95),
    epsilon: nonNegativeNumber(1e-7),
  });
  #gradients!: Slots;
  #deltas!: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#gradients, this.#deltas] = this.addSlotPairs(variables, ["accumulated_grad", "accumulated_delta_var"]);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { rho, epsilon } = this.options;
    const [gradients, deltas] = [this.#gradients.get(variable)!, this.#deltas.get(variable)!];
    const running = (mean: Variable, value: Tensor): Tensor => add(multiply(mean, rho), multiply(square(value), 1 - rho));
    const squares = running(gradients, gradient);
    const delta = divide(multiply(sqrt(add(deltas, epsilon)), gradient), sqrt(add(squares, epsilon)));
    this.assign(gradients, squares);
    this.assign(deltas, running(deltas, delta));
    this.assignSub(variable, multiply(delta, learningRate));
  }
}

export interface Adadelta extends Attributes<typeof Adadelta.options> {}

optimizers.register({ Adadelta });
