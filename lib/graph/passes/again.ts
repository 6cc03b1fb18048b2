// The pass that makes large values anew for the backward pass instead of keeping them, where one pass over memory makes them.

import type { Step } from "../../core/primitive.js";
import { bytesOf, symbolic, type Tensor } from "../../core/tensor.js";
import { readsOf, withInputs, type Graph } from "../graph.js";

/** Bytes of the values of a program that would not be kept, from which on that pays: below, time is worth more. */
const LARGE = 1 << 27;
/** Steps for which nobody reads a value that is made anew. */
const LONG = 16;

/**
 * Makes values anew where they are wanted again after long, if what they come from is there then anyway: what a normalization gave, of its
 * input and its statistics. A step of ResNet-50 keeps a fifth less for half a percent of its time. Keeps true: the kernel that made a value
 * makes it again from the same numbers, so it is the same bits. Programs without large values stay as they are.
 */
export const makeAgain = (graph: Graph): Graph => againFrom(LARGE, graph);

/** The same from other numbers of bytes on. */
export function againFrom(bytes: number, graph: Graph): Graph {
  const most = graph.steps.reduce((sum, { op, outputs }) => sum + (op.again ? bytesOf(Object.values(outputs)[0]!)! : 0), 0);
  if (most === 0 || most < bytes) return graph;
  const uses = usesOf(graph);
  const found = new Map<number, Again[]>();
  let saved = 0;
  // The last ones first: what makes a value anew reads another one late.
  for (let at = graph.steps.length - 1; at >= 0; at--) {
    const again = againOf(graph.steps[at]!, at, uses);
    if (!again) continue;
    const { place } = again;
    for (const { id } of readsOf(again.step)) uses.get(id)?.push(place);
    const others = found.get(place);
    if (others) others.push(again);
    else found.set(place, [again]);
    saved += bytesOf(again.value)!;
  }
  return saved === 0 || saved < bytes ? graph : withAgain(graph, found);
}

/** A value that is made anew before the step at a place. */
interface Again {
  readonly value: Tensor;
  readonly place: number;
  readonly step: Step;
}

/** The places of the steps that read each tensor; none of those that are to outlive the program, or that something else is a view of. */
function usesOf({ steps, inputs, outputs }: Graph): Map<number, number[]> {
  const uses = new Map<number, number[]>();
  const none = new Set(outputs.map(({ id }) => id));
  for (const { id } of inputs) uses.set(id, []);
  steps.forEach((step, at) => {
    for (const { id } of readsOf(step)) {
      if (step.op.alias !== undefined) none.add(id);
      uses.get(id)?.push(at);
    }
    for (const { id } of Object.values(step.outputs)) uses.set(id, []);
  });
  for (const id of none) uses.delete(id);
  return uses;
}

/** The step that makes the first output of another one again, and where; null where it had better be kept. */
function againOf({ op, inputs, outputs, attrs }: Step, at: number, uses: ReadonlyMap<number, readonly number[]>): Again | null {
  const again = op.again?.(inputs, outputs, attrs);
  const [name, value] = Object.entries(outputs)[0] ?? [];
  const places = [at, ...(uses.get(value?.id ?? -1) ?? [])].sort((a, b) => a - b);
  if (!again || !value || places.length < 3) return null;
  const gaps = places.slice(1).map((place, i) => place - places[i]!);
  const longest = gaps.indexOf(Math.max(...gaps));
  const place = places[longest + 1]!;
  if (longest === 0 || gaps[longest]! < LONG) return null;
  const { output = name!, ...made } = again;
  const step = { op, ...made, outputs: { [output]: symbolic(value) } };
  // What has to be kept for it would take the place of what is not.
  const kept = readsOf(step).filter((tensor) => tensor.isSymbolic && !(uses.get(tensor.id) ?? []).some((use) => use >= place));
  const bytes = kept.reduce((sum, tensor) => sum + bytesOf(tensor)!, 0);
  return bytes * 8 < bytesOf(value)! ? { value, place, step } : null;
}

function withAgain(graph: Graph, found: ReadonlyMap<number, readonly Again[]>): Graph {
  const now = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => now.get(tensor.id) ?? tensor;
  const steps = graph.steps.flatMap((step, at) => {
    // Later ones of the graph may be made of those before.
    const made = [...(found.get(at) ?? [])].reverse().map(({ value, step }) => {
      const own = withInputs(step, current);
      now.set(value.id, Object.values(own.outputs)[0]!);
      return own;
    });
    return [...made, withInputs(step, current)];
  });
  return { ...graph, steps };
}
