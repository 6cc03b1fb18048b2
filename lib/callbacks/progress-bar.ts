// A line of progress in Keras's form: `  15/1875 ━━━━━━━━━━━━━━━━━━━━ 12s 6ms/step - accuracy: 0.8720 - loss: 0.3501`.

import { switches } from "../core/defaults.js";

/** Where progress goes. */
export interface Output {
  write(text: string): void;
  /** 0 where it is no terminal. */
  readonly columns: number;
}

/** How a bar looks. */
export interface Look {
  /** Characters of a full bar. */
  readonly width: number;
  /** Seconds between two updates of a line. */
  readonly interval: number;
  /** What is counted. */
  readonly unit: string;
}

const usual: Look = { width: 20, interval: 0.05, unit: "step" };
const bold = (text: string): string => `\x1b[1m${text}\x1b[0m`;
const green = (text: string): string => (text === "" ? "" : `\x1b[32m${text}\x1b[0m`);
const white = (text: string): string => `\x1b[37m${text}\x1b[0m`;

/** The progress of one epoch. */
export class ProgressBar {
  readonly #start: number;
  #lastUpdate = 0;
  #afterFirstStep: number | null = null;
  #width = 0;

  /**
   * @param target   the number of steps, null where it is not known
   * @param verbose  1 for a bar, 2 for one line at the end
   * @param now      the time in seconds
   */
  constructor(
    readonly target: number | null,
    readonly verbose: number,
    readonly output: Output,
    readonly now: () => number = () => performance.now() / 1000,
    readonly look: Look = usual,
  ) {
    this.#start = now();
  }

  /** Whether lines are drawn over: not into files, and not where keras.config says so. */
  get isTerminal(): boolean {
    return this.output.columns > 0 && switches.interactiveLogging;
  }

  /** Whether an update would be drawn now: values need not be read for one that is not. */
  get isDue(): boolean {
    return this.verbose === 1 && this.isTerminal && this.now() - this.#lastUpdate >= this.look.interval;
  }

  /** Tells that a step was done. */
  tick(current: number): void {
    if (current === 1) this.#afterFirstStep ??= this.now();
  }

  /** Draws the line. */
  update(current: number, values: Readonly<Record<string, number>>, isLast: boolean): void {
    const now = this.now();
    const { isTerminal } = this;
    if (!isLast && !this.isDue) return;
    const elapsed = now - this.#start;
    const perStep = this.#stepTime(current, now);
    const metrics = Object.entries(values).map(([name, value]) => ` - ${name}: ${format(value)}`).join(""); // prettier-ignore
    if (this.verbose === 2) {
      if (isLast)
        this.output.write(`${this.#count(current)} - ${elapsed.toFixed(0)}s - ${perStepText(perStep, this.look.unit)}${metrics}\n`);
      return;
    }
    const time = this.target === null || isLast ? `${elapsed.toFixed(0)}s` : remaining(perStep * (this.target - current));
    const bar = this.#bar(current, isTerminal);
    const info = ` ${isTerminal ? bold(time) : time} ${perStepText(perStep, this.look.unit)}${metrics}`;
    const width = visible(bar) + visible(info);
    const padding = " ".repeat(Math.max(0, this.#width - width));
    this.output.write(`${isTerminal ? "\b".repeat(this.#width) + "\r" : ""}${bar}${info}${isTerminal ? padding : ""}${isLast ? "\n" : ""}`);
    this.#width = width;
    this.#lastUpdate = now;
  }

  #count(current: number): string {
    if (this.target === null) return `${String(current).padStart(7)}/Unknown`;
    return `${String(current).padStart(String(this.target).length)}/${this.target}`;
  }

  #bar(current: number, isTerminal: boolean): string {
    const count = this.#count(current);
    if (this.target === null) return count;
    const { width } = this.look;
    const done = Math.min(width, Math.trunc((width * current) / this.target));
    const [left, right] = ["━".repeat(done), "━".repeat(width - done)];
    return isTerminal ? `${bold(count)} ${green(left)}${white(right)}` : `${count} ${left}${right}`;
  }

  /** The time of one step. The first step, which compiles, does not count. */
  #stepTime(current: number, now: number): number {
    if (current === 0) return 0;
    return this.#afterFirstStep !== null && current > 1 ? (now - this.#afterFirstStep) / (current - 1) : (now - this.#start) / current;
  }
}

const visible = (text: string): number => text.replace(/\x1b\[\d+m/g, "").length; // eslint-disable-line no-control-regex

const format = (value: number): string => (Math.abs(value) > 1e-3 ? value.toFixed(4) : exponential(value));

/** 1.2e-5 as Python writes it: `1.2000e-05`. */
const exponential = (value: number): string =>
  value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2").replace("Infinity", "inf").replace("NaN", "nan"); // prettier-ignore

function perStepText(seconds: number, unit: string): string {
  if (seconds >= 1 || seconds === 0) return `${seconds.toFixed(0)}s/${unit}`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(0)}ms/${unit}` : `${(seconds * 1e6).toFixed(0)}us/${unit}`;
}

function remaining(seconds: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  if (seconds > 3600) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return seconds > 60 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : `${Math.floor(seconds)}s`;
}
