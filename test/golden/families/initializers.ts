import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import type { Mode } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { compareConfig } from "./config.js";

interface Statistics {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly mean_of_draws_std: number;
}

type Initializer = (shape: readonly number[], options?: { dtype?: string }) => Tensor;

/** An initializer: its exact values, or the statistics of a draw of its own. */
export function runInitializer(testCase: Case, mode: Mode): void {
  const initializer = revive(testCase["config"]) as unknown as Initializer;
  compareConfig(testCase["config"], initializer);
  const shape = testCase["shape"] as number[];
  const drawn = mode.run(() => initializer(shape, { dtype: String(testCase["dtype"]) }), []);
  if (testCase.kind === "exact") return compare(testCase["result"], drawn, tolerances.initializers.outputs, "result");
  const values = drawn.data();
  if (drawn.shape.join() !== shape.join()) throw new Mismatch(`got shape [${drawn.shape.join(", ")}], expected [${shape.join(", ")}]`);
  compareStatistics(testCase["stats"] as Statistics, values);
  const orthogonal = testCase["orthogonal"] as { gain: number } | undefined;
  if (orthogonal !== undefined) checkOrthogonal(values, shape, orthogonal.gain);
}

function compareStatistics(stats: Statistics, values: ArrayLike<number>): void {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const std = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  if (!(Math.abs(mean - stats.mean) <= 6 * stats.mean_of_draws_std + 0.02 * stats.std))
    throw new Mismatch(`mean: got ${mean}, expected ${stats.mean}`);
  // Small samples vary by more than the 3 % that large ones keep.
  const slack = Math.max(0.03, 4 / Math.sqrt(2 * all.length));
  if (!(Math.abs(std - stats.std) <= slack * stats.std)) throw new Mismatch(`standard deviation: got ${std}, expected ${stats.std}`);
  const margin = 0.15 * (stats.max - stats.min);
  const outside = all.find((value) => value < stats.min - margin || value > stats.max + margin);
  const isBounded = stats.max - stats.min < 5 * stats.std;
  if (isBounded && outside !== undefined) throw new Mismatch(`got the value ${outside}, expected ${stats.min} to ${stats.max}`);
}

/** Rows or columns, whichever are fewer, are orthogonal and of norm `gain`. */
function checkOrthogonal(values: ArrayLike<number>, shape: readonly number[], gain: number): void {
  const columns = shape.at(-1)!;
  const rows = values.length / columns;
  const count = Math.min(rows, columns);
  const at = (vector: number, i: number): number => (rows < columns ? values[vector * columns + i]! : values[i * columns + vector]!);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
      const expected = a === b ? gain * gain : 0;
      if (Math.abs(dot - expected) > 1e-3 * Math.max(1, gain * gain))
        throw new Mismatch(`vectors ${a} and ${b}: their product is ${dot}, expected ${expected}`);
    }
  }
}
