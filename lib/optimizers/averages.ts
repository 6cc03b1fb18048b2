// Exponential moving averages of weights, beside any optimizer.

import { add, cast, equal, mod, multiply, notEqual, subtract, where } from "../ops/index.js";
import type { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";
import type { Slots } from "./optimizer.js";

/** Exponential moving averages of a model's variables: `a ← momentum · a + (1 − momentum) · w`, which begin with the first update. */
export class MovingAverages {
  constructor(
    readonly slots: Slots,
    readonly momentum: number,
    /** After how many updates the variables take their averages; null: at the end of training. */
    readonly overwriteFrequency: number | null,
  ) {}

  /** Follows an update. @param iterations  how many there were before */
  update(iterations: Variable | Tensor): void {
    const momentum = multiply(cast(notEqual(iterations, 0), "float32"), this.momentum);
    for (const [variable, average] of this.slots) {
      average.assign(add(multiply(average, momentum), multiply(variable, subtract(1, momentum))));
    }
    if (this.overwriteFrequency === null) return;
    const isDue = equal(mod(add(iterations, 1), this.overwriteFrequency), 0);
    for (const [variable, average] of this.slots) variable.assign(where(isDue, average, variable));
  }

  /** Gives variables their averages. */
  finalize(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const average = this.slots.get(variable);
      if (average) variable.assign(average);
    }
  }

  /** Variables and averages change places. */
  swap(): void {
    for (const [variable, average] of this.slots) {
      const present = variable.value();
      variable.assign(average);
      average.assign(present);
    }
  }

  /** Averages become what the variables are. */
  follow(): void {
    for (const [variable, average] of this.slots) average.assign(variable);
  }
}
