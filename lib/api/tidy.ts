// tf.tidy and tf.scope: the tensors that were made are freed when a function returns, or a block ends, instead of when nobody refers to
// them.

import { checkFunction } from "../core/options.js";
import { openScope, scoped } from "../core/interpreter.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { leaves, type Tree } from "../core/tree.js";

/**
 * Runs a synchronous function and frees the tensors that it made, except those in its result, at once instead of when nobody refers to
 * them any more. Never needed.
 *
 * ```ts
 * tf.tidy(() => tf.add([1, 2], 1)); // [2, 3]
 * ```
 */
export function tidy<T>(fn: () => T): T {
  checkFunction("tidy", fn);
  return scoped(fn, tensorsOf);
}

/** A block whose tensors are freed at its end. */
export interface Scope {
  /** Lets the tensors of a value outlive the scope. @returns the value */
  keep<T>(value: T): T;
  /** Frees the others now, as the end of the block does. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Frees every tensor that is made until it is disposed of, but for what `keep` was given: at the end of the block with
 * `using scope = tf.scope()`, where JavaScript has it. Never needed.
 *
 * ```ts
 * const scope = tf.scope();
 * const norm = scope.keep(tf.constant([3, 4]).square().sum().sqrt());
 * scope.dispose();
 * norm.item(); // 5
 * ```
 */
export function scope(): Scope {
  const { keep, close } = openScope();
  return {
    keep(value) {
      keep(...tensorsOf(value));
      return value;
    },
    dispose: close,
    [Symbol.dispose]: close,
  };
}

const tensorsOf = (value: unknown): Tensor[] =>
  leaves(value as Tree<unknown>).flatMap((leaf) => (leaf instanceof Chainable ? [leaf.value()] : []));
