// A branch or a loop body as a graph of its own.
//
//  (1) What it uses from outside comes in as inputs: captured tensors, and the values of variables that it only reads. So tapes outside see
//      everything that a gradient can flow to.
//  (2) A state that it writes is read and written inside.
//  (3) What it makes leaves it as a result only: a tensor that gets out in another way is an error where it is used (core/ownership.ts).

import { currentTrace, recording, unrecorded } from "../../core/interpreter.js";
import { atOnce } from "../../core/ownership.js";
import type { Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { symbolic, Tensor, type Spec } from "../../core/tensor.js";
import { read } from "../../ops/state/assign.js";
import { forEachState, readsOf, stateRead, withInputs, type Graph } from "../graph.js";
import { flattenResult } from "../signature.js";
import { Trace } from "../trace.js";

export interface Branch<R> {
  /** Inputs: the parameters, then the captures. Outputs: the results. */
  readonly graph: Graph;
  readonly captures: readonly Tensor[];
  readonly states: readonly State[];
  readonly written: ReadonlySet<State>;
  readonly isEffect: boolean;
  rebuild(tensors: readonly Tensor[]): R;
}

const none: ReadonlySet<State> = new Set();

/**
 * Traces a function on symbolic parameters, apart from every tape and trace outside.
 *
 * @param changing  states that others write while the branch is in use: they are read inside, too
 */
export function captureBranch<R>(
  name: string,
  specs: readonly Spec[],
  fn: (parameters: Tensor[]) => R,
  changing: ReadonlySet<State> = none,
): Branch<R> {
  const branch = new OpenBranch(name);
  const parameters = specs.map((spec) => branch.parameter(spec));
  const { tensors, rebuild } = branch.within(() => flattenResult(atOnce(name, fn(parameters))));
  return { ...branch.close(tensors, changing), rebuild };
}

/** A branch whose results are still to be chosen. */
export class OpenBranch {
  readonly #name: string;
  readonly #trace: Trace;
  readonly #parameters: Tensor[] = [];

  constructor(name: string) {
    this.#name = name;
    this.#trace = new Trace(name, false, currentTrace() ?? null);
  }

  /** One more input. */
  parameter(spec: Spec): Tensor {
    const parameter = this.#trace.input(spec);
    this.#parameters.push(parameter);
    return parameter;
  }

  /** Records what the action does. */
  within<T>(action: () => T): T {
    return unrecorded(() => recording(this.#trace, action));
  }

  /** The branch with these results. */
  close(tensors: readonly Tensor[], changing: ReadonlySet<State> = none): Branch<readonly Tensor[]> {
    const trace = this.#trace;
    const parameters = this.#parameters;
    trace.checkResults(tensors);
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
    const steps: Step[] = [];
    for (const step of trace.steps) {
      const state = stateRead(step);
      if (state && !written.has(state) && !changing.has(state)) {
        const value = hoisted.get(state) ?? read(state);
        hoisted.set(state, value);
        states.delete(state);
        replaced.set(step.outputs.y!.id, value);
        continue;
      }
      steps.push(withInputs(step, current));
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
      name: this.#name,
      inputs: [...parameters, ...captures.values()],
      steps,
      outputs: results,
    };
    return {
      graph: withPlaceholders(graph, parameters.length),
      captures: [...captures.values()],
      states: [...states],
      written,
      isEffect: steps.some(({ op }) => op.effect),
      rebuild: (others) => others,
    };
  }
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
