// The learning rate schedule CosineDecay.

import { nonNegativeNumber, nullable, number, positiveNumber, schema, string, type Attributes } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cos, divide, less, minimum, multiply, subtract, where } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * Half a cosine from the learning rate to `alpha` of it in `decaySteps`, where `warmupTarget` is given after a straight rise
 * to it in `warmupSteps`. Keras: keras.optimizers.schedules.CosineDecay
 *
 * ```ts
 * new keras.optimizers.schedules.CosineDecay(0.1, 100)(50); // 0.05
 * ```
 *
 * @see Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2016
 */
export class CosineDecay extends LearningRateSchedule<typeof CosineDecay.options> {
  static override readonly options = schema(["initialLearningRate", "decaySteps", "alpha", "name", "warmupTarget"], {
    initialLearningRate: number(),
    decaySteps: positiveNumber(),
    alpha: number(0),
    name: string("CosineDecay"),
    warmupTarget: nullable(number()),
    warmupSteps: nonNegativeNumber(0),
  });

  override call(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, warmupTarget, warmupSteps } = this.options;
    if (warmupTarget === null) return this.#decayed(minimum(step, decaySteps), initialLearningRate);
    const now = minimum(step, decaySteps + warmupSteps);
    const rising = add(multiply(divide(now, warmupSteps), warmupTarget - initialLearningRate), initialLearningRate);
    return where(less(now, warmupSteps), rising, this.#decayed(subtract(now, warmupSteps), warmupTarget));
  }

  #decayed(step: Tensor, from: number): Tensor {
    const { decaySteps, alpha } = this.options;
    const wave = multiply(add(cos(multiply(divide(step, decaySteps), Math.PI)), 1), 0.5);
    return multiply(add(multiply(wave, 1 - alpha), alpha), from);
  }
}

export interface CosineDecay extends Attributes<typeof CosineDecay.options> {}

schedules.register({ CosineDecay });
