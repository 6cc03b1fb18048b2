// keras.utils.Progbar: a bar for loops of one's own.

import { checkOptions, checkThat } from "../core/options.js";
import {
  type Arguments,
  type Options,
  list,
  nonNegativeInteger,
  nonNegativeNumber,
  nullable,
  oneOf,
  positiveInteger,
  schema,
  string,
} from "../config/index.js";
import { ProgressBar } from "./progress-bar.js";
import { platform } from "#platform";

const options = schema(["target", "width", "verbose", "interval", "statefulMetrics"], {
  /** The number of steps, null where it is not known. */
  target: nullable(nonNegativeInteger()),
  /** Characters of the bar. Default: 20. */
  width: positiveInteger(20),
  /** 0 for nothing, 1 for a bar (default), 2 for one line at the end. */
  verbose: oneOf([0, 1, 2], 1),
  /** Seconds between two updates of the line. Default: 0.05. */
  interval: nonNegativeNumber(0.05),
  /** Values that are shown as they are; of others the mean over the steps is. */
  statefulMetrics: nullable(list(string())),
  /** What is counted. Default: "step". */
  unitName: string("step"),
});

/** What a bar takes. */
export type ProgbarOptions = Options<typeof options>;

/** `[name, value]` pairs. */
type Values = readonly (readonly [string, number])[];

/**
 * A bar of progress on the terminal.
 *
 * ```ts
 * const bar = new keras.utils.Progbar(3, { verbose: 0 });
 * for (let step = 1; step <= 3; step++) bar.update(step, { values: [["loss", 1 / step]] });
 * ```
 *
 * Keras: keras.utils.Progbar
 */
export class Progbar {
  readonly target: number | null;
  readonly #bar: ProgressBar;
  readonly #verbose: number;
  readonly #stateful: ReadonlySet<string>;
  /** For each value its sum, and over how many steps. */
  readonly #sums = new Map<string, [sum: number, steps: number]>();
  #seen = 0;

  /** @throws ArgumentError */
  constructor(...given: Arguments<typeof options>) {
    const { target, width, verbose, interval, statefulMetrics, unitName } = options.parse("Progbar", given);
    this.target = target;
    this.#verbose = verbose;
    this.#stateful = new Set(statefulMetrics ?? []);
    this.#bar = new ProgressBar(target, verbose, platform.output, undefined, { width, interval, unit: unitName });
  }

  /**
   * Draws the bar after so many steps.
   *
   * @param options.values    `[name, value]` pairs, of the steps since the last update
   * @param options.finalize  whether it is the last update; default: once the target is reached
   */
  update(current: number, options: { values?: Values | null; finalize?: boolean | null } = {}): void {
    checkOptions("Progbar.update", arguments, 1, ["values", "finalize"]);
    checkThat(Number.isFinite(current), "Progbar.update", current, "how many steps were made");
    const { values = null, finalize = null } = options;
    const arePairs = values === null || (Array.isArray(values) && values.every((pair) => Array.isArray(pair) && pair.length === 2));
    checkThat(arePairs, "Progbar.update.values", values, "[name, value] pairs");
    const steps = Math.max(current - this.#seen, 1);
    for (const [name, value] of values ?? []) {
      const [sum, count] = this.#stateful.has(name) ? [0, 0] : (this.#sums.get(name) ?? [0, 0]);
      this.#sums.set(name, this.#stateful.has(name) ? [value, 1] : [sum + value * steps, count + steps]);
    }
    this.#seen = current;
    if (this.#verbose === 0) return;
    this.#bar.tick(current);
    const shown = Object.fromEntries([...this.#sums].map(([name, [sum, count]]) => [name, sum / count]));
    this.#bar.update(current, shown, finalize ?? (this.target !== null && current >= this.target));
  }

  /** Draws the bar after n more steps. */
  add(n: number, options: { values?: Values | null } = {}): void {
    checkOptions("Progbar.add", arguments, 1, ["values"]);
    checkThat(Number.isFinite(n), "Progbar.add", n, "how many steps were made");
    this.update(this.#seen + n, options);
  }
}
