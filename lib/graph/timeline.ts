// Where the time of a program goes: by step, as a table.

import { attributesText, outputsText } from "./listing.js";
import type { Step } from "../core/primitive.js";

/** Time of one step of a program. */
export interface StepTime {
  readonly operation: string;
  /** Shapes of the outputs. */
  readonly outputs: string;
  /** Attributes of the operation, and what was fused into it. */
  readonly attributes: string;
  /** How often it ran. */
  readonly runs: number;
  /** Median over the runs, milliseconds. */
  readonly ms: number;
  /** Part of the time of all runs of all steps, 0 to 1, by the medians. */
  readonly share: number;
}

/** A stretch of time as chrome://tracing reads it: microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly cat: "program" | "step";
  readonly ph: "X";
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, string>>;
}

/** The time of programs and of the steps within them. Steps lie within their program, and a program that a step runs within that step. */
export class Timeline {
  readonly #times = new Map<Step, number[]>();
  readonly #events: TraceEvent[] = [];
  /** Programs that ran and whose surrounding step, if there is one, has not ended. */
  readonly #inner: { begin: number; ms: number }[] = [];

  /** To be told when a step has ended. What programs within it took is not counted as its own time. */
  step(step: Step, begin: number, end: number): void {
    let own = end - begin;
    while (this.#inner.length > 0 && this.#inner.at(-1)!.begin >= begin) own -= this.#inner.pop()!.ms;
    const times = this.#times.get(step);
    if (times) times.push(own);
    else this.#times.set(step, [own]);
    this.#add("step", step.op.name, begin, end, { outputs: outputsText(step), attributes: attributesText(step.attrs) });
  }

  /** To be told when a program has ended. */
  program(name: string, begin: number, end: number): void {
    this.#inner.push({ begin, ms: end - begin });
    this.#add("program", name, begin, end, {});
  }

  #add(cat: TraceEvent["cat"], name: string, begin: number, end: number, args: TraceEvent["args"]): void {
    this.#events.push({ name, cat, ph: "X", pid: 1, tid: 1, ts: begin * 1000, dur: (end - begin) * 1000, args });
  }

  /** Every step that ran, in the order of their first runs. */
  get steps(): StepTime[] {
    const medians = [...this.#times].map(([step, times]) => ({ step, runs: times.length, ms: median(times) }));
    const all = medians.reduce((sum, { runs, ms }) => sum + runs * ms, 0);
    return medians.map(({ step, runs, ms }) => ({
      operation: step.op.name,
      outputs: outputsText(step),
      attributes: attributesText(step.attrs),
      runs,
      ms,
      share: all === 0 ? 0 : (runs * ms) / all,
    }));
  }

  /** In the format of chrome://tracing and Perfetto. */
  chromeTrace(): string {
    return JSON.stringify({ traceEvents: this.#events, displayTimeUnit: "ms" });
  }
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The steps as a table, those first that take most of the time. */
export function timeTable(steps: readonly StepTime[]): string {
  const rows = [...steps].sort((a, b) => b.share - a.share).filter(({ share, ms }) => share > 0.0005 || ms > 0.0005);
  const width = Math.max(9, ...rows.map(({ operation }) => operation.length));
  const lines = rows.map(
    ({ operation, runs, ms, share, outputs, attributes }) =>
      `${operation.padEnd(width)} ${String(runs).padStart(6)} ${ms.toFixed(3).padStart(9)} ${(share * 100).toFixed(1).padStart(6)} %  ${outputs}${attributes}`,
  );
  return [`${"operation".padEnd(width)} ${"runs".padStart(6)} ${"ms".padStart(9)} ${"share".padStart(8)}  outputs`, ...lines].join("\n");
}
