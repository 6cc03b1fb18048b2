// The waist: every operation passes through `apply`. Infer the spec; compute if the inputs are real; tell the recorders.

import { forEachAddress, Part, Scratch, type Command, type Operand } from "../runtime/command.js";
import { allocate, release } from "../runtime/heap.js";
import { isGivenTurns, type Parts } from "../runtime/parts.js";
import { runInParts, runOnce, type Place } from "../runtime/program.js";
import { ShapeError, StateError } from "./errors.js";
import { atOnce, checkReadable, type Owner } from "./ownership.js";
import type { Inputs, Primitive, Step } from "./primitive.js";
import { bytesIn, checkLengths, type Shape, shapeText } from "./shape.js";
import { settleNewStates, State } from "./state.js";
import { newStamp } from "./storage.js";
import { allocateTensor, symbolic, Tensor, type Spec } from "./tensor.js";

/** Somebody who is told what happens: a tape or a trace. */
export interface Recorder extends Owner {
  note(step: Step): void;
  /** Remembers where the trace is: what it gives forgets the steps since then. */
  mark?(): () => void;
  /** Under a trace, what touches state is recorded instead of run, and so is what depends on it. */
  readonly traces: boolean;
  /** Whether a gradient may be asked for with respect to this tensor, or to what is read of this state. Absent: never. */
  follows?(source: Tensor | State): boolean;
}

let recorders: readonly Recorder[] = [];
let tracing = false;

function withRecorders<T>(next: readonly Recorder[], action: () => T): T {
  const [before, wasTracing] = [recorders, tracing];
  recorders = next;
  tracing = next.some((recorder) => recorder.traces);
  try {
    return action();
  } finally {
    recorders = before;
    tracing = wasTracing;
  }
}

/** Runs the action while the recorder is told of every operation. */
export const recording = <T>(recorder: Recorder, action: () => T): T => withRecorders([...recorders, recorder], action);

/** Runs the action while the recorders that don't meet the condition are told nothing. */
export const recordingOnly = <T>(keep: (recorder: Recorder) => boolean, action: () => T): T =>
  withRecorders(recorders.filter(keep), action);

/** Runs the action while nobody is told of anything. */
export const unrecorded = <T>(action: () => T): T => withRecorders([], action);

/** A trace that nobody keeps: under it, nothing that touches state is run. */
const nowhere: Recorder = { traces: true, note() {} };

/** Runs the action for shapes and dtypes alone: no tape or trace sees it, and no state changes. */
export const unrecordedInference = <T>(action: () => T): T => withRecorders([nowhere], action);

/** Whether what runs now runs for shapes and dtypes alone. */
export const isForShapesAlone = (): boolean => currentTrace() === nowhere;

/** The innermost recorder that traces, if any. */
export const currentTrace = (): Recorder | undefined => recorders.findLast((recorder) => recorder.traces);

export const isTracing = (): boolean => tracing;

/** Remembers where the innermost trace is: what it gives forgets the steps since then. */
export const markTrace = (): (() => void) => currentTrace()?.mark?.() ?? (() => {});

/** Whether anybody is told of operations now. */
export const isRecording = (): boolean => recorders.length > 0;

/** The tapes that are told of operations now, outermost first. */
export const tapes = (): readonly Recorder[] => recorders.filter((recorder) => !recorder.traces);

/** Tells recorders of a step that did not come through `apply`: a custom gradient. */
export function tell(step: Step): void {
  const trace = tracing ? currentTrace() : undefined;
  for (const recorder of recorders) if (!recorder.traces || recorder === trace) recorder.note(step);
}

const isOneSpec = (inferred: Spec | Record<string, Spec>): inferred is Spec => "dtype" in inferred && typeof inferred.dtype === "string";

/** What `infer` gave, by name of the output: a single one is `y`. */
export const namedSpecs = (inferred: Spec | Record<string, Spec>): Record<string, Spec> =>
  isOneSpec(inferred) ? { y: inferred } : inferred;

/**
 * The commands that compute the outputs, in order. None where no output has an element: kernels count their units along the axes they
 * divide, and one that divides columns would store into rows that are not there.
 */
