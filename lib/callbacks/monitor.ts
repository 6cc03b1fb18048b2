// What callbacks share that watch one logged number: which way is better, and from when on it counts.

import { field, invalid, oneOf, string, withDefault } from "../config/index.js";
import { ValueError } from "../core/errors.js";
import type { Metric } from "../metrics/index.js";
import { Callback, type Logs, logsOf } from "./callback.js";

/** Whether less or more is better; "auto" goes by the metric. */
export type MonitorMode = "auto" | "min" | "max";

/** The options of callbacks that watch one value. */
export const monitorFields = {
  /** The name of a loss or metric. Default: "val_loss". */
  monitor: string("val_loss"),
  /** Whether less ("min") or more ("max") is better. Default: "auto", which goes by the metric. */
  mode: oneOf(["auto", "min", "max"], "auto"),
};

/** Their values. */
export interface MonitorOptions {
  readonly monitor: string;
  readonly mode: MonitorMode;
}

/** 0: silent, 1: a line for what is done. */
export const verbosityField = withDefault(
  field<number | boolean, number>({
    expected: "0 or 1",
    parse: (value) => (typeof value === "boolean" || Number.isInteger(value) ? Number(value) : invalid),
  }),
  0,
);

/** The base of callbacks that watch one value. */
export abstract class MonitorCallback extends Callback {
  readonly monitor: string;
  readonly mode: MonitorMode;
  /** The best value so far. */
  best: number | null = null;
  readonly #minDelta: number;
  #isLessBetter: boolean | null = null;

  constructor({ monitor, mode }: MonitorOptions, minDelta = 0) {
    super();
    this.monitor = monitor;
    this.mode = mode;
    this.#minDelta = Math.abs(minDelta);
  }

  /** The watched value, or undefined with a warning where there is none. */
  protected valueIn(given: Logs, what: string): number | undefined {
    const logs = logsOf(this, given);
    const value = logs[this.monitor];
    if (value === undefined) console.warn(`${what} needs ${this.monitor}, which is not there. There are: ${Object.keys(logs).join(", ")}.`);
    return value;
  }

  /** Whether a value is better than another one, by more than the least difference that counts. */
  protected isImprovement(value: number, reference: number | null): boolean {
    // What is no number is never better; and whatever is one is better than what is none.
    if (Number.isNaN(value)) return false;
    if (reference === null || Number.isNaN(reference)) return true;
    return this.#lessIsBetter() ? value + this.#minDelta < reference : value - this.#minDelta > reference;
  }

  #lessIsBetter(): boolean {
    return (this.#isLessBetter ??= this.mode === "auto" ? this.#byMetric() : this.mode === "min");
  }

  #byMetric(): boolean {
    const name = this.monitor.replace(/^val_/, "");
    const all = this.model.metrics.flatMap((metric) => (metric as Partial<{ metrics: readonly Metric[] }>).metrics ?? [metric]);
    const direction = all.find((metric) => metric.name === name)?.direction;
    if (direction !== undefined) return direction !== "up";
    if (name === "loss") return true;
    throw new ValueError(`${this.constructor.name}.mode`, {
      given: `"auto" with monitor "${this.monitor}"`,
      expected: '"min" or "max"',
      hint: "Nothing says whether less or more of it is better.",
    });
  }
}
