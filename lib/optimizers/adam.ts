import { boolean, number, type Schema, type OptionValues } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, maximum, multiply, power, sqrt, square, subtract } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/** The options of Adam and of what is made from it. */
export const adamFields = {
  beta1: number(0.9),
  beta2: number(0.999),
  epsilon: number(1e-7),
  amsgrad: boolean(false),
};

const options = optimizerOptions(0.001, adamFields);

/**
 * Running means of gradients and of their squares, corrected for their start at 0. Keras: keras.optimizers.Adam
 *
 * `m ← m + (1 − beta1) · (g − m)`, `v ← v + (1 − beta2) · (g² − v)`, `w ← w − lr · √(1 − beta2ᵗ) / (1 − beta1ᵗ) · m / (√v + epsilon)`.
 *
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014
 */
export class Adam<S extends Schema = typeof options> extends Optimizer<S> {
  static override readonly options: Schema = options;
  #momentums!: Slots;
  #velocities!: Slots;
  #largest?: Slots;

  get #own(): OptionValues<typeof options> {
    return this.options as unknown as OptionValues<typeof options>;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addSlotPairs(variables, ["momentum", "velocity"]);
    if (this.#own.amsgrad) this.#largest = this.addSlots(variables, "velocity_hat");
  }

  /** The correction for the start at 0 is the same for all variables. */
  protected override updateAll(gradients: readonly Tensor[], variables: readonly Variable[], learningRate: Tensor): void {
    const { beta1, beta2 } = this.#own;
    const step = this.step;
    const correction = divide(sqrt(subtract(1, power(beta2, step))), subtract(1, power(beta1, step)));
    super.updateAll(gradients, variables, multiply(learningRate, correction));
  }

  override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const { beta1, beta2, epsilon } = this.#own;
    const momentum = this.#momentums.get(variable)!;
    const velocity = this.#velocities.get(variable)!;
    const mean = add(momentum, multiply(subtract(gradient, momentum), 1 - beta1));
    let squares = add(velocity, multiply(subtract(square(gradient), velocity), 1 - beta2));
    this.assign(momentum, mean);
    this.assign(velocity, squares);
    const largest = this.#largest?.get(variable);
    if (largest) {
      squares = maximum(largest, squares);
      this.assign(largest, squares);
    }
    this.assignSub(variable, divide(multiply(mean, rate), add(sqrt(squares), epsilon)));
  }
}

optimizers.register({ Adam });
