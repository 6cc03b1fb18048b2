// JavaScript's operators as converted code has them: those of tensors where a tensor is among the operands, JavaScript's own elsewhere.

import type { TensorLike } from "../core/convert.js";
import { ArgumentError, StateError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { TensorArray } from "../graph/control/tensor-array.js";
import * as arithmetic from "../ops/elementwise/arithmetic.js";
import * as comparison from "../ops/elementwise/comparison.js";
import { negative, power } from "../ops/elementwise/powers.js";
import { getItem } from "../ops/indexing/get-item.js";
import { take } from "../ops/indexing/take.js";
import { convertToTensor } from "../ops/shaping/facts.js";
import { unstack } from "../ops/shaping/split.js";
import { isWeak, markWeak } from "./reconcile.js";
import { lineOf } from "./state.js";

// eslint-disable-next-line -- operands of any kind
type Any = any;

const isTensor = (value: unknown): value is Chainable => value instanceof Chainable;
/** What can stand beside a tensor in an arithmetic operation. */
const isText = (value: unknown): boolean => typeof value === "string";

/** Whole numbers that a loop carries stay weak: they may still meet a float32. */
const kept = (y: Tensor, a: unknown, b: unknown): Tensor => {
  if (!y.isSymbolic || y.dtype !== "int32") return y;
  const isLoose = (value: unknown) => typeof value === "number" || (value instanceof Tensor && isWeak(value));
  return isLoose(a) && isLoose(b) ? markWeak(y) : y;
};

export const add = (a: Any, b: Any): unknown => {
  if (!isTensor(a) && !isTensor(b)) return a + b;
  return isText(a) || isText(b) ? String(a) + String(b) : kept(arithmetic.add(a, b), a, b);
};
export const sub = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? kept(arithmetic.subtract(a, b), a, b) : a - b);
export const mul = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? kept(arithmetic.multiply(a, b), a, b) : a * b);
export const div = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? arithmetic.divide(a, b) : a / b);
/** The remainder with the sign of the dividend, as JavaScript has it. */
export const mod = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? kept(arithmetic.fmod(a, b), a, b) : a % b);
export const pow = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? power(a, b) : a ** b);
export const neg = (a: Any): unknown => (isTensor(a) ? kept(negative(a), a, 0) : -a);

export const less = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? comparison.less(a, b) : a < b);
export const lessEqual = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? comparison.lessEqual(a, b) : a <= b);
export const greater = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? comparison.greater(a, b) : a > b);
export const greaterEqual = (a: Any, b: Any): unknown => (isTensor(a) || isTensor(b) ? comparison.greaterEqual(a, b) : a >= b);

/** Equality is one of elements between a tensor and a tensor, number or boolean; else it is JavaScript's. */
const compares = (a: unknown, b: unknown): boolean => (isTensor(a) && isOperand(b)) || (isTensor(b) && isOperand(a));
const isOperand = (value: unknown): boolean => isTensor(value) || typeof value === "number" || typeof value === "boolean";

export const equal = (a: Any, b: Any): unknown => (compares(a, b) ? comparison.equal(a, b) : a === b);
export const notEqual = (a: Any, b: Any): unknown => (compares(a, b) ? comparison.notEqual(a, b) : a !== b);
export const looseEqual = (a: Any, b: Any): unknown => (compares(a, b) ? comparison.equal(a, b) : a == b);
export const looseNotEqual = (a: Any, b: Any): unknown => (compares(a, b) ? comparison.notEqual(a, b) : a != b);

const step = (x: Any, by: 1 | -1): unknown =>
  isTensor(x) ? arithmetic.add(x, by) : typeof x === "bigint" ? x + BigInt(by) : Number(x) + by;
/** x + 1, as ++ has it. */
export const inc = (x: unknown): unknown => step(x, 1);
/** x − 1. */
export const dec = (x: unknown): unknown => step(x, -1);
/** The first of two values: what x++ was. */
export const first = <T>(value: T, _: unknown): T => value;

/** object[key]: of a tensor its part along the first axis; a tensor picks from a list as well. */
export function item(object: Any, key: Any, at: string): unknown {
  if (isTensor(object)) {
    if (typeof key === "number") return getItem(object, key);
    if (isTensor(key)) return take(object, key, 0);
    return (object as Any)[key];
  }
  if (!isTensor(key)) return object[key];
  const index = key.value();
  if (!index.isSymbolic) return object[index.item()];
  if (object instanceof TensorArray) return object.read(index);
  if (Array.isArray(object) || ArrayBuffer.isView(object)) return take(convertToTensor(object as unknown as TensorLike), index, 0);
  throw new ArgumentError("autograph", {
    given: `an index at line ${lineOf(at)} that is the symbolic ${index.toString()}`,
    expected: "a tensor or a list before it",
  });
}

/** object[key] = value. @throws StateError for an element of a tensor */
export function setItem<T>(object: Any, key: Any, value: T, at: string): T {
  object[placeOf(object, key, at)] = value;
  return value;
}

/** object[key] = change(object[key]); gives the new value. */
export function updateItem(object: Any, key: Any, change: (value: unknown) => unknown, at: string): unknown {
  const place = placeOf(object, key, at);
  return (object[place] = change(object[place]));
}

/** The same, giving the old value. */
export function firstItem(object: Any, key: Any, change: (value: unknown) => unknown, at: string): unknown {
  const place = placeOf(object, key, at);
  const before: unknown = object[place];
  object[place] = change(before);
  return before;
}

function placeOf(object: unknown, key: unknown, at: string): PropertyKey {
  if (isTensor(object)) {
    throw new StateError("autograph", {
      given: `an assignment to an element of a tensor at line ${lineOf(at)}`,
      expected: "tensors to stay as they are",
      hint: "Make a new one: tf.tensorScatterNdUpdate, tf.where, tf.stack.",
    });
  }
  if (!isTensor(key)) return key as PropertyKey;
  const index = key.value();
  if (!index.isSymbolic) return index.item();
  throw new StateError("autograph", {
    given: `an assignment at line ${lineOf(at)} to the element that the symbolic ${index.toString()} names`,
    expected: "an index with a value",
    hint: "Use tf.TensorArray, or tf.tensorScatterNdUpdate.",
  });
}

/** What a list pattern takes apart: a tensor along its first axis, also where it has no values yet. */
export function list(value: unknown): unknown {
  if (!(value instanceof Tensor) || !value.isSymbolic) return value;
  if (value.rank > 0 && value.shape[0] !== null) return unstack(value);
  throw new ArgumentError("autograph", {
    given: `a list pattern for a tensor of shape ${shapeText(value.shape)}`,
    expected: "a first axis of known length",
  });
}

/** What a switch statement compares. @throws StateError for a tensor */
export function plain<T>(value: T, at: string): T {
  if (!isTensor(value)) return value;
  throw new StateError("autograph", {
    given: `switch (…) at line ${lineOf(at)} over a tensor`,
    expected: "a value of JavaScript",
    hint: "Write if … else if, or tf.switchCase.",
  });
}

/** The keys that for … in goes through. */
export function keys(object: object): string[] {
  const all: string[] = [];
  for (const key in object) all.push(key);
  return all;
}

/** What a function gives back, whose exits values decide. @throws StateError where some of its paths give nothing */
export function result(did: unknown, value: unknown, at: string): unknown {
  if (typeof did === "boolean") return did ? value : undefined;
  throw new StateError("autograph", {
    given: `a function at line ${lineOf(at)} that returns in some branches only`,
    expected: "a return on every path",
  });
}
