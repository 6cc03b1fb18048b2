// Moving averages of variables.

import { sameShape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { add, multiply } from "../ops/elementwise/arithmetic.js";
import { moveAverage } from "../ops/state/assign.js";
import { isUnwatched } from "./stateless-scope.js";
import type { Variable } from "./variable.js";

/**
 * Moves a variable towards a value: itself · momentum + value · (1 − momentum). One step where it is float32 of one replica and nothing
 * stands in for it, in the bits of the four that it is else.
 */
export function moveTowards(average: Variable, value: Tensor, momentum: number): void {
  const isFloat32 = average.dtype === "float32" && value.dtype === "float32" && sameShape(average.shape, value.shape);
  if (isFloat32 && average.group.count === 1 && average.splitAxis === null && isUnwatched()) moveAverage(average.state, value, momentum);
  else average.assign(add(multiply(average, momentum), multiply(value, 1 - momentum)));
}
