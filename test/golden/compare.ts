import type { Shape } from "../../lib/core/shape.js";
import { Mismatch } from "./outcome.js";
import { complexParts, elementsOf, type Encoded, isEncoded, isRecord, kindOf } from "./values.js";

/** `|got − expected| ≤ atol + rtol·|expected|`, elementwise; `scaled`: atol counts in units of max(1, max|expected|). */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
  readonly scaled?: boolean;
  /** By how much integers may differ; default 0. */
  readonly integers?: number;
}

/** What is compared with a recorded tensor: a tensor, or a number, boolean or array of them. */
interface Actual {
  readonly shape: Shape;
  readonly dtype: string | undefined;
  readonly elements: ArrayLike<number>;
}

function isTensor(value: unknown): value is { shape: Shape; dtype: string; data(): ArrayLike<number>; isSymbolic?: boolean } {
  return (
    (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as { data?: unknown }).data === "function"
  );
}

function actualOf(value: unknown, where: string): Actual {
  if (isTensor(value)) return { shape: value.shape, dtype: value.dtype, elements: value.data() };
  if (typeof value === "number") return { shape: [], dtype: undefined, elements: [value] };
  if (typeof value === "boolean") return { shape: [], dtype: "bool", elements: [Number(value)] };
  if (ArrayBuffer.isView(value)) {
    const elements = value as unknown as ArrayLike<number>;
    return { shape: [elements.length], dtype: undefined, elements };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => actualOf(item, `${where}[${index}]`));
    return {
      shape: [items.length, ...(items[0]?.shape ?? [])],
      dtype: items[0]?.dtype,
      elements: items.flatMap((item) => Array.from(item.elements)),
    };
  }
  throw new Mismatch(`${where}: got ${String(value)}, expected a tensor`);
}

/** Fails where a result differs from the recorded one, which may be nested. */
export function compare(expected: unknown, actual: unknown, tolerance: Tolerance, where: string): void {
  if (isEncoded(expected) && expected.dtype === "complex64") return compare(complexParts(expected), actual, tolerance, where);
  if (isEncoded(expected)) return compareTensor(expected, actual, tolerance, where);
  if (expected === null || expected === undefined) {
    if (actual !== null && actual !== undefined) throw new Mismatch(`${where}: got ${String(actual)}, expected nothing`);
  } else if (Array.isArray(expected)) {
    const items = isTensor(actual) ? actual.data() : actual;
    if (!Array.isArray(items) && !ArrayBuffer.isView(items))
      throw new Mismatch(`${where}: got ${String(actual)}, expected ${expected.length} values`);
    const values = items as unknown as ArrayLike<unknown>;
    if (values.length !== expected.length) throw new Mismatch(`${where}: got ${values.length} values, expected ${expected.length}`);
    expected.forEach((item, index) => compare(item, values[index], tolerance, `${where}[${index}]`));
  } else if (isRecord(expected)) {
    if ("$keras_tensor" in expected) return compareSpec(expected["$keras_tensor"] as { shape: Shape; dtype: string }, actual, where);
    if ("$float" in expected) return compareTensorLike([Number(expected["$float"])], actual, tolerance, where);
    const record = isRecord(actual) ? actual : {};
    for (const [key, item] of Object.entries(expected)) compare(item, record[key] ?? record[camel(key)], tolerance, `${where}.${key}`);
  } else if (typeof expected === "number" || typeof expected === "boolean") {
    compareTensorLike([Number(expected)], actual, tolerance, where);
  } else if (expected !== actual) {
    throw new Mismatch(`${where}: got ${String(actual)}, expected ${JSON.stringify(expected)}`);
  }
}

const camel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function compareSpec(expected: { shape: Shape; dtype: string }, actual: unknown, where: string): void {
  if (expected.dtype === "complex64" && Array.isArray(actual) && actual.length === 2)
    return actual.forEach((part, i) => compareSpec({ ...expected, dtype: "float32" }, part, `${where}[${i}]`));
  if (!isTensor(actual)) throw new Mismatch(`${where}: got ${String(actual)}, expected a symbolic tensor`);
  sameShape(expected.shape, actual.shape, where);
  sameKind(expected.dtype, actual.dtype, where);
}

