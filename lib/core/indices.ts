// Indices are checked where they become addresses: in the kernels, when the operation or the program runs. One that is outside of its axis
// stops the program before anything that depends on it, and is thrown here as the error of the operation that asked.

import { throwRefusals } from "../runtime/machine.js";
import { ValueError } from "./errors.js";

/** What a message says of a value that was refused for another reason than its being outside of an axis. */
export type Refused = (value: number) => { readonly given: string; readonly expected: string; readonly hint?: string };

const names = [""];
const sentences = new Map<number, Refused>();

/** The number by which a kernel tells which operation refused an index, or a value that `refused` describes. */
export function siteOf(operation: string, refused?: Refused): number {
  const known = names.indexOf(operation);
  const site = known > 0 ? known : names.push(operation) - 1;
  if (refused) sentences.set(site, refused);
  return site;
}

throwRefusals(({ site, index, axis, length }) => {
  const refused = sentences.get(site);
  if (refused) throw new ValueError(names[site]!, refused(index));
  throw new ValueError(names[site]!, {
    given: `index ${index} along axis ${axis}`,
    expected: length === 0 ? "none: the axis is empty" : `one from 0 to ${length - 1}`,
  });
});
