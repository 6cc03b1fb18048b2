import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import type { ModeName } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, isRecord, toNumber } from "../values.js";
import { camelKeys, compareHistory, compareValues, compareWeights, fitExtras, samplesOf, tensors, type TrainedModel } from "./training.js";

// The steps that the field `then` of a training run lists: each does something with the model, and says what came of it.

/** A recorded step. Which fields there are depends on `do`. */
export interface Step {
  readonly do: string;
  readonly options?: object;
  readonly rows?: readonly [from: number, to: number];
  readonly weighted?: boolean;
  readonly result?: unknown;
  readonly [field: string]: unknown;
}

/** What steps act on. */
interface Scene {
  readonly testCase: Case;
  readonly model: TrainedModel;
  readonly mode: ModeName;
  /** Folder of the files that callbacks write. */
  readonly scratch: string;
}

/** Runs the steps in order; the first that differs fails. */
export async function runSteps(steps: readonly Step[], scene: Scene): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const act = actions[step.do];
    if (act === undefined) throw new Mismatch(`then[${index}]: got the unknown step ${step.do}`);
    await act(step, scene, `then[${index}].${step.do}`);
  }
}

type Action = (step: Step, scene: Scene, where: string) => void | Promise<void>;

const actions: Readonly<Record<string, Action>> = {
  fit: async (step, { model, testCase, scratch }, where) => {
    const { x, y, weights } = dataOf(step, testCase);
    const { history } = await model.fit(x, y, { ...camelKeys(step.options ?? {}), ...weights, ...fitExtras(step, scratch), verbose: 0 });
    if (step.result !== undefined) compareHistory(step.result as Record<string, unknown[]>, history, samplesOf(testCase), where);
  },
  evaluate: async (step, { model, testCase }, where) => {
    const { x, y, weights } = dataOf(step, testCase);
    compareAnswer(step, await model.evaluate(x, y, { ...camelKeys(step.options ?? {}), ...weights, verbose: 0 }), testCase, where);
  },
  predict: async (step, { model, testCase }, where) => {
    const { x } = dataOf(step, testCase);
    compareAnswer(step, await model.predict(x, { ...camelKeys(step.options ?? {}), verbose: 0 }), testCase, where);
  },
  train_on_batch: async (step, { model, testCase }, where) => {
    const { x, y, weights } = dataOf(step, testCase);
    const classWeight = step["class_weight"] === undefined ? {} : { classWeight: step["class_weight"] };
    const options = { ...camelKeys(step.options ?? {}), ...weights, ...classWeight };
    compareAnswer(step, await model.trainOnBatch(x, y, options), testCase, where);
  },
  test_on_batch: async (step, { model, testCase }, where) => {
    const { x, y, weights } = dataOf(step, testCase);
    compareAnswer(step, await model.testOnBatch(x, y, { ...camelKeys(step.options ?? {}), ...weights }), testCase, where);
  },
  predict_on_batch: async (step, { model, testCase }, where) =>
    compareAnswer(step, await model.predictOnBatch(dataOf(step, testCase).x), testCase, where),
  compile: (step, { model, mode }) => {
    const { jit_compile: _, ...recorded } = step["compile"] as Record<string, unknown>;
    const options = Object.entries({ ...recorded, run_eagerly: mode === "eager" }).filter(([, value]) => value !== null);
    const revived = camelKeys(Object.fromEntries(options.map(([key, value]) => [key, revive(value)])));
    const varNames = step["exclude_from_weight_decay"];
    if (varNames !== undefined) (revived["optimizer"] as TrainedModel["optimizer"]).excludeFromWeightDecay({ varNames });
    model.compile(revived);
  },
  set_trainable: (step, { model }) => {
    const path = step["layer"] as readonly string[];
    const layer = path.reduce<TrainedModel>((outer, name) => outer.getLayer(name), model) as TrainedModel & { trainable: boolean };
    layer.trainable = step["value"] as boolean;
  },
  reset_metrics: (_step, { model }) => model.resetMetrics(),
  reset_states: (_step, { model }) => {
    const stateful = model.layers.filter((layer) => typeof layer.resetState === "function");
    if (stateful.length === 0) throw new Mismatch("reset_states: got no layer with a state");
    for (const layer of stateful) layer.resetState!();
  },
  set_learning_rate: (step, { model }) => {
    model.optimizer.learningRate = toNumber(step["value"]);
  },
  learning_rate: (step, { model }, where) =>
    compare(
      step.result,
      (model.optimizer.learningRate as Exclude<typeof model.optimizer.learningRate, number>).value(),
      tolerances.training.outputs,
      where,
    ),
  iterations: (step, { model }, where) => compare(step.result, model.optimizer.iterations.value(), tolerances.training.outputs, where),
  weights: (step, { model }, where) => compareWeights(step.result as Encoded[], model, where),
  metrics_result: (step, { model, testCase }, where) =>
    compareValues(step.result as Record<string, unknown>, model.getMetricsResult(), samplesOf(testCase), where),
  csv: (step, { scratch }, where) => {
    const lines = readFileSync(join(scratch, step["file"] as string), "utf8")
      .trimEnd()
      .split(/\r?\n/);
    const expected = step.result as readonly (readonly string[])[];
    const got = lines.map((line) => line.split((step["separator"] as string | undefined) ?? ","));
    if (got.length !== expected.length) throw new Mismatch(`${where}: got ${got.length} lines, expected ${expected.length}`);
    expected.forEach((cells, row) => {
      if (got[row]!.length !== cells.length)
        throw new Mismatch(`${where}: line ${row} has ${got[row]!.length} cells, expected ${cells.length}`);
      cells.forEach((cell, column) => compareCell(cell, got[row]![column]!, `${where}: line ${row}, cell ${column}`));
    });
  },
};

