// Rows for values that no recorded case holds, against references of ours: plain JavaScript, a closed form, moments of a distribution.

import * as tf from "../../../lib/index.js";
import { Strings } from "../../../lib/core/strings.js";
import { Tensor } from "../../../lib/core/tensor.js";
import { Mismatch } from "../outcome.js";
import { wrapped } from "../surface.js";

/** A row: what it is of, and what fails with a Mismatch where a value is wrong. */
export interface Reference {
  readonly id: string;
  run(): void | Promise<void>;
}

export const references: Reference[] = [];

const { keras } = tf;

type AnyFunction = (...args: unknown[]) => unknown;

/** A function by its public name: "keras.ops.ceil". */
export function named(name: string): AnyFunction {
  const [root, ...path] = name.split(".");
  let found: unknown = root === "tf" ? tf : keras;
  for (const part of path) found = (found as Record<string, unknown>)[part];
  if (typeof found !== "function") throw new Error(`references: there is no ${name}`);
  return wrapped(found as never) as unknown as AnyFunction;
}

/** What a user sees of a value. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.array();
  if (value instanceof Strings) return value.nested();
  if (value instanceof tf.RaggedTensor) return value.toList();
  if (value instanceof tf.SparseTensor)
    return [value.indices.array(), plain(value.values), Array.from((value.denseShape as Tensor).data())];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>);
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

/** Fails where a value differs from the reference by more than the tolerance, relative to it or to 1. */
export function expectValue(actual: unknown, expected: unknown, tolerance = 1e-5, where = "value"): void {
  const got = plain(actual);
  const fail = (): never => {
    throw new Mismatch(`${where}: got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
  };
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) fail();
    expected.forEach((each, i) => expectValue((got as unknown[])[i], each, tolerance, `${where}[${i}]`));
  } else if (typeof expected === "number" && typeof got === "number") {
    if (Object.is(got, expected) || got === expected) return;
    if (!(Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected)))) fail();
  } else if (got !== expected) fail();
}

/** A row that does more than call one function. */
export function reference(id: string, run: () => unknown): void {
  references.push({ id, run: run as Reference["run"] });
}

/** Rows for functions that give the same for the same arguments, by all their names. */
export function value(
  names: string | readonly string[],
  args: readonly unknown[] | (() => readonly unknown[]),
  expected: unknown,
  tolerance?: number,
): void {
  for (const name of [names].flat())
    reference(name, () => expectValue(named(name)(...(typeof args === "function" ? args() : args)), expected, tolerance));
}

/** Rows for functions of single numbers. */
export function elementwise(
  names: string | readonly string[],
  numbers: readonly number[],
  of: (x: number) => unknown,
  tolerance?: number,
): void {
  value(
    names,
    () => [tf.constant(numbers, { dtype: "float32" })],
    numbers.map((x) => of(Math.fround(x))),
    tolerance,
  );
}

export const ints = (values: readonly unknown[]): tf.Tensor => tf.constant(values as never, { dtype: "int32" });
