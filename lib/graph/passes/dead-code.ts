// The pass that drops steps whose results nobody uses.

import { readsOf, type Graph } from "../graph.js";

/** Drops steps whose results nobody uses. Keeps true: effects stay, in their order; all that outputs and effects need stays. */
export function removeDeadCode(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ id }) => id));
  const steps = [...graph.steps].reverse().filter((step) => {
    if (!step.op.effect && !Object.values(step.outputs).some(({ id }) => needed.has(id))) return false;
    for (const { id } of readsOf(step)) needed.add(id);
    return true;
  });
  return { ...graph, steps: steps.reverse() };
}
