// keras.optimizers.schedules.serialize, deserialize.

import { checkOptions } from "../../core/options.js";
import type { CustomObjects, Json } from "../../config/index.js";
import { customObjectScope } from "../../config/index.js";
import { type LearningRateSchedule, schedules } from "./schedule.js";

/**
 * A schedule as Keras's JSON. Keras: keras.optimizers.schedules.serialize
 *
 * ```ts
 * const json = keras.optimizers.schedules.serialize(new keras.optimizers.schedules.CosineDecay(0.1, 100));
 * (json as any).config.decay_steps; // 100
 * ```
 */
export const serialize = (learningRateSchedule: LearningRateSchedule): Json => schedules.serialize(learningRateSchedule);

/**
 * The schedule that a config describes. Keras: keras.optimizers.schedules.deserialize
 *
 * ```ts
 * const json = keras.optimizers.schedules.serialize(new keras.optimizers.schedules.CosineDecay(0.1, 100));
 * keras.optimizers.schedules.deserialize(json)(50); // 0.05
 * ```
 */
export function deserialize(config: unknown, options: { readonly customObjects?: CustomObjects } = {}): LearningRateSchedule {
  checkOptions("schedules.deserialize", arguments, 1, ["customObjects"]);
  const { customObjects = {} } = options;
  return customObjectScope(customObjects, () => schedules.get(config as never, "keras.optimizers.schedules.deserialize"));
}
