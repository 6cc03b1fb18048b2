// The learning rate schedule PolynomialDecay.

import { boolean, number, positiveNumber, schema, string, type Attributes } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, ceil, divide, equal, minimum, multiply, power, subtract, where } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * From `initialLearningRate` to `endLearningRate` in `decaySteps`, as `(1 − step / decaySteps)^power`; with `cycle` it
 * starts anew over ever longer stretches. Keras: keras.optimizers.schedules.PolynomialDecay
 *
 * ```ts
 * new keras.optimizers.schedules.PolynomialDecay(0.1, 100, { endLearningRate: 0 })(25); // 0.075
 * ```
 */
export class PolynomialDecay extends LearningRateSchedule<typeof PolynomialDecay.options> {
  static override readonly options = schema(["initialLearningRate", "decaySteps", "endLearningRate", "power", "cycle"], {
    initialLearningRate: number(),
    decaySteps: positiveNumber(),
    endLearningRate: number(0.0001),
    power: number(1),
    cycle: boolean(false),
    name: string("PolynomialDecay"),
  });

  override call(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, endLearningRate, power: exponent, cycle } = this.options;
    // The first multiple of decaySteps that is not below the step.
    const stretches = where(equal(step, 0), 1, ceil(divide(step, decaySteps)));
    const passed = cycle ? divide(step, multiply(stretches, decaySteps)) : divide(minimum(step, decaySteps), decaySteps);
    return add(multiply(power(subtract(1, passed), exponent), initialLearningRate - endLearningRate), endLearningRate);
  }
}

export interface PolynomialDecay extends Attributes<typeof PolynomialDecay.options> {}

schedules.register({ PolynomialDecay });