export function commandsOf({ op, inputs, outputs, attrs }: Step): readonly Command[] {
  if (!op.effect && isEmpty(outputs)) return [];
  const commands = op.lower!(inputs, outputs, attrs);
  return Array.isArray(commands) ? (commands as Command[]) : [commands as Command];
}

function isEmpty(outputs: Step["outputs"]): boolean {
  for (const name in outputs) if (outputs[name]!.size > 0) return false;
  return true;
}

/** Looks at the results of every operation that is computed now: tf.debugging.enableCheckNumerics. */
let inspect: ((name: string, outputs: Readonly<Record<string, Tensor>>) => void) | null = null;

export function setInspection(look: typeof inspect): void {
  inspect = look;
}

/** Applies an operation: the only way to compute anything. */
export function apply(op: Primitive, inputs: Inputs, attrs: unknown): Tensor | Record<string, Tensor> {
  if (op.states.length > 0) settleNewStates();
  const inferred = op.infer(inputs, attrs);
  const specs = namedSpecs(inferred);
  const isOfNothing = tracing && isOpen(op, specs);
  if (isOfNothing) for (const name in specs) checkFollows(op.name, specs[name]!.shape);
  const isSymbolic = isOfNothing || (tracing && (op.effect || op.states.length > 0)) || anySymbolic(inputs);
  const outputs: Record<string, Tensor> = {};
  if (isSymbolic) represent(op, inputs, specs, outputs);
  else {
    for (const name of op.states) (inputs[name] as State).ready();
    run(op, inputs, attrs, specs, outputs);
    inspect?.(op.name, outputs);
  }
  if (isSymbolic || recorders.length > 0) {
    const step: Step = { op, inputs, attrs, outputs };
    if (isSymbolic) for (const name in outputs) outputs[name]!.producer = step;
    if (recorders.length > 0) tell(step);
  }
  return isOneSpec(inferred) ? outputs.y! : outputs;
}

/** Whether something is made of nothing but a shape that is not known yet. */
const isOpen = (op: Primitive, specs: Record<string, Spec>): boolean =>
  op.inputs.length === 0 && Object.values(specs).some(({ shape }) => shape.includes(null));

/** A shape that is given, and follows from no input, is known under a trace that is kept: nothing will tell later. @throws StateError */
export function checkFollows(where: string, shape: Shape): void {
  const trace = tracing && shape.includes(null) ? currentTrace() : undefined;
  if (!trace || trace === nowhere) return;
  throw new StateError(trace.name ?? where, {
    given: `${where}, which gives ${shapeText(shape)}`,
    expected: "shapes that follow from those of the inputs",
    hint: "Take lengths by keras.ops.shape(x), or make it from a tensor that has the axis: tf.zerosLike(x), x.mul(0).",
  });
}

/** Makes symbolic outputs, which belong to the innermost trace. */
function represent(op: Primitive, inputs: Inputs, specs: Record<string, Spec>, outputs: Record<string, Tensor>): void {
  const trace = currentTrace();
  forEachTensor(inputs, (tensor) => tensor.storage === null && checkReadable(tensor, trace, op.name));
  if (trace === undefined && op.writes.length > 0) refuseSymbolicWrite(op, inputs);
  const owner = trace?.outer === undefined ? undefined : trace;
  for (const name in specs) {
    checkLengths(specs[name]!.shape, op.name);
    outputs[name] = symbolic(specs[name]!, undefined, owner);
  }
}

function refuseSymbolicWrite(op: Primitive, inputs: Inputs): never {
  const given: string[] = [];
  forEachTensor(inputs, (tensor) => tensor.storage === null && given.push(tensor.toString()));
  throw new StateError(op.name, {
    given: `the symbolic ${given.join(", ")}`,
    expected: "values to write into a variable",
    hint: "A tensor of a model under construction has no value: write the variable in a layer's call, or in a traced function.",
  });
}

/** Every tensor among the inputs. */
export function forEachTensor(inputs: Inputs, visit: (tensor: Tensor, name: string, index: number) => void): void {
  for (const name in inputs) {
    const input = inputs[name];
    if (input instanceof Tensor) visit(input, name, 0);
    else if (Array.isArray(input)) input.forEach((each: Tensor, i) => visit(each, name, i));
  }
}

