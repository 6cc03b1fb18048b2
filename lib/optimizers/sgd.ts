// The optimizer SGD.

import { boolean, fraction, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { sgdUpdate } from "../ops/optimizer/updates.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

/**
 * Gradient descent, with momentum and Nesterov momentum. Keras: keras.optimizers.SGD
 *
 * `w ← w − lr · g`; with momentum `v ← momentum · v − lr · g`, then `w ← w + v`, or `w ← w + momentum · v − lr · g` (Nesterov).
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.SGD(0.1, { momentum: 0.9 }).apply([tf.constant([2])], [v]);
 * v; // [0.8]
 * ```
 */
export class SGD extends Optimizer<typeof SGD.options> {
  static override readonly options = optimizerOptions(0.01, ["learningRate", "momentum", "nesterov", "weightDecay", "clipnorm"], {
    momentum: fraction(0),
    nesterov: boolean(false),
  });
  #velocities?: Slots;

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    if (this.options.momentum !== 0) this.#velocities = this.addSlots(variables, "momentum");
  }

  /** The update decays weights itself. */
  protected override decayWeights(): void {}

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const velocity = this.#velocities?.get(variable)?.state;
    sgdUpdate({
      variable: variable.state,
      gradient,
      learningRate,
      weightDecay: this.weightDecayOf(variable),
      momentum: this.options.momentum,
      nesterov: this.options.nesterov,
      ...(velocity && { velocity }),
    });
  }
}

export interface SGD extends Attributes<typeof SGD.options> {}

optimizers.register({ SGD });
