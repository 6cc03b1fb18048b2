// Callbacks as one.

import { checkOptions } from "../core/options.js";
import { ArgumentError, text } from "../core/errors.js";
import { type Answer, Callback, type CallbackParams, type Hook, type Logs, type PredictLogs } from "./callback.js";
import { History } from "./history.js";
import { ProgressLogger } from "./progress-logger.js";
import type { WatchedModel } from "./watched.js";

/** What a CallbackList takes beside callbacks: Keras's options, and what becomes the `params` of the callbacks. */
export interface CallbackListOptions extends Partial<CallbackParams> {
  /** Whether a History is added where the list has none. Default: false. */
  readonly addHistory?: boolean;
  /** Whether progress is printed, unless a ProgbarLogger stands in the list. Default: false. */
  readonly addProgbar?: boolean;
  readonly model?: WatchedModel | null;
}

const known = ["addHistory", "addProgbar", "model", "verbose", "epochs", "steps"];

/**
 * Several callbacks as one: hooks are called in the order of the list, and only where a callback overrides them. For training loops of
 * one's
 * own:
 *
 * ```ts
 * const stopping = new keras.callbacks.EarlyStopping({ monitor: "loss" });
 * const callbacks = new keras.callbacks.CallbackList([stopping], { addHistory: true, model, epochs: 10 });
 * await callbacks.onTrainBegin();
 * ```
 *
 * Keras: keras.callbacks.CallbackList
 */
export class CallbackList extends Callback {
  readonly callbacks: readonly Callback[];
  readonly history: History | null;
  readonly #listeners = new Map<Hook, readonly Callback[]>();

  constructor(given: Callback | readonly Callback[] | null = [], options: CallbackListOptions = {}) {
    super();
    checkOptions("CallbackList", arguments, 1, known);
    const { addHistory = false, addProgbar = false, model = null, ...params } = options;
    const list = given === null ? [] : ([given].flat(Infinity) as Callback[]);
    for (const callback of list) {
      if (callback instanceof Callback) continue;
      throw new ArgumentError("callbacks", {
        given: text(callback),
        expected: "an array of objects of keras.callbacks.Callback",
        hint: "Functions alone go into new keras.callbacks.LambdaCallback({ onEpochEnd: (epoch, logs) => { … } }).",
      });
    }
    const found = list.find((callback): callback is History => callback instanceof History) ?? null;
    this.history = found ?? (addHistory ? new History() : null);
    const hasProgress = list.some((callback) => callback instanceof ProgressLogger);
    this.callbacks = [
      ...list,
      ...(this.history && !found ? [this.history] : []),
      ...(addProgbar && !hasProgress ? [new ProgressLogger()] : []),
    ];
    this.setParams({ ...this.params, ...params });
    if (model) this.setModel(model);
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    for (const callback of this.callbacks) callback.setParams(params);
  }

  override setModel(model: WatchedModel): void {
    super.setModel(model);
    for (const callback of this.callbacks) callback.setModel(model);
  }

  /** Calls a hook of every callback that has one of its own. */
  call(hook: Hook, ...args: readonly [logs: object] | readonly [index: number, logs: object]): Answer {
    let pending: Promise<void> | undefined;
    for (const callback of this.#listening(hook)) {
      const answer = pending ? pending.then(() => invoke(callback, hook, args)) : invoke(callback, hook, args);
      if (answer instanceof Promise) pending = answer;
    }
    return pending;
  }

  /** Whether a callback beside the one that prints progress is told of a hook. */
  listensBeyondProgress(hook: Hook): boolean {
    return this.#listening(hook).some((callback) => !(callback instanceof ProgressLogger));
  }

  #listening(hook: Hook): readonly Callback[] {
    let listening = this.#listeners.get(hook);
    if (!listening) {
      const base = Callback.prototype;
      const isOwn = (callback: Callback) =>
        callback[hook] !== base[hook] ||
        (hook === "onTrainBatchBegin" && callback.onBatchBegin !== base.onBatchBegin) ||
        (hook === "onTrainBatchEnd" && callback.onBatchEnd !== base.onBatchEnd);
      this.#listeners.set(hook, (listening = this.callbacks.filter(isOwn)));
    }
    return listening;
  }

  override onTrainBegin(logs: Logs = {}): Answer {
    return this.call("onTrainBegin", logs);
  }
  override onTrainEnd(logs: Logs = {}): Answer {
    return this.call("onTrainEnd", logs);
  }
  override onEpochBegin(epoch: number, logs: Logs = {}): Answer {
    return this.call("onEpochBegin", epoch, logs);
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): Answer {
    return this.call("onEpochEnd", epoch, logs);
  }
  override onTrainBatchBegin(batch: number, logs: Logs = {}): Answer {
    return this.call("onTrainBatchBegin", batch, logs);
  }
  override onTrainBatchEnd(batch: number, logs: Logs = {}): Answer {
    return this.call("onTrainBatchEnd", batch, logs);
  }
  override onBatchBegin(batch: number, logs: Logs = {}): Answer {
    return this.onTrainBatchBegin(batch, logs);
  }
  override onBatchEnd(batch: number, logs: Logs = {}): Answer {
    return this.onTrainBatchEnd(batch, logs);
  }
  override onTestBegin(logs: Logs = {}): Answer {
    return this.call("onTestBegin", logs);
  }
  override onTestEnd(logs: Logs = {}): Answer {
    return this.call("onTestEnd", logs);
  }
  override onTestBatchBegin(batch: number, logs: Logs = {}): Answer {
    return this.call("onTestBatchBegin", batch, logs);
  }
  override onTestBatchEnd(batch: number, logs: Logs = {}): Answer {
    return this.call("onTestBatchEnd", batch, logs);
  }
  override onPredictBegin(logs: Logs = {}): Answer {
    return this.call("onPredictBegin", logs);
  }
  override onPredictEnd(logs: Logs = {}): Answer {
    return this.call("onPredictEnd", logs);
  }
  override onPredictBatchBegin(batch: number, logs: Logs = {}): Answer {
    return this.call("onPredictBatchBegin", batch, logs);
  }
  override onPredictBatchEnd(batch: number, logs: PredictLogs = { outputs: null }): Answer {
    return this.call("onPredictBatchEnd", batch, logs);
  }
}

const invoke = (callback: Callback, hook: Hook, args: readonly unknown[]): Answer =>
  (callback[hook] as (...args: readonly unknown[]) => Answer).apply(callback, args as unknown[]);
