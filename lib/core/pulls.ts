// Elements that a traced function takes from iterators: they are no constants of its trace. Each is an input, taken anew at every call.

import { StateError } from "./errors.js";
import { currentTrace, unrecorded, type Recorder } from "./interpreter.js";
import type { Owner } from "./ownership.js";

/** Marks iterators whose elements are taken by `pulled`: given to a traced function, any other one may stand in their place. */
export const isPulledFrom: unique symbol = Symbol("kerasm.isPulledFrom");

export interface Pullable {
  readonly [isPulledFrom]: true;
  next(): IteratorResult<unknown>;
}

export const isPullable = (value: unknown): value is Pullable => typeof value === "object" && value !== null && isPulledFrom in value;

/** A trace of a function that is told what is taken from iterators. */
export interface Puller {
  /** What stands in the trace for the next element of an iterator. */
  pull<T>(from: Pullable, next: () => IteratorResult<T>): IteratorResult<T>;
  /** An iterator that the traced function itself opens: at every call a new one. */
  open<I extends Pullable>(open: () => I): I;
}

const pullers = new WeakMap<Owner, Puller>();

/** From now on the trace is told of what is taken from iterators. */
export const tellPuller = (trace: Recorder, puller: Puller): void => void pullers.set(trace, puller);

function present(): Puller | undefined {
  const trace: Owner | undefined = currentTrace();
  const puller = trace && pullers.get(trace);
  if (puller) return puller;
  for (let at: Owner | null | undefined = trace; at; at = at.outer) {
    if (!pullers.has(at)) continue;
    throw new StateError(at.name ?? "function", {
      given: "an element that is taken from a dataset inside of a branch, a loop that values decide, or a replica",
      expected: "elements taken in the traced function itself",
      hint: "Take it before tf.cond, tf.whileLoop or strategy.run, and use it there.",
    });
  }
  return undefined;
}

/** The next element of an iterator; in a traced function what stands for it. */
export function pulled<T>(from: Pullable, next: () => IteratorResult<T>): IteratorResult<T> {
  const puller = present();
  return puller ? puller.pull(from, () => unrecorded(next)) : next();
}

/** An iterator of a dataset. */
export function opened<I extends Pullable>(open: () => I): I {
  const puller = present();
  return puller ? puller.open(() => unrecorded(open)) : open();
}