function sameShape(expected: Shape, actual: Shape, where: string): void {
  if (expected.length === actual.length && expected.every((size, axis) => size === actual[axis])) return;
  throw new Mismatch(`${where}: got shape [${actual.join(", ")}], expected [${expected.join(", ")}]`);
}

function sameKind(expected: string, actual: string | undefined, where: string): void {
  if (actual !== undefined && kindOf(actual) !== kindOf(expected))
    throw new Mismatch(`${where}: got dtype ${actual}, expected ${expected}`);
}

function compareTensor(expected: Encoded, value: unknown, tolerance: Tolerance, where: string): void {
  if (expected.strings !== undefined) return compareStrings(expected, value, where);
  const actual = actualOf(value, where);
  sameShape(expected.shape, actual.shape, where);
  sameKind(expected.dtype, actual.dtype, where);
  const exact = kindOf(expected.dtype) !== "float";
  compareElements(elementsOf(expected), actual.elements, exact ? { rtol: 0, atol: tolerance.integers ?? 0 } : tolerance, where);
}

/** Strings are plain ones here, in nested arrays. */
function compareStrings({ shape, strings }: Encoded, value: unknown, where: string): void {
  const lengths: number[] = [];
  for (let at = value; Array.isArray(at); at = at[0] as unknown) lengths.push(at.length);
  sameShape(shape, lengths, where);
  const flat = [value].flat(Infinity);
  const wrong = strings!.findIndex((each, i) => each !== flat[i]);
  if (wrong >= 0) throw new Mismatch(`${where}: got ${String(flat[wrong])} at ${wrong}, expected ${strings![wrong]}`);
}

function compareTensorLike(expected: readonly number[], actual: unknown, tolerance: Tolerance, where: string): void {
  compareElements(expected, actualOf(actual, where).elements, tolerance, where);
}

/** Fails at the element that is furthest outside the tolerance. */
export function compareElements(expected: ArrayLike<number>, actual: ArrayLike<number>, tolerance: Tolerance, where: string): void {
  if (expected.length !== actual.length) throw new Mismatch(`${where}: got ${actual.length} elements, expected ${expected.length}`);
  let largest = 1;
  if (tolerance.scaled)
    for (let i = 0; i < expected.length; i++) if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!));
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i]!;
    const got = actual[i]!;
    if (Object.is(wanted, got) || wanted === got || (Number.isNaN(wanted) && Number.isNaN(got))) continue;
    const allowed = tolerance.atol * largest + tolerance.rtol * Math.abs(wanted);
    const over = Math.abs(got - wanted) / allowed;
    if (!(Number.isFinite(wanted) && over <= 1) && !(over <= excess)) [worst, excess] = [i, Number.isNaN(over) ? Infinity : over];
  }
  if (worst >= 0) throw new Mismatch(`${where}: element ${worst} of ${expected.length} is ${actual[worst]}, expected ${expected[worst]}`);
}

/** Fails where a gradient differs; null and all zeros are the same. */
export function compareGradient(expected: unknown, actual: unknown, tolerance: Tolerance, where: string): void {
  if (expected === null || expected === undefined) {
    if (isTensor(actual)) {
      const elements = actual.data();
      for (let i = 0; i < elements.length; i++)
        if (elements[i] !== 0) throw new Mismatch(`${where}: element ${i} is ${elements[i]}, expected no gradient`);
    }
  } else if (isEncoded(expected)) {
    if (isTensor(actual)) compareTensor(expected, actual, tolerance, where);
    else if (elementsOf(expected).some((element) => element !== 0)) throw new Mismatch(`${where}: got no gradient, expected one`);
  } else if (Array.isArray(expected)) {
    expected.forEach((item, index) =>
      compareGradient(item, (actual as readonly unknown[] | null | undefined)?.[index], tolerance, `${where}[${index}]`),
    );
  } else if (isRecord(expected)) {
    for (const [key, item] of Object.entries(expected)) {
      compareGradient(item, (actual as Record<string, unknown> | null | undefined)?.[key], tolerance, `${where}.${key}`);
    }
  }
}
