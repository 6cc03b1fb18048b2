// The pass that computes equal steps once.

import type { Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { Tensor } from "../../core/tensor.js";
import { forEachState, withInputs, type Graph } from "../graph.js";

/**
 * Computes equal steps once. Keeps true: operations are functions of inputs and attributes; reads of a state are equal only as long
 * as nothing writes it in between; effects are never merged.
 */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const merged = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => merged.get(tensor.id) ?? tensor;
  const seen = new Map<string, Step>();
  const versions = new Map<State, number>();
  const steps: Step[] = [];
  for (const original of graph.steps) {
    const step = withInputs(original, current);
    forEachState(step, (state, isWritten) => isWritten && versions.set(state, (versions.get(state) ?? 0) + 1));
    const key = step.op.effect ? null : keyOf(step, versions);
    const equal = key === null ? undefined : seen.get(key);
    if (equal) {
      for (const name in step.outputs) merged.set(step.outputs[name]!.id, equal.outputs[name]!);
      continue;
    }
    if (key !== null) seen.set(key, step);
    steps.push(step);
  }
  return { ...graph, steps, outputs: graph.outputs.map(current) };
}

/** What makes two steps equal, or null where attributes can't be compared. */
function keyOf({ op, inputs, attrs }: Step, versions: ReadonlyMap<State, number>): string | null {
  const attributes = textOf(attrs);
  if (attributes === null) return null;
  const parts = op.inputs.map((name) => {
    const input = inputs[name];
    if (input === undefined) return "-";
    if (input instanceof State) return `@${input.id}v${versions.get(input) ?? 0}`;
    return input instanceof Tensor ? input.id : `[${(input as readonly Tensor[]).map(({ id }) => id).join()}]`;
  });
  return `${op.name}(${parts.join()})${attributes}`;
}

/** Attributes as a text that is equal where they are; null where they can't be compared. */
export function textOf(value: unknown): string | null {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value) ?? "";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object") return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return null;
  const parts: string[] = [];
  for (const [key, each] of Object.entries(value)) {
    const text = textOf(each);
    if (text === null) return null;
    parts.push(`${key}:${text}`);
  }
  return `{${parts.join()}}`;
}
