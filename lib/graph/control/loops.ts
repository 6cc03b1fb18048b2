// Loops of known length: keras.ops.scan, fori_loop, map, associative_scan. In a traced function they are unrolled, so gradients of any
// order flow through them; a loop whose bounds are tensors becomes a whileLoop.

import { checkFunction, checkOptions } from "../../core/options.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { isTracing } from "../../core/interpreter.js";
import { callOpen, holdsOpen } from "../../core/open-lengths.js";
import { parseSignature } from "../../core/signature.js";
import { Tensor } from "../../core/tensor.js";
import { leaves, mapTree, unflatten, type Tree } from "../../core/tree.js";
import { add } from "../../ops/elementwise/arithmetic.js";
import { less } from "../../ops/elementwise/comparison.js";
import { concatenate, stack } from "../../ops/shaping/concatenate.js";
import { stridedOf } from "../../ops/shaping/slice.js";
import { unstack } from "../../ops/shaping/split.js";
import { checkCarried } from "./carried.js";
import { whileLoop } from "./while.js";

const tensors = (tree: unknown): Tree<Tensor> => mapTree(tree as Tree<unknown>, (leaf) => asTensor(leaf as TensorLike));

/** Length of the first axis, which all leaves share. */
function lengthOf(where: string, all: readonly Tensor[], axis = 0): number {
  const lengths = new Set(all.map(({ shape }) => shape[axis]));
  const [length] = lengths;
  if (lengths.size === 1 && typeof length === "number") return length;
  throw new ArgumentError(where, {
    given: `elements of shapes ${all.map(({ shape }) => `[${shape.map(String).join(", ")}]`).join(" and ")}`,
    expected: `one known length along axis ${axis}`,
  });
}

/** The slices along the first axis, each in the structure of the whole. */
function slices(where: string, tree: Tree<Tensor>): Tree<Tensor>[] {
  const flat = leaves(tree);
  const parts = flat.map((each) => unstack(each));
  return Array.from({ length: lengthOf(where, flat) }, (_, i) =>
    unflatten(
      tree,
      parts.map((part) => part[i]!),
    ),
  );
}

/** Slices put together along a new first axis. */
function stacked(parts: readonly Tree<Tensor>[]): Tree<Tensor> {
  const flat = parts.map((part) => leaves(part));
  return unflatten(
    parts[0]!,
    flat[0]!.map((_, i) => stack(flat.map((each) => each[i]!))),
  );
}

/**
 * Runs what needs to know the axes of its tensors: at once, or, where one is open under a trace, as a step that waits for them.
 *
 * @param run  gives tensors, and arrays and records of them
 */
function whenKnown<R>(where: string, xs: Tree<Tensor>, run: (xs: Tree<Tensor>) => R): R {
  const flat = leaves(xs);
  if (!isTracing() || !holdsOpen(flat)) return run(xs);
  let rebuild: (made: readonly Tensor[]) => unknown = () => null;
  const made = callOpen(
    { where, name: where, module: "core", parameters: [xsParameter], hasLengths: false },
    (known: readonly Tensor[]) => {
      const result: unknown = run(unflatten(xs, known));
      const found: Tensor[] = [];
      const places = replaced(result, (leaf) => found.push(asTensor(leaf as TensorLike)) - 1);
      rebuild = (tensors) => replaced(places, (place) => tensors[place as number]);
      return found;
    },
    [flat],
  );
  return rebuild(Array.isArray(made) ? (made as Tensor[]) : [made as Tensor]) as R;
}

const xsParameter = parseSignature("map(*xs:tensors)").parameters[0]!;

/** The same arrays and records with other leaves; null stays. */
const replaced = (tree: unknown, leaf: (value: unknown) => unknown): unknown => {
  if (tree === null || tree === undefined) return tree;
  if (Array.isArray(tree)) return tree.map((each) => replaced(each, leaf));
  if (tree instanceof Tensor || typeof tree !== "object") return leaf(tree);
  return Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, replaced(each, leaf)]));
};

