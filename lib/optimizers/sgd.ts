import { boolean, fraction } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, multiply, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Gradient descent, with momentum and Nesterov momentum. Keras: keras.optimizers.SGD
 *
 * `w ← w − lr · g`; with momentum `v ← momentum · v − lr · g`, then `w ← w + v`, or `w ← w + momentum · v − lr · g` (Nesterov).
 */
export class SGD extends Optimizer<typeof SGD.options> {
  static override readonly options = optimizerOptions(0.01, { momentum: fraction(0), nesterov: boolean(false) });
  #velocities?: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    if (this.options.momentum !== 0) this.#velocities = this.addSlots(variables, "momentum");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { momentum, nesterov } = this.options;
    const velocity = this.#velocities?.get(variable);
    const step = multiply(gradient, learningRate);
    if (!velocity) return this.assignSub(variable, step);
    const next = subtract(multiply(velocity, momentum), step);
    this.assign(velocity, next);
    this.assign(variable, add(variable, nesterov ? subtract(multiply(next, momentum), step) : next));
  }
}

optimizers.register({ SGD });