/** A step with every tensor among its inputs replaced. */
export function withInputs(step: Step, replace: (tensor: Tensor) => Tensor): Step {
  const inputs: Record<string, Inputs[string]> = {};
  let changed = false;
  for (const name in step.inputs) {
    const input = step.inputs[name];
    if (input instanceof Tensor) inputs[name] = replace(input);
    else if (Array.isArray(input)) {
      const replaced = (input as readonly Tensor[]).map(replace);
      inputs[name] = replaced.every((each, i) => each === (input as readonly Tensor[])[i]) ? input : replaced;
    } else inputs[name] = input;
    changed ||= inputs[name] !== input;
  }
  return changed ? { ...step, inputs } : step;
}

function anySymbolic(inputs: Inputs): boolean {
  for (const name in inputs) {
    const input = inputs[name];
    if (input instanceof Tensor ? input.storage === null : Array.isArray(input) && input.some((each: Tensor) => each.storage === null))
      return true;
  }
  return false;
}

function run(op: Primitive, inputs: Inputs, attrs: unknown, specs: Record<string, Spec>, outputs: Record<string, Tensor>): void {
  newStamp();
  if (op.alias) {
    const source = inputs[op.alias];
    if (source instanceof State) outputs.y = source.snapshot();
    else outputs.y = viewOf(source as Tensor, specs.y!, op.name);
    return;
  }
  if (op.host) return void Object.assign(outputs, op.host(inputs, attrs));
  if (op.expand) return expand(op, inputs, attrs, outputs);
  for (const name of op.writes) (inputs[name] as State).beforeWrite();
  for (const name in specs) outputs[name] = own(allocateTensor(specs[name]!, op.name));
  runEagerly(commandsOf({ op, inputs, outputs, attrs }));
  for (const name in specs) outputs[name]!.storage!.keep();
}

/** The elements of a tensor under another shape. */
function viewOf({ storage }: Tensor, spec: Spec, where: string): Tensor {
  const bytes = bytesIn(spec, where);
  if (bytes === storage!.block.bytes) return new Tensor(spec, storage);
  throw new ShapeError(where, { given: `${storage!.block.bytes} bytes of elements for ${shapeText(spec.shape)}`, expected: `${bytes}` });
}

/** Computes what waited for shapes: step by step, which recorders see unless the operation has a gradient of its own. */
function expand(op: Primitive, inputs: Inputs, attrs: unknown, outputs: Record<string, Tensor>): void {
  if (!op.gradient) return void Object.assign(outputs, op.expand!(inputs, attrs));
  const made = unrecorded(() => op.expand!(inputs, attrs));
  for (const name in made) outputs[name] = new Tensor(made[name]!, made[name]!.storage); // also where an input is given back
}

const scratches = new Map<Scratch, number>();

/** Where an operand of an eager call lies. */
function placeOf(operand: Operand): Place {
  if (operand instanceof Tensor) return { address: operand.storage!.resident(), bytes: operand.storage!.block.bytes };
  if (operand instanceof State) {
    operand.resident();
    return operand;
  }
  if (operand instanceof Scratch) {
    let address = scratches.get(operand);
    if (address === undefined) scratches.set(operand, (address = allocate(operand.bytes)));
    return { address, bytes: operand.bytes };
  }
  const { whole, bytes, length } = operand as Part;
  const place = placeOf(whole);
  return { address: place.address + bytes, bytes: length ?? place.bytes - bytes };
}

/** Below, an operation is done at once. */
const LONG = 1 << 16;

/** What the action makes of a tensor: large operations are computed in parts. The action is called once, with a tensor without values. */
export function* applyInParts(action: (x: Tensor) => Tensor, x: Tensor): Parts<Tensor> {
  const later = symbolic(x);
  return yield* computeInParts(
    unrecorded(() => action(later)),
    new Map([[later, x]]),
  );
}

