// A branch or a loop body as a graph of its own.
//
//  (1) What it uses from outside comes in as inputs: captured tensors, and the values of variables that it only reads. So tapes outside see
//      everything that a gradient can flow to.
//  (2) A state that it writes is read and written inside. The values read there are extra outputs: a backward pass that computes the
//      branch again uses them, so that it sees the state (a seed, a counter) as it was.

import { recording, recordingOnly } from "../../core/interpreter.js";
import { type Inputs, type Primitive, type Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { symbolic, Tensor, type Spec } from "../../core/tensor.js";
import { GradientTape } from "../../autodiff/tape.js";
import { isFloat } from "../../core/dtype.js";
import { read } from "../../ops/state/assign.js";
import { zeros } from "../../ops/shaping/create.js";
import { forEachState, readsOf, replay, stateRead, withInputs, type Graph } from "../graph.js";
import { flattenResult } from "../signature.js";
import { Trace } from "../trace.js";

export interface Branch<R> {
  /** Inputs: the parameters, then the captures. Outputs: the results, then the saved reads. */
  readonly graph: Graph;
  readonly parameters: number;
  readonly captures: readonly Tensor[];
  readonly results: number;
  /** Steps that read states which the branch writes. */
  readonly savedReads: readonly Step[];
  readonly states: readonly State[];
  readonly written: ReadonlySet<State>;
  readonly isEffect: boolean;
  rebuild(tensors: readonly Tensor[]): R;
}

/** Traces a function on symbolic parameters, apart from every tape and trace outside. */
export function captureBranch<R>(name: string, specs: readonly Spec[], fn: (parameters: Tensor[]) => R): Branch<R> {
  const parameters = specs.map(({ shape, dtype }) => symbolic({ shape, dtype }));
  const trace = new Trace(name, false);
  const { tensors, rebuild } = recordingOnly(
    () => false,
    () => recording(trace, () => flattenResult(fn(parameters))),
  );
  const written = new Set<State>();
  const states = new Set<State>();
  for (const step of trace.steps) {
    forEachState(step, (state, isWritten) => {
      states.add(state);
      if (isWritten) written.add(state);
    });
  }
  // Reads of states that are only read happen outside.
  const hoisted = new Map<State, Tensor>();
  const replaced = new Map<number, Tensor>();
  const current = (tensor: Tensor): Tensor => replaced.get(tensor.id) ?? tensor;
  const savedReads: Step[] = [];
  const steps: Step[] = [];
  for (const step of trace.steps) {
    const state = stateRead(step);
    if (state && !written.has(state)) {
      const value = hoisted.get(state) ?? read(state);
      hoisted.set(state, value);
      states.delete(state);
      replaced.set(step.outputs.y!.id, value);
      continue;
    }
    const now = withInputs(step, current);
    if (state) savedReads.push(now);
    steps.push(now);
  }
  const results = tensors.map(current);
  const made = new Set([...parameters, ...steps.flatMap(({ outputs }) => Object.values(outputs))].map(({ id }) => id));
  const captures = new Map<number, Tensor>();
  const capture = (tensor: Tensor): void => {
    if (!made.has(tensor.id) && (tensor.isSymbolic || hoistedHas(hoisted, tensor))) captures.set(tensor.id, tensor);
  };
  for (const step of steps) readsOf(step).forEach(capture);
  results.forEach(capture);
  const graph = {
    name,
    inputs: [...parameters, ...captures.values()],
    steps,
    outputs: [...results, ...savedReads.map(({ outputs }) => outputs.y!)],
  };
  return {
    graph: withPlaceholders(graph, parameters.length),
    parameters: parameters.length,
    captures: [...captures.values()],
    results: results.length,
    savedReads,
    states: [...states],
    written,
    isEffect: steps.some(({ op }) => op.effect),
    rebuild,
  };
}

const hoistedHas = (hoisted: ReadonlyMap<State, Tensor>, tensor: Tensor): boolean => [...hoisted.values()].includes(tensor);

/** Captures get placeholders of their own, so that a graph does not refer to tensors of the outer one. */
function withPlaceholders(graph: Graph, parameters: number): Graph {
  const placeholders = new Map<number, Tensor>();
  const inputs = graph.inputs.map((input, i) => {
    if (i < parameters) return input;
    const placeholder = symbolic({ shape: input.shape, dtype: input.dtype });
    placeholders.set(input.id, placeholder);
    return placeholder;
  });
  const current = (tensor: Tensor): Tensor => placeholders.get(tensor.id) ?? tensor;
  return { ...graph, inputs, steps: graph.steps.map((step) => withInputs(step, current)), outputs: graph.outputs.map(current) };
}

/** The branch computed again without effects, with the saved values in place of its reads. */
function recomputed<R>(branch: Branch<R>, saved: readonly Tensor[]): Graph {
  const values = new Map(branch.savedReads.map((step, i) => [step.outputs.y!.id, saved[i]!]));
  const current = (tensor: Tensor): Tensor => values.get(tensor.id) ?? tensor;
  const steps = branch.graph.steps
    .filter((step) => !step.op.effect && !values.has(step.outputs.y?.id ?? -1))
    .map((step) => withInputs(step, current));
  return { ...branch.graph, steps, outputs: branch.graph.outputs.slice(0, branch.results).map(current) };
}

/** Gradients of the branch's float inputs (zeros where nothing connects), for the gradients of its float results. */
export function branchGradients<R>(
  branch: Branch<R>,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  dy: readonly (Tensor | null)[],
): Tensor[] {
  const floats = inputs.filter(({ dtype }) => isFloat(dtype));
  const tape = new GradientTape();
  tape.watch(floats);
  const outputs = tape.record(() => replay(recomputed(branch, saved), inputs));
  const wanted = outputs.flatMap((output, i) => (isFloat(output.dtype) && dy[i] ? [{ output, dy: dy[i] }] : []));
  const gradients = tape.gradient(
    wanted.map(({ output }) => output),
    floats,
    { outputGradients: wanted.map((each) => each.dy) },
  );
  return floats.map((input, i) => gradients[i] ?? zeros(input.shape as number[], { dtype: input.dtype }));
}

/** Inputs of a step that runs branches: the tensors it reads, and the states that it reads or writes inside. */
export function branchInputs(
  branches: readonly Branch<unknown>[],
  tensors: Inputs,
): { inputs: Inputs; states: string[]; writes: string[]; effect: boolean } {
  const states = [...new Set(branches.flatMap((branch) => branch.states))];
  const written = new Set(branches.flatMap((branch) => [...branch.written]));
  const named = states.map((state, i) => [`state${i}`, state] as const);
  return {
    inputs: { ...tensors, ...Object.fromEntries(named) },
    states: named.map(([name]) => name),
    writes: named.filter(([, state]) => written.has(state)).map(([name]) => name),
    effect: branches.some(({ isEffect }) => isEffect),
  };
}

/** A one-off operation: control flow is defined anew for each use, since its branches are its own. */
export type ControlOp = Omit<Primitive, "keeps" | "alias" | "fusible" | "lower"> & { readonly keeps?: readonly string[] };

export const controlOp = (op: ControlOp): Primitive => ({ keeps: [], ...op });

/** Specs by name: y0, y1, … */
export const numbered = (specs: readonly Spec[]): Record<string, Spec> =>
  Object.fromEntries(specs.map(({ shape, dtype }, i) => [`y${i}`, { shape, dtype }]));

/** Tensors by name: y0, y1, … */
export const numberedTensors = (tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [`y${i}`, tensor]));

/** The tensors of a numbered record, in order. */
export const inOrder = <T>(record: Readonly<Record<string, T>>): T[] =>
  Array.from({ length: Object.keys(record).length }, (_, i) => record[`y${i}`]!);
