// The base of learning rates that change with the step.

import { Configured, Family, type Schema } from "../../config/index.js";
import { needMethods } from "../../config/python-names.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../../ops/index.js";

export interface LearningRateSchedule<S extends Schema = Schema> {
  (step: TensorLike): Tensor;
}

/**
 * The base of learning rates that change with the step. One of one's own implements `call`.
 *
 * Keras: keras.optimizers.schedules.LearningRateSchedule
 *
 * ```ts
 * class Halved extends keras.optimizers.schedules.LearningRateSchedule {
 *   override call(step: tf.Tensor) { return tf.pow(0.5, step); }
 * }
 * new Halved()(3); // 0.125
 * ```
 */
export abstract class LearningRateSchedule<S extends Schema = Schema> extends Configured<S> {
  static {
    needMethods(this.prototype, ["call"]);
  }

  /** The learning rate at a step: a float32 scalar both. */
  abstract call(step: Tensor): Tensor;

  protected override invoke(step: TensorLike): Tensor {
    return this.call(cast(step, "float32"));
  }
}

/** Schedules by name, config or class. Keras: keras.optimizers.schedules.deserialize */
export const schedules = new Family<LearningRateSchedule>({
  module: "keras.optimizers.schedules",
  noun: "learning rate schedule",
  accepts: (value): value is LearningRateSchedule => value instanceof LearningRateSchedule,
});
