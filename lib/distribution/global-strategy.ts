// A strategy's scope that lasts, for scripts without a block for it.

import { ArgumentError, StateError, text } from "../core/errors.js";
import { isInReplica } from "../core/replicas.js";
import { currentScopes, enterStrategy } from "./scopes.js";
import { Strategy } from "./strategy.js";

let leaveGlobal: (() => void) | null = null;

/**
 * Enters a strategy's scope from here on, for scripts without a block for it; null leaves it. TensorFlow:
 * tf.distribute.experimental_set_strategy
 *
 * ```ts
 * tf.distribute.experimentalSetStrategy(new tf.distribute.MirroredStrategy());
 * tf.distribute.hasStrategy(); // true
 * tf.distribute.experimentalSetStrategy(null);
 * ```
 *
 * @throws StateError inside of a scope
 */
export function experimentalSetStrategy(strategy: Strategy | null): void {
  const where = "tf.distribute.experimentalSetStrategy";
  if (strategy !== null && !(strategy instanceof Strategy))
    throw new ArgumentError(where, { given: text(strategy), expected: "a strategy, or null" });
  if (currentScopes() > (leaveGlobal ? 1 : 0) || isInReplica())
    throw new StateError(where, { given: "a call inside of strategy.scope", expected: "a call outside" });
  leaveGlobal?.();
  leaveGlobal = strategy && enterStrategy(strategy);
}
