import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import type { ModeName } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { revive, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, toNumber, toTensor } from "../values.js";

interface Model {
  readonly weights: readonly { value(): Tensor; assign(value: Tensor): unknown }[];
  readonly optimizer: { readonly iterations: { value(): Tensor } };
  build?(): void;
  compileFromConfig(config: object): void;
  runEagerly?: boolean;
  fit(x: unknown, y: unknown, options: object): Promise<{ history: Record<string, number[]>; epoch: number[] }>;
  evaluate(x: unknown, y: unknown, options: object): Promise<unknown>;
  predict(x: unknown, options: object): Promise<unknown>;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const camelKeys = (record: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [camel(key), value]));

function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(tensors);
  return value !== null && typeof value === "object"
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tensors(item)]))
    : value;
}

/** A run of `compile` and `fit`: history, final weights, evaluation and prediction. */
export async function runTraining(testCase: Case, mode: ModeName): Promise<void> {
  const model = revive(testCase["model"]) as unknown as Model;
  const initial = testCase["weights"] as { value: Encoded }[];
  if (model.weights.length !== initial.length) throw new Mismatch(`weights: got ${model.weights.length}, expected ${initial.length}`);
  initial.forEach(({ value }, index) => model.weights[index]!.assign(toTensor(value)));
  model.compileFromConfig({ ...(testCase["compile"] as object), run_eagerly: mode === "eager" });
  const [x, y, sampleWeight] = ["x", "y", "sample_weight"].map((field) => tensors(testCase[field]));
  const fit = camelKeys(testCase["fit"] as object);
  const classWeight = testCase["class_weight"];
  const common = { batchSize: fit["batchSize"], verbose: 0, ...(sampleWeight === undefined ? {} : { sampleWeight }) };
  const history = await model.fit(x, y, {
    ...fit,
    ...common,
    ...(classWeight === undefined ? {} : { classWeight }),
    ...(testCase["validation_data"] === undefined ? {} : { validationData: tensors(testCase["validation_data"]) }),
    callbacks: (testCase["callbacks"] as { class_name: string; config: Record<string, unknown> }[]).map(callback),
  });
  const { outputs: tolerance, gradients: weightTolerance } = tolerances.training;
  compareHistory(testCase, history.history);
  const epochs = testCase["epochs_run"];
  if (typeof epochs === "number" && history.epoch.length !== epochs)
    throw new Mismatch(`epochs: got ${history.epoch.length}, expected ${epochs}`);
  (testCase["final_weights"] as Encoded[]).forEach((value, index) =>
    compare(value, model.weights[index]!.value(), weightTolerance, `final weight ${index}`),
  );
  const evaluated = await model.evaluate(x, y, { ...common, returnDict: true });
  compareValues(testCase["evaluate_after"] as Record<string, unknown>, evaluated as Record<string, unknown>, "evaluate");
  compare(testCase["predict_after"], await model.predict(x, { batchSize: fit["batchSize"], verbose: 0 }), tolerance, "predict");
  compare(testCase["optimizer_iterations"], model.optimizer.iterations.value(), tolerance, "optimizer.iterations");
}

function callback({ class_name: name, config }: { class_name: string; config: Record<string, unknown> }): unknown {
  const Callback = (surface.keras["callbacks"] as Record<string, (new (...args: unknown[]) => unknown) | undefined> | undefined)?.[name];
  if (Callback === undefined) throw new Unsupported(`keras.callbacks.${name}`);
  if (Array.isArray(config["table"])) {
    const table = config["table"] as number[];
    return new Callback((epoch: number) => table[epoch]);
  }
  return new Callback(camelKeys(config));
}

function compareHistory(testCase: Case, history: Record<string, number[]>): void {
  const expected = testCase["history"] as Record<string, unknown[]>;
  const missing = Object.keys(expected).find((key) => !(key in history));
  if (missing !== undefined)
    throw new Mismatch(`history: got ${Object.keys(history).join(", ")}; expected ${Object.keys(expected).join(", ")}`);
  for (const [key, values] of Object.entries(expected)) {
    if (history[key]!.length !== values.length)
      throw new Mismatch(`history.${key}: got ${history[key]!.length} epochs, expected ${values.length}`);
    values.forEach((value, epoch) => compareValue(key, value, history[key]![epoch], testCase, `history.${key}[${epoch}]`));
  }
}

function compareValues(expected: Record<string, unknown>, actual: Record<string, unknown>, where: string): void {
  for (const [key, value] of Object.entries(expected)) compareValue(key, value, actual[key], undefined, `${where}.${key}`);
}

/** Accuracies are discrete: one sample more or less is allowed. */
function compareValue(key: string, expected: unknown, actual: unknown, testCase: Case | undefined, where: string): void {
  const samples = testCase === undefined ? 1 / 0.02 : ((testCase["x"] as Partial<Encoded>).shape?.[0] ?? 50);
  const isDiscrete = /accuracy|acc$|precision|recall|auc/i.test(key);
  compare(toNumber(expected), actual, isDiscrete ? { rtol: 1e-3, atol: 1.01 / samples } : tolerances.training.outputs, where);
}
