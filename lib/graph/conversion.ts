// Where `tf.function` finds autograph, which is built on it.

import { StateError } from "../core/errors.js";

/** What a function made anew from its text may use: names with their values, or a direct eval in the place where they are seen. */
export type Scope = Readonly<Record<string, unknown>> | ((code: string) => unknown);

/** How a function is converted: whether operators are, what it sees of its surroundings. */
export interface ConversionOptions {
  /** What the function uses of the code around it. Default: nothing but globals and tf. */
  scope?: Scope;
  /** Whether operators and indices are converted, beside control flow. Default: true. */
  operators?: boolean;
}

// eslint-disable-next-line -- any function
type AnyFunction = (...args: never[]) => unknown;

let conversion: (<F extends AnyFunction>(fn: F, options: ConversionOptions) => F) | null = null;

/** To be called by who converts functions. */
export function setConversion(convert: <F extends AnyFunction>(fn: F, options: ConversionOptions) => F): void {
  conversion = convert;
}

/** The function with its control flow converted. */
export function converted<F extends AnyFunction>(fn: F, options: ConversionOptions): F {
  if (conversion) return conversion(fn, options);
  throw new StateError("tf.function", { given: "autograph: true without autograph", expected: "kerasm to be loaded as a whole" });
}
