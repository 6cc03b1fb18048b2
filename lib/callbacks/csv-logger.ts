// Epochs as lines of a CSV file.

import { type Arguments, boolean, schema, string } from "../config/index.js";
import { placeOf, write } from "../saving/place.js";
import { Callback, type Logs, logsOf } from "./callback.js";

const options = schema(["filename", "separator", "append"], {
  /** Where the file is: a path, or a place such as `indexeddb://logs/run.csv`. */
  filename: string(),
  /** What stands between two values. Default: ",". */
  separator: string(","),
  /** Whether what the file holds already stays. Default: false. */
  append: boolean(false),
});

/**
 * Writes losses and metrics of each epoch as a line of a CSV file. Names are those of the first epoch, sorted; where it had no validation,
 * columns for one are there all the same. Keras: keras.callbacks.CSVLogger
 *
 * ```ts
 * new keras.callbacks.CSVLogger("log.csv", { separator: ";" }).separator; // ";"
 * ```
 */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  #lines: string[] = [];
  #keys: readonly string[] | null = null;
  #hasHeader = false;

  constructor(...given: Arguments<typeof options>) {
    super();
    ({ filename: this.filename, separator: this.separator, append: this.append } = options.parse("CSVLogger", given));
  }

  override async onTrainBegin(): Promise<void> {
    this.#keys = null;
    const place = placeOf(this.filename);
    const before = this.append ? await place.store.read(place.name) : null;
    const text = before ? new TextDecoder().decode(before) : "";
    this.#lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
    this.#hasHeader = this.#lines.length > 0;
    if (!this.append) await this.#write();
  }

  override async onEpochEnd(epoch: number, given: Logs): Promise<void> {
    const logs = logsOf(this, given);
    this.#keys ??= columns(Object.keys(logs).sort());
    const line = (values: readonly unknown[]) =>
      void this.#lines.push(values.map((value) => this.#quoted(String(value))).join(this.separator));
    if (!this.#hasHeader) line(["epoch", ...this.#keys]);
    this.#hasHeader = true;
    line([epoch, ...this.#keys.map((key) => (key in logs ? pythonNumber(logs[key]!) : "NA"))]);
    await this.#write();
  }

  #quoted(value: string): string {
    return value.includes(this.separator) || /["\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  }

  #write(): Promise<void> {
    const text = this.#lines.map((line) => `${line}\r\n`).join("");
    return write(placeOf(this.filename), new TextEncoder().encode(text));
  }
}

const columns = (keys: readonly string[]): string[] =>
  keys.some((key) => key.startsWith("val_")) ? [...keys] : [...keys, ...keys.map((key) => `val_${key}`)];

/** NaN and infinities as Python writes them. */
const pythonNumber = (value: number): string =>
  Number.isFinite(value) ? String(value) : String(value).toLowerCase().replace("infinity", "inf");
