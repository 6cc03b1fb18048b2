// The check of options and callbacks of functions that have no declaration (lib/core/signature.ts): what nobody reads is an error.

import { ArgumentError, didYouMean, text } from "./errors.js";
import { isOptions } from "./signature.js";

/** Checks an argument. @throws ArgumentError that says what was given unless it is right */
export function checkThat(isRight: boolean, where: string, given: unknown, expected: string, hint?: string): asserts isRight {
  if (!isRight) throw new ArgumentError(where, { given: text(given), expected, ...(hint !== undefined && { hint }) });
}

/** @throws ArgumentError for a value that is no array */
export function checkArray(where: string, value: unknown, expected: string): asserts value is readonly unknown[] {
  checkThat(Array.isArray(value), where, value, expected);
}

/** @throws ArgumentError for what is no array of so many values */
export function checkValues(where: string, values: unknown, count: number, owner = "variable"): asserts values is readonly unknown[] {
  checkArray(where, values, `an array of values, one for each ${owner}`);
  if (values.length === count) return;
  throw new ArgumentError(where, { given: `${values.length} values`, expected: `${count}, one for each ${owner}` });
}

/** @throws ArgumentError for a value that is no record */
export function checkRecord(where: string, value: unknown, expected = "an object of options"): asserts value is Record<string, unknown> {
  checkThat(isOptions(value), where, value, expected);
}

/** True or false; 0, 1 and null count, as in Keras. @throws ArgumentError for other values */
export function checkedFlag(where: string, value: unknown): boolean {
  checkThat(typeof value === "boolean" || value === null || value === 0 || value === 1, where, value, "true or false");
  return Boolean(value);
}

/** @throws ArgumentError for a value that is no function */
export function checkFunction(where: string, value: unknown): void {
  checkThat(typeof value === "function", where, value, "a function");
}

/**
 * Checks the trailing options of a call.
 *
 * @param given  all arguments of the call
 * @param place  where the options stand
 * @param names  the options there are; null where somebody else checks them
 * @throws ArgumentError for a value that is no options object, an unknown option, more arguments
 */
export function checkOptions(where: string, given: ArrayLike<unknown>, place: number, names: readonly string[] | null): void {
  if (given.length > place + 1) throw new ArgumentError(where, { given: `${given.length} arguments`, expected: `at most ${place + 1}` });
  const options = given[place];
  if (options === undefined) return;
  const among = names === null ? "an object of options" : `options among ${names.join(", ")}`;
  if (!isOptions(options)) {
    const hint = names?.length ? `Write { ${names[0]}: … }.` : undefined;
    throw new ArgumentError(where, { given: text(options), expected: among, ...(hint && { hint }) });
  }
  if (names !== null) refuseUnknown(where, Object.keys(options), names);
}

/** @throws ArgumentError for the first name that is not known: what nobody reads is a mistake */
export function refuseUnknown(where: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known);
  throw new ArgumentError(where, {
    given: `the unknown option ${text(unknown)}`,
    expected: known.length === 0 ? "no options" : `options among ${known.join(", ")}`,
    ...(hint && { hint }),
  });
}
