// Indices are checked where they become addresses: in the kernels, when the operation or the program runs. One that is outside of its axis
// stops the program before anything that depends on it, and is thrown here as the error of the operation that asked.

import { throwRefusals } from "../runtime/machine.js";
import { ValueError } from "./errors.js";

const names = [""];

/** The number by which a kernel tells which operation refused an index. */
export function siteOf(operation: string): number {
  const known = names.indexOf(operation);
  return known > 0 ? known : names.push(operation) - 1;
}

throwRefusals(({ site, index, axis, length }) => {
  throw new ValueError(names[site]!, {
    given: `index ${index} along axis ${axis}`,
    expected: length === 0 ? "none: the axis is empty" : `one from 0 to ${length - 1}`,
  });
});