/** The value of a symbolic tensor, where those that it was made of are given. */
function* computeInParts(of: Tensor, given: ReadonlyMap<Tensor, Tensor>): Parts<Tensor> {
  if (!of.isSymbolic || given.has(of)) return given.get(of) ?? of;
  const values = new Map<Tensor, Tensor>();
  const sources: Tensor[] = [];
  forEachTensor(of.producer!.inputs, (tensor) => sources.push(tensor));
  for (const each of sources) values.set(each, yield* computeInParts(each, given));
  const step = withInputs(of.producer!, (tensor) => values.get(tensor)!);
  const name = Object.keys(step.outputs).find((name) => step.outputs[name] === of)!;
  const isLong = isGivenTurns() && step.op.lower && of.size > LONG && Object.keys(step.outputs).length === 1;
  if (!isLong) return namedOutputs(apply(step.op, step.inputs, step.attrs))[name]!;
  newStamp();
  const outputs = { [name]: allocateTensor(of, step.op.name) };
  const commands = commandsOf({ ...step, outputs });
  if (commands.some(needsScratch)) runEagerly(commands);
  else
    for (const command of commands)
      for (const _ of runInParts(command, placeOf)) {
        yield;
        newStamp();
      }
  inspect?.(step.op.name, outputs);
  return outputs[name]!;
}

/** Scratch lasts for one operation that is done at once. */
function needsScratch(command: Command): boolean {
  let does = false;
  forEachAddress(command, (operand) => void (does ||= (operand instanceof Part ? operand.whole : operand) instanceof Scratch));
  return does;
}

const namedOutputs = (outputs: Tensor | Record<string, Tensor>): Record<string, Tensor> =>
  outputs instanceof Tensor ? { y: outputs } : outputs;

function runEagerly(commands: readonly Command[]): void {
  try {
    runOnce(commands, placeOf);
  } finally {
    if (scratches.size > 0) {
      for (const [scratch, address] of scratches) release(address, scratch.bytes);
      scratches.clear();
    }
  }
}

// Scopes, for those who want memory back at a known moment.

let scope: Tensor[] | null = null;
let isFreeing = true;

function own(tensor: Tensor): Tensor {
  if (isFreeing) scope?.push(tensor);
  return tensor;
}

/**
 * Runs the action while no scope, outside of it or inside, frees what it makes: a program reads the constants of its graph whenever it is
 * loaded, not at the first call alone.
 */
export function unscoped<T>(action: () => T): T {
  const before = isFreeing;
  isFreeing = false;
  try {
    return action();
  } finally {
    isFreeing = before;
  }
}

/** Runs the action for the graph that the recorder makes, apart from every tape and trace outside. */
export const recordingApart = <T>(recorder: Recorder, action: () => T): T => unscoped(() => withRecorders([recorder], action));

/** A scope that is left by hand. */
export interface OpenScope {
  /** These outlive the scope. */
  keep(...tensors: readonly Tensor[]): void;
  /** Leaves it: every other tensor that was made in it is freed. @throws StateError where a scope inside of it is still open */
  close(): void;
}

/** Enters a scope that is left by hand. */
export function openScope(): OpenScope {
  const outer = scope;
  const mine: Tensor[] = (scope = []);
  const kept = new Set<unknown>();
  let isOpen = true;
  return {
    keep: (...tensors) => tensors.forEach(({ storage }) => kept.add(storage)),
    close() {
      if (!isOpen) return;
      if (scope !== mine) {
        throw new StateError("scope", {
          given: "a scope that is left while one inside of it is open, or after an await",
          expected: "the innermost one",
          hint: "Scopes are synchronous: leave each in the function that entered it, before it waits.",
        });
      }
      isOpen = false;
      scope = outer;
      for (const tensor of mine) {
        if (!kept.has(tensor.storage)) tensor.dispose();
        else outer?.push(tensor);
      }
    },
  };
}

/** Runs a synchronous function and frees every tensor that it made, except those that `keep` finds in its result. */
export function scoped<T>(action: () => T, keep: (result: T) => Iterable<Tensor>): T {
  const outer = scope;
  const mine: Tensor[] = (scope = []);
  try {
    const result = atOnce("scope", action());
    const kept = new Set(Array.from(keep(result), (tensor) => tensor.storage));
    for (const tensor of mine) {
      if (!kept.has(tensor.storage)) tensor.dispose();
      else outer?.push(tensor);
    }
    return result;
  } finally {
    scope = outer;
  }
}

/**
 * Runs a composition of operations on whole batches and frees what lies between at once, where nobody records it: left to the garbage
 * collector it would be moved out of the memory piece by piece, which takes longer than the operations.
 */
export const composed = <T>(action: () => T, keep: (result: T) => Iterable<Tensor>): T => (isRecording() ? action() : scoped(action, keep));
