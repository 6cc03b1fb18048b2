import { boolean, number } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, sqrt, square, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Gradients divided by the root of a running mean of their squares. Keras: keras.optimizers.RMSprop
 *
 * `v ← rho · v + (1 − rho) · g²`, `w ← w − lr · g / √(v + epsilon)`; `centered` subtracts the square of the mean of g from v.
 *
 * @see Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012
 */
export class RMSprop extends Optimizer<typeof RMSprop.options> {
  static override readonly options = optimizerOptions(0.001, {
    rho: number(0.9),
    momentum: number(0),
    epsilon: number(1e-7),
    centered: boolean(false),
  });
  #velocities!: Slots;
  #momentums?: Slots;
  #means?: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#velocities = this.addSlots(variables, "velocity");
    if (this.options.momentum > 0) this.#momentums = this.addSlots(variables, "momentum");
    if (this.options.centered) this.#means = this.addSlots(variables, "average_gradient");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { rho, epsilon, momentum: friction } = this.options;
    const velocity = this.#velocities.get(variable)!;
    const squares = add(multiply(velocity, rho), multiply(square(gradient), 1 - rho));
    this.assign(velocity, squares);
    let spread = squares;
    const mean = this.#means?.get(variable);
    if (mean) {
      const next = add(multiply(mean, rho), multiply(gradient, 1 - rho));
      this.assign(mean, next);
      spread = subtract(squares, square(next));
    }
    const step = divide(multiply(gradient, learningRate), sqrt(add(spread, epsilon)));
    const momentum = this.#momentums?.get(variable);
    if (!momentum) return this.assignSub(variable, step);
    const next = add(multiply(momentum, friction), step);
    this.assign(momentum, next);
    this.assignSub(variable, next);
  }
}

optimizers.register({ RMSprop });
