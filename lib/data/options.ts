// tf.data.Options: what a pipeline may do as a whole.

import { ArgumentError, text } from "../core/errors.js";

/**
 * How a dataset is divided among processes. TensorFlow: tf.data.experimental.AutoShardPolicy
 *
 * ```ts
 * tf.data.experimental.AutoShardPolicy.DATA; // "DATA"
 * ```
 */
export const AutoShardPolicy = { AUTO: "AUTO", DATA: "DATA", FILE: "FILE", OFF: "OFF" } as const;
export type AutoShardPolicy = (typeof AutoShardPolicy)[keyof typeof AutoShardPolicy];

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

  /** How it is divided among processes; null: AUTO. TensorFlow: experimental_distribute */
  readonly experimentalDistribute: { autoShardPolicy: AutoShardPolicy | null } = Object.seal({ autoShardPolicy: null });

  constructor() {
    Object.seal(this);
  }

  /** These options, and where they say nothing those of `other`. */
  over(other: Options | null): Options {
    const made = new Options();
    made.deterministic = this.deterministic ?? other?.deterministic ?? null;
    made.autotune.enabled = this.autotune.enabled ?? other?.autotune.enabled ?? null;
    made.threading.privateThreadpoolSize = this.threading.privateThreadpoolSize ?? other?.threading.privateThreadpoolSize ?? null;
    made.experimentalDistribute.autoShardPolicy =
      this.experimentalDistribute.autoShardPolicy ?? other?.experimentalDistribute.autoShardPolicy ?? null;
    return made;
  }

  /** @throws ArgumentError for values that are none */
  check(): this {
    const { autoShardPolicy } = this.experimentalDistribute;
    if (autoShardPolicy !== null && !Object.values(AutoShardPolicy).includes(autoShardPolicy))
      throw new ArgumentError("data.Options.experimentalDistribute.autoShardPolicy", {
        given: text(autoShardPolicy),
        expected: Object.keys(AutoShardPolicy).join(", "),
      });
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
