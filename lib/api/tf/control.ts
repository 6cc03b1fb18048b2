// TensorFlow's control flow with functions, beside tf.cond and tf.whileLoop.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, text } from "../../core/errors.js";
import { checkFunction, checkOptions } from "../../core/options.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { Strings } from "../../core/strings.js";
import { leaves, type Tree } from "../../core/tree.js";
import { cond, switchCase as choose } from "../../graph/control/cond.js";
import { map, scan as scanned } from "../../graph/control/loops.js";
import { getItem } from "../../ops/indexing/get-item.js";
import { concatenate, stack } from "../../ops/shaping/concatenate.js";
import { expandDims } from "../../ops/shaping/reshape.js";
import { flip } from "../../ops/shaping/slice.js";
import { isRagged, type RaggedTensor, stackRagged } from "../../ragged/ragged-tensor.js";

export interface CaseOptions<R> {
  /** What is computed where no condition holds. Default: the last function. */
  default?: () => R;
}

/**
 * The result of the first function whose condition holds. TensorFlow: tf.case.
 *
 * ```ts
 * tf.case([[false, () => tf.constant(1)], [true, () => tf.constant(2)]]); // 2
 * ```
 *
 * @param pairs  [condition, function] each
 */
function firstOf<R>(pairs: readonly (readonly [TensorLike, () => R])[], options: CaseOptions<R> = {}): R {
  checkOptions("case", arguments, 1, ["default"]);
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new ArgumentError("case.pairs", { given: text(pairs), expected: "[condition, function] pairs" });
  const otherwise = options.default ?? pairs.at(-1)?.[1];
  if (!otherwise) throw new ArgumentError("case", { given: "no pairs and no default", expected: "at least one of them" });
  return pairs.reduceRight<() => R>(
    (rest, [pred, fn]) =>
      () =>
        cond(pred, fn, rest),
    otherwise,
  )();
}
export { firstOf as case };

/**
 * The result of the function with that index. TensorFlow: tf.switch_case.
 *
 * ```ts
 * tf.switchCase(1, [() => tf.constant(1), () => tf.constant(2)]); // 2
 * ```
 *
 * @param options.default  for an index out of range. Default: the last function
 */
export function switchCase<R>(branchIndex: TensorLike, branchFns: readonly (() => R)[], options: CaseOptions<R> = {}): R {
  checkOptions("switchCase", arguments, 2, ["default"]);
  if (!Array.isArray(branchFns))
    throw new ArgumentError("switchCase.branchFns", { given: text(branchFns), expected: "an array of functions" });
  const fns = options.default ? [...branchFns, options.default] : branchFns;
  if (fns.length === 0) throw new ArgumentError("switchCase", { given: "no functions", expected: "at least one" });
  return choose(branchIndex, fns as readonly (() => R)[]);
}

export interface MapOptions {
  /** dtype of the results, or specs in their structure: to check. Default: as they come. */
  fnOutputSignature?: unknown;
  /** TensorFlow's hints, which change nothing. */
  parallelIterations?: number | null;
  swapMemory?: boolean;
  inferShape?: boolean;
  name?: string | null;
}

/**
 * The function applied to each slice along the first axis, results put together. TensorFlow: tf.map_fn.
 *
 * ```ts
 * tf.mapFn((row: tf.Tensor) => row.sum(), x); // [3, 7]
 * ```
 */
export function mapFn(fn: (element: never) => unknown, elems: RaggedTensor, options?: MapOptions): RaggedTensor;
export function mapFn<R>(fn: (element: never) => R, elems: unknown, options?: MapOptions): R;
export function mapFn<R>(fn: (element: never) => R, elems: unknown, options: MapOptions = {}): R | RaggedTensor {
  checkOptions("mapFn", arguments, 2, ["fnOutputSignature", "parallelIterations", "swapMemory", "inferShape", "name"]);
  if (isRagged(elems)) return mapRows(fn as (row: unknown) => unknown, elems, options.fnOutputSignature) as R;
  const result = map(fn, elems);
  const { fnOutputSignature: wanted } = options;
  if (typeof wanted === "string")
    for (const leaf of leaves(result as Tree<unknown>))
      if ((leaf as Tensor).dtype !== wanted)
        throw new ArgumentError("mapFn", { given: `results of dtype ${(leaf as Tensor).dtype}`, expected: wanted });
  return result;
}

/** What a function gives for each row of a ragged tensor: rows where it gives rows, a tensor where it gives scalars. */
function mapRows(fn: (row: unknown) => unknown, elems: RaggedTensor, wanted: unknown): RaggedTensor | Tensor {
  const made = Array.from(elems, (row) => fn(row instanceof Strings ? row.nested() : row));
  const odd = made.find((each) => !isRagged(each) && typeof wanted === "string" && asTensor(each as TensorLike).dtype !== wanted);
  if (odd !== undefined)
    throw new ArgumentError("mapFn", { given: `results of dtype ${asTensor(odd as TensorLike).dtype}`, expected: String(wanted) });
  if (made.some(isRagged)) return stackRagged(made as RaggedTensor[], 0);
  const tensors = made.map((each) => asTensor(each as TensorLike));
  if (tensors.length > 0 && tensors.every((each) => each.rank === 0)) return stack(tensors);
  return elems.withRows(tensors);
}

/**
 * The same as mapFn: here it is traced for each slice, too. TensorFlow: tf.vectorized_map.
 *
 * ```ts
 * tf.vectorizedMap((row: tf.Tensor) => row.sum(), x); // [3, 7]
 * ```
 */
export const vectorizedMap = <R>(fn: (element: never) => R, elems: unknown): R => map(fn, elems);

export interface ScanOptions {
  /** Before the first element. Default: the first element itself. */
  initializer?: TensorLike;
  /** From the end. Default: false. */
  reverse?: boolean;
}

/**
 * What `fn(accumulated, element)` gives after each element of the first axis. TensorFlow: tf.scan.
 *
 * ```ts
 * tf.scan((sum: tf.Tensor, each: tf.Tensor) => sum.add(each), [1, 2, 3]); // [1, 3, 6]
 * ```
 */
export function scan(fn: (accumulated: Tensor, element: Tensor) => TensorLike, elems: TensorLike, options: ScanOptions = {}): Tensor {
  checkOptions("scan", arguments, 2, ["initializer", "reverse"]);
  checkFunction("scan.fn", fn);
  const { initializer, reverse = false } = options;
  const all = asTensor(elems);
  const step = (carry: Tensor, element: never): [Tensor, Tensor] => {
    const next = asTensor(fn(carry, element));
    return [next, next];
  };
  if (initializer !== undefined)
    return scanned(step, initializer instanceof Chainable ? initializer.value() : asTensor(initializer), all, { reverse })[1];
  const inOrder = reverse ? flip(all, 0) : all;
  const first = getItem(inOrder, 0);
  if (all.shape[0] === 1) return expandDims(first, 0);
  const rest = scanned(step, first, getItem(inOrder, { start: 1 }))[1];
  const results = concatenate([expandDims(first, 0), rest], 0);
  return reverse ? flip(results, 0) : results;
}
