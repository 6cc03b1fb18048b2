// A smaller learning rate when a value gets no better.

import { platform } from "#platform";
import { type Arguments, field, invalid, nonNegativeInteger, number, type Options, schema, withDefault } from "../config/index.js";
import { type Logs, logsOf } from "./callback.js";
import { MonitorCallback, monitorFields, verbosityField } from "./monitor.js";

const options = schema(["monitor", "factor", "patience", "verbose", "mode", "minDelta", "cooldown", "minLr"], {
  ...monitorFields,
  /** What the learning rate is multiplied by: a number below 1. Default: 0.1. */
  factor: withDefault(
    field<number>({
      expected: "a number from 0 to below 1",
      parse: (value) => (typeof value === "number" && value >= 0 && value < 1 ? value : invalid),
    }),
    0.1,
  ),
  /** Epochs without improvement before that. Default: 10. */
  patience: nonNegativeInteger(10),
  verbose: verbosityField,
  /** The least change that counts as better. Default: 1e-4. */
  minDelta: number(1e-4),
  /** Epochs to wait after a reduction. Default: 0. */
  cooldown: nonNegativeInteger(0),
  /** The learning rate does not fall below this. Default: 0. */
  minLr: number(0),
});

/** What ReduceLROnPlateau takes. */
export type ReduceLROnPlateauOptions = Options<typeof options>;

/**
 * Makes the learning rate smaller when a value gets no better. Keras: keras.callbacks.ReduceLROnPlateau
 *
 * ```ts
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const slower = new keras.callbacks.ReduceLROnPlateau({ monitor: "loss", factor: 0.5, patience: 1, minDelta: 1000 });
 * await model.fit(x, y, { epochs: 3, verbose: 0, callbacks: [slower] });
 * model.optimizer!.learningRate; // 0.0025
 * ```
 */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  #wait = 0;
  #cooling = 0;

  constructor(...given: Arguments<typeof options>) {
    const parsed = options.parse("ReduceLROnPlateau", given);
    super(parsed, parsed.minDelta);
    this.factor = parsed.factor;
    this.patience = parsed.patience;
    this.verbose = parsed.verbose;
    this.cooldown = parsed.cooldown;
    this.minLr = parsed.minLr;
  }

  /** Whether epochs are waited for after a reduction. */
  inCooldown(): boolean {
    return this.#cooling > 0;
  }

  override onTrainBegin(): void {
    this.best = null;
    this.#wait = 0;
    this.#cooling = 0;
  }

  override onEpochEnd(epoch: number, given: Logs): void {
    const logs = logsOf(this, given);
    logs["learning_rate"] = this.model.optimizer.learningRate.item();
    const current = this.valueIn(logs, "ReduceLROnPlateau");
    if (current === undefined) return;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.#wait = 0;
    } else if (this.#cooling === 0 && ++this.#wait >= this.patience) this.#reduce(epoch);
  }

  #reduce(epoch: number): void {
    const { optimizer } = this.model;
    const rate = optimizer.learningRate.item();
    if (rate <= Math.fround(this.minLr)) return;
    const reduced = Math.max(rate * this.factor, this.minLr);
    optimizer.learningRate = reduced;
    if (this.verbose > 0) platform.output.write(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${reduced}.\n`);
    this.#cooling = this.cooldown;
    this.#wait = 0;
  }
}
