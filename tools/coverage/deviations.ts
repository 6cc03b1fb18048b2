// Where the package differs from Keras on purpose, each with its reason.

import { absent } from "../../lib/api/absent.js";

/** Why a name of Keras makes no sense here. */
export function isAbsent(name: string): string | undefined {
  return absent.find(({ names }) => names.some((each) => (each.endsWith(".") ? name.startsWith(each) : name === each)))?.reason;
}

/** Names that other plans bring. */
const waiting: readonly { readonly names: RegExp; readonly plan: string }[] = [];

export const waitingFor = (name: string): string | undefined => waiting.find(({ names }) => names.test(name))?.plan;

interface Deviation {
  /** Of Keras's name. */
  readonly names: RegExp;
  /** Of the sentence that says what differs. */
  readonly difference: RegExp;
  readonly reason: string;
}

export const deviations: readonly Deviation[] = [];

export const deviationOf = (name: string, difference: string): string | undefined =>
  deviations.find((each) => each.names.test(name) && each.difference.test(difference))?.reason;

/** Whether a default means what Keras's means. */
export function isEqualHere(name: string, theirs: unknown, mine: unknown): boolean {
  if (JSON.stringify(theirs) === JSON.stringify(mine ?? null)) return true;
  if (name === "activation" && theirs === null && mine === "linear") return true;
  return false;
}
