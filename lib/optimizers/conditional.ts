// Updates that a condition inside the program takes back.

import type { Tensor } from "../core/tensor.js";
import { where } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";

/**
 * Does an update that counts only if a condition holds, which the program decides: everything that was written is put back otherwise. So a
 * step stays one program without a branch.
 *
 * @param written  all variables that the update may write
 */
export function updateIf(condition: Tensor, written: readonly Variable[], update: () => void): void {
  const before = written.map((variable) => variable.value());
  update();
  for (const [index, variable] of written.entries()) variable.assign(where(condition, variable, before[index]!));
}
