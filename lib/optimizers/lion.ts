// Updates by signs.

import { field, fraction, invalid, number, withDefault, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, multiply, sign } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

const positiveFraction = field<number>({
  expected: "a number above 0 and up to 1",
  parse: (value) => (typeof value === "number" && value > 0 && value <= 1 ? value : invalid),
});

/**
 * Steps of one size in the direction of the sign of the momentum. Keras: keras.optimizers.Lion
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Lion(0.1).apply([tf.constant([4])], [v]);
 * v; // [0.9]
 * ```
 *
 * @see Chen et al., Symbolic Discovery of Optimization Algorithms, 2023
 */
export class Lion extends Optimizer<typeof Lion.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "beta1", "beta2", "weightDecay", "clipnorm"], {
    beta1: withDefault(positiveFraction, 0.9),
    beta2: fraction(0.99),
  });
  #momentums!: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#momentums = this.addSlots(variables, "momentum");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2 } = this.options;
    const momentum = this.#momentums.get(variable)!;
    const mixed = (beta: number): Tensor => add(multiply(momentum, beta), multiply(gradient, 1 - beta));
    const [direction, next] = [sign(mixed(beta1)), mixed(beta2)];
    this.assignSub(variable, multiply(direction, learningRate));
    this.assign(momentum, next);
  }
}

export interface Lion extends Attributes<typeof Lion.options> {}

optimizers.register({ Lion });
