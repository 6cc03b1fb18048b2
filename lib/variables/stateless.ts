// Calls as functions of state: values go in place of variables, and come out as results.

import type { TensorLike } from "../core/convert.js";
import { checkValues } from "../core/options.js";
import type { Tensor } from "../core/tensor.js";
import type { Variable } from "./variable.js";

/**
 * Runs the body with other values in variables, and puts the present ones back: what state would become, as a function of what it is.
 *
 * @returns what the body gave, and the values that the variables had then
 * @throws ArgumentError, ShapeError, DtypeError where the values do not fit
 */
export function stateless<T>(
  variables: readonly Variable[],
  values: readonly TensorLike[],
  body: () => T,
  where: string,
): { result: T; values: Tensor[] } {
  checkValues(where, values, variables.length);
  const before = variables.map((variable) => variable.value());
  try {
    variables.forEach((variable, i) => variable.assign(values[i]!));
    const result = body();
    return { result, values: variables.map((variable) => variable.value()) };
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]!));
  }
}
