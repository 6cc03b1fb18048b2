// What is thrown when making an element fails: it tells the stage, the element and the file.

import { KerasmError, text, type ErrorFacts } from "../core/errors.js";
import { Strings } from "../core/strings.js";

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

  constructor(where: ElementFacts, cause: unknown, hint = leaveOut) {
    super(where.stage, {
      given: `${placeOf(where)}, for which the function threw ${String(cause)}`,
      expected: "elements that it can take",
      hint,
      cause,
    });
    ({ stage: this.stage, element: this.element, source: this.source } = where);
  }
}

const leaveOut = "dataset.ignoreErrors() behind it leaves such elements out.";
const placeOf = ({ element, source }: ElementFacts): string => `element ${element}${source === null ? "" : ` (${source})`}`;
const told = new WeakSet<object>();

/**
 * @throws what was thrown with the element's facts: kerasm's own errors as one of the same class, others as an ElementError; and as it is
 * where
 *   it tells an element already
 */
export function failure(stage: string, element: number, source: string | null, cause: unknown, hint?: string): never {
  if (typeof cause === "object" && cause !== null && told.has(cause)) throw cause;
  const facts: ElementFacts = { stage, element, source };
  const error =
    cause instanceof KerasmError && !(cause instanceof ElementError) ? likewise(facts, cause, hint) : new ElementError(facts, cause, hint);
  told.add(error);
  throw error;
}

/** An element that is a string, or begins with one, says where it is from: as a rule it is the path of a file. */
export function nameOf(item: unknown): string | null {
  const first: unknown = Array.isArray(item) ? item[0] : item;
  if (!(first instanceof Strings) || first.rank > 0) return null;
  const [name] = first.values;
  return typeof name === "string" ? text(name, 200) : null;
}

function likewise(facts: ElementFacts, cause: KerasmError, hint = leaveOut): KerasmError {
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
