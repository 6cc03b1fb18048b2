// The einsum equations of attention with projections, for any number of axes.

import type { Projection } from "./projected-attention.js";

const letter = (index: number): string => String.fromCharCode(97 + index);
const letters = (from: number, count: number): string => Array.from({ length: count }, (_, i) => letter(from + i)).join("");

/** `[free…, bound…]` to `[free…, output…]`, the kernel `[bound…, output…]`. */
export function projection(free: number, bound: number, outputSizes: readonly number[]): Projection {
  const [kept, summed, made] = [letters(0, free), letters(free, bound), letters(free + bound, outputSizes.length)];
  return {
    equation: `${kept}${summed},${summed}${made}->${kept}${made}`,
    outputShape: [...Array.from({ length: free - 1 }, () => null), ...outputSizes],
    biasAxes: made,
  };
}

/** The equations of attention on `[batch…, length…, heads, size]`. */
export interface ScoreEquations {
  /** Scores of key and query. */
  readonly product: string;
  /** Scores and value to output. */
  readonly combination: string;
  readonly scoreRank: number;
}

/** @param axes  those that attention goes along; the others, heads among them, are batch axes */
export function scoreEquations(rank: number, axes: readonly number[]): ScoreEquations {
  const target = letters(0, rank);
  const source = [...target]
    .map((own, axis) => (axes.includes(axis) ? letter(rank + axes.filter((each) => each < axis).length) : own))
    .join("");
  const batch = [...target].filter((_, axis) => axis !== rank - 1 && !axes.includes(axis)).join("");
  const at = (names: string): string => axes.map((axis) => names[axis]!).join("");
  const scores = batch + at(target) + at(source);
  return { product: `${source},${target}->${scores}`, combination: `${scores},${source}->${target}`, scoreRank: scores.length };
}
