// The options that all optimizers have.

import { boolean, type Extended, field, type Fields, fraction, invalid, nonNegativeNumber, nullable, number } from "../config/index.js";
import { type OptionValues, positiveInteger, Schema, schema, string } from "../config/index.js";
import { learningRate } from "./learning-rate.js";

const severalSteps = field<number>({
  expected: "an integer of at least 2",
  parse: (value) => (Number.isInteger(value) && (value as number) >= 2 ? (value as number) : invalid),
});

export const commonFields = {
  name: nullable(string()),
  learningRate: learningRate(0.001),
  weightDecay: nullable(number()),
  clipnorm: nullable(nonNegativeNumber()),
  globalClipnorm: nullable(nonNegativeNumber()),
  clipvalue: nullable(nonNegativeNumber()),
  useEma: boolean(false),
  emaMomentum: fraction(0.99),
  emaOverwriteFrequency: nullable(positiveInteger()),
  lossScaleFactor: nullable(number()),
  gradientAccumulationSteps: nullable(severalSteps),
};

/** The options of every optimizer. */
export type OptimizerFields = typeof commonFields;

/** Their values. */
export type Common = OptionValues<Schema<readonly [], OptimizerFields>>;

/** The options of an optimizer: its default learning rate, the common ones and its own. */
export function optimizerOptions<const P extends readonly (keyof (OptimizerFields & F) & string)[], const F extends Fields>(
  rate: number,
  positional: P,
  own: F,
): Schema<P, Extended<OptimizerFields, F>> {
  const all = { ...commonFields, learningRate: learningRate(rate), ...own };
  return new Schema(positional, all) as unknown as Schema<P, Extended<OptimizerFields, F>>;
}

/** The values of the common options; an optimizer that does not declare one has it at rest. */
export function commonOf(options: object): Common {
  const atRest = { weightDecay: null, clipnorm: null, globalClipnorm: null, clipvalue: null, useEma: false, emaMomentum: 0.99 };
  const more = { name: null, learningRate: 0, emaOverwriteFrequency: null, lossScaleFactor: null, gradientAccumulationSteps: null };
  return { ...atRest, ...more, ...options } as Common;
}
