// The learning rate of an optimizer: a variable, a schedule or a function, read the same way.

import { field, invalid, isPlainObject, serializeKerasObject, type Field, withDefault } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import { LearningRateSchedule, schedules } from "./schedules/schedule.js";

/** What an optimizer takes as a learning rate: a number, a schedule, or a function that gives the present one. */
export type LearningRate = number | LearningRateSchedule | (() => TensorLike);

const rules = field<LearningRate | { readonly [key: string]: unknown }, LearningRate>({
  expected: "a number, a learning rate schedule, or a function that gives a number",
  takesObjects: "configs",
  parse(value, where) {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (isPlainObject(value)) return schedules.get(value, where);
    return typeof value === "function" ? (value as LearningRate) : invalid;
  },
  serialize: serializeKerasObject,
});

/** The learning rate of an optimizer. */
export const learningRate = (fallback: number): Field<LearningRate | { readonly [key: string]: unknown }, LearningRate, false> =>
  withDefault(rules, fallback);
