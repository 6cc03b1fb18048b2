// The optimizer AdamW: Adam with its default weight decay.

import { number, type Attributes } from "../config/index.js";
import { Adam, adamFields } from "./adam.js";
import { optimizerOptions, optimizers } from "./optimizer.js";

/**
 * Adam with weight decay apart from the gradient. Keras: keras.optimizers.AdamW
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.AdamW(0.1, { weightDecay: 0.5 }).apply([tf.constant([4])], [v]);
 * v; // [0.85]
 * ```
 *
 * @see Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019
 */
export class AdamW extends Adam<typeof AdamW.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "weightDecay", "beta1", "beta2", "epsilon"], {
    ...adamFields,
    weightDecay: number(0.004),
  });
}

export interface AdamW extends Attributes<typeof AdamW.options> {}

optimizers.register({ AdamW });
