// Batches cut into the parts of replicas.

import { ArgumentError } from "../core/errors.js";
import type { Group } from "../core/replicas.js";
import { Strings } from "../core/strings.js";
import { Tensor } from "../core/tensor.js";
import { isComposite, leaves, mapTree, type Tree } from "../core/tree.js";
import { slice } from "../ops/indexing/slice.js";

/** The lengths of parts of a batch: its length divided by the number of parts, rounded up, as far as it goes. */
export function shares(length: number, count: number): number[] {
  let rest = length;
  return Array.from({ length: count }, (_, i) => {
    const own = Math.min(rest, Math.ceil(length / count));
    rest -= own;
    return own;
  });
}

const warned = new Set<string>();

/** Warns once where replicas have nothing to do in full batches. */
export function checkGlobalBatch(where: string, full: number, count: number): void {
  const key = `${full} for ${count}`;
  if (full >= count || warned.has(key)) return;
  warned.add(key);
  console.warn(
    `${where}: given a global batch of ${full} for ${count} replicas; expected one sample for each at least. Some have empty shares.`,
  );
}

/** Ragged and sparse tensors have rows of their own. */
interface Rows {
  readonly shape: readonly (number | null)[];
  gather(rows: readonly number[]): unknown;
}

const hasRows = (leaf: unknown): leaf is Rows => isComposite(leaf) && "gather" in leaf && "shape" in leaf;
const isDivisible = (leaf: unknown): leaf is Tensor | Strings | Rows => leaf instanceof Tensor || leaf instanceof Strings || hasRows(leaf);

/** The rows of an element that are one replica's. @throws ArgumentError for elements that are no batches */
export function rowsOf(element: unknown, begin: number, length: number): unknown {
  return mapTree(element as Tree<unknown>, (leaf) => {
    if (!isDivisible(leaf)) return leaf;
    if (leaf.shape.length === 0)
      throw new ArgumentError("strategy", { given: "a scalar in a batch", expected: "tensors [batch, …]", hint: "Call batch() before." });
    if (begin === 0 && length === leaf.shape[0]) return leaf;
    if (leaf instanceof Tensor)
      return slice(leaf, [begin, ...leaf.shape.slice(1).map(() => 0)], [length, ...(leaf.shape.slice(1) as number[])]);
    const rows = Array.from({ length }, (_, i) => begin + i);
    return leaf instanceof Strings ? leaf.pick(rows) : leaf.gather(rows);
  });
}

/** The length of the first axis of an element's tensors; null where it has none. */
export const batchLength = (element: unknown): number | null => leaves(element as Tree<unknown>).find(isDivisible)?.shape[0] ?? null;

/** The parts of a global batch for the replicas of this process, by replica. */
export function partsOf(element: unknown, { count, local, id }: Group): unknown[] {
  const lengths = shares(batchLength(element) ?? 0, count);
  return Array.from({ length: local }, (_, i) => {
    const begin = lengths.slice(0, id + i).reduce((sum, own) => sum + own, 0);
    return rowsOf(element, begin, lengths[id + i]!);
  });
}

/** An element in parts of these lengths, one behind the other. */
export function cut(element: unknown, lengths: readonly number[]): unknown[] {
  let begin = 0;
  return lengths.map((length) => rowsOf(element, (begin += length) - length, length));
}
