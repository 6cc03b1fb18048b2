// Follow the regularized leader.

import { field, invalid, nonNegativeNumber, number, withDefault, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { Constant } from "../initializers/index.js";
import { add, clip, divide, multiply, power, square, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

const nonPositive = field<number>({
  expected: "a number of at most 0",
  parse: (value) => (typeof value === "number" && value <= 0 ? value : invalid),
});

/**
 * Follow the regularized leader: sparse weights for very many features. Keras: keras.optimizers.Ftrl
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Ftrl(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.6031]
 * ```
 *
 * @see McMahan et al., Ad Click Prediction: a View from the Trenches, 2013
 */
export class Ftrl extends Optimizer<typeof Ftrl.options> {
  static override readonly options = optimizerOptions(
    0.001,
    ["learningRate", "learningRatePower", "initialAccumulatorValue", "l1RegularizationStrength", "l2RegularizationStrength"],
    {
      learningRatePower: withDefault(nonPositive, -0.5),
      initialAccumulatorValue: nonNegativeNumber(0.1),
      l1RegularizationStrength: nonNegativeNumber(0),
      l2RegularizationStrength: nonNegativeNumber(0),
      l2ShrinkageRegularizationStrength: nonNegativeNumber(0),
      beta: number(0),
    },
  );
  #accumulators!: Slots;
  #linears!: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const initial = new Constant(this.options.initialAccumulatorValue);
    [this.#accumulators, this.#linears] = this.addSlotPairs(variables, ["accumulator", "linear"], initial);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { learningRatePower, l1RegularizationStrength: l1, l2ShrinkageRegularizationStrength: shrinkage } = this.options;
    const [accumulator, linear] = [this.#accumulators.get(variable)!, this.#linears.get(variable)!];
    const l2 = add(divide(this.options.beta / 2, learningRate), this.options.l2RegularizationStrength);
    const shrunk = add(gradient, multiply(variable, 2 * shrinkage));
    const squares = add(accumulator, square(gradient));
    const [before, after] = [power(accumulator, -learningRatePower), power(squares, -learningRatePower)];
    const nextLinear = add(linear, subtract(shrunk, multiply(divide(subtract(after, before), learningRate), variable)));
    const quadratic = add(divide(after, learningRate), multiply(l2, 2));
    this.assign(linear, nextLinear);
    this.assign(variable, divide(subtract(clip(nextLinear, -l1, l1), nextLinear), quadratic));
    this.assign(accumulator, squares);
  }
}

export interface Ftrl extends Attributes<typeof Ftrl.options> {}

optimizers.register({ Ftrl });
