import { shapeText } from "../core/shape.js";
import type { Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { Tensor } from "../core/tensor.js";
import type { Executable } from "./executable.js";
import type { Graph } from "./graph.js";

/** Dtypes and shapes of a step's outputs. */
export const outputsText = (step: Step): string => Object.values(step.outputs).map(({ shape, dtype }) => `${dtype}${shapeText(shape)}`).join(" "); // prettier-ignore

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
    if (value instanceof State) return `@${value.address.toString(16)}`;
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
 * The steps of a program, one a line, with shapes and what was fused; a line where threads wait for each other; then bytes and barriers.
 */
export function listing({ graph, plan, segments }: Executable): string {
  const { first, lineOf, last } = writer(graph);
  const segmentOf = new Map(segments.flatMap((segment) => segment.commands.map((command) => [command, segment] as const)));
  let current = segments[0];
  const lines = plan.byStep.flatMap(({ step, commands }) => {
    const line = lineOf(step);
    const own = [...new Set(commands.map((command) => segmentOf.get(command)).filter((segment) => segment !== undefined))];
    const begins = own.length > 0 && own[0] !== current;
    current = own.at(-1) ?? current;
    const within = own.length > 1 ? ` ---- ${own.length - 1} within` : "";
    return begins ? ["  ---- barrier", line + within] : [line + within];
  });
  const serial = segments.filter((segment) => segment.serial).length;
  return [
    first,
    ...lines,
    last(),
    `${plan.arenaBytes} bytes planned (${plan.unplannedBytes} without sharing), ${plan.constantBytes} bytes of constants`,
    `${segments.length} segments, ${segments.length - serial} of them for all threads`,
  ].join("\n");
}
