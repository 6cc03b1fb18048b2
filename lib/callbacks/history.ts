// The callback that `fit` gives back: losses and metrics at the end of each epoch.

import { ArgumentError, text } from "../core/errors.js";
import { Callback, type Logs, logsOf } from "./callback.js";

/**
 * Losses and metrics at the end of each epoch: what `fit` gives back. Keras: keras.callbacks.History
 *
 * ```ts
 * model.compile({ loss: "mse" });
 * const history = await model.fit(x, y, { epochs: 3, verbose: 0 });
 * history.history["loss"]!.length; // 3
 * ```
 */
export class History extends Callback {
  /** The epochs that were run. */
  epoch: number[] = [];
  /** The values of each loss and metric, by epoch. */
  history: Record<string, number[]> = {};

  constructor(...none: readonly never[]) {
    super();
    if (none.length > 0) throw new ArgumentError("History", { given: text(none[0]), expected: "no arguments" });
  }

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logsOf(this, logs))) (this.history[name] ??= []).push(value);
  }
}
