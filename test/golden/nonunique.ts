import type { Case } from "./cases.js";
import { compare, compareElements, type Tolerance } from "./compare.js";
import { Mismatch } from "./outcome.js";
import { elementsOf, type Encoded, isEncoded } from "./values.js";

/** Compares a result that is determined only up to sign or order. */
export function compareUpToChoice(testCase: Case, result: unknown, tolerance: Tolerance): void {
  if (testCase["function"] === "argpartition") return comparePartition(testCase, result as { data(): ArrayLike<number> }, tolerance);
  compareUpToSign(testCase["result"], result, tolerance, "result");
}

/** Factors of a decomposition may change sign column by column: their absolute values may not. */
function compareUpToSign(expected: unknown, actual: unknown, tolerance: Tolerance, where: string): void {
  if (Array.isArray(expected)) {
    expected.forEach((item, index) => compareUpToSign(item, (actual as readonly unknown[])[index], tolerance, `${where}[${index}]`));
  } else if (isEncoded(expected) && expected.dtype === "float32") {
    const tensor = actual as { shape: readonly number[]; data(): ArrayLike<number> };
    if (tensor.shape.join() !== expected.shape.join())
      throw new Mismatch(`${where}: got shape [${tensor.shape.join(", ")}], expected [${expected.shape.join(", ")}]`);
    const absolute = (values: ArrayLike<number>): number[] => Array.from(values, Math.abs);
    compareElements(absolute(elementsOf(expected)), absolute(tensor.data()), { ...tolerance, atol: tolerance.atol * 10 }, where);
  } else {
    compare(expected, actual, tolerance, where);
  }
}

/** The kth element is in its place, smaller ones stand before it, larger ones behind; rows along the last axis. */
function comparePartition(testCase: Case, result: { data(): ArrayLike<number> }, tolerance: Tolerance): void {
  const { x, kth, axis = -1 } = testCase["args"] as { x: Encoded; kth: number; axis?: number };
  const expected = testCase["result"] as Encoded;
  const last = x.shape.length - 1;
  if (axis !== -1 && axis !== last) return compare(expected, result, tolerance, "result");
  const length = x.shape[last]!;
  const values = elementsOf(x);
  const picked = (indices: ArrayLike<number>, row: number): number[] =>
    Array.from({ length }, (_, i) => values[row * length + indices[row * length + i]!]!);
  const [wanted, got] = [elementsOf(expected), result.data()];
  for (let row = 0; row < values.length / length; row++) {
    const parts = [wanted, got]
      .map((indices) => picked(indices, row))
      .map((all) => [all.slice(0, kth), all.slice(kth, kth + 1), all.slice(kth + 1)]);
    for (const part of [0, 1, 2]) {
      const [a, b] = parts.map((sides) => sides[part]!.sort((p, q) => p - q)) as [number[], number[]];
      compareElements(a, b, tolerance, `result, row ${row}`);
    }
  }
}