/** What is carried from one iteration to the next; a number may become a tensor of any dtype. */
function checkTrees(loop: string, before: unknown, after: unknown): void {
  const flat = leaves(before as Tree<unknown>);
  if (flat.every((leaf) => leaf instanceof Tensor)) checkCarried(loop, flat, leaves(tensors(after)));
}

export interface ScanOptions {
  /** Number of iterations, where `xs` is null. */
  length?: number | null;
  /** Keras's hint how often to repeat the body in one iteration; a traced scan is unrolled whole, so it changes nothing. Default: 1. */
  unroll?: number | boolean;
  /** Begin at the end; the outputs keep the order of the inputs. Default: false. */
  reverse?: boolean;
}

/**
 * Carries a value along the first axis of xs: `f(carry, x)` gives `[carry, y]`. Keras: keras.ops.scan.
 *
 * ```ts
 * ops.scan((sum: tf.Tensor, x: tf.Tensor) => [sum.add(x), sum.add(x)], tf.constant(0), tf.constant([1, 2, 3])); // [6, [1, 3, 6]]
 * ```
 *
 * @returns the last carry, and the ys along a new first axis (null where f gives null)
 */
export function scan<C, Y>(f: (carry: C, x: never) => readonly [C, Y], init: C, xs: unknown = null, options: ScanOptions = {}): [C, Y] {
  checkOptions("scan", arguments, 3, ["length", "reverse", "unroll"]);
  checkFunction("scan.f", f);
  const { length = null, reverse = false, unroll = 1 } = options;
  if (xs === null) return scanned(f, init, null, { length, reverse, unroll });
  return whenKnown("scan", tensors(xs), (known) => scanned(f, init, known, { length, reverse, unroll }));
}

function scanned<C, Y>(
  f: (carry: C, x: never) => readonly [C, Y],
  init: C,
  xs: Tree<Tensor> | null,
  { length = null, reverse = false, unroll = 1 }: ScanOptions,
): [C, Y] {
  const given = xs === null ? null : slices("scan", xs);
  const count = given?.length ?? length;
  if (typeof unroll !== "boolean" && !(Number.isInteger(unroll) && unroll > 0))
    throw new ArgumentError("scan.unroll", { given: String(unroll), expected: "a positive whole number, or a boolean" });
  if (count === null) throw new ArgumentError("scan", { given: "neither xs nor a length", expected: "one of them" });
  if (given && length !== null && length !== given.length) {
    throw new ArgumentError("scan.length", { given: String(length), expected: `${given.length}, the length of xs` });
  }
  const ys: Tree<Tensor>[] = [];
  let carry = init;
  for (let i = 0; i < count; i++) {
    const at = reverse ? count - 1 - i : i;
    const [next, y] = f(carry, (given ? given[at] : null) as never);
    checkTrees("scan", carry, next);
    carry = next;
    if (y !== null && y !== undefined) ys[at] = tensors(y);
  }
  return [carry, (ys.length > 0 ? stacked(ys) : null) as Y];
}

/**
 * The function applied to each slice along the first axis, results put together. Keras: keras.ops.map.
 *
 * ```ts
 * ops.map((row: tf.Tensor) => row.sum(), x); // [3, 7]
 * ```
 */
export function map<Y>(f: (x: never) => Y, xs: unknown): Y {
  checkFunction("map.f", f);
  return whenKnown("map", tensors(xs), (known) => stacked(slices("map", known).map((x) => tensors(f(x as never)))) as Y);
}

/**
 * `body(i, value)` for lower ≤ i < upper. Keras: keras.ops.fori_loop.
 *
 * ```ts
 * ops.foriLoop(0, 4, (i, sum: tf.Tensor) => sum.add(i), tf.constant(0)); // 6
 * ```
 *
 * @param lower, upper  integers, or int32 scalars: then it is a whileLoop
 */
