// keras.utils.Config: a record that can be frozen.

import { checkOptions } from "../core/options.js";
import { ArgumentError, StateError } from "../core/errors.js";

/**
 * A record of settings that code reads and writes by name, and that can be frozen.
 *
 * ```ts
 * const config = new keras.utils.Config({ learningRate: 0.1 });
 * config.freeze();
 * config.unfreeze(); // until then a change is an error
 * config.set("learningRate", 1);
 * ```
 *
 * Keras: keras.utils.Config
 */
export class Config {
  #frozen = false;
  readonly #values: Map<string, unknown>;

  constructor(values: Readonly<Record<string, unknown>> = {}) {
    checkOptions("Config", [values], 0, null);
    this.#values = new Map(Object.entries(values));
  }

  /** Whether nothing can be changed any more. */
  get frozen(): boolean {
    return this.#frozen;
  }

  freeze(): void {
    this.#frozen = true;
  }

  unfreeze(): void {
    this.#frozen = false;
  }

  /** The value of a name, or what to take where there is none: null. */
  get(keyname: string, value: unknown = null): unknown {
    return this.#values.has(keyname) ? this.#values.get(keyname) : value;
  }

  has(keyname: string): boolean {
    return this.#values.has(keyname);
  }

  /** @throws StateError where the config is frozen */
  set(keyname: string, value: unknown): void {
    this.#checkOpen();
    this.#values.set(keyname, value);
  }

  /** Takes a name out and gives its value. @throws StateError, ArgumentError where there is no such name */
  pop(keyname: string, ...otherwise: unknown[]): unknown {
    this.#checkOpen();
    if (!this.#values.has(keyname)) {
      if (otherwise.length > 0) return otherwise[0];
      throw new ArgumentError("Config.pop", { given: keyname, expected: `one of ${this.keys().join(", ")}` });
    }
    const value = this.#values.get(keyname);
    this.#values.delete(keyname);
    return value;
  }

  /** Sets several names. @throws StateError where the config is frozen */
  update(values: Readonly<Record<string, unknown>>): void {
    this.#checkOpen();
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  values(): unknown[] {
    return [...this.#values.values()];
  }

  items(): [string, unknown][] {
    return [...this.#values];
  }

  asDict(): Record<string, unknown> {
    return Object.fromEntries(this.#values);
  }

  toJson(): string {
    return JSON.stringify(this.asDict());
  }

  toJSON(): Record<string, unknown> {
    return this.asDict();
  }

  #checkOpen(): void {
    if (this.#frozen) throw new StateError("Config", { given: "a change of a frozen config", expected: "unfreeze() first" });
  }
}
