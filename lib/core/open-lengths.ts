// Calls whose lengths are known when the program runs: `ops.ones([b, 1, 3])` with `const [b] = ops.shape(x)` and an open first axis, or an
// operation that wants to know an axis of its input which is open.
//
//  (1) A length may be a scalar tensor wherever a declaration wants whole numbers. One with a value is its number; one without makes the
//      call a step of its own, whose result has that axis open.
//  (2) The step stands for the operation itself: where shapes become known, its lengths are numbers, and the operation is recorded in its
//      place. Where values decide about a length, it runs on the host, between two programs.
//  (3) What such a call gives is found by trying: it is inferred with every open axis of one length, and again of another. An axis of the
//      result that differs is open.

import { ArgumentError, ShapeError, text } from "./errors.js";
import { sizeOf } from "./shape.js";
import { MAX_DEPTH } from "./tree.js";
import { apply, unrecorded, unrecordedInference } from "./interpreter.js";
import { type Inputs, primitive } from "./primitive.js";
import type { AnyFunction, Parameter, Signature } from "./signature.js";
import { dtypes } from "./dtype.js";
import { adoptTensor, Chainable, type Spec, symbolic, Tensor } from "./tensor.js";

interface Call {
  readonly name: string;
  readonly run: AnyFunction;
  /** Arguments with a place for each length and each tensor. */
  readonly args: readonly unknown[];
}

/** Where a length or a tensor stands in the arguments. */
class Place {
  constructor(
    readonly of: "lengths" | "xs",
    readonly index: number,
  ) {}
}

/** What a length stands as: a number, a vector of them, an open one. */
type Known = number | readonly (number | null)[] | null;

/** A length that is a tensor, as the number it has or as the symbolic tensor it is. */
function lengthOf(where: string, value: Chainable): number | Tensor {
  const tensor = value.value();
  if (tensor.rank > 0) throw new ShapeError(where, { given: `a length that is ${text(tensor)}`, expected: "a scalar" });
  return tensor.isSymbolic ? tensor : tensor.item();
}

/**
 * Lengths that are one tensor, as the numbers it has or as the symbolic tensor it is; a tensor that the parameter takes as it is stays.
 *
 * @throws ArgumentError where what it holds is no value of the parameter
 */
function lengthsOf(where: string, { name, kind }: Parameter, tensor: Tensor): unknown {
  if (kind.takesTensors && tensor.rank !== 1) return tensor;
  if (tensor.isSymbolic && tensor.rank === 1) return tensor;
  const lengths = tensor.isSymbolic ? undefined : tensor.array();
  if (lengths !== undefined && (kind.takesTensors || kind.accepts(lengths))) return lengths;
  throw new ArgumentError(`${where}.${name}`, { given: text(tensor), expected: kind.expected });
}

/**
 * The arguments with lengths that have values as numbers.
 *
 * @returns null where there is nothing to do: no length is a tensor
 */
export function readLengths({ where, parameters }: Signature, args: readonly unknown[]): { args: unknown[]; isOpen: boolean } | null {
  let isWanted = false;
  for (let i = 0; i < parameters.length && !isWanted; i++) isWanted = parameters[i]!.kind.isLength === true && holdsTensor(args[i]);
  if (!isWanted) return null;
  let isOpen = false;
  const read = (value: unknown): unknown => {
    if (!(value instanceof Chainable)) return value;
    const length = lengthOf(where, value);
    isOpen ||= typeof length !== "number";
    return length;
  };
  const lengths = parameters.map(({ kind }, i) => {
    const value = args[i];
    if (!kind.isLength || typeof value !== "object" || value === null) return value;
    if (!(value instanceof Chainable)) return mapLeaves(value, read);
    const tensor = value.value();
    if (tensor.rank === 0) return read(value);
    const many = lengthsOf(where, parameters[i]!, tensor);
    isOpen ||= tensor.rank === 1 && many === tensor;
    return many;
  });
  return { args: lengths, isOpen };
}

/** Whether a value is a tensor, or arrays that hold one. */
const holdsTensor = (value: unknown): boolean => value instanceof Chainable || (Array.isArray(value) && value.some(holdsTensor));

/** Whether an axis of a tensor among the values is open. */
export function holdsOpen(value: unknown, depth = 0): boolean {
  if (value instanceof Tensor) return value.isSymbolic && value.shape.includes(null);
  return Array.isArray(value) && depth <= MAX_DEPTH && value.some((each) => holdsOpen(each, depth + 1));
}

/** Whether a length is null: it will stay so when the axes of the tensors are known. */
export const lacksLengths = ({ parameters }: Signature, args: readonly unknown[]): boolean =>
  parameters.some(({ kind }, i) => kind.isLength && Array.isArray(args[i]) && (args[i] as readonly unknown[]).includes(null));

/** The step of a call with lengths that have no value yet, or axes that are open. */
export function callOpen({ where, parameters }: Signature, run: AnyFunction, args: readonly unknown[]): unknown {
  const inputs: Record<"lengths" | "xs", Tensor[]> = { lengths: [], xs: [] };
  const put = (of: "lengths" | "xs", tensor: Tensor): Place => new Place(of, inputs[of].push(tensor) - 1);
  const placed = parameters.map(({ kind }, i) =>
    mapLeaves(args[i], (leaf) => (leaf instanceof Chainable ? put(kind.isLength ? "lengths" : "xs", leaf.value()) : leaf)),
  );
  const outputs = openOp.apply(inputs, { name: where, run, args: placed }) as Record<string, Tensor>;
  const list = Object.values(outputs);
  return list.length === 1 ? list[0]! : list;
}

