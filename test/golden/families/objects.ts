import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare, compareGradient } from "../compare.js";
import { Leaves, pairs } from "../leaves.js";
import { differentiate, type Mode } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { toNumber } from "../values.js";
import { compareConfig } from "./config.js";

type Callable = (...args: unknown[]) => unknown;

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A loss, regularizer or constraint: an object that is called with tensors. */
export function runObject(testCase: Case, mode: Mode, family: "losses" | "regularizers" | "constraints"): void {
  const object = revive(testCase["config"]) as unknown as Callable;
  compareConfig(testCase["config"], object);
  const recorded = { args: testCase["args"] as unknown[], kwargs: testCase["kwargs"] as Record<string, unknown> };
  const leaves = new Leaves(recorded);
  const { outputs: tolerance, gradients: gradientTolerance } = tolerances[family];
  const call = (tensors: readonly Tensor[]): unknown => {
    const { args, kwargs } = leaves.restore(recorded, tensors) as typeof recorded;
    const options = Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [camel(name), value]));
    return object(...args, ...(Object.keys(options).length === 0 ? [] : [options]));
  };
  if (testCase["grads"] === undefined) return compare(testCase["result"], mode.run(call, leaves.tensors), tolerance, "result");
  const { outputs, gradients } = mode.run((tensors) => {
    const sources = tensors.filter((_, index) => leaves.isFloat[index]);
    return differentiate(
      () => call(tensors),
      sources,
      (outputs) => pairs(outputs, testCase["cotangent"]),
    );
  }, leaves.tensors);
  compare(testCase["result"], outputs, tolerance, "result");
  let next = 0;
  const byLeaf = leaves.isFloat.map((isFloat) => (isFloat ? gradients[next++]! : null));
  const grads = { ...(testCase["grads"] as { args: unknown[]; kwargs?: unknown }) };
  // Labels and weights are differentiated here too, but a loss may treat them as constants: only a recorded gradient that is met counts.
  const actual = leaves.arrange(recorded, byLeaf) as { args: unknown[]; kwargs: unknown };
  if (family === "losses") {
    compareGradient(grads.args[1], actual.args[1], gradientTolerance, "gradient of yPred");
    return;
  }
  compareGradient(grads.args, actual.args, gradientTolerance, "gradient");
}

/** A learning-rate schedule at some steps. */
export function runSchedule(testCase: Case, mode: Mode): void {
  const schedule = revive(testCase["config"]) as unknown as (step: Tensor) => Tensor;
  compareConfig(testCase["config"], schedule);
  const steps = testCase["steps"] as number[];
  const values = testCase["values"] as (number | string)[];
  steps.forEach((step, index) => {
    const rate = mode.run(([step]) => schedule(step!), [surface.tf.constant(step, { dtype: "int32" })]);
    compare(toNumber(values[index]), rate, tolerances.schedules.outputs, `learning rate at step ${step}`);
  });
  if (values.length !== steps.length) throw new Mismatch("the case has as many values as steps");
}
