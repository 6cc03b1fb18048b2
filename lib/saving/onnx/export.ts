// A traced function as an ONNX model: inputs and outputs by name, variables as initializers, a node or a few for each step.

import { KerasmError } from "../../core/errors.js";
import { originOf } from "../../core/ownership.js";
import type { State } from "../../core/state.js";
import type { Tensor } from "../../core/tensor.js";
import type { Pieces } from "../../formats/bytes.js";
import { valueMessage, writeOnnx } from "../../formats/onnx.js";
import { type Graph, stateRead } from "../../graph/graph.js";
import { Emitter, StepView } from "./emitter.js";
import { isSame, rows, withoutRow } from "./table.js";

/** A model that ONNX cannot express. */
export class OnnxError extends KerasmError {
  override readonly name = "OnnxError";
}

/** What the exported model is like. */
export interface OnnxNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The name of a variable. */
  stateName(state: State): string | undefined;
}

/** The file of a graph. @throws OnnxError that names the operation that cannot be expressed, and the line that recorded it */
export function exportGraph(graph: Graph, names: OnnxNames, where: string): Pieces {
  const { needed, wanted } = neededSteps(graph);
  const emitter = new Emitter(names.stateName, wanted);
  graph.inputs.forEach((input, i) => emitter.bind(input, names.inputs[i]!));
  for (const step of graph.steps) {
    if (!needed.has(step)) continue;
    const fail = (given: string, expected: string): never => {
      const line = originOf(step)[0]?.trim().replace(/^at /, "");
      throw new OnnxError(where, { given, expected, ...(line && { hint: `It was recorded at ${line}.` }) });
    };
    const view = new StepView(emitter, step);
    const row = Object.hasOwn(rows, step.op.name)
      ? rows[step.op.name]!
      : isSame(view)
        ? (view: StepView) => view.at(step.op.alias!)
        : fail(`the operation ${step.op.name}`, `one that ONNX has: ${withoutRow(step.op) ?? "it has no row in the table"}`);
    let made: ReturnType<typeof row>;
    try {
      made = row(view);
    } catch (error) {
      if (error instanceof KerasmError) throw error;
      return fail(`the operation ${step.op.name}: ${(error as Error).message}`, "what ONNX can express");
    }
    const state = stateRead(step);
    for (const [name, output] of Object.entries(step.outputs)) {
      const value = typeof made === "string" ? made : made[name];
      if (value) emitter.bind(output, state ? emitter.valueOf(state) : value);
    }
  }
  const outputs = graph.outputs.map((output, i) => {
    emitter.nodes.push({ opType: "Identity", name: `output_${i}`, input: [emitter.valueOf(output)], output: [names.outputs[i]!] });
    return valueMessage(names.outputs[i]!, output.dtype, openShape(output, i === 0 ? "" : `${i}_`));
  });
  const inputs = graph.inputs.map((input, i) => valueMessage(names.inputs[i]!, input.dtype, openShape(input, i === 0 ? "" : `${i}_`)));
  return writeOnnx({ name: graph.name, node: emitter.nodes, initializer: emitter.initializers, input: inputs, output: outputs });
}

/** Open lengths by name: the first axis is the batch of all. */
const openShape = ({ shape }: Tensor, prefix: string): (number | string)[] =>
  shape.map((length, axis) => length ?? (axis === 0 ? "batch" : `${prefix}axis_${axis}`));

/** The steps that the outputs depend on, and the numbers of the tensors that these need. */
function neededSteps({ steps, outputs }: Graph): { needed: Set<Graph["steps"][number]>; wanted: Set<number> } {
  const wanted = new Set<number>(outputs.map(({ id }) => id));
  const needed = new Set<Graph["steps"][number]>();
  for (const step of [...steps].reverse()) {
    if (!Object.values(step.outputs).some(({ id }) => wanted.has(id))) continue;
    needed.add(step);
    for (const input of Object.values(step.inputs)) {
      for (const each of Array.isArray(input) ? (input as Tensor[]) : [input as Tensor | undefined])
        if (each && "id" in each) wanted.add(each.id);
    }
  }
  return { needed, wanted };
}
