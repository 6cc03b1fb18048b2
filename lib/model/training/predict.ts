// `predict`: what a model gives for data, batch after batch, joined.

import type { OptionValues } from "../../config/index.js";
import { callbackList } from "./callbacks.js";
import { epochBatches } from "./data.js";
import { runEpoch } from "./loop.js";
import type { predictOptions } from "./options.js";
import { Outputs } from "./run.js";
import { isTold } from "./run-batches.js";
import type { Trained } from "./trained.js";

/** @returns  a tensor, or tensors in the structure of the outputs */
export async function predict(trained: Trained, x: unknown, options: OptionValues<typeof predictOptions>): Promise<unknown> {
  const { model } = trained;
  const batches = epochBatches("predict", x, undefined, options);
  const callbacks = callbackList(trained.model, options.callbacks, options.verbose, { epochs: 1, steps: batches.count });
  const outputs = new Outputs();
  try {
    model.stopPredicting = false;
    await batches.peek("predict");
    await batches.begin();
    trained.distribution.begin();
    await callbacks.call("onPredictBegin", {});
    trained.steps.refresh();
    const isWatched = callbacks.listensBeyondProgress("onPredictBatchBegin") || callbacks.listensBeyondProgress("onPredictBatchEnd");
    await runEpoch<unknown>({
      batches,
      callbacks,
      hooks: "Predict",
      groupSize: 1,
      runs: trained.runs,
      prepare: () => {
        if (isWatched) trained.steps.refresh();
        return model.makePredictFunction();
      },
      answered: (answer) => {
        trained.steps.settle();
        outputs.add(answer);
        return { outputs: answer };
      },
      isStopped: () => isTold(model, "stopPredicting"),
    });
    await callbacks.call("onPredictEnd", {});
    return outputs.join();
  } finally {
    await batches.close();
  }
}
