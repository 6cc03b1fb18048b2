// The learning rate schedule ExponentialDecay.

import { boolean, nonNegativeNumber, number, positiveNumber, schema, string, type Attributes } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { divide, floor, multiply, power } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * `initialLearningRate · decayRate^(step / decaySteps)`; with `staircase` the exponent is a whole number.
 * Keras: keras.optimizers.schedules.ExponentialDecay
 *
 * ```ts
 * new keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)(20); // 0.025
 * ```
 */
export class ExponentialDecay extends LearningRateSchedule<typeof ExponentialDecay.options> {
  static override readonly options = schema(["initialLearningRate", "decaySteps", "decayRate", "staircase", "name"], {
    initialLearningRate: number(),
    decaySteps: positiveNumber(),
    decayRate: nonNegativeNumber(),
    staircase: boolean(false),
    name: string("ExponentialDecay"),
  });

  override call(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    const passed = divide(step, decaySteps);
    return multiply(power(decayRate, staircase ? floor(passed) : passed), initialLearningRate);
  }
}

export interface ExponentialDecay extends Attributes<typeof ExponentialDecay.options> {}

schedules.register({ ExponentialDecay });
