// What takes lists of tensors, or lists of anything.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import { add } from "../../ops/index.js";
import { sameDtype } from "./forms.js";

/**
 * The sum of tensors of one shape.
 *
 * ```ts
 * tf.addN([[1, 2], [3, 4], [5, 6]]); // [9, 12]
 * ```
 *
 * @throws ArgumentError for an empty list
 */
export const addN = declare("tf.addN(*inputs:tensors, name:string=null)", (inputs: readonly TensorLike[], _: string | null): Tensor => {
  const [first, ...rest] = inputs;
  if (first === undefined) throw new ArgumentError("addN", { given: "no tensors", expected: "at least one" });
  sameDtype("addN", ...inputs);
  return rest.reduce<Tensor>((sum, each) => add(sum, each), asTensor(first));
});

/**
 * Pairs (triples, …) of what stands at the same place in each list, as far as the shortest goes: Python's zip.
 *
 * ```ts
 * tf.zip([1, 2], ["a", "b"]); // [[1, "a"], [2, "b"]]
 * ```
 */
export function zip<T extends readonly (readonly unknown[])[]>(
  ...lists: T
): { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E : never }[] {
  const wrong = lists.find((list) => !Array.isArray(list));
  if (wrong !== undefined || lists.length === 0)
    throw new ArgumentError("zip", { given: lists.length === 0 ? "nothing" : text(wrong), expected: "arrays" });
  const length = Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.map((list) => list[i])) as never;
}
