import { ArgumentError, text } from "../core/errors.js";
import type { WatchedModel } from "./watched.js";
import { type Answer, Callback, type CallbackParams, type Hook, type Logs } from "./callback.js";
import { History } from "./history.js";
import { ProgressLogger } from "./progress-logger.js";

/** Several callbacks as one: hooks are called in the order of the list, and only where a callback overrides them. */
export class CallbackList {
  readonly callbacks: readonly Callback[];
  readonly history: History | null;
  readonly #listeners = new Map<Hook, readonly Callback[]>();

  constructor(given: readonly Callback[], model: WatchedModel, params: CallbackParams, addHistory = false) {
    for (const callback of given) {
      if (callback instanceof Callback) continue;
      throw new ArgumentError("callbacks", { given: text(callback), expected: "an array of objects of keras.callbacks.Callback" });
    }
    this.history = addHistory ? (given.find((callback) => callback instanceof History) ?? new History()) : null;
    const own = this.history && !given.includes(this.history) ? [this.history] : [];
    this.callbacks = [...given, ...own, ...(params.verbose === 0 ? [] : [new ProgressLogger()])];
    for (const callback of this.callbacks) {
      callback.setParams(params);
      callback.setModel(model);
    }
  }

  /** Calls a hook of every callback that has one of its own. */
  call(hook: Hook, ...args: readonly [logs: Logs] | readonly [index: number, logs: Logs]): Answer {
    let pending: Promise<void> | undefined;
    for (const callback of this.#listening(hook)) {
      const answer = pending ? pending.then(() => invoke(callback, hook, args)) : invoke(callback, hook, args);
      if (answer instanceof Promise) pending = answer;
    }
    return pending;
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
}

const invoke = (callback: Callback, hook: Hook, args: readonly unknown[]): Answer => (callback[hook] as (...args: readonly unknown[]) => Answer).apply(callback, args as unknown[]); // prettier-ignore
