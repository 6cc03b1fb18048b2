// The learning rate schedule PiecewiseConstantDecay.

import { type Arguments, list, number, schema, string, type Attributes } from "../../config/index.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { full, greater, where } from "../../ops/index.js";
import { LearningRateSchedule, schedules } from "./schedule.js";

/**
 * `values[i]` up to and with step `boundaries[i]`, and the last value beyond.
 * Keras: keras.optimizers.schedules.PiecewiseConstantDecay
 *
 * ```ts
 * new keras.optimizers.schedules.PiecewiseConstantDecay([1000, 2000], [0.1, 0.01, 0.001]);
 * ```
 */
export class PiecewiseConstantDecay extends LearningRateSchedule<typeof PiecewiseConstantDecay.options> {
  static override readonly options = schema(["boundaries", "values", "name"], {
    boundaries: list(number()),
    values: list(number()),
    name: string("PiecewiseConstant"),
  });

  constructor(...given: Arguments<typeof PiecewiseConstantDecay.options>) {
    super(...given);
    const { boundaries, values } = this.options;
    if (boundaries.length !== values.length - 1) {
      throw new ValueError("PiecewiseConstantDecay", {
        given: `the boundaries ${text(boundaries)} and the values ${text(values)}`,
        expected: "one value more than boundaries",
      });
    }
    if (boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1]!))
      throw new ValueError("PiecewiseConstantDecay.boundaries", { given: text(boundaries), expected: "numbers that ascend" });
  }

  override call(step: Tensor): Tensor {
    const { boundaries, values } = this.options;
    let rate = full([], values[0]!);
    for (const [index, boundary] of boundaries.entries()) rate = where(greater(step, boundary), values[index + 1]!, rate);
    return rate;
  }
}

export interface PiecewiseConstantDecay extends Attributes<typeof PiecewiseConstantDecay.options> {}

schedules.register({ PiecewiseConstantDecay });
