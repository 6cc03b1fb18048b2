// tf.data.Options: what a pipeline may do as a whole.

import { ArgumentError, text } from "../core/errors.js";

/**
 * Options of a pipeline, for `dataset.withOptions`. What is null is as the dataset had it.
 *
 * ```ts
 * const options = new tf.data.Options();
 * options.deterministic = false;
 * const dataset = tf.data.Dataset.range(4).withOptions(options);
 * ```
 */
export class Options {
  /** Whether parallel stages keep the order of elements. Null: they do. */
  deterministic: boolean | null = null;
  readonly autotune: { enabled: boolean | null } = Object.seal({ enabled: null });
  readonly threading: { privateThreadpoolSize: number | null } = Object.seal({ privateThreadpoolSize: null });

  constructor() {
    Object.seal(this);
  }

  /** These options, and where they say nothing those of `other`. */
  over(other: Options | null): Options {
    const made = new Options();
    made.deterministic = this.deterministic ?? other?.deterministic ?? null;
    made.autotune.enabled = this.autotune.enabled ?? other?.autotune.enabled ?? null;
    made.threading.privateThreadpoolSize = this.threading.privateThreadpoolSize ?? other?.threading.privateThreadpoolSize ?? null;
    return made;
  }

  /** @throws ArgumentError for values that are none */
  check(): this {
    const isFlag = (value: unknown): boolean => value === null || typeof value === "boolean";
    const { privateThreadpoolSize: size } = this.threading;
    const wrong = !isFlag(this.deterministic) || !isFlag(this.autotune.enabled);
    if (wrong || !(size === null || (Number.isInteger(size) && size >= 0)))
      throw new ArgumentError("data.Options", {
        given: text({ deterministic: this.deterministic, autotune: this.autotune, threading: this.threading }),
        expected: "deterministic and autotune.enabled true, false or null, threading.privateThreadpoolSize a whole number from 0, or null",
      });
    return this;
  }
}
