// Which strategies' scopes are entered, and whose `run` is under way. Models read it; strategies themselves are loaded by those who make one.

import { StateError } from "../core/errors.js";
import { enterScope, isInReplica, isMerging, whileMerging } from "../core/replicas.js";
import type { Strategy } from "./strategy.js";

/** Scopes that are entered, outermost first. */
const entered: { readonly strategy: Strategy }[] = [];

/** Strategies whose `run` is under way. */
const running: Strategy[] = [];

/** Runs the action inside of a strategy's `run`. */
export function whileRunning<T>(strategy: Strategy, action: () => T): T {
  running.push(strategy);
  const leave = enterScope(strategy.group);
  try {
    return whileMerging(false, action);
  } finally {
    leave();
    running.pop();
  }
}

/** The strategy whose `run` is under way, if any. */
export const runningStrategy = (): Strategy | undefined => running.at(-1);

/** The strategy whose scope is entered, if any. */
export const currentStrategy = (): Strategy | null => entered.at(-1)?.strategy ?? null;

/**
 * Whether a strategy's scope is entered. TensorFlow: tf.distribute.has_strategy
 *
 * ```ts
 * tf.distribute.hasStrategy(); // false
 * ```
 */
export const hasStrategy = (): boolean => entered.length > 0;

/**
 * Whether the code stands in a scope and outside of `run`. TensorFlow: tf.distribute.in_cross_replica_context
 *
 * ```ts
 * tf.distribute.inCrossReplicaContext(); // false
 * ```
 */
export const inCrossReplicaContext = (): boolean => isMerging() || (hasStrategy() && !isInReplica());

/** How many scopes are entered. */
export const currentScopes = (): number => entered.length;

/** Begins a scope. @returns what ends it. @throws StateError in another strategy's scope */
export function enterStrategy(strategy: Strategy): () => void {
  const around = entered.at(-1)?.strategy;
  if (around && around !== strategy)
    throw new StateError("strategy.scope", {
      given: `a ${strategy.name} in the scope of another strategy, ${around.name}`,
      expected: "one strategy at a time",
    });
  const entry = { strategy };
  entered.push(entry);
  enterScope(strategy.group);
  return () => {
    const at = entered.indexOf(entry);
    if (at < 0) return;
    entered.splice(at, 1);
    enterScope((running.at(-1) ?? currentStrategy())?.group);
  };
}
