// The check of options and callbacks of functions that have no declaration (lib/core/signature.ts): what nobody reads is an error.

import { ArgumentError, didYouMean, text } from "./errors.js";
import { isOptions } from "./signature.js";

/** @throws ArgumentError for a value that is no function */
export function checkFunction(where: string, value: unknown): void {
  if (typeof value !== "function") throw new ArgumentError(where, { given: text(value), expected: "a function" });
}

/** Options in an object, or one by one in Keras's order. */
export type OneByOne<O> =
  | readonly [options?: O]
  | readonly [first: string | number | boolean | null | readonly unknown[] | ((...given: never[]) => unknown), ...others: unknown[]];

/**
 * The options of a call that has them one by one, in the order of their names, and the last ones in an object.
 *
 * @param given  the arguments behind those that are no options
 * @throws ArgumentError for an unknown option, one that was given twice, more arguments
 */
export function gathered<O extends object>(where: string, names: readonly string[], given: readonly unknown[]): O {
  const last = given.length > 0 && isOptions(given.at(-1)) ? given.length - 1 : given.length;
  checkOptions(where, last < given.length ? [given[last]] : [], 0, names);
  if (last > names.length) throw new ArgumentError(where, { given: `${last} options one by one`, expected: `at most ${names.length}` });
  const options: Record<string, unknown> = { ...(given[last] as object | undefined) };
  for (let i = 0; i < last; i++) {
    if (given[i] === undefined) continue;
    if (options[names[i]!] !== undefined)
      throw new ArgumentError(`${where}.${names[i]!}`, { given: "two values: positional and as an option", expected: "one" });
    options[names[i]!] = given[i];
  }
  return options as O;
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
  const hint =
    didYouMean(unknown, known) ??
    didYouMean(
      unknown.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      known,
    );
  throw new ArgumentError(where, {
    given: `the unknown option ${text(unknown)}`,
    expected: known.length === 0 ? "no options" : `options among ${known.join(", ")}`,
    ...(hint && { hint }),
  });
}
