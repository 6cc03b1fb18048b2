// The learning rate schedule InverseTimeDecay.

import { boolean, number, positiveNumber, schema, string, type Attributes } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, floor, multiply } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * `initialLearningRate / (1 + decayRate · step / decaySteps)`; with `staircase` the quotient is a whole number.
 * Keras: keras.optimizers.schedules.InverseTimeDecay
 *
 * ```ts
 * new keras.optimizers.schedules.InverseTimeDecay(0.1, 10, 1)(10); // 0.05
 * ```
 */
export class InverseTimeDecay extends LearningRateSchedule<typeof InverseTimeDecay.options> {
  static override readonly options = schema(["initialLearningRate", "decaySteps", "decayRate", "staircase", "name"], {
    initialLearningRate: number(),
    decaySteps: positiveNumber(),
    decayRate: number(),
    staircase: boolean(false),
    name: string("InverseTimeDecay"),
  });

  override call(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    const passed = divide(step, decaySteps);
    return divide(initialLearningRate, add(multiply(staircase ? floor(passed) : passed, decayRate), 1));
  }
}

export interface InverseTimeDecay extends Attributes<typeof InverseTimeDecay.options> {}

schedules.register({ InverseTimeDecay });
