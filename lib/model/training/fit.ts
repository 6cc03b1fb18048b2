// `fit`: epochs of training, each followed by its evaluation.

import type { Logs } from "../../callbacks/callback.js";
import type { History } from "../../callbacks/history.js";
import type { OptionValues } from "../../config/index.js";
import { switches } from "../../core/defaults.js";
import { buildFor } from "./building.js";
import { callbackList } from "./callbacks.js";
import type { Compiled } from "./compiled.js";
import { fitData } from "./data.js";
import type { EpochBatches } from "./epochs.js";
import { evaluateOnce } from "./evaluate.js";
import type { fitOptions } from "./options.js";
import { epochLogs, runBatches } from "./run-batches.js";
import type { Run } from "./runs.js";
import type { Trained } from "./trained.js";

type FitValues = OptionValues<typeof fitOptions>;

/** @returns  losses and metrics of each epoch */
export async function fit(trained: Trained, x: unknown, y: unknown, options: FitValues): Promise<History> {
  const { model } = trained;
  const state = trained.compiledFor("fit");
  return trained.runs.during(`${model.name}.fit`, "fit", true, async (run) => {
    const { batches, validation } = fitData(x, y, dataOfFit(options, state));
    const stop = () => {
      model.stopTraining = true;
      model.stopEvaluating = true;
    };
    options.signal?.addEventListener("abort", stop);
    try {
      return await runEpochs(trained, run, state, batches, validation, options);
    } finally {
      options.signal?.removeEventListener("abort", stop);
      trained.place.leave();
      await batches.close();
      await validation?.close();
    }
  });
}

async function runEpochs(
  trained: Trained,
  run: Run,
  state: Compiled,
  batches: EpochBatches,
  validation: EpochBatches | null,
  { epochs, initialEpoch, validationFreq, callbacks: given, verbose, signal }: FitValues,
): Promise<History> {
  const { model } = trained;
  await buildFor(trained, "fit", batches);
  if (trained.hasUsualStep() && model.built && model.trainableWeights.length === 0) {
    console.warn(
      `kerasm: ${model.name}.fit: the model has no weights that train, so nothing will change. ` +
        "Layers are found in fields, lists, records and Maps; not in private fields (#), in closures, or made anew in call.",
    );
  }
  const callbacks = callbackList(trained.model, given, verbose, { epochs, steps: batches.count }, true);
  model.stopTraining = false;
  model.initialEpoch = null;
  model.history = callbacks.history;
  await callbacks.call("onTrainBegin", {});
  let goesOn = await trained.place.enter(batches);
  if (signal?.aborted) model.stopTraining = true; // before there was a step
  let logs: Logs = {};
  for (
    let epoch = model.initialEpoch ?? initialEpoch;
    epoch < Math.min(epochs, switches.maxEpochs ?? Infinity) && !model.stopTraining;
    epoch++
  ) {
    const isResumed = goesOn;
    goesOn = false;
    await trained.runs.between(() => {
      trained.runs.take(run);
      if (!isResumed) model.resetMetrics();
    });
    if (!isResumed) await batches.begin();
    await callbacks.call("onEpochBegin", epoch, {});
    trained.steps.refresh();
    const last = await runBatches(trained, run, state, batches, callbacks, "Train");
    if (last === undefined && !isResumed && !model.stopTraining) {
      console.warn(
        `${model.name}.fit: the data gave no batch for epoch ${epoch + 1}: training ends here. ` +
          "An iterator can be run through once: pass a function that makes it, or a Dataset.",
      );
      break;
    }
    logs = await epochLogs(trained, run, last ?? {});
    if (validation && !signal?.aborted && isValidated(epoch, validationFreq)) {
      await validation.begin(true);
      const found = await evaluateOnce(trained, run, validation, state, callbacks);
      for (const [name, value] of Object.entries(found)) logs[`val_${name}`] = value;
    }
    await callbacks.call("onEpochEnd", epoch, logs);
  }
  if (epochs > 0) state.optimizer.finalizeVariableValues(model.trainableWeights);
  await callbacks.call("onTrainEnd", logs);
  return callbacks.history!;
}

/** What the options of `fit` say of data. */
function dataOfFit(options: FitValues, { loss }: Compiled) {
  const { batchSize, classWeight, sampleWeight, shuffle, stepsPerEpoch: steps, validationSplit, validationData } = options;
  const validation = { batchSize: options.validationBatchSize ?? batchSize, steps: options.validationSteps };
  const labelsAreIndices = loss?.takesIndices ?? false;
  return { batchSize, classWeight, sampleWeight, shuffle, steps, validationSplit, validationData, validation, labelsAreIndices };
}

const isValidated = (epoch: number, frequency: number | readonly number[]): boolean =>
  typeof frequency === "number" ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
