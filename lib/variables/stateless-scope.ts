// Values that stand in for those of variables: what runs in such a scope reads and writes them and leaves the variables as they are. They
// are tensors like any other, so gradients with respect to them flow.

import { checkOptions } from "../core/options.js";
import { ArgumentError, text } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { isForShapesAlone } from "../core/interpreter.js";
import { checkSynchronous } from "../core/ownership.js";

let open: Map<object, Tensor | null> | null = null;

/** The value that stands in for a variable's; undefined where none does. */
export const standIn = (variable: object): Tensor | undefined => open?.get(variable) ?? undefined;

/** Keeps a written value for the scope; false outside of one. */
export function keepWritten(variable: object, value: Tensor): boolean {
  if (!open) return false;
  if (!isForShapesAlone()) open.set(variable, value);
  return true;
}

/** Somebody who is told which variables are read, with the value, and which are written. */
export interface StateObserver {
  read(variable: object, value: Tensor): void;
  written(variable: object): void;
}

let observers: readonly StateObserver[] = [];

/** Runs the action while the observer is told, beside those that are told already. */
export function observing<T>(observer: StateObserver, action: () => T): T {
  const before = observers;
  observers = [...before, observer];
  try {
    return action();
  } finally {
    observers = before;
  }
}

/** Whether nothing stands in for variables and nobody is told of what is read and written. */
export const isUnwatched = (): boolean => open === null && observers.length === 0;

/** Tells of a variable that was read. */
export function noteRead(variable: object, value: Tensor): void {
  for (const observer of observers) observer.read(variable, value);
}

/** Tells of a variable that is about to be written. */
export function noteWritten(variable: object): void {
  for (const observer of observers) observer.written(variable);
}

/** What `new keras.StatelessScope` takes. */
export interface StatelessScopeOptions {
  /** Pairs of a variable and the value that stands in for its own. */
  readonly stateMapping?: readonly (readonly [variable: object, value: Tensor])[] | null;
  /** Whether losses that layers add are kept for the scope. Default: false. */
  readonly collectLosses?: boolean;
  /** Accepted as in Keras: variables here always have values. Default: true. */
  readonly initializeVariables?: boolean;
}

const known = ["stateMapping", "collectLosses", "initializeVariables"];

/**
 * A scope in which variables are read from a mapping and written to it, and stay as they are.
 *
 * ```ts
 * const v = tf.variable([1]);
 * const scope = new keras.StatelessScope({ stateMapping: [[v, tf.constant([5])]] });
 * scope.run(() => v.assignAdd([1]));
 * scope.getCurrentValue(v)!.array(); // [6]
 * v.array(); // [1]
 * ```
 *
 * Keras: keras.StatelessScope, which is entered by `with`
 */
export class StatelessScope {
  readonly #values: Map<object, Tensor | null>;
  readonly losses: Tensor[] = [];
  readonly collectLosses: boolean;

  constructor(options: StatelessScopeOptions = {}) {
    checkOptions("StatelessScope", arguments, 0, known);
    const { stateMapping, collectLosses = false } = options;
    const pairs = stateMapping ?? [];
    const refusal = (given: unknown) =>
      new ArgumentError("StatelessScope.stateMapping", { given: text(given), expected: "[variable, value] pairs" });
    if (typeof pairs[Symbol.iterator] !== "function") throw refusal(pairs);
    for (const pair of pairs) if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "object") throw refusal(pair);
    this.#values = new Map(pairs);
    this.collectLosses = collectLosses;
  }

  /** Runs a synchronous function in the scope, and gives what it gives. */
  run<T>(body: () => T): T {
    checkSynchronous("StatelessScope.run", body);
    const before = open;
    // What an outer scope holds is seen in an inner one.
    const values = new Map([...(before ?? []), ...this.#values]);
    open = values;
    try {
      return body();
    } finally {
      open = before;
      for (const [variable, value] of values) if (before?.get(variable) !== value) this.#values.set(variable, value);
    }
  }

  /** Keeps a loss. */
  addLoss(loss: Tensor): void {
    this.losses.push(loss);
  }

  /** Keeps a value for a variable: `[variable, value]`. */
  addUpdate([variable, value]: readonly [variable: object, value: Tensor]): void {
    this.#values.set(variable, value);
  }

  /** The value that stands in for a variable's, null where none does. */
  getCurrentValue(variable: object): Tensor | null {
    return this.#values.get(variable) ?? null;
  }
}
