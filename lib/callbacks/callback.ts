// The base of callbacks: the hooks that a run calls, and what they are told.

import { checkSpelling } from "../config/python-names.js";
import { StateError } from "../core/errors.js";
import { checkThat } from "../core/options.js";
import type { WatchedModel } from "./watched.js";

/** Losses and metrics by name. Values are read when they are asked for. */
export type Logs = Record<string, number>;

/** What callbacks are told after a batch of prediction: what the model gave, in the structure of its outputs. */
export interface PredictLogs {
  readonly outputs: unknown;
}

/** What a callback knows of the run it is part of. */
export interface CallbackParams {
  readonly verbose: number;
  readonly epochs: number;
  /** Steps of an epoch, null where they are not known. */
  readonly steps: number | null;
}

/** What a hook may answer: a promise is awaited. */
export type Answer = void | Promise<void>;

/**
 * Hooks into training, evaluation and prediction. A callback of one's own overrides what it needs.
 *
 * ```ts
 * class Printer extends keras.callbacks.Callback {
 *   override onEpochEnd(epoch: number, logs: keras.callbacks.Logs) { console.log(epoch, logs["loss"]); }
 * }
 * ```
 *
 * Keras: keras.callbacks.Callback
 */
export class Callback {
  params: CallbackParams = { verbose: 0, epochs: 1, steps: null };
  #model: WatchedModel | null = null;

  constructor() {
    checkSpelling(new.target);
  }

  /** The model that is trained. @throws StateError where no run has begun */
  get model(): WatchedModel {
    if (this.#model) return this.#model;
    throw new StateError(`${this.constructor.name}.model`, {
      given: "a callback that no model runs",
      expected: "the model that is trained",
      hint: "Pass the callback to fit, evaluate or predict, or call setModel(model).",
    });
  }

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  setModel(model: WatchedModel): void {
    this.#model = model;
  }

  onTrainBegin(_logs: Logs): Answer {}
  onTrainEnd(_logs: Logs): Answer {}
  onEpochBegin(_epoch: number, _logs: Logs): Answer {}
  onEpochEnd(_epoch: number, _logs: Logs): Answer {}
  /** The same as `onTrainBatchBegin`. */
  onBatchBegin(_batch: number, _logs: Logs): Answer {}
  /** The same as `onTrainBatchEnd`. */
  onBatchEnd(_batch: number, _logs: Logs): Answer {}
  onTrainBatchBegin(batch: number, logs: Logs): Answer {
    return this.onBatchBegin(batch, logs);
  }
  onTrainBatchEnd(batch: number, logs: Logs): Answer {
    return this.onBatchEnd(batch, logs);
  }
  onTestBegin(_logs: Logs): Answer {}
  onTestEnd(_logs: Logs): Answer {}
  onTestBatchBegin(_batch: number, _logs: Logs): Answer {}
  onTestBatchEnd(_batch: number, _logs: Logs): Answer {}
  onPredictBegin(_logs: Logs): Answer {}
  onPredictEnd(_logs: Logs): Answer {}
  onPredictBatchBegin(_batch: number, _logs: Logs): Answer {}
  /** `logs.outputs`: what the model gave for the batch. */
  onPredictBatchEnd(_batch: number, _logs: PredictLogs): Answer {}
}

/** What a hook is told; nothing counts as a record without values, as in Keras. @throws ArgumentError for what is no record */
export function logsOf(callback: Callback, logs: Logs | null | undefined): Logs {
  checkThat((logs ?? null) === null || typeof logs === "object", `${callback.constructor.name}.logs`, logs, "losses and metrics by name");
  return logs ?? {};
}

/** The hooks that are told of a batch. */
export type BatchHook =
  "onTrainBatchBegin" | "onTrainBatchEnd" | "onTestBatchBegin" | "onTestBatchEnd" | "onPredictBatchBegin" | "onPredictBatchEnd";

/** Hooks that say where a run stands. */
export type Hook = Exclude<keyof Callback & `on${string}`, "onBatchBegin" | "onBatchEnd">;
