// Nested arrays and records: what users pass as structures of tensors.

import { ArgumentError } from "./errors.js";

export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** Gives the values that an object is made of and how to make one like it of others: a value for each replica. */
export const parts: unique symbol = Symbol.for("kerasm.parts") as never;

export interface Composite {
  [parts](): { readonly values: readonly unknown[]; like(values: readonly unknown[]): unknown };
}

export const isComposite = (value: unknown): value is Composite => typeof value === "object" && value !== null && parts in value;

const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Whether a value is a node of a tree: a plain array or a plain record. */
export const isBranch = (value: unknown): value is readonly unknown[] | Record<string, unknown> => Array.isArray(value) || isRecord(value);

/** How deep structures may be nested: beyond that they hold themselves, or came from somebody who means ill. */
export const MAX_DEPTH = 500;

/** The same structure with every leaf replaced; records keep their order of keys. */
export function mapTree<T, U>(tree: Tree<T>, leaf: (value: T, path: string) => U, path = "", depth = 0): Tree<U> {
  if (depth > MAX_DEPTH) {
    throw new ArgumentError("structure", {
      given: `nesting more than ${MAX_DEPTH} deep, or a structure that holds itself`,
      expected: "a tree",
    });
  }
  if (Array.isArray(tree)) return tree.map((each: Tree<T>, i) => mapTree(each, leaf, `${path}[${i}]`, depth + 1));
  if (isRecord(tree))
    return Object.fromEntries(
      Object.entries(tree).map(([key, each]) => [key, mapTree(each as Tree<T>, leaf, path ? `${path}.${key}` : key, depth + 1)]),
    );
  return leaf(tree as T, path);
}

/** The leaves in order: arrays by index, records by their order of keys. */
export function leaves<T>(tree: Tree<T>): T[] {
  const all: T[] = [];
  mapTree(tree, (leaf) => all.push(leaf));
  return all;
}

/** The structure of `like` with new leaves, given in the order of `leaves`. */
export function unflatten<U>(like: Tree<unknown>, flat: readonly U[]): Tree<U> {
  let next = 0;
  return mapTree(like, () => flat[next++]!);
}
