// `evaluate`: the loss and the metrics of a model on data.

import type { CallbackList } from "../../callbacks/callback-list.js";
import type { Logs } from "../../callbacks/callback.js";
import type { OptionValues } from "../../config/index.js";
import { buildFor } from "./building.js";
import { callbackList } from "./callbacks.js";
import type { Compiled } from "./compiled.js";
import { epochBatches } from "./data.js";
import type { EpochBatches } from "./epochs.js";
import type { evaluateOptions } from "./options.js";
import { epochLogs, inOrder, runBatches } from "./run-batches.js";
import type { Run } from "./runs.js";
import type { Trained } from "./trained.js";

/** @returns one number, or an array of the loss and the metrics, or with `returnDict` a record */
export async function evaluate(trained: Trained, x: unknown, y: unknown, options: OptionValues<typeof evaluateOptions>): Promise<unknown> {
  const state = trained.compiledFor("evaluate");
  return trained.runs.during(`${trained.model.name}.evaluate`, "evaluate", false, async (run) => {
    const batches = epochBatches("evaluate", x, y, options);
    try {
      await buildFor(trained, "evaluate", batches);
      const callbacks = callbackList(trained.model, options.callbacks, options.verbose, { epochs: 1, steps: batches.count });
      await batches.begin();
      const logs = await evaluateOnce(trained, run, batches, state, callbacks);
      return options.returnDict ? logs : inOrder(trained, logs);
    } finally {
      await batches.close();
    }
  });
}

/** Runs through data once, with callbacks told. @returns the loss and the metrics */
export async function evaluateOnce(
  trained: Trained,
  run: Run,
  batches: EpochBatches,
  state: Compiled,
  callbacks: CallbackList,
): Promise<Logs> {
  const { model } = trained;
  model.stopEvaluating = false;
  await callbacks.call("onTestBegin", {});
  await trained.runs.between(() => {
    trained.runs.take(run);
    model.resetMetrics();
  });
  trained.steps.refresh();
  const last = await runBatches(trained, run, state, batches, callbacks, "Test");
  const logs = await epochLogs(trained, run, last ?? {});
  await callbacks.call("onTestEnd", logs);
  return logs;
}
