// The optimizer ScheduleFreeAdamW.

import { belowOne, nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, minimum, multiply, power, sqrt, square, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers } from "./optimizer.js";

/**
 * Adam that averages its weights in place of a learning rate schedule. Keras: keras.optimizers.ScheduleFreeAdamW
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.ScheduleFreeAdamW(0.1).apply([tf.constant([1])], [v]);
 * v.shape; // [1]
 * ```
 *
 * @see Defazio et al., The Road Less Scheduled, 2024
 */
export class ScheduleFreeAdamW extends Optimizer<typeof ScheduleFreeAdamW.options> {
  static override readonly options = optimizerOptions(0.0025, ["learningRate", "beta1", "beta2", "epsilon", "warmupSteps"], {
    beta1: belowOne(0.9),
    beta2: belowOne(0.999),
    epsilon: nonNegativeNumber(1e-8),
    warmupSteps: nonNegativeNumber(0),
  });
  readonly #momentums = new Map<Variable, Variable>();
  readonly #velocities = new Map<Variable, Variable>();

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      this.#momentums.set(
        variable,
        this.addVariableFromReference(variable, "momentum", () => variable.value()),
      );
      this.#velocities.set(variable, this.addVariableFromReference(variable, "velocity"));
    }
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2, epsilon, warmupSteps } = this.options;
    const [momentum, velocity] = [this.#momentums.get(variable)!, this.#velocities.get(variable)!];
    const step = this.step;
    const rate = warmupSteps > 0 ? multiply(learningRate, minimum(divide(step, warmupSteps), 1)) : learningRate;
    const squares = add(velocity, multiply(subtract(square(gradient), velocity), 1 - beta2));
    const spread = add(sqrt(divide(squares, subtract(1, power(beta2, step)))), epsilon);
    // The average is not kept: it follows from the variable, which is a mix of it and the momentum.
    const average = divide(subtract(variable, multiply(momentum, 1 - beta1)), beta1);
    const next = subtract(momentum, divide(multiply(gradient, rate), spread));
    const weight = divide(1, step);
    const nextAverage = add(multiply(average, subtract(1, weight)), multiply(next, weight));
    this.assign(velocity, squares);
    this.assign(momentum, next);
    this.assign(variable, add(multiply(next, 1 - beta1), multiply(nextAverage, beta1)));
  }
}

export interface ScheduleFreeAdamW extends Attributes<typeof ScheduleFreeAdamW.options> {}

optimizers.register({ ScheduleFreeAdamW });
