// `trainOnBatch` and `testOnBatch`: one step on samples that are given.

import { platform } from "#platform";
import type { OptionValues } from "../../config/index.js";
import { whileUnchanged } from "../../layers/base/tracking.js";
import { pause } from "../../runtime/parts.js";
import { givesBatches } from "./batches.js";
import { build, checkPlace, isBuilt } from "./building.js";
import { arrayParts, epochBatches, wholeBatch } from "./data.js";
import { EpochBatches } from "./epochs.js";
import type { testOnBatchOptions, trainOnBatchOptions } from "./options.js";
import { type Execution, readLogs, type StepLogs } from "./run.js";
import { epochLogs, inOrder } from "./run-batches.js";
import type { Trained } from "./trained.js";

/** One step on one batch, a run of its own. @returns  the loss, or the loss and the metrics; with `returnDict` by name */
export async function onBatch(
  trained: Trained,
  method: "trainOnBatch" | "testOnBatch",
  x: unknown,
  y: unknown,
  options: OptionValues<typeof testOnBatchOptions> & Partial<OptionValues<typeof trainOnBatchOptions>>,
  make: () => Execution<StepLogs>,
  asInputs: (x: unknown) => unknown,
): Promise<unknown> {
  const { model } = trained;
  const state = trained.compiledFor(method);
  const { sampleWeight, classWeight } = options;
  const labelsAreIndices = state.loss?.takesIndices ?? false;
  const data = { sampleWeight, classWeight, labelsAreIndices, batchSize: Number.MAX_SAFE_INTEGER };
  const given = givesBatches(x) ? epochBatches(method, x, y, data) : wholeBatch(method, asInputs(x), y, data);
  return trained.runs.during(`${model.name}.${method}`, method, false, async (run) => {
    const batch = given instanceof EpochBatches ? await given.only(method) : given;
    let names: readonly string[] = [];
    const begin = (): void => {
      checkPlace(trained, method);
      state.loss?.checkLabels(batch[1]);
      trained.runs.take(run);
      model.resetMetrics();
      trained.steps.refresh();
      names = trained.singleMetrics().map(({ name }) => name);
    };
    const prepare = (): Execution<StepLogs> => {
      const hasBegun = whileUnchanged(() => {
        const isReady = state.optimizer.built && isBuilt(trained, state);
        if (isReady) begin();
        return isReady;
      });
      if (!hasBegun) {
        build(trained, method, state, batch);
        begin();
      }
      trained.distribution.begin();
      return make();
    };
    const answer = platform.mayBlock ? prepare()([batch]) : await trained.runs.aside(prepare, [batch]);
    trained.steps.settle();
    // A replica answers for its part; what metrics say outside of replicas is everybody's.
    const logs = trained.distribution.strategy ? await epochLogs(trained, run, answer) : readLogs(answer);
    if (!platform.mayBlock) await pause();
    return options.returnDict ? logs : inOrder(trained, logs, names);
  });
}

/** What the model gives for one batch. */
export async function predictOnBatch({ model, steps, runs }: Trained, x: unknown): Promise<unknown> {
  const [inputs] = arrayParts("predictOnBatch", x, undefined, undefined);
  const prepare = (): Execution<unknown> => {
    steps.refresh();
    return model.makePredictFunction();
  };
  const answer = platform.mayBlock ? prepare()([[inputs, null]]) : await runs.aside(prepare, [[inputs, null]]);
  steps.settle();
  if (!platform.mayBlock) await pause();
  return answer;
}
