// Paths by patterns.

import { platform } from "#platform";
import { NotSupportedError, text, ValueError } from "../../core/errors.js";

/** The files that patterns stand for, in order of the patterns. @throws ValueError where there are none */
export function matchingPaths(where: string, patterns: readonly string[]): readonly string[] {
  const given = text(patterns);
  if (!platform.filesMatching) throw new NotSupportedError(where, { given, expected: "files by address in a page" });
  const found = platform.filesMatching(patterns);
  if (found?.length) return found;
  throw new ValueError(where, { given, expected: `patterns ${found ? "of files that are there" : "whose brackets are closed"}` });
}
