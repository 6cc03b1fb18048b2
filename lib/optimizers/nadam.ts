// The optimizer Nadam.

import { belowOne, nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, power, sqrt, square, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/** What is the same for all variables of a step. */
interface Schedule {
  /** Weight of the gradient itself. */
  readonly gradient: Tensor;
  /** Weight of the mean of gradients. */
  readonly mean: Tensor;
  /** Correction of the mean of squares. */
  readonly squares: Tensor;
}

/**
 * Adam with Nesterov momentum. Keras: keras.optimizers.Nadam
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Nadam(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.8937]
 * ```
 *
 * @see Dozat, Incorporating Nesterov Momentum into Adam, 2015
 */
export class Nadam extends Optimizer<typeof Nadam.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"], {
    beta1: belowOne(0.9),
    beta2: belowOne(0.999),
    epsilon: nonNegativeNumber(1e-7),
  });
  #momentums!: Slots;
  #velocities!: Slots;
  #product!: Variable;
  #schedule?: Schedule;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addSlotPairs(variables, ["momentum", "velocity"]);
    this.#product = this.addVariable({ name: "variable", initializer: "ones" });
  }

  protected override updateAll(gradients: readonly Tensor[], variables: readonly Variable[], learningRate: Tensor): void {
    const { beta1, beta2 } = this.options;
    const step = this.step;
    const momentumAt = (at: Tensor): Tensor => multiply(subtract(1, multiply(power(0.96, at), 0.5)), beta1);
    const [now, next] = [momentumAt(step), momentumAt(add(step, 1))];
    const product = multiply(this.#product, now);
    this.assign(this.#product, product);
    this.#schedule = {
      gradient: divide(subtract(1, now), subtract(1, product)),
      mean: divide(next, subtract(1, multiply(product, next))),
      squares: subtract(1, power(beta2, step)),
    };
    super.updateAll(gradients, variables, learningRate);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2, epsilon } = this.options;
    const [momentum, velocity] = [this.#momentums.get(variable)!, this.#velocities.get(variable)!];
    const mean = add(momentum, multiply(subtract(gradient, momentum), 1 - beta1));
    const squares = add(velocity, multiply(subtract(square(gradient), velocity), 1 - beta2));
    this.assign(momentum, mean);
    this.assign(velocity, squares);
    const schedule = this.#schedule!;
    const ahead = add(multiply(mean, schedule.mean), multiply(gradient, schedule.gradient));
    this.assignSub(variable, divide(multiply(ahead, learningRate), add(sqrt(divide(squares, schedule.squares)), epsilon)));
  }
}

export interface Nadam extends Attributes<typeof Nadam.options> {}

optimizers.register({ Nadam });
