// The passes for programs in which values are rounded to halves: roundings moved to where steps can be joined, and values kept as halves.

import type { Step } from "../../core/primitive.js";
import { dtypes, isHalf, type Dtype } from "../../core/dtype.js";
import { symbolic, type Tensor } from "../../core/tensor.js";
import { castStep, isCast } from "../../ops/elementwise/cast.js";
import { readsOf, withInputs, type Graph } from "../graph.js";

/** Whether a step makes float32 of a half. */
const widens = (step: Step): boolean =>
  isCast(step) && isHalf((step.inputs["x"] as Tensor).dtype) && step.outputs["y"]!.dtype === "float32";

/** Whether a step rounds float32 to a half. */
const rounds = (step: Step): boolean =>
  isCast(step) && (step.inputs["x"] as Tensor).dtype === "float32" && isHalf(step.outputs["y"]!.dtype);

/**
 * Cuts at zero before it rounds, so that what is rounded can be cut while it is stored; and drops the rounding of what is a half already.
 * Keeps true: rounding is monotone and keeps zero, so `relu(round(x))` and `round(relu(x))` are the same bits; what only moves elements, or
 * puts zeros in their places, makes halves of halves, and those are the same bits after rounding.
 */
export function moveRoundings(graph: Graph): Graph {
  if (!graph.steps.some(rounds)) return graph;
  const makers = new Map<number, Step>();
  const merged = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => merged.get(tensor.id) ?? tensor;
  /** The half whose values a float32 tensor has, where it has such alone. */
  const exact = new Map<number, Dtype>();
  const steps: Step[] = [];
  const add = (step: Step): void => {
    for (const name in step.outputs) makers.set(step.outputs[name]!.id, step);
    const half = halfOf(step, exact);
    if (half) for (const name in step.outputs) exact.set(step.outputs[name]!.id, half);
    steps.push(step);
  };
  /** What made the tensor, where that is a step of this kind. */
  const madeBy = (tensor: Tensor, kind: (step: Step) => boolean): Step | undefined => {
    const maker = makers.get(tensor.id);
    return maker && kind(maker) ? maker : undefined;
  };
  for (const original of graph.steps) {
    const step = withInputs(original, current);
    const { y } = step.outputs;
    if (rounds(step)) {
      const before = madeBy(step.inputs["x"] as Tensor, widens)?.inputs["x"] as Tensor | undefined;
      if (before?.dtype === y!.dtype) {
        merged.set(y!.id, before);
        continue;
      }
    }
    if (widens(step)) {
      const before = madeBy(step.inputs["x"] as Tensor, rounds)?.inputs["x"] as Tensor | undefined;
      if (before && exact.get(before.id) === (step.inputs["x"] as Tensor).dtype) {
        merged.set(y!.id, before);
        continue;
      }
    }
    const follower = step.op.follows?.(step.inputs, step.outputs, step.attrs);
    const half = follower?.kind === "relu" ? (madeBy(follower.of, widens)?.inputs["x"] as Tensor | undefined) : undefined;
    const rounding = half && madeBy(half, rounds);
    if (!rounding) {
      add(step);
      continue;
    }
    const cut = symbolic(y!);
    const rounded = symbolic(half);
    add({ ...withInputs(step, (tensor) => (tensor === follower!.of ? (rounding.inputs["x"] as Tensor) : tensor)), outputs: { y: cut } });
    add(castStep(cut, rounded));
    add(castStep(rounded, y!));
  }
  return { ...graph, steps, outputs: graph.outputs.map(current) };
}

/** The half whose values the outputs of a step have, where they are float32 and the step keeps them so. */
function halfOf(step: Step, exact: ReadonlyMap<number, Dtype>): Dtype | undefined {
  const { op, inputs, outputs, attrs } = step;
  if (widens(step)) return (inputs["x"] as Tensor).dtype;
  const follower = op.follows?.(inputs, outputs, attrs);
  if (follower && follower.kind !== "bias") return exact.get(follower.of.id);
  if (!op.moves && !op.alias && !op.picks) return undefined;
  const halves = new Set(readsOf(step).filter(({ dtype }) => dtype === "float32").map(({ id }) => exact.get(id))); // prettier-ignore
  return halves.size === 1 ? [...halves][0] : undefined;
}

/** So many steps later what was widened is widened anew. */
const FAR = 8;
/** Bytes of a half from which on that pays. */
const LARGE = 1 << 16;

/** A float32 tensor that has only halves for values. */
interface Wide {
  readonly half: Tensor;
  /** What stands for it now. */
  now: Tensor;
  /** Where that was last read. */
  last: number;
  /** After how many steps the half has to be made, where no step has made it yet. */
  unmade: number | null;
}

/**
 * Widens halves again where they are wanted again much later, above all in gradients: until then the half is kept, and not four bytes of
 * each element. Keeps true: the same conversion gives the same bits. Comes after equal steps were merged, which would undo it.
 */
export function widenAnew(graph: Graph): Graph {
  if (!graph.steps.some(widens)) return graph;
  const kept = new Set(graph.outputs);
  const wide = new Map<number, Wide>();
  const exact = new Map<number, Dtype>();
  const steps: Step[] = [];
  const roundings = new Map<number, Step[]>();
  graph.steps.forEach((step, at) => {
    for (const tensor of new Set(readsOf(step))) {
      const value = wide.get(tensor.id);
      if (!value) continue;
      if (at - value.last > FAR) {
        if (value.unmade !== null) {
          roundings.set(value.unmade, [...(roundings.get(value.unmade) ?? []), castStep(tensor, value.half)]);
          value.unmade = null;
        }
        value.now = symbolic(tensor);
        steps.push(castStep(value.half, value.now));
      }
      value.last = at;
    }
    steps.push(withInputs(step, (tensor) => wide.get(tensor.id)?.now ?? tensor));
    const half = halfOf(step, exact);
    if (!half) return;
    for (const y of Object.values(step.outputs)) {
      if (y.dtype !== "float32") continue;
      exact.set(y.id, half);
      if (kept.has(y) || step.op.alias !== undefined || y.size * dtypes[half].bytes < LARGE) continue;
      const source = widens(step) ? (step.inputs["x"] as Tensor) : null;
      wide.set(y.id, {
        half: source ?? symbolic({ shape: y.shape, dtype: half }),
        now: y,
        last: at,
        unmade: source ? null : steps.length,
      });
    }
  });
  return { ...graph, steps: steps.flatMap((step, i) => [step, ...(roundings.get(i + 1) ?? [])]) };
}
