// Gradients added up over several steps before they update anything.

import type { Tensor } from "../core/tensor.js";
import { add, divide, equal, mod, where, zerosLike } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { updateIf } from "./conditional.js";
import type { Slots } from "./optimizer.js";

/** Adds gradients up and updates with their mean every so many steps. Keras: gradient_accumulation_steps */
export class GradientAccumulation {
  constructor(
    readonly sums: Slots,
    readonly every: number,
  ) {}

  /**
   * Takes the gradients of a step.
   *
   * @param steps    how many there were before
   * @param written  all variables that the update may write
   */
  step(
    steps: Variable,
    gradients: readonly Tensor[],
    variables: readonly Variable[],
    written: readonly Variable[],
    update: (means: readonly Tensor[]) => void,
  ): void {
    const isUpdate = equal(mod(add(steps, 1), this.every), 0);
    const sums = new Map(variables.map((variable, index) => [variable, add(gradients[index]!, this.sums.get(variable)!)]));
    updateIf(isUpdate, written, () => update([...sums.values()].map((sum) => divide(sum, this.every))));
    for (const [variable, sum] of this.sums) {
      sum.assign(where(isUpdate, zerosLike(sum), sums.get(variable) ?? sum));
    }
  }
}
