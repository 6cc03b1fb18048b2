// tf.tidy: the tensors that a function made are freed when it returns instead of when nobody refers to them.

import { scoped } from "../core/interpreter.js";
import { Chainable } from "../core/tensor.js";
import { leaves, type Tree } from "../core/tree.js";

/**
 * Runs a synchronous function and frees the tensors that it made, except those in its result, at once instead of when nobody refers to
 * them any more. Never needed.
 */
export function tidy<T>(fn: () => T): T {
  return scoped(fn, (result) => leaves(result as Tree<unknown>).flatMap((leaf) => (leaf instanceof Chainable ? [leaf.value()] : [])));
}
