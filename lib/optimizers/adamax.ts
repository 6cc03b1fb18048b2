// The optimizer Adamax.

import { belowOne, nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { abs, add, divide, maximum, multiply, power, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Adam with the largest gradient so far in place of the mean of squares. Keras: keras.optimizers.Adamax
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Adamax(0.1).apply([tf.constant([4])], [v]);
 * v; // [0.9]
 * ```
 *
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014, section 7
 */
export class Adamax extends Optimizer<typeof Adamax.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"], {
    beta1: belowOne(0.9),
    beta2: belowOne(0.999),
    epsilon: nonNegativeNumber(1e-7),
  });
  #momentums!: Slots;
  #norms!: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#norms] = this.addSlotPairs(variables, ["momentum", "norm"]);
  }

  protected override updateAll(gradients: readonly Tensor[], variables: readonly Variable[], learningRate: Tensor): void {
    super.updateAll(gradients, variables, divide(learningRate, subtract(1, power(this.options.beta1, this.step))));
  }

  override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const { beta1, beta2, epsilon } = this.options;
    const [momentum, norm] = [this.#momentums.get(variable)!, this.#norms.get(variable)!];
    const mean = add(momentum, multiply(subtract(gradient, momentum), 1 - beta1));
    const largest = maximum(multiply(norm, beta2), abs(gradient));
    this.assign(momentum, mean);
    this.assign(norm, largest);
    this.assignSub(variable, divide(multiply(mean, rate), add(largest, epsilon)));
  }
}

export interface Adamax extends Attributes<typeof Adamax.options> {}

optimizers.register({ Adamax });
