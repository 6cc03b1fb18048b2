import { platform } from "#platform";
import type { TypedArray } from "../core/dtype.js";
import type { Logs } from "./callback.js";
import { MonitorCallback, type MonitorOptions } from "./monitor.js";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** The least change that counts as better. Default: 0. */
  readonly minDelta?: number;
  /** Epochs without improvement before training stops. Default: 0. */
  readonly patience?: number;
  readonly verbose?: number;
  /** A value that must be beaten for an epoch to count as better. */
  readonly baseline?: number | null;
  /** Whether the weights of the best epoch come back at the end. Default: false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before this one don't count. Default: 0. */
  readonly startFromEpoch?: number;
}

/** Stops training when a value gets no better. Keras: keras.callbacks.EarlyStopping */
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

  constructor(options: EarlyStoppingOptions = {}) {
    super("EarlyStopping", options, options.minDelta);
    this.patience = options.patience ?? 0;
    this.verbose = options.verbose ?? 0;
    this.baseline = options.baseline ?? null;
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    this.startFromEpoch = options.startFromEpoch ?? 0;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestEpoch = 0;
    this.bestWeights = null;
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
