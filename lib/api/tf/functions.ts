// TensorFlow's folds, functions of the host inside of programs, gradients that compute anew, and devices.

import { asTensor, checkedDtype, type TensorLike } from "../../core/convert.js";
import { ArgumentError, StateError, text, ValueError } from "../../core/errors.js";
import { checkFunction, checkOptions } from "../../core/options.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { leaves, mapTree, type Tree, unflatten } from "../../core/tree.js";
import { sizeOrNull } from "../../core/shape.js";
import { unstack } from "../../ops/index.js";

type Trees = Tree<TensorLike>;

/** Options that TensorFlow has for loops; those that mean nothing here are named so that a mistyped one is found. */
interface LoopOptions {
  parallelIterations?: number | null;
  backProp?: boolean;
  swapMemory?: boolean;
  inferShape?: boolean;
  name?: string | null;
}
const foldOptions = ["initializer", "parallelIterations", "backProp", "swapMemory", "inferShape", "name"];

/** The slices along the first axis, each in the structure of the whole. */
function slicesOf(where: string, elems: Trees): Tree<Tensor>[] {
  const flat = leaves<TensorLike>(elems).map((leaf) => unstack(asTensor(leaf)));
  const [first] = flat;
  if (!first || flat.some((each) => each.length !== first.length))
    throw new ArgumentError(where, {
      given: flat.map((each) => `${each.length} slices`).join(" and ") || "nothing",
      expected: "tensors with one first length",
    });
  return first.map(
    (_, i) =>
      unflatten(
        elems,
        flat.map((each) => each[i]!),
      ) as Tree<Tensor>,
  );
}

/**
 * fn(… fn(fn(initializer, first), second) …). Default initializer: the first slice.
 *
 * ```ts
 * tf.foldl((sum: tf.Tensor, each: tf.Tensor) => sum.add(each), tf.constant([1, 2, 3])); // 6
 * ```
 */
export function foldl(
  fn: (accumulated: never, element: never) => unknown,
  elems: Trees,
  { initializer = null }: LoopOptions & { initializer?: Trees | null } = {},
): unknown {
  checkOptions("foldl", arguments, 2, foldOptions);
  return folded("foldl", fn, slicesOf("foldl", elems), initializer).at(-1);
}

/**
 * The same from the last slice to the first.
 *
 * ```ts
 * tf.foldr((sum: tf.Tensor, each: tf.Tensor) => sum.mul(10).add(each), tf.constant([1, 2, 3])); // 321
 * ```
 */
export function foldr(
  fn: (accumulated: never, element: never) => unknown,
  elems: Trees,
  { initializer = null }: LoopOptions & { initializer?: Trees | null } = {},
): unknown {
  checkOptions("foldr", arguments, 2, foldOptions);
  return folded("foldr", fn, slicesOf("foldr", elems).reverse(), initializer).at(-1);
}

/** The initial value and what follows it. */
function folded(
  where: string,
  fn: (accumulated: never, element: never) => unknown,
  given: readonly Tree<Tensor>[],
  initializer: Trees | null,
): unknown[] {
  checkFunction(`${where}.fn`, fn);
  const call = fn as (accumulated: unknown, element: unknown) => unknown;
  const start: unknown = initializer === null ? given[0] : mapTree<TensorLike, Tensor>(initializer, (leaf) => asTensor(leaf));
  if (start === undefined) throw new ArgumentError(where, { given: "no elements and no initializer", expected: "one of them" });
  const made: unknown[] = [start];
  for (const element of initializer === null ? given.slice(1) : given) made.push(call(made.at(-1), element));
  return made;
}

/**
 * A JavaScript function on values, inside traced functions too: it gets tensors with values and gives one, or several.
 *
 * ```ts
 * tf.pyFunction((each: tf.Tensor) => each.mul(2), [[1, 2]], "float32"); // [2, 4]
 * ```
 *
 * @param func  what it does; it is called each time the program runs
 * @param inp   its arguments
 * @param Tout  the dtype of each result; one name for one result
 */
export function pyFunction(
  func: (...args: Tensor[]) => TensorLike | readonly TensorLike[] | void,
  inp: readonly TensorLike[],
  Tout: string | readonly string[],
  { shapes }: { shapes?: readonly (readonly (number | null)[])[]; name?: string } = {},
): Tensor | Tensor[] {
  checkOptions("pyFunction", arguments, 3, ["shapes", "name"]);
  if (typeof func !== "function") throw new ArgumentError("pyFunction.func", { given: text(func), expected: "a function of tensors" });
  if (!Array.isArray(inp)) throw new ArgumentError("pyFunction.inp", { given: text(inp), expected: "an array of tensors" });
  const names = typeof Tout === "string" ? [Tout] : Tout;
  if (!Array.isArray(names)) throw new ArgumentError("pyFunction.Tout", { given: text(Tout), expected: "a dtype, or an array of dtypes" });
  const kept = names.map((name) => checkedDtype(name)!);
  const inputs = inp.map((each) => asTensor(each));
  const run = (real: readonly Tensor[]): Tensor[] => {
    const made = func(...real);
    const list = (typeof Tout === "string" ? [made] : (made ?? [])) as readonly TensorLike[];
    if (list.length !== names.length || list.some((each) => each === undefined))
      throw new ValueError("pyFunction", { given: `${list.length} results`, expected: `${names.length}, as Tout says` });
    return list.map((each, i) => {
      const tensor = asTensor(each, kept[i]);
      if (tensor.dtype !== kept[i]) throw new ValueError("pyFunction", { given: `a result of dtype ${tensor.dtype}`, expected: kept[i]! });
      return tensor;
    });
  };
  if (inputs.every((each) => !each.isSymbolic)) {
    const made = run(inputs);
    return typeof Tout === "string" ? made[0]! : made;
  }
  if (!shapes || shapes.length !== names.length || shapes.some((shape) => sizeOrNull(shape) === null)) {
    throw new StateError("pyFunction", {
      given: "a call in a traced function without the shapes of the results",
      expected: "{ shapes }: the lengths of each result",
    });
  }
  const made = hostCall.apply({ inputs }, { run, specs: shapes.map((shape, i) => ({ shape, dtype: kept[i]! })) }) as Record<string, Tensor>;
  const results = names.map((_, i) => made[`y${i}`]!);
  return typeof Tout === "string" ? results[0]! : results;
}
export { pyFunction as numpyFunction };

const hostCall = primitive({
  name: "py_function",
  inputs: ["...inputs"],
  effect: true,
  infer: (_, { specs }: { run: (real: readonly Tensor[]) => Tensor[]; specs: readonly Spec[] }): Record<string, Spec> =>
    Object.fromEntries(specs.map((spec, i) => [`y${i}`, spec])),
  host: ({ inputs }, { run, specs }) => {
    const made = run(inputs);
    made.forEach((each, i) => {
      if (each.shape.join() !== specs[i]!.shape.join())
        throw new ValueError("pyFunction", {
          given: `a result of shape [${each.shape.join(", ")}]`,
          expected: `[${specs[i]!.shape.join(", ")}]`,
        });
    });
    return Object.fromEntries(made.map((each, i) => [`y${i}`, each])) as never;
  },
});

export { device } from "../device.js";
export { recomputeGrad } from "../../variables/recompute.js";
