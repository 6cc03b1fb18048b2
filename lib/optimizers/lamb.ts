// Adam with a step for each layer.

import { belowOne, nonNegativeNumber, number, type Attributes } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, greater, logicalAnd, multiply, power, sqrt, square, subtract, sum, where } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

const norm = (x: TensorLike): Tensor => sqrt(sum(square(x)));

/**
 * Adam with steps as large as the weights of each layer: for very large batches. Keras: keras.optimizers.Lamb
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Lamb(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.9]
 * ```
 *
 * @see You et al., Large Batch Optimization for Deep Learning: Training BERT in 76 minutes, 2020
 */
export class Lamb extends Optimizer<typeof Lamb.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"], {
    beta1: belowOne(0.9),
    beta2: belowOne(0.999),
    epsilon: nonNegativeNumber(1e-7),
  });
  #momentums!: Slots;
  #velocities!: Slots;

  protected override get isElementwise(): boolean {
    return false;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addSlotPairs(variables, ["momentum", "velocity"]);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2, epsilon } = this.options;
    const [momentum, velocity] = [this.#momentums.get(variable)!, this.#velocities.get(variable)!];
    const mean = add(momentum, multiply(subtract(gradient, momentum), 1 - beta1));
    const squares = add(velocity, multiply(subtract(square(gradient), velocity), 1 - beta2));
    this.assign(momentum, mean);
    this.assign(velocity, squares);
    const step = this.step;
    const corrected = (x: Tensor, beta: number): Tensor => divide(x, subtract(1, power(beta, step)));
    const update = divide(corrected(mean, beta1), add(sqrt(corrected(squares, beta2)), epsilon));
    const [weights, length] = [norm(variable), norm(update)];
    const ratio = where(logicalAnd(greater(weights, 0), greater(length, 0)), divide(weights, length), 1);
    this.assignSub(variable, multiply(multiply(update, learningRate), ratio));
  }
}

export interface Lamb extends Attributes<typeof Lamb.options> {}

optimizers.register({ Lamb });
