// What is thrown when making an element fails: it tells the stage, the element and the file.

import { KerasmError } from "../core/errors.js";

/** An element of a dataset that could not be made. `cause` is what was thrown. */
export class ElementError extends KerasmError {
  override readonly name = "ElementError";

  constructor(
    /** The stage: `dataset.map`. */
    readonly stage: string,
    /** The element's number in the iteration, from 0; after a restore, from there on. */
    readonly element: number,
    /** Where it is from: a row, or a record of a file. Null where nobody knows. */
    readonly source: string | null,
    cause: unknown,
  ) {
    super(stage, {
      given: `element ${element}${source === null ? "" : ` (${source})`}, for which it failed: ${messageOf(cause)}`,
      expected: "elements that it can take",
      hint: "dataset.ignoreErrors() behind it leaves such elements out.",
      cause,
    });
  }
}

const messageOf = (cause: unknown): string => {
  const message = cause instanceof KerasmError ? cause.message : String(cause);
  return message.replace(/\.$/, "");
};

/** @throws ElementError, or what was thrown where that tells an element itself */
export function failure(stage: string, element: number, source: string | null, cause: unknown): never {
  throw cause instanceof ElementError ? cause : new ElementError(stage, element, source, cause);
}
