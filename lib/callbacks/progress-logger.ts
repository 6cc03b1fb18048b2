// Progress of training, evaluation and prediction as lines of text.

import { platform } from "#platform";
import { Callback, type Logs } from "./callback.js";
import { type Output, ProgressBar } from "./progress-bar.js";

/**
 * Prints the progress of training, evaluation and prediction. Keras: keras.callbacks.ProgbarLogger
 *
 * ```ts
 * model.compile({ loss: "mse" });
 * const history = await model.fit(x, y, { verbose: 0, callbacks: [new keras.callbacks.ProgbarLogger()] });
 * history.epoch; // [0]
 * ```
 */
export class ProgressLogger extends Callback {
  readonly #output: Output;
  #bar: ProgressBar | null = null;
  #seen = 0;
  #isTraining = false;
  #last: Logs = {};

  constructor(output: Output = platform.output) {
    super();
    this.#output = output;
  }

  override onTrainBegin(): void {
    this.#isTraining = true;
  }

  override onEpochBegin(epoch: number): void {
    this.#begin();
    if (this.params.epochs > 1) this.#output.write(`Epoch ${epoch + 1}/${this.params.epochs}\n`);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#step(batch, logs);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  override onTrainEnd(): void {
    this.#isTraining = false;
  }

  override onTestBegin(): void {
    if (!this.#isTraining) this.#begin();
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#isTraining) this.#step(batch, logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#isTraining) this.#finish(logs);
  }

  override onPredictBegin(): void {
    this.#begin();
  }

  override onPredictBatchEnd(batch: number): void {
    this.#step(batch, {});
  }

  override onPredictEnd(): void {
    this.#finish({});
  }

  #begin(): void {
    this.#seen = 0;
    this.#bar = new ProgressBar(this.params.steps, this.params.verbose, this.#output);
  }

  #step(batch: number, logs: Logs): void {
    if (!this.#bar) this.#begin();
    this.#seen = batch + 1;
    this.#last = logs;
    this.#bar!.tick(this.#seen);
    if (this.#bar!.isDue) this.#bar!.update(this.#seen, logs, false);
  }

  #finish(logs: Logs): void {
    const bar = this.#bar;
    if (!bar) return;
    // Where the number of steps was not known, it is now; and an epoch that was left shows how far it came.
    const isLeft = this.#isTraining && this.model.stopTraining;
    const last = isLeft ? this.#seen : (bar.target ?? this.#seen);
    if (bar.target === null) Object.assign(bar, { target: last });
    bar.update(last, Object.keys(logs).length > 0 ? logs : this.#last, true);
    this.#bar = null;
  }
}
