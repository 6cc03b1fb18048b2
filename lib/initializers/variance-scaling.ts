// The initializer that scales by the number of inputs and outputs; Glorot's, He's and LeCun's are cases of it.

import { field, integer, invalid, list, nullable, oneOf, positiveNumber, schema, withDefault, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { randomNormal, randomTruncatedNormal, randomUniform } from "../ops/random/random.js";
import { type InitializerLike, initializers } from "./initializer.js";
import { RandomInitializer, seedField } from "./random.js";

/** The standard deviation of a normal distribution that is cut at two standard deviations. */
const TRUNCATED_STDDEV = 0.87962566103423978;

type Distribution = "uniform" | "truncated_normal" | "untruncated_normal";

/** "normal" is another word for "truncated_normal". */
const distributionField = field<Distribution | "normal", Distribution>({
  expected: 'one of "uniform", "truncated_normal", "untruncated_normal", "normal"',
  parse(value) {
    const name = value === "normal" ? "truncated_normal" : value;
    return name === "uniform" || name === "truncated_normal" || name === "untruncated_normal" ? name : invalid;
  },
});

/** How variance is scaled. */
export interface Scaling {
  readonly scale: number;
  /** What variance is divided by: inputs of a unit, outputs, or their mean. */
  readonly mode: "fan_in" | "fan_out" | "fan_avg";
  readonly distribution: Distribution;
}

/** Which axes of a weight are its inputs and outputs. */
export const fanFields = { seed: seedField(), inputAxes: nullable(list(integer())), outputAxes: nullable(list(integer())) };

/** Values whose variance is `scale / n`, n as the mode says. */
export function scaled(seed: Tensor, shape: readonly number[], { scale, mode, distribution }: Scaling, axes: FanAxes): Tensor {
  const { fanIn, fanOut } = fans(shape, axes);
  const n = mode === "fan_in" ? fanIn : mode === "fan_out" ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, n);
  if (distribution === "truncated_normal") return randomTruncatedNormal(seed, shape, 0, Math.sqrt(variance) / TRUNCATED_STDDEV);
  if (distribution === "untruncated_normal") return randomNormal(seed, shape, 0, Math.sqrt(variance));
  const limit = Math.sqrt(3 * variance);
  return randomUniform(seed, shape, -limit, limit);
}

/** Axes of inputs and outputs where they are not the usual ones. */
export interface FanAxes {
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
}

/**
 * An initializer for weights whose inputs and outputs stand at the given axes, with the same seed; one that does not scale is as it was.
 *
 * ```ts
 * new keras.initializers.VarianceScaling({ scale: 2, mode: "fan_in", seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export function withFanAxes(initializer: InitializerLike, inputAxes: readonly number[], outputAxes: readonly number[]): InitializerLike {
  if (!(initializer instanceof RandomInitializer)) return initializer;
  const options = initializer.options as unknown as Partial<FanAxes>;
  if (!("inputAxes" in options) || (options.inputAxes && options.outputAxes)) return initializer;
  const make = initializer.constructor as new (options: object) => InitializerLike;
  return new make({ ...options, seed: initializer.seed, inputAxes, outputAxes });
}

/** How many inputs and outputs a unit has; a kernel is `[...window, inputs, outputs]`. */
function fans(shape: readonly number[], { inputAxes, outputAxes }: FanAxes): { fanIn: number; fanOut: number } {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  if (inputAxes && outputAxes) {
    const along = (axes: readonly number[]): number => product(axes.map((axis) => shape.at(axis)!));
    return { fanIn: along(inputAxes), fanOut: along(outputAxes) };
  }
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const window = product(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * window, fanOut: shape.at(-1)! * window };
}

/**
 * Random values whose variance follows the size of the weight. Keras: keras.initializers.VarianceScaling
 *
 * ```ts
 * new keras.initializers.VarianceScaling({ scale: 2, mode: "fan_in", seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export class VarianceScaling extends RandomInitializer<typeof VarianceScaling.options> {
  static override readonly options = schema(["scale", "mode", "distribution", "seed", "inputAxes"], {
    scale: positiveNumber(1),
    mode: oneOf(["fan_in", "fan_out", "fan_avg"], "fan_in"),
    distribution: withDefault(distributionField, "truncated_normal"),
    ...fanFields,
  });

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return scaled(seed, shape, this.options, this.options);
  }
}

export interface VarianceScaling extends Attributes<typeof VarianceScaling.options> {}

initializers.register({ VarianceScaling });
