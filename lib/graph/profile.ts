// To look inside a compiled function: its steps as a listing, and the time of each as a table or a trace for chrome://tracing.

import { shapeText } from "../core/shape.js";
import type { Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { Tensor } from "../core/tensor.js";
import type { Executable } from "./executable.js";

/** Time of one step of a program. */
export interface StepTime {
  readonly operation: string;
  /** Shapes of the outputs. */
  readonly outputs: string;
  /** Median over the runs, milliseconds. */
  readonly ms: number;
  /** Part of the whole, 0 to 1. */
  readonly share: number;
}

export interface Profile {
  readonly steps: readonly StepTime[];
  /** Median time of a whole run as one program, milliseconds. */
  readonly runMs: number;
  /** Sum of the steps' times. */
  readonly stepsMs: number;
  /** The slowest operations first, as a table. */
  toString(): string;
  /** One run in the format of chrome://tracing. */
  chromeTrace(): string;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Runs the program `repeats` times as a whole and as often step by step. Effects happen each time. */
export function profile(executable: Executable, inputs: readonly Tensor[], repeats = 20): Profile {
  const whole: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now();
    executable.run(inputs);
    whole.push(performance.now() - begin);
  }
  const times = new Map<Step, number[]>();
  let events: object[] = [];
  for (let i = 0; i < repeats; i++) {
    events = [];
    executable.runTimed(inputs, (step, begin, end) => {
      const list = times.get(step) ?? [];
      times.set(step, [...list, end - begin]);
      events.push({
        name: step.op.name,
        ph: "X",
        pid: 1,
        tid: 1,
        ts: begin * 1000,
        dur: (end - begin) * 1000,
        args: { outputs: outputsText(step) },
      });
    });
  }
  const medians = [...times].map(([step, list]) => ({ step, ms: median(list) }));
  const stepsMs = medians.reduce((sum, { ms }) => sum + ms, 0);
  const steps = medians.map(({ step, ms }) => ({ operation: step.op.name, outputs: outputsText(step), ms, share: ms / stepsMs }));
  const runMs = median(whole);
  return { steps, runMs, stepsMs, toString: () => table(steps, runMs), chromeTrace: () => JSON.stringify({ traceEvents: events }) };
}

const outputsText = (step: Step): string => Object.values(step.outputs).map(({ shape, dtype }) => `${dtype}${shapeText(shape)}`).join(" "); // prettier-ignore

function table(steps: readonly StepTime[], runMs: number): string {
  const rows = [...steps].sort((a, b) => b.ms - a.ms).filter(({ ms }) => ms > 0.0005);
  const width = Math.max(9, ...rows.map(({ operation }) => operation.length));
  const lines = rows.map(
    ({ operation, outputs, ms, share }) =>
      `${operation.padEnd(width)} ${ms.toFixed(3).padStart(9)} ${(share * 100).toFixed(1).padStart(6)} %  ${outputs}`,
  );
  return [
    `${"operation".padEnd(width)} ${"ms".padStart(9)} ${"share".padStart(8)}  outputs`,
    ...lines,
    `one run as a whole: ${runMs.toFixed(3)} ms`,
  ].join("\n");
}

/** The steps of a program, one a line, with shapes and what was fused; then bytes and barriers. */
export function listing(executable: Executable): string {
  const names = new Map<number, string>();
  const nameOf = (value: unknown): string => {
    if (value instanceof State) return `@${value.address.toString(16)}`;
    if (!(value instanceof Tensor)) return Array.isArray(value) ? `[${value.map(nameOf).join(", ")}]` : "-";
    if (!value.isSymbolic) return `constant ${value.dtype}${shapeText(value.shape)}`;
    return names.get(value.id) ?? names.set(value.id, `%${names.size}`).get(value.id)!;
  };
  const { graph, plan, segments } = executable;
  const inputs = graph.inputs.map((input) => `${nameOf(input)}: ${input.dtype}${shapeText(input.shape)}`);
  const lines = graph.steps.map((step) => {
    const given = step.op.inputs.filter((name) => step.inputs[name] !== undefined).map((name) => nameOf(step.inputs[name]));
    const outputs = Object.values(step.outputs).map((output) => `${nameOf(output)}: ${output.dtype}${shapeText(output.shape)}`);
    return `  ${outputs.length > 0 ? `${outputs.join(", ")} = ` : ""}${step.op.name}(${given.join(", ")})${attributesText(step.attrs)}`;
  });
  const serial = segments.filter((segment) => segment.serial).length;
  return [
    `${graph.name}(${inputs.join(", ")})`,
    ...lines,
    `  return ${graph.outputs.map(nameOf).join(", ")}`,
    `${plan.arenaBytes} bytes planned (${plan.unplannedBytes} without sharing), ${plan.constantBytes} bytes of constants`,
    `${segments.length} segments, ${segments.length - serial} of them for all threads`,
  ].join("\n");
}

function attributesText(attrs: unknown): string {
  if (typeof attrs !== "object" || attrs === null) return "";
  const shown = Object.entries(attrs).filter(([, value]) => value !== undefined && value !== false && typeof value !== "function");
  return shown.length === 0 ? "" : ` { ${shown.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")} }`;
}