function compareCell(expected: string, got: string, where: string): void {
  if (Number.isNaN(Number(expected)) || expected === "") {
    if (got !== expected) throw new Mismatch(`${where} is ${got}, expected ${expected}`);
  } else compare(Number(expected), Number(got), tolerances.training.outputs, where);
}

function compareAnswer(step: Step, answer: unknown, testCase: Case, where: string): void {
  if (step.result === undefined) return;
  if (isRecord(step.result) && Object.values(step.result).every((value) => typeof value === "number"))
    compareValues(step.result, answer as Record<string, unknown>, samplesOf(testCase), where);
  else compare(step.result, answer, tolerances.training.outputs, where);
}

/** The data of a step: its own, or those of the row; with data of its own there is no weight but its own. */
function dataOf(step: Step, testCase: Case): { x: unknown; y: unknown; weights: { sampleWeight?: unknown } } {
  const isOwn = step["x"] !== undefined;
  const pick = (field: string): unknown => tensors(rowsOf(step[field] ?? (isOwn ? undefined : testCase[field]), step.rows));
  const inherits = !isOwn && step.weighted !== false && step["class_weight"] === undefined;
  const weight = step["sample_weight"] ?? (inherits ? testCase["sample_weight"] : undefined);
  return { x: pick("x"), y: pick("y"), weights: weight === undefined ? {} : { sampleWeight: tensors(rowsOf(weight, step.rows)) } };
}

/** A part of the rows of all tensors. */
function rowsOf(data: unknown, rows: Step["rows"]): unknown {
  if (rows === undefined) return data;
  if (isEncoded(data)) {
    const bytes = Buffer.from(data.data!, "base64");
    const size = bytes.length / data.shape[0]!;
    const [from, to] = rows;
    return {
      ...data,
      shape: [to - from, ...data.shape.slice(1)],
      data: bytes.subarray(from * size, to * size).toString("base64"),
    };
  }
  if (Array.isArray(data)) return data.map((item) => rowsOf(item, rows));
  return isRecord(data) ? Object.fromEntries(Object.entries(data).map(([key, item]) => [key, rowsOf(item, rows)])) : data;
}
