// Files of a model, written while it trains.

import { platform } from "#platform";
import {
  type Arguments,
  boolean,
  either,
  nullable,
  number,
  oneOf,
  type Options,
  positiveInteger,
  schema,
  string,
  withDefault,
} from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { formatOf } from "../saving/path.js";
import { type Answer, type Logs } from "./callback.js";
import { MonitorCallback, monitorFields, verbosityField } from "./monitor.js";

const options = schema(["filepath", "monitor", "verbose", "saveBestOnly", "saveWeightsOnly", "mode", "saveFreq", "initialValueThreshold"], {
  /** Where to write: `{epoch}` and names of logs in braces are filled in. */
  filepath: string(),
  ...monitorFields,
  verbose: verbosityField,
  /** Whether only a model that is better than all before is saved. Default: false. */
  saveBestOnly: boolean(false),
  /** Whether the weights alone are saved. Default: false. */
  saveWeightsOnly: boolean(false),
  /** "epoch", or a number of batches. Default: "epoch". */
  saveFreq: withDefault(either(oneOf(["epoch"]), positiveInteger()), "epoch"),
  /** The value that the first model must beat. */
  initialValueThreshold: nullable(number()),
});

/** What ModelCheckpoint takes beside a path. */
export type ModelCheckpointOptions = Options<typeof options>;

/**
 * Saves the model at the end of epochs, or every so many batches. The path may name values:
 * `"{epoch:02d}-{val_loss:.2f}.keras"`; its ending says which form the files have, as that of `model.save` does.
 * Keras: keras.callbacks.ModelCheckpoint
 *
 * ```ts
 * new keras.callbacks.ModelCheckpoint("{epoch:02d}.keras", { saveBestOnly: true }).saveBestOnly; // true
 * ```
 */
export class ModelCheckpoint extends MonitorCallback {
  readonly filepath: string;
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: "epoch" | number;
  #epoch = 0;
  #batches = 0;
  #lastBatch = -1;

  constructor(...given: Arguments<typeof options>) {
    const parsed = options.parse("ModelCheckpoint", given);
    super(parsed);
    const { filepath } = parsed;
    this.filepath = filepath;
    this.best = parsed.initialValueThreshold;
    this.verbose = parsed.verbose;
    this.saveBestOnly = parsed.saveBestOnly;
    this.saveWeightsOnly = parsed.saveWeightsOnly;
    this.saveFreq = parsed.saveFreq;
    const form = formatOf("ModelCheckpoint.filepath", filepath);
    if (form !== "checkpoint" && (form === "weights") !== this.saveWeightsOnly) {
      throw new ArgumentError("ModelCheckpoint.filepath", {
        given: `${text(filepath)} with saveWeightsOnly: ${this.saveWeightsOnly}`,
        expected: this.saveWeightsOnly ? "a path that ends in .weights.h5" : "a path that ends in .keras",
      });
    }
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, logs: Logs): Answer {
    if (this.saveFreq === "epoch") return undefined;
    this.#batches += batch <= this.#lastBatch ? batch + 1 : batch - this.#lastBatch;
    this.#lastBatch = batch;
    if (this.#batches < this.saveFreq) return undefined;
    this.#batches = 0;
    return this.#save({ ...logs, batch: batch + 1 });
  }

  override onEpochEnd(epoch: number, logs: Logs): Answer {
    this.#epoch = epoch;
    return this.saveFreq === "epoch" ? this.#save(logs) : undefined;
  }

  async #save(logs: Logs): Promise<void> {
    const path = fillIn(this.filepath, { ...logs, epoch: this.#epoch + 1 });
    if (!this.#isWorthSaving(logs, path)) return;
    if (this.saveWeightsOnly) await this.model.saveWeights(path);
    else await this.model.save(path);
    this.#say(`finished saving model to ${path}`);
  }

  #isWorthSaving(logs: Logs, path: string): boolean {
    if (!this.saveBestOnly) {
      this.#say(`saving model to ${path}`);
      return true;
    }
    const current = this.valueIn(logs, "ModelCheckpoint");
    if (current === undefined) return true;
    const best = this.best === null ? "None" : this.best.toFixed(5);
    if (!this.isImprovement(current, this.best)) {
      this.#say(`${this.monitor} did not improve from ${best}`);
      return false;
    }
    this.#say(`${this.monitor} improved from ${best} to ${current.toFixed(5)}, saving model to ${path}`);
    this.best = current;
    return true;
  }

  #say(message: string): void {
    if (this.verbose > 0) platform.output.write(`\nEpoch ${this.#epoch + 1}: ${message}\n`);
  }
}

/** Python's `format` for numbers: `{epoch:02d}`, `{val_loss:.2f}`, `{loss}`. */
export function fillIn(pattern: string, values: Readonly<Record<string, number>>): string {
  return pattern.replace(
    /\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([dfe]?))?\}/g,
    (_, name: string, zero: string, width: string, digits: string | undefined, kind: string) => {
      const value = values[name];
      if (value === undefined) {
        throw new ValueError("ModelCheckpoint.filepath", {
          given: `{${name}} in ${text(pattern)}`,
          expected: `a name among ${Object.keys(values).join(", ")}`,
        });
      }
      const decimals = digits === undefined ? 6 : Number(digits);
      const written =
        kind === "f"
          ? value.toFixed(decimals)
          : kind === "e"
            ? value.toExponential(decimals)
            : kind === "d"
              ? value.toFixed(0)
              : String(value);
      return written.padStart(Number(width || 0), zero === "0" ? "0" : " ");
    },
  );
}
