// What definitions of operations share: grains and shape rules. Imports nothing of this room, so that it is there before all else of it.

import { text, ValueError } from "../core/errors.js";
import type { Spec, Tensor } from "../core/tensor.js";

/** Elements that one claim of a thread takes, some 30 µs of work: of operations that memory bounds, and of those that compute. */
export const GRAIN = 1 << 17;
export const COSTLY_GRAIN = 1 << 15;

/** What is added to a variance. @throws ValueError below 0, where roots would be NaN */
export function checkEpsilon(where: string, epsilon: number): number {
  if (epsilon >= 0) return epsilon;
  throw new ValueError(`${where}.epsilon`, { given: text(epsilon), expected: "a number of at least 0" });
}

/** Shape and dtype of x. */
export const like = ({ x }: { readonly x: Tensor }): Spec => ({ shape: x.shape, dtype: x.dtype });
