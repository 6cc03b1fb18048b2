// Scopes that Keras enters by `with`: here they run a function.

import { ArgumentError, text } from "../../core/errors.js";
import { checkSynchronous } from "../../core/ownership.js";
import { inScope } from "./context.js";
import { inferOnly } from "./infer.js";

/** A scope that runs functions. */
export interface Scope {
  run<T>(body: () => T): T;
}

interface NameScope {
  <T>(name: string, body: () => T): T;
  (name: string): Scope;
  new (name: string): Scope;
}

/**
 * Runs a function with a name added to the paths of the variables that it makes; without a function it gives the scope, whose `run` does
 * so.
 *
 * ```ts
 * const v = keras.nameScope("encoder", () => new keras.Variable("zeros", { shape: [2], name: "v" }));
 * v.path; // "encoder/v"
 * ```
 *
 * @throws ArgumentError for a name with "/". Keras: keras.name_scope
 */
export const nameScope = function nameScope<T>(name: string, body?: () => T): T | Scope {
  if (typeof name !== "string" || name.includes("/") || name === "")
    throw new ArgumentError("nameScope", { given: text(name), expected: 'a name without "/"' });
  const run = <R>(action: () => R): R => {
    checkSynchronous("nameScope", action);
    return inScope(name, action);
  };
  return body ? run(body) : { run };
} as NameScope;

/**
 * A scope for shapes and dtypes alone: what touches variables is inferred and not run, so that seeds and statistics stay as they are.
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.SymbolicScope().run(() => v.assignAdd([1]));
 * v.array(); // [1]
 * ```
 *
 * Keras: keras.SymbolicScope
 */
export class SymbolicScope implements Scope {
  /** Runs a synchronous function in the scope, and gives what it gives. */
  run<T>(body: () => T): T {
    checkSynchronous("SymbolicScope.run", body);
    return inferOnly(body);
  }
}
