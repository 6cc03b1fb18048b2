// Options of functions that have no declaration, where a script has them one by one, as in Python.

import { ArgumentError } from "./errors.js";
import { checkOptions } from "./options.js";
import { isOptions } from "./signature.js";

/** Options in an object, or one by one in Keras's order. */
export type OneByOne<O> =
  | readonly [options?: O]
  | readonly [first: string | number | boolean | null | readonly unknown[] | ((...given: never[]) => unknown), ...others: unknown[]];

/**
 * The options of a call that has them one by one, in the order of their names, and the last ones in an object.
 *
 * @param given  the arguments behind those that are no options
 * @param known  the options that the object may have, where it may have more than those
 * @throws ArgumentError for an unknown option, one that was given twice, more arguments
 */
export function gathered<O extends object>(where: string, names: readonly string[], given: readonly unknown[], known = names): O {
  const last = given.length > 0 && isOptions(given.at(-1)) ? given.length - 1 : given.length;
  checkOptions(where, last < given.length ? [given[last]] : [], 0, known);
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
 * The arguments of a call by their places, where they may all stand in one object by their names, as keywords do in Python: those that
 * are named, then an object of the rest.
 */
export function placed(names: readonly string[], given: readonly unknown[]): readonly unknown[] {
  const [first] = given;
  if (given.length !== 1 || !isOptions(first) || !(names[0]! in first)) return given;
  const others = Object.entries(first).filter(([name]) => !names.includes(name));
  const values = names.map((name) => (first as Record<string, unknown>)[name]);
  return others.length > 0 ? [...values, Object.fromEntries(others)] : values;
}
