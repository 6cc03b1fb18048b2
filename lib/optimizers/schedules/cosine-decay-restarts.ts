// The learning rate schedule CosineDecayRestarts.

import { number, positiveNumber, schema, string, type Attributes } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cos, divide, floor, log, multiply, power, subtract } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * Half cosines one after the other, each `tMul` times as long and `mMul` times as high as the one before.
 * Keras: keras.optimizers.schedules.CosineDecayRestarts
 *
 * ```ts
 * new keras.optimizers.schedules.CosineDecayRestarts(0.1, 10)(5); // 0.05
 * ```
 *
 * @see Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2016
 */
export class CosineDecayRestarts extends LearningRateSchedule<typeof CosineDecayRestarts.options> {
  static override readonly options = schema(["initialLearningRate", "firstDecaySteps", "tMul", "mMul", "alpha"], {
    initialLearningRate: number(),
    firstDecaySteps: positiveNumber(),
    tMul: number(2),
    mMul: number(1),
    alpha: number(0),
    name: string("SGDRDecay"),
  });

  override call(step: Tensor): Tensor {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this.options;
    const [restarts, passed] = this.#position(divide(step, firstDecaySteps));
    const height = multiply(power(mMul, restarts), 0.5);
    const wave = multiply(height, add(cos(multiply(passed, Math.PI)), 1));
    return multiply(add(multiply(wave, 1 - alpha), alpha), initialLearningRate);
  }

  /** How many restarts there were, and which part of the present stretch has passed. */
  #position(stretches: Tensor): [Tensor, Tensor] {
    const { tMul } = this.options;
    if (tMul === 1) {
      const restarts = floor(stretches);
      return [restarts, subtract(stretches, restarts)];
    }
    const restarts = floor(divide(log(subtract(1, multiply(stretches, 1 - tMul))), Math.log(tMul)));
    const length = power(tMul, restarts);
    const before = divide(subtract(1, length), 1 - tMul);
    return [restarts, divide(subtract(stretches, before), length)];
  }
}

export interface CosineDecayRestarts extends Attributes<typeof CosineDecayRestarts.options> {}

schedules.register({ CosineDecayRestarts });
