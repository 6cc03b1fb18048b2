// The end of training when a value gets no better.

import { platform } from "#platform";
import { type Arguments, boolean, nonNegativeInteger, nullable, number, type Options, schema } from "../config/index.js";
import type { TypedArray } from "../core/dtype.js";
import type { Logs } from "./callback.js";
import { MonitorCallback, monitorFields, verbosityField } from "./monitor.js";

const options = schema(["monitor", "minDelta", "patience", "verbose", "mode", "baseline", "restoreBestWeights", "startFromEpoch"], {
  ...monitorFields,
  /** The least change that counts as better. Default: 0. */
  minDelta: number(0),
  /** Epochs without improvement before training stops. Default: 0. */
  patience: nonNegativeInteger(0),
  verbose: verbosityField,
  /** A value that must be beaten for an epoch to count as better. */
  baseline: nullable(number()),
  /** Whether the weights of the best epoch come back at the end. Default: false. */
  restoreBestWeights: boolean(false),
  /** Epochs before this one don't count. Default: 0. */
  startFromEpoch: nonNegativeInteger(0),
});

/** What EarlyStopping takes. */
export type EarlyStoppingOptions = Options<typeof options>;

/**
 * Stops training when a value gets no better. Keras: keras.callbacks.EarlyStopping
 *
 * ```ts
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const stop = new keras.callbacks.EarlyStopping({ monitor: "loss", minDelta: 1000, patience: 2 });
 * const history = await model.fit(x, y, { epochs: 9, verbose: 0, callbacks: [stop] });
 * history.epoch; // [0, 1, 2]
 * ```
 */
export class EarlyStopping extends MonitorCallback {
  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  wait = 0;
  stoppedEpoch = 0;
  bestEpoch = 0;
  bestWeights: TypedArray[] | null = null;

  constructor(...given: Arguments<typeof options>) {
    const parsed = options.parse("EarlyStopping", given);
    super(parsed, parsed.minDelta);
    this.patience = parsed.patience;
    this.verbose = parsed.verbose;
    this.baseline = parsed.baseline;
    this.restoreBestWeights = parsed.restoreBestWeights;
    this.startFromEpoch = parsed.startFromEpoch;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestEpoch = 0;
    this.bestWeights = null;
  }

  /** The watched value of an epoch's logs; undefined, with a warning, where there is none. Keras: get_monitor_value */
  getMonitorValue(logs: Logs): number | undefined {
    return this.valueIn(logs, "EarlyStopping");
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = this.valueIn(logs, "EarlyStopping");
    if (current === undefined || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && this.bestWeights === null) this.#keep(epoch);
    this.wait++;
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.#keep(epoch);
      if (this.baseline === null || this.isImprovement(current, this.baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    const say = (text: string) => this.verbose > 0 && platform.output.write(`${text}\n`);
    if (this.stoppedEpoch > 0) say(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.restoreBestWeights || this.bestWeights === null) return;
    say(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.bestWeights);
  }

  #keep(epoch: number): void {
    this.bestEpoch = epoch;
    if (this.restoreBestWeights) this.bestWeights = this.model.getWeights();
  }
}
