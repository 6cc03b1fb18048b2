import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import type { ModeName } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { revive, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, isRecord, toNumber, toTensor } from "../values.js";
import { runSteps, type Step } from "./training-steps.js";

// Runs of `compile` and `fit`, and the steps that follow them on the same model.

/** A model as these runs use it. */
export interface TrainedModel {
  readonly weights: readonly { value(): Tensor; assign(value: Tensor): unknown }[];
  readonly optimizer: {
    readonly iterations: { value(): Tensor };
    learningRate: { value(): Tensor } | number;
    excludeFromWeightDecay(options: object): void;
  };
  readonly layers: readonly (Partial<TrainedModel> & { readonly name: string; trainable: boolean; resetState?(): void })[];
  getLayer(name: string): TrainedModel & { trainable: boolean };
  compileFromConfig(config: object): void;
  compile(options: object): void;
  resetMetrics(): void;
  getMetricsResult(): Record<string, Tensor>;
  fit(x: unknown, y: unknown, options: object): Promise<{ history: Record<string, number[]>; epoch: number[] }>;
  evaluate(x: unknown, y: unknown, options: object): Promise<unknown>;
  predict(x: unknown, options: object): Promise<unknown>;
  trainOnBatch(x: unknown, y: unknown, options: object): Promise<unknown>;
  testOnBatch(x: unknown, y: unknown, options: object): Promise<unknown>;
  predictOnBatch(x: unknown): Promise<unknown>;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Keyword arguments as options. */
export const camelKeys = (record: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [camel(key), value]));

/** Recorded data with tensors at its leaves. */
export function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(tensors);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tensors(item)])) : value;
}

/** A run of `compile` and `fit`: history, final weights, evaluation and prediction; then what `then` lists. */
export async function runTraining(testCase: Case, mode: ModeName): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "kerasm-training-"));
  try {
    await run(testCase, mode, scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function run(testCase: Case, mode: ModeName, scratch: string): Promise<void> {
  const model = revive(testCase["model"]) as unknown as TrainedModel;
  const initial = testCase["weights"] as { value: Encoded }[];
  if (model.weights.length !== initial.length) throw new Mismatch(`weights: got ${model.weights.length}, expected ${initial.length}`);
  initial.forEach(({ value }, index) => model.weights[index]!.assign(toTensor(value)));
  model.compileFromConfig({ ...(testCase["compile"] as object), run_eagerly: mode === "eager" });
  const [x, y, sampleWeight] = ["x", "y", "sample_weight"].map((field) => tensors(testCase[field]));
  const fit = camelKeys(testCase["fit"] as object);
  const common = { batchSize: fit["batchSize"], verbose: 0, ...(sampleWeight === undefined ? {} : { sampleWeight }) };
  const history = await model.fit(x, y, { ...fit, ...common, ...fitExtras(testCase, scratch) });
  compareHistory(testCase["history"] as Record<string, unknown[]>, history.history, samplesOf(testCase), "history");
  const epochs = testCase["epochs_run"];
  if (typeof epochs === "number" && history.epoch.length !== epochs)
    throw new Mismatch(`epochs: got ${history.epoch.length}, expected ${epochs}`);
  compareWeights(testCase["final_weights"] as Encoded[], model, "final weight");
  const evaluated = (await model.evaluate(x, y, { ...common, returnDict: true })) as Record<string, unknown>;
  compareValues(testCase["evaluate_after"] as Record<string, unknown>, evaluated, samplesOf(testCase), "evaluate");
  const { outputs: tolerance } = tolerances.training;
  compare(testCase["predict_after"], await model.predict(x, { batchSize: fit["batchSize"], verbose: 0 }), tolerance, "predict");
  compare(testCase["optimizer_iterations"], model.optimizer.iterations.value(), tolerance, "optimizer.iterations");
  await runSteps((testCase["then"] as readonly Step[] | undefined) ?? [], { testCase, model, mode, scratch });
}

/** What `fit` takes beside its plain options: class weights, validation data, callbacks. */
export function fitExtras(source: Readonly<Record<string, unknown>>, scratch: string): Record<string, unknown> {
  const { class_weight: classWeight, validation_data: validationData, callbacks = [] } = source;
  return {
    ...(classWeight === undefined ? {} : { classWeight }),
    ...(validationData === undefined ? {} : { validationData: tensors(validationData) }),
    callbacks: (callbacks as RecordedCallback[]).map((recorded) => callback(recorded, scratch)),
  };
}

interface RecordedCallback {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

function callback({ class_name: name, config }: RecordedCallback, scratch: string): unknown {
  const Callback = (surface.keras["callbacks"] as Record<string, (new (...args: unknown[]) => unknown) | undefined> | undefined)?.[name];
  if (Callback === undefined) throw new Unsupported(`keras.callbacks.${name}`);
  const { table, filename, ...options } = config;
  if (Array.isArray(table)) return new Callback((epoch: number) => (table as number[])[epoch]);
  if (typeof filename === "string") return new Callback(join(scratch, filename), camelKeys(options));
  return new Callback(camelKeys(options));
}

/** How many samples a run has, for values that count samples. */
export const samplesOf = (testCase: Case): number => (testCase["x"] as Partial<Encoded>).shape?.[0] ?? 50;

/** Fails where the values of some epoch differ, or a name is missing or too many. */
export function compareHistory(
  expected: Readonly<Record<string, readonly unknown[]>>,
  history: Readonly<Record<string, readonly number[]>>,
  samples: number,
  where: string,
): void {
  sameNames(expected, history, where);
  for (const [key, values] of Object.entries(expected)) {
    if (history[key]!.length !== values.length)
      throw new Mismatch(`${where}.${key}: got ${history[key]!.length} epochs, expected ${values.length}`);
    values.forEach((value, epoch) => compareValue(key, value, history[key]![epoch], samples, `${where}.${key}[${epoch}]`));
  }
}

/** Fails where a loss or metric differs, or a name is missing or too many. */
export function compareValues(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  samples: number,
  where: string,
): void {
  sameNames(expected, actual, where);
  for (const [key, value] of Object.entries(expected)) compareValue(key, value, actual[key], samples, `${where}.${key}`);
}

function sameNames(expected: object, actual: object, where: string): void {
  const [wanted, got] = [expected, actual].map((record) => Object.keys(record).sort().join(", "));
  if (wanted !== got) throw new Mismatch(`${where}: got ${got}; expected ${wanted}`);
}

/** Accuracies are discrete: one sample more or less is allowed. */
export function compareValue(key: string, expected: unknown, actual: unknown, samples: number, where: string): void {
  const isDiscrete = /accuracy|acc$|precision|recall|auc/i.test(key);
  const tolerance = isDiscrete ? { rtol: 1e-3, atol: 1.01 / samples } : tolerances.training.outputs;
  compare(isEncoded(expected) ? expected : toNumber(expected), actual, tolerance, where);
}

/** Fails where a weight differs. */
export function compareWeights(expected: readonly Encoded[], model: TrainedModel, where: string): void {
  expected.forEach((value, index) => compare(value, model.weights[index]!.value(), tolerances.training.gradients, `${where} ${index}`));
}
