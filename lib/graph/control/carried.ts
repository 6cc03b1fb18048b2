import { ArgumentError } from "../../core/errors.js";
import { sameShape } from "../../core/shape.js";
import type { Spec } from "../../core/tensor.js";

const text = ({ shape, dtype }: Spec) => `${dtype}[${shape.map(String).join(", ")}]`;

/** What a loop carries keeps its shape and dtype. @throws ArgumentError that says which value did not */
export function checkCarried(loop: string, before: readonly Spec[], after: readonly Spec[]): void {
  if (before.length !== after.length) {
    throw new ArgumentError(`${loop} body`, {
      given: `${after.length} values`,
      expected: `${before.length}, one for each loop variable`,
    });
  }
  before.forEach((spec, i) => {
    if (spec.dtype === after[i]!.dtype && sameShape(spec.shape, after[i]!.shape)) return;
    throw new ArgumentError(`${loop} variable ${i}`, {
      given: `${text(after[i]!)} after an iteration`,
      expected: `${text(spec)} as before it`,
      hint: "Loop variables keep their shape and dtype.",
    });
  });
}
