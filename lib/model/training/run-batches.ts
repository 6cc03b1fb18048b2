// What the runs of a model do alike: the batches of an epoch through a step, and what is said of them afterwards.

import type { CallbackList } from "../../callbacks/callback-list.js";
import type { Logs } from "../../callbacks/callback.js";
import type { Compiled } from "./compiled.js";
import type { EpochBatches } from "./epochs.js";
import { runEpoch } from "./loop.js";
import { lazyLogs, readLogs, type StepLogs } from "./run.js";
import type { Run } from "./runs.js";
import type { Trained } from "./trained.js";

/** Runs the batches of one epoch of training or evaluation. @returns what the last step answered, undefined where there was no batch */
export async function runBatches(
  trained: Trained,
  run: Run,
  state: Compiled,
  batches: EpochBatches,
  callbacks: CallbackList,
  hooks: "Train" | "Test",
): Promise<StepLogs | undefined> {
  const { model } = trained;
  trained.distribution.begin();
  const isWatched = callbacks.listensBeyondProgress(`on${hooks}BatchBegin`) || callbacks.listensBeyondProgress(`on${hooks}BatchEnd`);
  const isTraining = hooks === "Train";
  return runEpoch<StepLogs>({
    batches,
    callbacks,
    hooks,
    groupSize: state.stepsPerExecution,
    runs: trained.runs,
    prepare: (group) => {
      trained.runs.take(run);
      if (isWatched) trained.steps.refresh();
      for (const batch of group) state.loss?.checkLabels(batch[1]);
      return isTraining ? model.makeTrainFunction() : model.makeTestFunction();
    },
    answered: (answer) => {
      trained.steps.settle();
      return lazyLogs(answer);
    },
    isStopped: () => (isTraining ? model.stopTraining : isTold(model, "stopEvaluating")),
  });
}

/** Whether a callback of the present run asked it to stop; the wish is then fulfilled. */
export function isTold(model: Trained["model"], flag: "stopEvaluating" | "stopPredicting"): boolean {
  const told = model[flag];
  model[flag] = false;
  return told;
}

/** What the metrics say of a run; where a step of one's own answers other names, its last answer. */
export const epochLogs = ({ model, runs }: Trained, run: Run, last: StepLogs): Logs | Promise<Logs> =>
  runs.between(() => {
    runs.take(run);
    const results = model.getMetricsResult();
    const names = Object.keys(last);
    const isOwn = names.length === Object.keys(results).length && names.every((name) => name in results);
    return readLogs(isOwn || names.length === 0 ? results : last);
  });

/** Logs in the order of the metrics; one value stands alone. */
export function inOrder(trained: Trained, logs: Logs, known: readonly string[] = []): number | number[] {
  // A step may have made metrics that nobody knew before.
  const isKnown = Object.keys(logs).every((name) => known.includes(name));
  const names = isKnown ? known : trained.singleMetrics().map(({ name }) => name);
  const others = Object.keys(logs).filter((name) => !names.includes(name)).sort(); // prettier-ignore
  const values = [...names.filter((name) => name in logs), ...others].map((name) => logs[name]!);
  return values.length === 1 ? values[0]! : values;
}
