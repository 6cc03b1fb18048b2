import { Tensor } from "../../lib/core/tensor.js";
import { isBranch, mapTree, type Tree } from "../../lib/core/tree.js";
import { surface, type Tape } from "./surface.js";

/** A way to run a computation on tensors. What it returns may hold anything; tensors in it have values afterwards. */
export interface Mode {
  readonly name: "eager" | "traced";
  run<T>(body: (inputs: readonly Tensor[]) => T, inputs: readonly Tensor[]): T;
}

const eager: Mode = { name: "eager", run: (body, inputs) => body(inputs) };

const traced: Mode = {
  name: "traced",
  run<T>(body: (inputs: readonly Tensor[]) => T, inputs: readonly Tensor[]): T {
    // A traced function gives tensors; what else the body answers is known when it is traced.
    let skeleton: Tree<unknown> = null;
    const results = surface.tf.function((...args: Tensor[]) => {
      const tensors: Tensor[] = [];
      const answer = body(args) as Tree<unknown>;
      skeleton = mapTree(answer, (leaf) => (leaf instanceof Tensor ? new Hole(tensors.push(leaf) - 1) : leaf));
      return tensors;
    })(...inputs);
    return mapTree(skeleton, (leaf) => (leaf instanceof Hole ? results[leaf.index] : leaf)) as T;
  },
};

class Hole {
  constructor(readonly index: number) {}
}

export const modes = { eager, traced } as const;
export type ModeName = keyof typeof modes;

/** Every tensor in a result, in order. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (!isBranch(value)) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(tensorsIn);
}

/** The gradients of `sum over outputs of sum(output · cotangent)` with respect to the sources, beside the outputs. */
export function differentiate<T>(
  body: () => T,
  sources: readonly object[],
  cotangents: (outputs: T) => readonly (readonly [Tensor, Tensor])[],
): { outputs: T; gradients: readonly (Tensor | null)[] } {
  const tape: Tape = new surface.tf.GradientTape();
  for (const source of sources) if (source instanceof Tensor) tape.watch(source);
  let outputs: T | undefined;
  const target = tape.record(() => {
    outputs = body();
    const terms = cotangents(outputs).map(([output, cotangent]) => surface.tf.reduceSum(surface.tf.multiply(output, cotangent)));
    return terms.length === 0 ? undefined : surface.tf.addN(terms);
  });
  return { outputs: outputs as T, gradients: target === undefined ? sources.map(() => null) : tape.gradient(target, sources) };
}
