import { ArgumentError } from "../../core/errors.js";
import { isBranch, MAX_DEPTH, type Tree } from "../../core/tree.js";

// Structures of tensors in Keras's order: arrays by index, records by their sorted keys.

const sortedKeys = (record: object): string[] => Object.keys(record).sort();

/** The leaves in Keras's order. */
export function flatten<T>(tree: Tree<T> | unknown, depth = 0): T[] {
  if (!isBranch(tree)) return [tree as T];
  if (depth > MAX_DEPTH) {
    throw new ArgumentError("structure", {
      given: `nesting more than ${MAX_DEPTH} deep, or a structure that holds itself`,
      expected: "a tree",
    });
  }
  if (Array.isArray(tree)) return tree.flatMap((item: Tree<T>) => flatten<T>(item, depth + 1));
  const record = tree as { readonly [key: string]: Tree<T> };
  return sortedKeys(record).flatMap((key) => flatten<T>(record[key]!, depth + 1));
}

/** The leaves in Keras's order with where they stand: `["x", 0]`. */
export function flattenWithPath<T>(
  tree: Tree<T>,
  path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; leaf: T }[] {
  if (!isBranch(tree)) return [{ path, leaf: tree as T }];
  if (Array.isArray(tree)) return tree.flatMap((item: Tree<T>, i) => flattenWithPath(item, [...path, i]));
  const record = tree as { readonly [key: string]: Tree<T> };
  return sortedKeys(record).flatMap((key) => flattenWithPath(record[key]!, [...path, key]));
}

/** The structure of `like` with leaves in Keras's order; records keep the order of their keys. */
export function packLike<U>(like: Tree<unknown>, flat: readonly U[]): Tree<U> {
  let next = 0;
  const fill = (tree: Tree<unknown>): Tree<U> => {
    if (!isBranch(tree)) return flat[next++]!;
    if (Array.isArray(tree)) return tree.map(fill);
    const record = tree as { readonly [key: string]: Tree<unknown> };
    const filled = new Map(sortedKeys(record).map((key) => [key, fill(record[key]!)]));
    return Object.fromEntries(Object.keys(record).map((key) => [key, filled.get(key)!]));
  };
  return fill(like);
}

/** Whether two structures have the same arrays and keys. */
export function sameStructure(a: unknown, b: unknown): boolean {
  if (!isBranch(a) || !isBranch(b)) return !isBranch(a) && !isBranch(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameStructure(item, b[i]));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && sameStructure((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** The structure with every leaf replaced. */
export function mapLeaves(tree: unknown, leaf: (value: unknown) => unknown): unknown {
  if (!isBranch(tree)) return leaf(tree);
  if (Array.isArray(tree)) return tree.map((item) => mapLeaves(item, leaf));
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, mapLeaves(item, leaf)]));
}
