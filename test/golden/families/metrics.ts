import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import { Leaves, listAsTensor } from "../leaves.js";
import type { Mode } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded } from "../values.js";
import { compareConfig } from "./config.js";

interface Event {
  readonly op: "update_state" | "result" | "reset_state";
  readonly args?: unknown[];
  readonly kwargs?: Record<string, unknown>;
  readonly value?: unknown;
}

interface Metric {
  readonly variables: readonly { readonly name: string; value(): Tensor }[];
  updateState(...args: unknown[]): unknown;
  result(): unknown;
  resetState(): void;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The log of a metric: updates, results and resets in order. */
export function runMetric(testCase: Case, mode: Mode): void {
  const metric = revive(testCase["config"]) as unknown as Metric;
  compareConfig(testCase["config"], metric);
  for (const [index, event] of (testCase["events"] as Event[]).entries()) {
    if (event.op === "reset_state") metric.resetState();
    else if (event.op === "result") {
      compare(
        event.value,
        mode.run(() => metric.result(), []),
        tolerances.metrics.outputs,
        `result of event ${index}`,
      );
    } else update(metric, event, mode);
  }
  const variables = testCase["variables_at_end"] as { name: string; value: Encoded }[] | undefined;
  if (variables === undefined) return;
  if (metric.variables.length !== variables.length)
    throw new Mismatch(`variables: got ${metric.variables.length}, expected ${variables.length}`);
  for (const [index, { name, value }] of variables.entries()) {
    const variable = metric.variables[index]!;
    if (variable.name !== name) throw new Mismatch(`variable ${index}: got the name ${variable.name}, expected ${name}`);
    compare(value, variable.value(), tolerances.metrics.outputs, `variable ${name}`);
  }
}

function update(metric: Metric, event: Event, mode: Mode): void {
  const recorded = { args: event.args ?? [], kwargs: event.kwargs ?? {} };
  const leaves = new Leaves(recorded);
  mode.run((tensors) => {
    const { args, kwargs } = leaves.restore(recorded, tensors) as typeof recorded;
    const [positional, options] = split(
      args.map(asTensor),
      Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [camel(name), asTensor(value)])),
    );
    metric.updateState(...positional, ...(Object.keys(options).length === 0 ? [] : [options]));
    return null;
  }, leaves.tensors);
}

/** `sample_weight` may be recorded as the last positional argument; yTrue, yPred and values are positional here. */
function split(args: unknown[], options: Record<string, unknown>): [unknown[], Record<string, unknown>] {
  const { yTrue, yPred, values, ...others } = options;
  const positional = [...args, ...[yTrue, yPred, values].filter((value) => value !== undefined)];
  return positional.length > 2 ? [positional.slice(0, 2), { sampleWeight: positional[2], ...others }] : [positional, others];
}

const asTensor = (value: unknown): unknown =>
  Array.isArray(value) && value.flat(Infinity).every((item) => typeof item === "number") ? listAsTensor(value) : value;
