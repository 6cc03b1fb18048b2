// Gradients in a trace with open axes: what they compute depends on shapes that are not known yet. So the trace gets one step in their
// place, and the steps that it stands for when the graph is specialized for the shapes of a call.

import { isFloat } from "../core/dtype.js";
import { apply, forEachTensor, unrecordedInference, withInputs } from "../core/interpreter.js";
import { type Gradients, localPrimitive, type Step } from "../core/primitive.js";
import { symbolic, type Tensor } from "../core/tensor.js";
import { zerosLike } from "../ops/shaping/create.js";

/** The steps between sources and targets, in order. */
export interface Recorded {
  readonly steps: readonly Step[];
  readonly targets: readonly Tensor[];
  /** Gradients of the targets; where there is none: ones. */
  readonly seeds: readonly (Tensor | null | undefined)[];
  /** Ids of the sources. */
  readonly sources: readonly number[];
}

/** What differentiates the steps once their shapes are known. */
export interface Tape {
  watch(sources: readonly Tensor[]): void;
  note(step: Step): void;
  gradient(
    targets: readonly Tensor[],
    sources: readonly Tensor[],
    options: { outputGradients: (Tensor | null)[] },
  ): readonly (Tensor | null)[];
}

/** Gradients by id of the source, of those that are connected. */
export function deferredGradients({ steps, targets, seeds, sources }: Recorded, newTape: () => Tape): Map<number, Tensor> {
  const tensors = new Map<number, Tensor>();
  const add = (tensor: Tensor) => tensor.isSymbolic && tensors.set(tensor.id, tensor);
  for (const { inputs, outputs } of steps) {
    forEachTensor(inputs, add);
    forEachTensor(outputs, add);
  }
  for (const tensor of [...targets, ...seeds]) if (tensor) add(tensor);
  const ids = [...tensors.keys()];
  const connected = connectedSources(steps, targets, sources).filter((id) => tensors.has(id));
  const op = localPrimitive({
    name: "gradient",
    inputs: ["xs"],
    infer: ({ xs }) => byName(connected.map((id) => specOf((xs as readonly Tensor[])[ids.indexOf(id)]!))),
    expand({ xs }) {
      const now = new Map(ids.map((id, i) => [id, (xs as readonly Tensor[])[i]!]));
      const current = (tensor: Tensor): Tensor => now.get(tensor.id) ?? tensor;
      const wanted = connected.map((id) => now.get(id)!);
      const tape = newTape();
      tape.watch(wanted);
      for (const step of steps) {
        const outputs = Object.fromEntries(Object.entries(step.outputs).map(([name, output]) => [name, current(output)]));
        tape.note({ ...withInputs(step, current), outputs });
      }
      const gradients = tape.gradient(targets.map(current), wanted, {
        outputGradients: seeds.map((seed) => (seed ? current(seed) : null)),
      });
      return byName(gradients.map((gradient, i) => gradient ?? zerosLike(wanted[i]!)));
    },
  });
  const results = apply(op, { xs: [...tensors.values()] }, undefined) as Record<string, Tensor>;
  return new Map(connected.map((id, i) => [id, results[`dx${i}`]!]));
}

const specOf = ({ shape, dtype }: Tensor) => ({ shape, dtype });

const byName = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.map((each, i) => [`dx${i}`, each]));

/** The sources from which a gradient finds a way: through inputs for which operations have one. */
function connectedSources(steps: readonly Step[], targets: readonly Tensor[], sources: readonly number[]): number[] {
  const active = new Set(targets.map(({ id }) => id));
  for (const step of [...steps].reverse()) {
    if (!Object.values(step.outputs).some(({ id }) => active.has(id))) continue;
    const thunks = thunksOf(step);
    forEachTensor(step.inputs, ({ id }, name) => thunks[name] && active.add(id));
  }
  return sources.filter((id) => active.has(id));
}

/** What the operation answers when it is asked for gradients: only which inputs have one is looked at. */
function thunksOf({ op, inputs, outputs, attrs }: Step): Gradients {
  const floats = Object.entries(outputs).filter(([, { dtype }]) => isFloat(dtype));
  const dys = Object.fromEntries(floats.map(([name, { shape, dtype }]) => [name, symbolic({ shape, dtype })]));
  const kept = Object.fromEntries(op.keeps.map((name) => [name, inputs[name] ?? outputs[name]]));
  const dy = Object.keys(outputs).join() === "y" ? dys["y"] : dys;
  return unrecordedInference(() => op.gradient!(dy, kept, { attrs, specs: inputs, wants: () => false }));
}
