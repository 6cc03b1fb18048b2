// The graph that a trace leaves: steps in program order over symbolic tensors, and the walks over them that everybody uses.

import { apply, forEachTensor, namedSpecs, recordingApart, unrecorded, unscoped, withInputs } from "../core/interpreter.js";
import type { Inputs, Primitive, Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { Tensor, type Spec } from "../core/tensor.js";
import { identity } from "../ops/gradient/stop-gradient.js";
import { inheritOrigin } from "../core/ownership.js";
import { Trace, withOrigin } from "./trace.js";

export { withInputs };

/**
 * What a traced function recorded: steps in program order over symbolic tensors. Tensors with values among the
 * inputs of steps are constants; states are referred to by identity.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly steps: readonly Step[];
  /** Tensors whose values a call gives back; may be inputs or constants. */
  readonly outputs: readonly Tensor[];
}

/** A compiled graph: tensors in, tensors out. */
export interface Runnable {
  run(inputs: readonly Tensor[]): readonly Tensor[];
  /** The same without keeping a page's thread busy. */
  runAside(inputs: readonly Tensor[]): Promise<readonly Tensor[]>;
}

/** How a graph becomes one: handed to what makes graphs out of graphs. */
export type Compile = (graph: Graph) => Runnable;

/** The states that a step reads or writes, with what it does to them. */
export function forEachState(step: Step, visit: (state: State, isWritten: boolean) => void): void {
  for (const name of step.op.states) visit(step.inputs[name] as State, step.op.writes.includes(name));
}

/** The state that a step reads as a whole, if that is what it does. */
export function stateRead({ op, inputs }: Step): State | null {
  const source = op.alias === undefined ? undefined : inputs[op.alias];
  return source instanceof State ? source : null;
}

/** Every pass asks for them. */
const reads = new WeakMap<Inputs, readonly Tensor[]>();

/** All tensors that a step reads. */
export function readsOf({ inputs }: Step): readonly Tensor[] {
  let tensors = reads.get(inputs);
  if (!tensors) {
    const found: Tensor[] = [];
    forEachTensor(inputs, (tensor) => found.push(tensor));
    reads.set(inputs, (tensors = found));
  }
  return tensors;
}

/**
 * The same graph for inputs of other (better known) shapes: every step is inferred anew, and what had to wait for the shapes of its inputs
 * becomes the steps that it stands for.
 */
export function specialize(graph: Graph, specs: readonly Spec[]): Graph {
  if (graph.inputs.every(({ shape }) => !shape.includes(null))) return graph;
  const now = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => now.get(tensor.id) ?? tensor;
  const trace = new Trace(graph.name, false, null);
  const inputs = graph.inputs.map((input, i) => {
    const known = trace.input(specs[i]!, input.name);
    now.set(input.id, known);
    return known;
  });
  for (const step of graph.steps) {
    const { op, attrs, inputs } = withInputs(step, current);
    let outputs: Record<string, Tensor>;
    const before = trace.steps.length;
    const reads = readsOf({ ...step, inputs });
    if (reads.length > 0 && isPure(op) && reads.every((read) => !read.isSymbolic)) {
      outputs = unscoped(() => unrecorded(() => byName(apply(op, inputs, attrs))));
    } else if (op.expand && hasNeeds(op, inputs) && reads.every(({ shape }) => !shape.includes(null))) {
      outputs = recordingApart(trace, () => expanded(op, inputs, attrs));
    } else {
      const specs = Object.entries(namedSpecs(inferred({ ...step, inputs }, step)));
      outputs = Object.fromEntries(specs.map(([name, spec]) => [name, trace.input(spec)]));
      trace.note({ op, attrs, inputs, outputs });
    }
    for (const name in outputs) now.set(step.outputs[name]!.id, outputs[name]!);
    for (const made of trace.steps.slice(before)) inheritOrigin(made, step);
  }
  return { name: graph.name, inputs, steps: trace.steps, outputs: graph.outputs.map(current) };
}

/** Whether what it gives follows from its inputs alone: with values, it is computed here and now. */
const isPure = ({ states, effect }: Primitive): boolean => states.length === 0 && !effect;

const hasNeeds = ({ needs }: Primitive, inputs: Inputs): boolean =>
  needs === undefined || (inputs[needs] as readonly Tensor[]).every((tensor) => !tensor.isSymbolic);

const byName = (result: Tensor | Record<string, Tensor>): Record<string, Tensor> => (result instanceof Tensor ? { y: result } : result);

/** What the step gives now. @throws what its definition throws, with the line that recorded it */
function inferred({ op, inputs, attrs }: Step, recorded: Step): Spec | Record<string, Spec> {
  try {
    return op.infer(inputs, attrs);
  } catch (error) {
    throw withOrigin(error, recorded);
  }
}

/** An input that is given back is an output of its own. */
function expanded(op: Primitive, inputs: Inputs, attrs: unknown): Record<string, Tensor> {
  const given = new Set<Tensor>();
  forEachTensor(inputs, (tensor) => given.add(tensor));
  const outputs = Object.entries(op.expand!(inputs, attrs));
  return Object.fromEntries(outputs.map(([name, output]) => [name, given.has(output) ? identity(output) : output]));
}

/** Runs the steps on other tensors: how a graph is inlined, or run step by step. */
export function replay(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const now = new Map(graph.inputs.map((input, i) => [input.id, inputs[i]!]));
  const current = (tensor: Tensor): Tensor => now.get(tensor.id) ?? tensor;
  for (const step of graph.steps) {
    const op = step.op.fresh?.() ?? step.op;
    const { inputs: given } = withInputs(step, current);
    const isKnown =
      op.expand && !op.gradient && hasNeeds(op, given) && readsOf({ ...step, inputs: given }).every(({ shape }) => !shape.includes(null));
    const result = isKnown ? expanded(op, given, step.attrs) : apply(op, given, step.attrs);
    for (const name in step.outputs) now.set(step.outputs[name]!.id, result instanceof Tensor ? result : result[name]!);
  }
  return graph.outputs.map(current);
}
