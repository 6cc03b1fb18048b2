// How operations compute on tensors whose dtype has no kernels: converted to the dtype that its row of the table names, and the result
// back.
//
//  (1) Halves are converted around a whole declared operation, so what is computed inside of it is float32 and only its result is rounded.
//  (2) What reaches a primitive is converted there: integers of other widths above all. A result that the primitive declares in the dtype
//      of its inputs is converted back; others (places, counts, comparisons) stay.
//  (3) An operation that writes a variable of halves (a step of an optimizer) works on a float32 copy of it, which is rounded into it
//      again.
//  (4) Nothing of this is looked for until a tensor of such a dtype was made.

import { dtypes, isFloat, isHalf, isStoredOnly, type Dtype } from "./dtype.js";
import { DtypeError } from "./errors.js";
import { forEachTensor, namedSpecs, withInputs } from "./interpreter.js";
import type { Inputs, Primitive } from "./primitive.js";
import { State } from "./state.js";
import { Chainable, Tensor, type Spec } from "./tensor.js";

type Conversion = (x: Tensor, to: Dtype) => Tensor;

/** What of the operations is needed here. */
interface Conversions {
  readonly convert: Conversion;
  /** The same for arithmetic, which refuses what does not fit. */
  readonly widen: Conversion;
  read(state: State): Tensor;
  assign(state: State, x: Tensor): void;
}

let conversions: Conversions;

/** Says how tensors and states are converted: with the operations of casting. */
export function setConversions(given: Conversions): void {
  conversions = given;
}

/** The float dtype in which these meet: a half where all are the same half, else float32; undefined where there is no float. */
function meeting(given: readonly Dtype[]): Dtype | undefined {
  const floats = new Set(given.filter(isFloat));
  return floats.size > 1 ? "float32" : floats.values().next().value;
}

/** Every tensor in nested arrays and records replaced. */
function mapTensors(value: unknown, change: (tensor: Tensor) => Tensor): unknown {
  if (value instanceof Chainable) {
    const tensor = value.value();
    const changed = change(tensor);
    return changed === tensor ? value : changed;
  }
  if (Array.isArray(value)) return value.some((each) => typeof each === "object") ? value.map((each) => mapTensors(each, change)) : value;
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTensors(each, change)]));
  return value;
}

/** Runs a function of tensors on halves: it sees float32, and its float32 results become the half in which its arguments meet. */
export function inFloat32(run: (args: unknown[]) => unknown, args: unknown[], places: readonly number[]): unknown {
  const found: Dtype[] = [];
  const wide = [...args];
  for (const place of places) {
    wide[place] = mapTensors(args[place], (tensor) => {
      found.push(tensor.dtype);
      return isHalf(tensor.dtype) ? conversions.convert(tensor, "float32") : tensor;
    });
  }
  const half = meeting(found);
  const result = run(wide);
  if (half === undefined || half === "float32") return result;
  return mapTensors(result, (tensor) => (tensor.dtype === "float32" ? conversions.convert(tensor, half) : tensor));
}

/** Whether a half is among the arguments at these places. */
export function holdsHalf(args: readonly unknown[], places: readonly number[]): boolean {
  let isThere = false;
  for (const place of places)
    mapTensors(args[place], (tensor) => {
      isThere ||= isHalf(tensor.dtype);
      return tensor;
    });
  return isThere;
}

/** Whether a primitive has to be applied by `applyWidened`. */
export function needsWidening(op: Primitive, inputs: Inputs): boolean {
  if (op.keepsWidth || op.alias) return false;
  const isForeign = ({ dtype }: { readonly dtype: Dtype }) => isStoredOnly(dtype) && !(op.moves && dtypes[dtype].bytes !== 2);
  for (const name in inputs) {
    const input = inputs[name];
    if (Array.isArray(input) ? (input as readonly Tensor[]).some(isForeign) : input && isForeign(input as Tensor | State)) return true;
  }
  return false;
}

/** Applies a primitive to inputs of which some are stored in a dtype that it does not compute in. */
export function applyWidened(
  op: Primitive,
  inputs: Inputs,
  attrs: unknown,
  apply: (inputs: Inputs) => Tensor | Record<string, Tensor>,
): Tensor | Record<string, Tensor> {
  if (op.states.some((name) => isStoredOnly((inputs[name] as State).dtype))) return onCopies(op, inputs, attrs, apply);
  const given: Dtype[] = [];
  forEachTensor(inputs, ({ dtype }) => given.push(dtype));
  const half = meeting(given);
  const declared = given.some((dtype) => !isFloat(dtype) && isStoredOnly(dtype)) ? declaredSpecs(op, inputs, attrs) : {};
  const widened = (tensor: Tensor): Tensor =>
    isStoredOnly(tensor.dtype) ? conversions[op.moves ? "convert" : "widen"](tensor, dtypes[tensor.dtype].arithmetic) : tensor;
  const back = (tensor: Tensor, name: string): Tensor => {
    if (tensor.dtype === "float32") return half === undefined ? tensor : conversions.convert(tensor, half);
    const wanted = declared[name]?.dtype;
    return wanted !== undefined && tensor.dtype === "int32" && !isFloat(wanted) ? conversions.convert(tensor, wanted) : tensor;
  };
  const outputs = apply(withInputs({ op, inputs, attrs, outputs: {} }, widened).inputs);
  if (outputs instanceof Tensor) return back(outputs, "y");
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, back(tensor, name)]));
}

/** States of float32 in which variables of halves are worked on: one for each shape and place in an operation, since none outlives it. */
const copies = new Map<string, WeakRef<State>>();

function copyOf({ shape, others }: State, place: number): State {
  const key = [place, others.length, ...shape].join(" ");
  const found = copies.get(key)?.deref();
  if (found) return found;
  const made = new State(shape, "float32");
  made.split(others.length + 1);
  copies.set(key, new WeakRef(made));
  return made;
}

/** Applies an operation to float32 copies of the states of halves among its inputs, and rounds what it wrote into them again. */
function onCopies(op: Primitive, inputs: Inputs, attrs: unknown, apply: (inputs: Inputs) => Tensor | Record<string, Tensor>) {
  const stored = op.states.filter((name) => isStoredOnly((inputs[name] as State).dtype));
  const worked = stored.map((name, place): [string, State] => {
    const { dtype } = inputs[name] as State;
    if (!isHalf(dtype)) {
      const expected = `one of ${dtypes[dtype].arithmetic}, in which this computes`;
      throw new DtypeError(op.name, { given: `a variable of ${dtype}`, expected });
    }
    return [name, copyOf(inputs[name] as State, place)];
  });
  for (const [name, copy] of worked) conversions.assign(copy, conversions.convert(conversions.read(inputs[name] as State), "float32"));
  const wide = { ...inputs, ...Object.fromEntries(worked) };
  const result = needsWidening(op, wide) ? applyWidened(op, wide, attrs, apply) : apply(wide);
  for (const [name, copy] of worked) {
    const state = inputs[name] as State;
    if (op.writes.includes(name)) conversions.assign(state, conversions.convert(conversions.read(copy), state.dtype));
  }
  return result;
}

const declaredSpecs = (op: Primitive, inputs: Inputs, attrs: unknown): Record<string, Spec> => namedSpecs(op.infer(inputs, attrs));
