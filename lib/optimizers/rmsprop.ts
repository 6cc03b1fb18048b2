// The optimizer RMSprop.

import { boolean, fraction, nonNegativeNumber, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { rmspropUpdate } from "../ops/optimizer/updates.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Gradients divided by the root of a running mean of their squares. Keras: keras.optimizers.RMSprop
 *
 * `v ← rho · v + (1 − rho) · g²`, `w ← w − lr · g / √(v + epsilon)`; `centered` subtracts the square of the mean of g from v.
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.RMSprop(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.6838]
 * ```
 *
 * @see Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012
 */
export class RMSprop extends Optimizer<typeof RMSprop.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "rho", "momentum", "epsilon", "centered"], {
    rho: fraction(0.9),
    momentum: fraction(0),
    epsilon: nonNegativeNumber(1e-7),
    centered: boolean(false),
  });
  #velocities!: Slots;
  #moments?: Slots;
  #averages?: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#velocities = this.addSlots(variables, "velocity");
    if (this.options.momentum > 0) this.#moments = this.addSlots(variables, "momentum");
    if (this.options.centered) this.#averages = this.addSlots(variables, "average_gradient");
  }

  /** The update decays weights itself. */
  protected override decayWeights(): void {}

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { rho, momentum, epsilon } = this.options;
    const [moment, average] = [this.#moments?.get(variable)?.state, this.#averages?.get(variable)?.state];
    rmspropUpdate({
      variable: variable.state,
      gradient,
      learningRate,
      weightDecay: this.weightDecayOf(variable),
      velocity: this.#velocities.get(variable)!.state,
      rho,
      momentum,
      epsilon,
      ...(moment && { moment }),
      ...(average && { average }),
    });
  }
}

export interface RMSprop extends Attributes<typeof RMSprop.options> {}

optimizers.register({ RMSprop });
