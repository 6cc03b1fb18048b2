import { platform } from "#platform";
import { ArgumentError } from "../core/errors.js";
import type { Logs } from "./callback.js";
import { MonitorCallback, type MonitorOptions } from "./monitor.js";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by. Default: 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before that. Default: 10. */
  readonly patience?: number;
  readonly verbose?: number;
  /** The least change that counts as better. Default: 1e-4. */
  readonly minDelta?: number;
  /** Epochs to wait after a reduction. Default: 0. */
  readonly cooldown?: number;
  /** The learning rate does not fall below this. Default: 0. */
  readonly minLr?: number;
}

/** Makes the learning rate smaller when a value gets no better. Keras: keras.callbacks.ReduceLROnPlateau */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  #wait = 0;
  #cooling = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super("ReduceLROnPlateau", options, options.minDelta ?? 1e-4);
    this.factor = options.factor ?? 0.1;
    this.patience = options.patience ?? 10;
    this.verbose = options.verbose ?? 0;
    this.cooldown = options.cooldown ?? 0;
    this.minLr = options.minLr ?? 0;
    if (!(this.factor < 1))
      throw new ArgumentError("ReduceLROnPlateau.factor", { given: String(this.factor), expected: "a number below 1" });
  }

  override onTrainBegin(): void {
    this.best = null;
    this.#wait = 0;
    this.#cooling = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
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
