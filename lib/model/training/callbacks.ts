// The list of callbacks that a run tells.

import type { Callback } from "../../callbacks/callback.js";
import { CallbackList } from "../../callbacks/callback-list.js";
import type { WatchedModel } from "../../callbacks/watched.js";
import { ArgumentError } from "../../core/errors.js";
import { isChief } from "../../core/replicas.js";

/** The callbacks of a run: those given, the progress bar, and for `fit` the history. */
export function callbackList(
  model: object,
  callbacks: readonly Callback[] | CallbackList,
  verbose: number,
  params: { epochs: number; steps: number | null },
  addHistory = false,
): CallbackList {
  if (callbacks instanceof CallbackList) {
    if (addHistory && !callbacks.history) {
      throw new ArgumentError("fit.callbacks", { given: "a CallbackList without a History", expected: "one made with addHistory: true" });
    }
    callbacks.setModel(model as unknown as WatchedModel);
    return callbacks;
  }
  return new CallbackList(callbacks, {
    addHistory,
    addProgbar: verbose !== 0 && isChief(),
    model: model as unknown as WatchedModel,
    ...params,
    verbose,
  });
}
