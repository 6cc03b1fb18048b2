import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import type { Mode } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, toTensor } from "../values.js";
import { compareConfig } from "./config.js";

interface Variable {
  readonly name: string;
  value(): Tensor;
}

interface Optimizer {
  readonly variables: readonly Variable[];
  applyGradients(pairs: readonly (readonly [Tensor | null, Variable])[]): unknown;
  finalizeVariableValues(variables: readonly Variable[]): void;
}

interface Step {
  readonly grads: readonly (Encoded | null)[];
  readonly after: readonly Encoded[];
}

/** The trajectory of an optimizer: after each step all variables are as recorded, and at the end its own variables too. */
export function runOptimizer(testCase: Case, mode: Mode): void {
  const optimizer = revive(testCase["config"]) as unknown as Optimizer;
  compareConfig(testCase["config"], optimizer);
  const names = testCase["variable_names"] as string[];
  const variables = (testCase["initial"] as Encoded[]).map((value, index) =>
    surface.tf.variable(toTensor(value), { name: names[index] }),
  ) as unknown as Variable[];
  const tolerance = testCase["class"] === "Muon" ? { rtol: 1e-3, atol: 1e-4 } : tolerances.optimizers.outputs;
  for (const [index, { grads, after }] of (testCase["steps"] as Step[]).entries()) {
    const present = grads.filter((grad) => grad !== null);
    mode.run((tensors) => {
      let next = 0;
      optimizer.applyGradients(variables.map((variable, i) => [grads[i] === null ? null : tensors[next++]!, variable] as const));
      return null;
    }, present.map(toTensor));
    after.forEach((value, i) => compare(value, variables[i]!.value(), tolerance, `${names[i]} after step ${index + 1}`));
  }
  const own = testCase["optimizer_variables_at_end"] as { name: string; path: string; value: Encoded }[];
  if (optimizer.variables.length !== own.length) {
    throw new Mismatch(
      `optimizer.variables: got ${optimizer.variables.map(({ name }) => name).join(", ")}; expected ${own.map(({ name }) => name).join(", ")}`,
    );
  }
  own.forEach(({ name, value }, index) => {
    const variable = optimizer.variables[index]!;
    if (variable.name !== name) throw new Mismatch(`optimizer variable ${index}: got the name ${variable.name}, expected ${name}`);
    compare(value, variable.value(), tolerance, `optimizer variable ${name}`);
  });
  const finalized = testCase["after_finalize_variable_values"] as Encoded[] | undefined;
  if (finalized === undefined) return;
  optimizer.finalizeVariableValues(variables);
  finalized.forEach((value, i) => compare(value, variables[i]!.value(), tolerance, `${names[i]} after finalizing`));
}
