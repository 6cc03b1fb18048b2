import { StateError } from "../core/errors.js";
import { recording, unrecorded, type Recorder } from "../core/interpreter.js";
import type { Step } from "../core/primitive.js";
import { symbolic, Tensor, type Spec } from "../core/tensor.js";
import type { Graph } from "./graph.js";

const origins = new WeakMap<Step, Error>();

function stackHere(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const error = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

const ownFiles = new URL("..", import.meta.url).href;

/** The same error, which also tells the user's lines that recorded the step. */
export function withOrigin(error: unknown, step: Step): unknown {
  const frames = origins.get(step)?.stack?.split("\n").slice(1) ?? [];
  const users = frames.filter((frame) => !frame.includes(ownFiles) && !frame.includes("node:"));
  if (error instanceof Error && users.length > 0) error.stack = `${error.stack ?? error.message}\n  recorded\n${users.join("\n")}`;
  return error;
}

/** The step that takes the place of another tells of the same lines. */
export function inheritOrigin(step: Step, from: Step): void {
  const origin = origins.get(from);
  if (origin) origins.set(step, origin);
}

/** Records a function's operations on symbolic tensors. Variables may be made under it only where `mayCreate` says so. */
export class Trace implements Recorder {
  readonly traces = true;
  readonly steps: Step[] = [];
  createdVariables = 0;

  constructor(
    readonly name: string,
    readonly mayCreate: boolean,
  ) {}

  note(step: Step): void {
    const isEffect = step.op.effect || step.op.states.length > 0;
    const outputs = Object.values(step.outputs);
    if (!isEffect && !outputs.some((output) => output.isSymbolic)) return;
    this.steps.push(step);
    // Whether such shapes fit is known later only: then the error tells of this line.
    if (outputs.some(({ shape }) => shape.includes(null))) origins.set(step, stackHere());
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
  result(outputs: readonly Tensor[]): R;
}

export interface ResultTree<R> {
  readonly tensors: Tensor[];
  rebuild(tensors: readonly Tensor[]): R;
}

/** Calls the function on symbolic tensors of the given specs, apart from the tapes that are on: they are told of calls. */
export function trace<R>(
  name: string,
  specs: readonly (Spec & { name?: string })[],
  mayCreate: boolean,
  call: (inputs: Tensor[]) => ResultTree<R>,
): Traced<R> {
  const inputs = specs.map((spec) => symbolic({ shape: spec.shape, dtype: spec.dtype }, spec.name));
  const recorder = new Trace(name, mayCreate);
  const { tensors, rebuild } = unrecorded(() => recording(recorder, () => call(inputs)));
  return { graph: { name, inputs, steps: recorder.steps, outputs: tensors }, createdVariables: recorder.createdVariables, result: rebuild };
}