const mapLeaves = (value: unknown, leaf: (value: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map((each) => mapLeaves(each, leaf)) : leaf(value);

const named = <T>(result: T | readonly T[]): Record<string, T> =>
  Object.fromEntries((Array.isArray(result) ? (result as readonly T[]) : [result as T]).map((each, i) => [`y${i}`, each]));

/** Calls the operation with what stands at the places now. */
function perform({ run, args }: Call, lengths: readonly Known[], xs: readonly Tensor[]): Record<string, Tensor> {
  const fill = (leaf: unknown) => (leaf instanceof Place ? (leaf.of === "xs" ? xs : lengths)[leaf.index] : leaf);
  const result = (run as (...args: unknown[]) => Tensor | Tensor[])(...args.map((arg) => mapLeaves(arg, fill)));
  return named(result);
}

/** Lengths that are tried for open axes: the first two that the operation takes. Most cuts, windows and transforms fit into them. */
const TRIED: readonly number[] = [24, 36, 64, 96, 7, 8];

/** A length, or a vector of them, where every open axis is so long: computed if it follows from shapes, else as long itself. */
function lengthAt(tensor: Tensor, open: number): Known {
  const value = (each: Tensor): Tensor => {
    const { producer } = each;
    if (!each.isSymbolic) return each;
    if (each.rank > 1 || !producer) return unknownAt(each, open);
    const { op, inputs, attrs } = producer;
    if (op.measures) return asScalar(each, op.measures(inputs, attrs, open));
    if (op.states.length > 0 || op.effect) return unknownAt(each, open);
    const known: Record<string, Inputs[string]> = {};
    for (const name in inputs) {
      const input = inputs[name];
      known[name] = input instanceof Tensor ? value(input) : Array.isArray(input) ? input.map(value) : input;
    }
    const result = apply(op, known, attrs);
    return result instanceof Tensor ? result : result[Object.keys(producer.outputs).find((name) => producer.outputs[name] === each)!]!;
  };
  let found: Tensor;
  try {
    found = unrecorded(() => value(tensor));
  } catch {
    found = unknownAt(tensor, open);
  }
  return found.rank === 0 ? found.item() : Array.from(found.view());
}

const unknownAt = ({ shape, dtype }: Tensor, value: number): Tensor => {
  const known = shape.map((length) => length ?? value);
  return adoptTensor(new dtypes[dtype].array(sizeOf(known)).fill(value), known, dtype);
};

function asScalar({ dtype }: Tensor, value: number): Tensor {
  const elements = new dtypes[dtype].array(1);
  elements[0] = value;
  return adoptTensor(elements, [], dtype);
}

/** What stands for an input: itself where an operation may want to read it, a place that follows from lengths, else a shape. */
function triedFor(x: Tensor, open: number): Tensor {
  if (!x.isSymbolic && x.size <= 64) return x;
  if (x.isSymbolic && x.rank === 0 && x.dtype === "int32" && x.producer) return asScalar(x, lengthAt(x, open) as number);
  return symbolic({ shape: x.shape.map((each) => each ?? open), dtype: x.dtype });
}

/** What the call gives, by trying; null where the operation takes too few of the lengths. */
function tried(call: Call, lengths: readonly Tensor[], xs: readonly Tensor[]): Record<string, Spec> | null {
  let first: Record<string, Spec> | undefined;
  for (const open of TRIED) {
    let made: Record<string, Spec>;
    try {
      made = unrecordedInference(() =>
        perform(
          call,
          lengths.map((length) => lengthAt(length, open)),
          xs.map((x) => triedFor(x, open)),
        ),
      );
    } catch {
      continue;
    }
    if (!first) first = made;
    else return met(first, made);
  }
  return null;
}

/** The shapes of which both are, axes that differ open; null where they are no one shape. */
function met(a: Record<string, Spec>, b: Record<string, Spec>): Record<string, Spec> | null {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length || names.some((name) => a[name]!.shape.length !== b[name]?.shape.length)) return null;
  return Object.fromEntries(
    names.map((name) => {
      const { shape, dtype } = a[name]!;
      return [name, { shape: shape.map((length, axis) => (length === b[name]!.shape[axis] ? length : null)), dtype }];
    }),
  );
}

const values = (lengths: readonly Tensor[]): Known[] =>
  lengths.map((length) => (length.rank === 0 ? length.item() : Array.from(length.view())));

/** A length that is not known; for a vector, as many of them. */
const openAs = ({ rank, shape: [count] }: Tensor): Known => (rank === 0 ? null : new Array<null>(count ?? 0).fill(null));

const openOp = primitive({
  name: "with_lengths",
  inputs: ["...lengths", "...xs"],
  infer({ lengths, xs }, call: Call): Record<string, Spec> {
    const found = tried(call, lengths, xs);
    if (found) return found;
    const known = lengths.map((length) => (length.isSymbolic ? openAs(length) : values([length])[0]!));
    const made = unrecordedInference(() =>
      perform(
        call,
        known,
        xs.map((x) => symbolic(x)),
      ),
    );
    return Object.fromEntries(Object.entries(made).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  },
  needs: "lengths",
  expand: ({ lengths, xs }, call) => perform(call, values(lengths), xs),
  host: ({ lengths, xs }, call) => perform(call, values(lengths), xs),
});
