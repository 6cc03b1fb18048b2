// Learning rates by epoch.

import { platform } from "#platform";
import { type Arguments, field, invalid, schema } from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { Callback, type Logs, logsOf } from "./callback.js";
import { verbosityField } from "./monitor.js";

const options = schema(["schedule", "verbose"], {
  /** The rate of an epoch: `(epoch, present rate) => rate`. */
  schedule: field<(epoch: number, learningRate: number) => number>({
    expected: "a function of the epoch and the present rate",
    parse: (value) => (typeof value === "function" ? (value as (epoch: number, learningRate: number) => number) : invalid),
  }),
  verbose: verbosityField,
});

/**
 * Sets the learning rate at the beginning of each epoch: `schedule(epoch, rate)` gives the new one. Keras:
 * keras.callbacks.LearningRateScheduler
 *
 * ```ts
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const halved = new keras.callbacks.LearningRateScheduler((epoch, rate) => rate / 2);
 * await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [halved] });
 * model.optimizer!.learningRate; // 0.0025
 * ```
 */
export class LearningRateScheduler extends Callback {
  readonly schedule: (epoch: number, learningRate: number) => number;
  readonly verbose: number;

  constructor(...given: Arguments<typeof options>) {
    super();
    ({ schedule: this.schedule, verbose: this.verbose } = options.parse("LearningRateScheduler", given));
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    const rate: unknown = this.schedule(epoch, optimizer.learningRate.item());
    if (typeof rate !== "number") {
      throw new ArgumentError("LearningRateScheduler.schedule", { given: `the answer ${text(rate)}`, expected: "a number" });
    }
    optimizer.learningRate = rate;
    if (this.verbose > 0) platform.output.write(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.\n`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logsOf(this, logs)["learning_rate"] = this.model.optimizer.learningRate.item();
  }
}
