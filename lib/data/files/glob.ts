// Paths by patterns.

import { platform } from "#platform";
import { NotSupportedError, text, ValueError } from "../../core/errors.js";

/** The files that patterns stand for, in order of the patterns. @throws ValueError where there are none */
export function matchingPaths(where: string, patterns: readonly string[]): readonly string[] {
  const given = patterns.map((each) => text(each)).join(", ");
  if (!platform.filesMatching)
    throw new NotSupportedError(where, {
      given: `the pattern ${given} in a page`,
      expected: "files by address or handle",
      hint: "List addresses, or use keras.utils.imageDatasetFromDirectory with a folder that the user chose.",
    });
  const found = matching(where, patterns);
  if (found.length > 0) return found;
  throw new ValueError(where, { given: given || "no patterns", expected: "patterns of files that are there" });
}

function matching(where: string, patterns: readonly string[]): readonly string[] {
  try {
    return platform.filesMatching!(patterns);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ValueError(`${where}.filePattern`, { given: text(cause.message), expected: "a pattern whose brackets are closed" });
  }
}