export function foriLoop<V>(lower: TensorLike, upper: TensorLike, body: (i: Tensor, value: V) => V, initVal: V): V {
  checkFunction("foriLoop.body", body);
  const [begin, end] = [
    asTensor(lower, typeof lower === "number" ? "int32" : undefined),
    asTensor(upper, typeof upper === "number" ? "int32" : undefined),
  ];
  if (begin.isSymbolic || end.isSymbolic) {
    const loop = whileLoop as unknown as (
      condition: (i: Tensor) => Tensor,
      body: (i: Tensor, value: V) => unknown,
      loopVars: readonly unknown[],
    ) => [Tensor, V];
    return loop(
      (i) => less(i, end),
      (i, value) => [add(i, 1), body(i, value)],
      [begin, initVal],
    )[1];
  }
  let value = initVal;
  for (let i = begin.item(); i < end.item(); i++) {
    const next = body(asTensor(i, "int32"), value);
    checkTrees("foriLoop", value, next);
    value = next;
  }
  return value;
}

export interface AssociativeScanOptions {
  /** From the end. Default: false. */
  reverse?: boolean;
  axis?: number;
}

/**
 * All partial results of an associative function along an axis, in a number of calls that grows with the logarithm of its length.
 * Keras: keras.ops.associative_scan. Blelloch (1990), "Prefix sums and their applications".
 *
 * ```ts
 * ops.associativeScan((a: tf.Tensor, b: tf.Tensor) => a.add(b), tf.constant([1, 2, 3, 4])); // [1, 3, 6, 10]
 * ```
 *
 * @param f  takes two slices (in the structure of elems, with the axis) and combines them
 */
export function associativeScan<E>(f: (a: E, b: E) => E, elems: E, options: AssociativeScanOptions = {}): E {
  checkOptions("associativeScan", arguments, 2, ["reverse", "axis"]);
  checkFunction("associativeScan.f", f);
  const { reverse = false, axis = 0 } = options;
  return whenKnown("associativeScan", tensors(elems), (known) => partialResults(f, known, reverse, axis));
}

function partialResults<E>(f: (a: E, b: E) => E, whole: Tree<Tensor>, reverse: boolean, axis: number): E {
  const flat = leaves(whole);
  const at = checkAxis("associativeScan", axis, flat[0]?.rank ?? 0);
  const pick = (each: Tensor, begin: number, step: number, count: number): Tensor =>
    stridedOf(
      each,
      each.shape.map((length, i) => (i === at ? { begin, step, count } : { begin: 0, step: 1, count: length })),
    );
  const flipped = (all: readonly Tensor[]): Tensor[] => all.map((each) => pick(each, each.shape[at]! - 1, -1, each.shape[at]!));
  const combine = (a: readonly Tensor[], b: readonly Tensor[]): Tensor[] =>
    leaves(tensors(f(unflatten(whole, a) as E, unflatten(whole, b) as E)));

  const scanned = (all: readonly Tensor[]): readonly Tensor[] => {
    const n = lengthOf("associativeScan", all, at);
    if (n < 2) return all;
    const half = n >> 1;
    const every = (begin: number, count: number) => all.map((each) => pick(each, begin, 2, count));
    const odd = scanned(combine(every(0, half), every(1, half))); // results at 1, 3, 5, …
    const first = all.map((each) => pick(each, 0, 1, 1));
    const rest = n - half - 1;
    const even =
      rest === 0
        ? first
        : join(
            first,
            combine(
              odd.map((each) => pick(each, 0, 1, rest)),
              every(2, rest),
            ),
          );
    return interleaved(even, odd, n);
  };
  const join = (a: readonly Tensor[], b: readonly Tensor[]): Tensor[] => a.map((each, i) => concatenate([each, b[i]!], at));
  const interleaved = (even: readonly Tensor[], odd: readonly Tensor[], n: number): Tensor[] => {
    const parts = even.map((each, i) => [unstack(each, null, at), unstack(odd[i]!, null, at)] as const);
    return parts.map(([e, o]) =>
      stack(
        Array.from({ length: n }, (_, i) => (i % 2 === 0 ? e : o)[i >> 1]!),
        at,
      ),
    );
  };
  const result = scanned(reverse ? flipped(flat) : flat);
  return unflatten(whole, reverse ? flipped(result) : result) as E;
}
