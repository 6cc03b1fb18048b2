// keras.optimizers.schedules.serialize, deserialize.

import type { CustomObjects, Json } from "../../config/index.js";
import { customObjectScope } from "../../config/index.js";
import { type LearningRateSchedule, schedules } from "./schedule.js";

/** A schedule as Keras's JSON. Keras: keras.optimizers.schedules.serialize */
export const serialize = (learningRateSchedule: LearningRateSchedule): Json => schedules.serialize(learningRateSchedule);

/** The schedule that a config describes. Keras: keras.optimizers.schedules.deserialize */
export function deserialize(
  config: unknown,
  { customObjects = {} }: { readonly customObjects?: CustomObjects } = {},
): LearningRateSchedule {
  return customObjectScope(customObjects, () => schedules.get(config as never, "keras.optimizers.schedules.deserialize"));
}
