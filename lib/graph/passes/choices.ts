// The pass that computes both sides of a short choice, so that the program need not stop for it.

import { recording, unrecorded } from "../../core/interpreter.js";
import { inheritOrigin } from "../../core/ownership.js";
import type { Step } from "../../core/primitive.js";
import { Tensor } from "../../core/tensor.js";
import { readsOf, withInputs, type Graph } from "../graph.js";
import { Trace } from "../trace.js";

/**
 * Computes both branches of a short choice and selects, instead of cutting the program for the host to choose. Keeps true: the selected
 * elements are those that the branch computes, bit by bit; branches with effects or states stay, and so does what a backward pass follows.
 */
export function inlineChoices(graph: Graph): Graph {
  if (!graph.steps.some(({ op }) => op.inline)) return graph;
  const replaced = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => replaced.get(tensor.id) ?? tensor;
  const read = new Set(graph.outputs.map(({ id }) => id));
  for (const step of graph.steps) for (const { id } of readsOf(step)) read.add(id);
  const steps: Step[] = [];
  for (const original of graph.steps) {
    const step = withInputs(original, current);
    const outputs = Object.values(step.outputs);
    const trace = new Trace(graph.name, false, null);
    const given = new Map<Tensor, Tensor>();
    const { inputs } = withInputs(step, (tensor) => {
      if (!tensor.isSymbolic) return tensor;
      const placeholder = trace.input(tensor);
      given.set(placeholder, tensor);
      return placeholder;
    });
    const back = (tensor: Tensor): Tensor => given.get(tensor) ?? tensor;
    const results = step.op.inline && unrecorded(() => recording(trace, () => step.op.inline!(inputs)));
    // An output that the steps don't give, and that somebody reads, is the number under which the host keeps its run.
    if (!results || outputs.slice(results.length).some(({ id }) => read.has(id))) {
      steps.push(step);
      continue;
    }
    for (const made of trace.steps) {
      const own = withInputs(made, back);
      inheritOrigin(own, original);
      steps.push(own);
    }
    results.forEach((result, i) => replaced.set(outputs[i]!.id, back(result)));
  }
  return { ...graph, steps, outputs: graph.outputs.map(current) };
}
