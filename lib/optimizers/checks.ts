// What is looked at before variables are updated: whether gradients and variables are those that the optimizer can take.

import { ArgumentError, StateError, ValueError } from "../core/errors.js";
import { checkArray, checkThat } from "../core/options.js";
import { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";
import type { Common } from "./options.js";
import { pathOf } from "./values.js";

/** @throws ArgumentError for what is no array of variables */
export function checkVariables(where: string, variables: unknown): asserts variables is readonly Variable[] {
  checkArray(where, variables, "an array of variables");
  variables.forEach((variable, i) => checkThat(variable instanceof Variable, `${where}[${i}]`, variable, "a variable"));
}

/** @throws ArgumentError for what is no array of tensors and nulls */
export function checkGradients(where: string, gradients: unknown): asserts gradients is readonly (Tensor | null)[] {
  checkArray(where, gradients, "an array of gradients");
  gradients.forEach((each, i) => checkThat(each === null || each instanceof Tensor, `${where}[${i}]`, each, "a tensor, or null"));
}

/** @throws ArgumentError, ValueError unless there is a gradient or null for each variable, and the optimizer was built with all of them */
export function checkUpdate(
  name: string,
  gradients: readonly (Tensor | null)[],
  variables: readonly Variable[],
  trainable: readonly Variable[],
): void {
  if (gradients.length !== variables.length) {
    throw new ArgumentError(`${name}.apply`, {
      given: `${gradients.length} gradients for ${variables.length} variables`,
      expected: "a gradient, or null, for each variable",
    });
  }
  const unknown = variables.find((variable) => !trainable.includes(variable));
  if (unknown) {
    throw new ValueError(`${name}.apply`, {
      given: `the variable ${unknown.name}`,
      expected: "variables that the optimizer was built with",
      hint: "Make a new optimizer for another set of variables.",
    });
  }
  if (gradients.every((gradient) => gradient === null)) {
    throw new ValueError(`${name}.apply`, { given: "no gradient for any variable", expected: "at least one gradient" });
  }
}

/** Says once of each variable that it has no gradient. @param warned  of which it was said */
export function warnOfMissing(
  name: string,
  gradients: readonly (Tensor | null)[],
  variables: readonly Variable[],
  warned: Set<Variable>,
): void {
  const missing = variables.filter((variable, index) => gradients[index] === null && !warned.has(variable));
  if (missing.length === 0) return;
  for (const variable of missing) warned.add(variable);
  console.warn(`${name}: there are no gradients for ${missing.map(pathOf).join(", ")}; these variables stay as they are.`);
}

/**
 * Variables that are split over replicas are updated part by part, which only some updates can do. @throws StateError for others
 *
 * @param whole  the name of the rule, if an update of an element needs more than this element
 */
export function checkSplit(name: string, whole: string | null, variables: readonly Variable[], options: Common): void {
  const { clipnorm, globalClipnorm } = options;
  const bound = variables.find(({ splitAxis, constraint }) => splitAxis !== null && constraint !== null);
  const given =
    whole ??
    (clipnorm !== null ? "clipnorm" : null) ??
    (globalClipnorm !== null ? "globalClipnorm" : null) ??
    (bound ? `the constraint of ${bound.name}` : null);
  if (given === null) return;
  throw new StateError(name, {
    given: `${given} for variables that are split over replicas`,
    expected: "an update of each element by itself",
    hint: "Use clipvalue, and optimizers such as SGD, Adam, AdamW, RMSprop or Lion.",
  });
}
