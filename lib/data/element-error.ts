// What is thrown when making an element fails: it tells the stage, the element and the file.

import { KerasmError, type ErrorFacts } from "../core/errors.js";

/** Where making an element failed: the facts that errors of pipelines have besides their own. */
export interface ElementFacts {
  /** The stage: `dataset.map`. */
  readonly stage: string;
  /** The element's number in the iteration, from 0; after a restore, from there on. */
  readonly element: number;
  /** Where it is from: a row, or a record of a file. Null where nobody knows. */
  readonly source: string | null;
}

/** An element of a dataset for which a user's function failed. `cause` is what it threw. */
export class ElementError extends KerasmError implements ElementFacts {
  override readonly name = "ElementError";
  readonly stage: string;
  readonly element: number;
  readonly source: string | null;

  constructor(where: ElementFacts, cause: unknown) {
    super(where.stage, {
      given: `${placeOf(where)}, for which the function threw ${String(cause)}`,
      expected: "elements that it can take",
      hint,
      cause,
    });
    ({ stage: this.stage, element: this.element, source: this.source } = where);
  }
}

const hint = "dataset.ignoreErrors() behind it leaves such elements out.";
const placeOf = ({ element, source }: ElementFacts): string => `element ${element}${source === null ? "" : ` (${source})`}`;
const told = new WeakSet<object>();

/**
 * @throws what was thrown with the element's facts: kerasm's own errors as one of the same class, others as an ElementError; and as it is
 * where
 *   it tells an element already
 */
export function failure(stage: string, element: number, source: string | null, cause: unknown): never {
  if (typeof cause === "object" && cause !== null && told.has(cause)) throw cause;
  const facts: ElementFacts = { stage, element, source };
  const error = cause instanceof KerasmError && !(cause instanceof ElementError) ? likewise(facts, cause) : new ElementError(facts, cause);
  told.add(error);
  throw error;
}

function likewise(facts: ElementFacts, cause: KerasmError): KerasmError {
  const Kind = cause.constructor as new (where: string, facts: ErrorFacts) => KerasmError;
  const isOfStage = cause.where === facts.stage || cause.where.startsWith(`${facts.stage}[`) || cause.where.startsWith(`${facts.stage}.`);
  const own = new Kind(isOfStage ? cause.where : `${facts.stage}: ${cause.where}`, {
    given: `${cause.given} in ${placeOf(facts)}`,
    expected: cause.expected,
    hint: cause.hint ? `${cause.hint.replace(/([^.?!])$/, "$1.")} ${hint}` : hint,
    cause,
  });
  return Object.assign(own, facts);
}
