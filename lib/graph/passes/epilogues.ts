import type { Step } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { readsOf, type Graph } from "../graph.js";

/**
 * Lets matrix products and convolutions add a bias and cut at zero while they store, instead of in passes of their own over memory.
 * Keeps true: only values that nobody else uses disappear; the fused step stands where the last step of the chain stood, so everything it
 * reads is there.
 */
export function fuseEpilogues(graph: Graph): Graph {
  const uses = new Map<number, number>();
  const count = ({ id }: Tensor) => uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const step of graph.steps) readsOf(step).forEach(count);
  graph.outputs.forEach(count);

  const producers = new Map<number, number>();
  const steps: (Step | null)[] = [...graph.steps];
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at]!;
    const follower = step.op.follows?.(step.inputs, step.outputs, step.attrs);
    const from = follower && uses.get(follower.of.id) === 1 ? producers.get(follower.of.id) : undefined;
    if (from !== undefined) {
      const { op, inputs, attrs } = steps[from]!;
      const fused = op.absorbs!(inputs, attrs, follower!);
      if (fused) {
        steps[from] = null;
        steps[at] = { op, ...fused, outputs: step.outputs };
      }
    }
    const { op, outputs } = steps[at]!;
    if (op.absorbs && outputs.y) producers.set(outputs.y.id, at);
  }
  return { ...graph, steps: steps.filter((step) => step !== null) };
}
