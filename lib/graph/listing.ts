// Graphs as text: steps with shapes and attributes, for people.

import { shapeText } from "../core/shape.js";
import type { Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { Tensor } from "../core/tensor.js";
import type { Executable } from "./executable.js";
import type { Graph } from "./graph.js";

/** Dtypes and shapes of a step's outputs. */
export const outputsText = (step: Step): string =>
  Object.values(step.outputs)
    .map(({ shape, dtype }) => `${dtype}${shapeText(shape)}`)
    .join(" ");

/** The attributes of a step, with what was fused into it, or nothing. */
export function attributesText(attrs: unknown): string {
  if (typeof attrs !== "object" || attrs === null) return "";
  const shown = Object.entries(attrs).filter(([, value]) => value !== undefined && value !== false && typeof value !== "function");
  return shown.length === 0 ? "" : ` { ${shown.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")} }`;
}

/** Writes steps, with names for values that are the same wherever they stand. */
function writer({ name, inputs, outputs }: Graph): { first: string; lineOf(step: Step): string; last(): string } {
  const names = new Map<number, string>();
  const nameOf = (value: unknown): string => {
    if (value instanceof State) return `@${value.id}`;
    if (!(value instanceof Tensor)) return Array.isArray(value) ? `[${value.map(nameOf).join(", ")}]` : "-";
    if (!value.isSymbolic) return `constant ${value.dtype}${shapeText(value.shape)}`;
    return names.get(value.id) ?? names.set(value.id, `%${names.size}`).get(value.id)!;
  };
  const named = (tensor: Tensor) => `${nameOf(tensor)}: ${tensor.dtype}${shapeText(tensor.shape)}`;
  return {
    first: `${name}(${inputs.map(named).join(", ")})`,
    lineOf(step) {
      const given = step.op.inputs.filter((name) => step.inputs[name] !== undefined).map((name) => nameOf(step.inputs[name]));
      const made = Object.values(step.outputs).map(named);
      return `  ${made.length > 0 ? `${made.join(", ")} = ` : ""}${step.op.name}(${given.join(", ")})${attributesText(step.attrs)}`;
    },
    last: () => `  return ${outputs.map(nameOf).join(", ")}`,
  };
}

/** The steps of a graph as they were recorded, one a line, with shapes. */
export function stepsListing(graph: Graph): string {
  const { first, lineOf, last } = writer(graph);
  return [first, ...graph.steps.map(lineOf), last()].join("\n");
}

/**
 * The steps of a program, one a line, with shapes and what was fused; then bytes and barriers. Before a step stands the number of the
 * segment in which it runs: threads wait for each other between segments only.
 */
export function listing({ graph, plan, segments }: Executable): string {
  const { first, lineOf, last } = writer(graph);
  const segmentOf = new Map(segments.flatMap((segment, s) => segment.commands.map((command) => [command, s] as const)));
  const lines = plan.byStep.map(({ step, commands }) => {
    const own = commands.map((command) => segmentOf.get(command)).filter((segment) => segment !== undefined);
    const [from, to] = [Math.min(...own), Math.max(...own)];
    const place = own.length === 0 ? "" : from === to ? `${from}` : `${from}-${to}`;
    return `${place.padStart(6)} ${lineOf(step)}`;
  });
  const serial = segments.filter((segment) => segment.serial).length;
  return [
    first,
    ...lines,
    `       ${last()}`,
    `${plan.arenaBytes} bytes planned (${plan.unplannedBytes} without sharing), ${plan.constantBytes} bytes of constants`,
    `${segments.length} segments, ${segments.length - serial} of them for all threads, with a barrier between one and the next`,
  ].join("\n");
}
