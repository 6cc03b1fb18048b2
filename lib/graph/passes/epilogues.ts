// The pass that lets products and convolutions add a bias and cut at zero while they store.

import type { Step } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { readsOf, type Graph } from "../graph.js";

/**
 * Lets matrix products, convolutions and normalizations add a bias and cut at zero while they store, instead of in passes of their own over
 * memory. Keeps true: only values that nobody else uses disappear; the fused step stands where the last step of the chain stood, so
 * everything it reads is there. Where the producer has other outputs, which may be needed before, it stays where it is, and what follows
 * may read nothing else.
 */
export function fuseEpilogues(graph: Graph): Graph {
  const uses = new Map<number, number>();
  const count = ({ id }: Tensor) => uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const step of graph.steps) readsOf(step).forEach(count);
  graph.outputs.forEach(count);

  const producers = new Map<number, number>();
  const steps: (Step | null)[] = [...graph.steps];
  const produces = (at: number): void => {
    const { op, outputs } = steps[at]!;
    const [first] = Object.values(outputs);
    if (op.absorbs && first) producers.set(first.id, at);
  };
  steps.forEach((step, at) => {
    const follower = step!.op.follows?.(step!.inputs, step!.outputs, step!.attrs);
    const from = follower && uses.get(follower.of.id) === 1 ? producers.get(follower.of.id) : undefined;
    if (from === undefined) return produces(at);
    const { op, inputs, attrs, outputs } = steps[from]!;
    const [[first], ...others] = Object.entries(outputs) as [[string, Tensor]];
    const fused = others.length === 0 || readsOf(step!).length === 1 ? op.absorbs!(inputs, attrs, follower!) : null;
    if (!fused) return produces(at);
    const place = others.length === 0 ? at : from;
    steps[from] = steps[at] = null;
    steps[place] = { op, ...fused, outputs: { ...outputs, [first]: step!.outputs.y! } };
    produces(place);
  });
  return { ...graph, steps: steps.filter((step) => step !== null) };
}
