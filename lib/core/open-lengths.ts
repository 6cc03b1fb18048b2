// Calls whose lengths are known when the program runs: `ops.ones([b, 1, 3])` with `const [b] = ops.shape(x)` and an open first axis.
//
//  (1) A length may be a scalar tensor wherever a declaration wants whole numbers. One with a value is its number; one without makes the
//      call a step of its own, whose result has that axis open.
//  (2) The step stands for the operation itself: where shapes become known, its lengths are numbers, and the operation is recorded in its
//      place. Where values decide about a length, it runs on the host, between two programs.

import { ShapeError, text } from "./errors.js";
import { unrecordedInference } from "./interpreter.js";
import { primitive } from "./primitive.js";
import type { AnyFunction, Signature } from "./signature.js";
import { Chainable, type Spec, symbolic, Tensor } from "./tensor.js";

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

/** A length that is a tensor, as the number it has or as the symbolic tensor it is. */
function lengthOf(where: string, value: Chainable): number | Tensor {
  const tensor = value.value();
  if (tensor.rank > 0) throw new ShapeError(where, { given: `a length that is ${text(tensor)}`, expected: "a scalar" });
  return tensor.isSymbolic ? tensor : tensor.item();
}

/**
 * The arguments with lengths that have values as numbers.
 *
 * @returns null where there is nothing to do: no length is a tensor
 */
export function readLengths({ where, parameters }: Signature, args: readonly unknown[]): { args: unknown[]; isOpen: boolean } | null {
  let isOpen = false;
  let found = false;
  const read = (value: unknown): unknown => {
    if (!(value instanceof Chainable)) return value;
    found = true;
    const length = lengthOf(where, value);
    isOpen ||= typeof length !== "number";
    return length;
  };
  const known = parameters.map(({ kind }, i) => {
    const value = args[i];
    if (!kind.isLength || typeof value !== "object" || value === null) return value;
    if (value instanceof Chainable) return value.value().rank === 0 ? read(value) : value;
    return Array.isArray(value) ? (value as unknown[]).map(read) : value;
  });
  return found ? { args: known, isOpen } : null;
}

/** The step of a call with lengths that have no value yet. */
export function callOpen({ where, parameters }: Signature, run: AnyFunction, args: readonly unknown[]): unknown {
  const inputs: Record<"lengths" | "xs", Tensor[]> = { lengths: [], xs: [] };
  const put = (of: "lengths" | "xs", tensor: Tensor): Place => new Place(of, inputs[of].push(tensor) - 1);
  const placed = parameters.map(({ kind }, i) => mapLeaves(args[i], (leaf) => leaf instanceof Chainable ? put(kind.isLength ? "lengths" : "xs", leaf.value()) : leaf)); // prettier-ignore
  const outputs = openOp.apply(inputs, { name: where, run, args: placed }) as Record<string, Tensor>;
  const list = Object.values(outputs);
  return list.length === 1 ? list[0]! : list;
}

const mapLeaves = (value: unknown, leaf: (value: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map((each) => mapLeaves(each, leaf)) : leaf(value);

const named = <T>(result: T | readonly T[]): Record<string, T> =>
  Object.fromEntries((Array.isArray(result) ? (result as readonly T[]) : [result as T]).map((each, i) => [`y${i}`, each]));

/** Calls the operation with what stands at the places now. */
function perform({ run, args }: Call, lengths: readonly (number | null)[], xs: readonly Tensor[]): Record<string, Tensor> {
  const fill = (leaf: unknown) => (leaf instanceof Place ? (leaf.of === "xs" ? xs : lengths)[leaf.index] : leaf);
  const result = (run as (...args: unknown[]) => Tensor | Tensor[])(...args.map((arg) => mapLeaves(arg, fill)));
  return named(result);
}

const values = (lengths: readonly Tensor[]): number[] => lengths.map((length) => length.item());

const openOp = primitive({
  name: "with_lengths",
  inputs: ["...lengths", "...xs"],
  infer({ lengths, xs }, call: Call): Record<string, Spec> {
    const known = lengths.map((length) => (length.isSymbolic ? null : length.item()));
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
