import { UnknownNameError } from "../../lib/core/errors.js";
import { type Case, type Family, readCases } from "./cases.js";
import { runResultType } from "./families/dtypes.js";
import { runFunction } from "./families/functions.js";
import { runInitializer } from "./families/initializers.js";
import { runLayer, runSymbolicLayer } from "./families/layers.js";
import { runMetric } from "./families/metrics.js";
import { runObject, runSchedule } from "./families/objects.js";
import { runOptimizer } from "./families/optimizers.js";
import { runPreprocessing } from "./families/preprocessing.js";
import { runSaved } from "./families/saving.js";
import { runTfFunction } from "./families/tf-functions.js";
import { runPipeline } from "./families/tf-data.js";
import { runTensorFlow } from "./families/tf-ops.js";
import { runTraining } from "./families/training.js";
import { runsAs } from "./families/tf-programs.js";
import { type Mode, type ModeName, modes } from "./modes.js";
import { Mismatch, type Outcome, Unsupported } from "./outcome.js";

type Runner = (testCase: Case, mode: Mode) => void | Promise<void>;

const runners: Readonly<Record<Family, Runner>> = {
  dtypes: runResultType,
  ops: (testCase, mode) => runFunction(testCase, mode, "ops"),
  activations: (testCase, mode) => runFunction(testCase, mode, "activations"),
  utils: (testCase, mode) => runFunction(testCase, mode, "utils"),
  initializers: runInitializer,
  regularizers: (testCase, mode) => runObject(testCase, mode, "regularizers"),
  constraints: (testCase, mode) => runObject(testCase, mode, "constraints"),
  schedules: runSchedule,
  losses: (testCase, mode) => (testCase.kind === "function" ? runFunction(testCase, mode, "losses") : runObject(testCase, mode, "losses")),
  metrics: (testCase, mode) => (testCase.kind === "function" ? runFunction(testCase, mode, "metrics") : runMetric(testCase, mode)),
  optimizers: runOptimizer,
  layers: (testCase, mode) => runLayer(testCase, mode, "layers"),
  layers_symbolic: runSymbolicLayer,
  preprocessing: runPreprocessing,
  models: (testCase, mode) => runLayer(testCase, mode, "models"),
  models_captured: (testCase, mode) => runLayer(testCase, mode, "models_captured"),
  training: (testCase, mode) => runTraining(testCase, mode.name),
  saving: runSaved,
  tf_functions: runTfFunction,
  tf_ops: runTensorFlow,
  tf_data: (testCase) => runPipeline(testCase),
};

/** Cases in which nothing is computed run once: there is nothing to trace. */
export function runsIn(testCase: Case, mode: ModeName): boolean {
  if (testCase["family"] === "tf_functions") return runsAs(testCase, mode);
  return mode === "eager" || !["symbolic", "result_type", "elements", "multiset", "operation"].includes(testCase.kind);
}

/** The cases of a family as they run: a saved model is a case for each kind of file. */
export async function casesOf(dir: string, family: Family): Promise<Case[]> {
  const cases = await readCases(dir, family);
  if (family !== "saving") return cases;
  return cases.flatMap((testCase) =>
    Object.keys(testCase["files"] as object).map((kind) => ({ ...testCase, id: `${testCase.id}${kind}`, class: kind, file_kind: kind })),
  );
}

/** Runs one case; it never throws. */
export async function runCase(family: Family, testCase: Case, mode: ModeName): Promise<Outcome> {
  if (testCase.kind === "unreadable") return { status: "failed", message: String(testCase["error"]) };
  try {
    await runners[family](testCase, modes[mode]);
    return { status: "passed" };
  } catch (error) {
    if (error instanceof Unsupported) return { status: "unsupported", message: error.message };
    if (error instanceof UnknownNameError) return { status: "unsupported", message: error.given };
    if (error instanceof WebAssembly.RuntimeError) throw error;
    const message =
      error instanceof Mismatch
        ? error.message
        : error instanceof Error
          ? `${error.name}: ${error.message}\n${firstFrame(error)}`
          : String(error);
    return { status: "failed", message };
  }
}

/** Where in kerasm an error came from. */
const firstFrame = (error: Error): string => error.stack?.split("\n").find((line) => /\/lib\//.test(line)) ?? "";
