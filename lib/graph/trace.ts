// The recorder that makes a graph: runs a function on symbolic tensors and keeps the steps.

import { NotSupportedError, StateError } from "../core/errors.js";
import { type Recorder, recordingApart } from "../core/interpreter.js";
import { checkReadable, noteOrigin, originOf, type Owner } from "../core/ownership.js";
import type { Step } from "../core/primitive.js";
import type { AsksBefore, Strings } from "../core/strings.js";
import { symbolic, type Spec, type Tensor } from "../core/tensor.js";
import type { Parts } from "../runtime/parts.js";
import { Before, type Given } from "./before.js";
import type { Graph } from "./graph.js";

/** The same error, which also tells the user's lines that recorded the step. */
export function withOrigin(error: unknown, step: Step): unknown {
  const users = originOf(step);
  if (error instanceof Error && users.length > 0) error.stack = `${error.stack ?? error.message}\n  recorded\n${users.join("\n")}`;
  return error;
}

/**
 * Records a function's operations on symbolic tensors, which belong to it. Variables may be made under it only where `mayCreate` says so.
 */
export class Trace implements Recorder, AsksBefore {
  readonly traces = true;
  readonly steps: Step[] = [];
  createdVariables = 0;
  /** What runs before the program, of a function that was given strings. */
  preliminaries?: Before;

  /** @param outer  the trace whose tensors it may read as well; null for none */
  constructor(
    readonly name: string,
    readonly mayCreate: boolean,
    readonly outer: Owner | null,
  ) {}

  /** A symbolic tensor that stands for a value given from outside. */
  input({ shape, dtype }: Spec, name?: string): Tensor {
    return symbolic({ shape, dtype }, name, this);
  }

  before(operands: readonly Tensor[], compute: (values: readonly (Tensor | Strings)[]) => unknown): unknown {
    if (this.preliminaries) return this.preliminaries.ask(operands, compute);
    throw new NotSupportedError(this.name, {
      given: "a layer that reads strings",
      expected: "numbers alone: strings are made numbers before a program runs",
      hint: "Take the part of the model behind that layer.",
    });
  }

  mark(): () => void {
    const { length } = this.steps;
    return () => void (this.steps.length = length);
  }

  /** Checks that the results of the traced function are its own. @throws StateError where one belongs to another trace */
  checkResults(results: readonly Tensor[]): void {
    for (const result of results) if (result.isSymbolic) checkReadable(result, this, `the result of ${this.name}`);
  }

  note(step: Step): void {
    const isEffect = step.op.effect || step.op.states.length > 0;
    const outputs = Object.values(step.outputs);
    if (!isEffect && !outputs.some((output) => output.isSymbolic)) return;
    this.steps.push(step);
    // Whether open shapes fit is known later only: then the error tells of this line.
    noteOrigin(
      step,
      outputs.some(({ shape }) => shape.includes(null)),
    );
  }

  /** Told of each variable that the traced function itself makes. */
  created(): void {
    this.createdVariables++;
    if (this.mayCreate) return;
    throw new StateError(this.name, {
      given: "a variable made when the function was traced again",
      expected: "variables to be made on the first call only",
      hint: "Make it outside of the function, or keep it: if (!this.v) this.v = tf.variable(…).",
    });
  }
}

/** A traced function: its graph, and how to make its result from the values of the graph's outputs. */
export interface Traced<R> {
  readonly graph: Graph;
  readonly createdVariables: number;
  /** What runs before, of a function that was given strings; its results are the graph's last inputs. */
  readonly before?: Before | undefined;
  result(outputs: readonly Tensor[]): R;
}

export interface ResultTree<R> {
  readonly tensors: Tensor[];
  rebuild(tensors: readonly Tensor[]): R;
}

/**
 * Calls the function on symbolic tensors of the given specs, apart from the tapes that are on: they are told of calls. Where the function
 * pauses so does the trace: in between nothing is recorded.
 *
 * @param strings  those of this call, and its other arguments
 * @param begun    told of the trace before; gives the list of further inputs that come up meanwhile
 */
export function* trace<R>(
  name: string,
  specs: readonly (Spec & { name?: string })[],
  mayCreate: boolean,
  call: (inputs: Tensor[], texts: readonly Tensor[]) => Parts<ResultTree<R>>,
  strings?: Given,
  begun: (trace: Trace) => readonly Tensor[] = () => [],
): Parts<Traced<R>> {
  const recorder = new Trace(name, mayCreate, null);
  const others = begun(recorder);
  const inputs = specs.map((spec) => recorder.input(spec, spec.name));
  const before = strings && new Before(recorder, inputs, strings);
  if (before) recorder.preliminaries = before;
  const work = call(inputs, before?.texts ?? []);
  const next = () => recordingApart(recorder, () => work.next());
  let part = next();
  for (; !part.done; part = next()) yield;
  const { tensors, rebuild } = part.value;
  before?.close();
  recorder.checkResults(tensors);
  const graph = { name, inputs: [...inputs, ...(before?.results ?? []), ...others], steps: recorder.steps, outputs: tensors };
  return { graph, createdVariables: recorder.createdVariables, before, result: rebuild };
}
