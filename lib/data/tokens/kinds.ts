// What a tokenizer file names by a word: looked up among those that are known.

import { text, ValueError } from "../../core/errors.js";

/** @param what  what the word is of, for the error. @throws ValueError for a word that is not known */
export function named<T>(where: string, what: string, known: Readonly<Record<string, T>>, name: unknown): T {
  if (typeof name === "string" && Object.hasOwn(known, name)) return known[name]!;
  throw new ValueError(where, { given: `the ${what} ${text(name)}`, expected: `one of ${Object.keys(known).join(", ")}` });
}
