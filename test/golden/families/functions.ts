import { arrange } from "../call.js";
import type { Case } from "../cases.js";
import { compare, compareGradient } from "../compare.js";
import { Leaves, listAsTensor, pairs } from "../leaves.js";
import { differentiate, type Mode } from "../modes.js";
import { compareUpToChoice } from "../nonunique.js";
import { find, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { complexParts, elementsOf, isEncoded, isRecord, kindOf } from "../values.js";

type FunctionFamily = "ops" | "activations" | "utils" | "losses" | "metrics";

/** Parameters under which Keras takes an array; there a Python list of numbers is one. */
const arrays = new Set(["x", "x1", "x2", "a", "b", "y", "y_true", "y_pred", "indices", "values", "sequence_lengths", "test_elements"]);

/** A function of `keras.FAMILY`: its value, and its gradients where they were recorded. */
export function runFunction(testCase: Case, mode: Mode, family: FunctionFamily): void {
  const fn = find(family, String(testCase["function"]));
  requireKept(testCase["result"]);
  // Python's **kwargs are recorded under one name.
  const { kwargs = {}, ...given } = testCase["args"] as Record<string, unknown>;
  const args = withPairs({ ...given, ...(kwargs as Record<string, unknown>) }) as Record<string, unknown>;
  const params = testCase["params"] as string[];
  const order = [...params, ...Object.keys(args).filter((name) => !params.includes(name))];
  const leaves = new Leaves(args);
  const fixed = new Set(Object.keys(args).filter((name) => isFixed(family, testCase, name)));
  const { outputs: tolerance, gradients: gradientTolerance } = tolerances[family];

  const call = (tensors: readonly (typeof leaves.tensors)[number][]): unknown => {
    const named = leaves.restore(args, tensors) as Record<string, unknown>;
    // A trace needs these values: they are constants in it.
    for (const name of fixed) named[name] = (leaves.restore(args, leaves.tensors) as typeof named)[name];
    for (const name of Object.keys(named)) named[name] = translated(name, args[name], named[name]);
    if ("dtype" in named === false && order.includes("dtype") && scalarsOf(args).some(isPythonFloat)) named["dtype"] = "float32";
    return fn(...(arrange(fn, named, order) as never[]));
  };

  if (testCase["grads"] === undefined) {
    const result = mode.run(call, leaves.tensors);
    if (testCase["nonunique"] === true && testCase.kind === "value") compareUpToChoice(testCase, result, tolerance);
    else compare(testCase["result"], result, tolerance, "result");
    return;
  }
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
  compareGradient(testCase["grads"], leaves.arrange(args, byLeaf), gradientTolerance, "gradient");
}

/** Results of dtypes that kerasm does not have are not computed. */
function requireKept(result: unknown): void {
  if (isEncoded(result)) return void (result.dtype === "complex64" || result.strings !== undefined || kindOf(result.dtype));
  if (isRecord(result) || Array.isArray(result)) Object.values(result).forEach(requireKept);
}

/** Complex tensors as the pairs that they are here. */
function withPairs(value: unknown): unknown {
  if (isEncoded(value)) return value.dtype === "complex64" ? complexParts(value) : value;
  if (Array.isArray(value)) return value.map(withPairs);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPairs(item)])) : value;
}

/** Parameters that say how large a result is, or how it is cut: their values have to be known when a function is traced. */
const sizes = new Set(["num", "indices_or_sections", "repeats", "shift", "shape", "newshape", "start_indices", "minlength", "bins"]);
const windows = new Set(["bartlett", "blackman", "hamming", "hanning", "kaiser"]);

const isFixed = (family: FunctionFamily, testCase: Case, name: string): boolean =>
  family === "ops" && (sizes.has(name) || (name === "x" && windows.has(String(testCase["function"]))));

/** A shape that Python gave as an array of integers. */
const shapes = new Set(["shape", "newshape", "start_indices"]);

/** An argument as a user of JavaScript writes it. */
function translated(name: string, recorded: unknown, value: unknown): unknown {
  if (name === "dtype" && value === null) return undefined;
  if (shapes.has(name) && isEncoded(recorded) && recorded.shape.length === 1) return [...elementsOf(recorded)];
  return arrays.has(name) ? numbersAsTensor(recorded, value) : value;
}

const scalarsOf = (args: Record<string, unknown>): unknown[] => ["start", "stop", "step", "fill_value"].map((name) => args[name]);

/** 4.0 in Python: in JavaScript it is 4, so that a dtype has to say that it is no integer. */
const isPythonFloat = (value: unknown): boolean => isRecord(value) && "$float" in value;

function numbersAsTensor(recorded: unknown, value: unknown): unknown {
  if (Array.isArray(recorded) && recorded.every(isNumbers)) return listAsTensor(value);
  if (isRecord(recorded) && ("$floats" in recorded || "$float" in recorded))
    return surface.tf.constant(value as number, { dtype: "float32" });
  return value;
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isNumbers) : typeof value === "number";
}
