// The optimizer Adam: one operation updates a variable and both of its means.

import { belowOne, boolean, nonNegativeNumber, type OptionValues, type Schema } from "../config/index.js";
import { asTensor } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { adamUpdate } from "../ops/optimizer/updates.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/** The options of Adam and of what is made from it. */
export const adamFields = {
  beta1: belowOne(0.9),
  beta2: belowOne(0.999),
  epsilon: nonNegativeNumber(1e-7),
  amsgrad: boolean(false),
};

const options = optimizerOptions(0.001, ["learningRate", "beta1", "beta2", "epsilon", "amsgrad"], adamFields);

/**
 * Running means of gradients and of their squares, corrected for their start at 0. Keras: keras.optimizers.Adam
 *
 * `m ← m + (1 − beta1) · (g − m)`, `v ← v + (1 − beta2) · (g² − v)`, `w ← w − lr · √(1 − beta2ᵗ) / (1 − beta1ᵗ) · m / (√v + epsilon)`;
 * with `amsgrad` the largest v so far stands for v.
 *
 * ```ts
 * const v = tf.variable([1]);
 * const adam = new keras.optimizers.Adam(0.1);
 * adam.apply([tf.constant([4])], [v]);
 * v; // [0.9]
 * ```
 *
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014
 */
export class Adam<S extends Schema = typeof options> extends Optimizer<S> {
  static override readonly options: Schema = options;
  #moments!: Slots;
  #velocities!: Slots;
  #largest?: Slots;

  get #own(): OptionValues<typeof options> {
    return this.options as unknown as OptionValues<typeof options>;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#moments, this.#velocities] = this.addSlotPairs(variables, ["momentum", "velocity"]);
    if (this.#own.amsgrad) this.#largest = this.addSlots(variables, "velocity_hat");
  }

  /** The update decays weights itself. */
  protected override decayWeights(): void {}

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2, epsilon } = this.#own;
    const largest = this.#largest?.get(variable)?.state;
    adamUpdate({
      variable: variable.state,
      gradient,
      learningRate,
      weightDecay: this.weightDecayOf(variable),
      iterations: asTensor(this.iterations),
      moment: this.#moments.get(variable)!.state,
      velocity: this.#velocities.get(variable)!.state,
      beta1,
      beta2,
      epsilon,
      ...(largest && { largest }),
    });
  }
}

optimizers.register({ Adam });
