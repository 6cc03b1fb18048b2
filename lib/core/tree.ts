// Nested arrays and records: what users pass as structures of tensors. The one walker: arrays go by index, records by their sorted keys,
// which is Keras's order; what is made anew keeps the order in which a record's keys stood.

import { ArgumentError } from "./errors.js";

export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** Where a leaf stands: `["x", 0]`. */
export type Path = readonly (string | number)[];

/** Gives the values that an object is made of and how to make one like it of others: a value for each replica. */
export const parts: unique symbol = Symbol.for("kerasm.parts") as never;

export interface Composite {
  [parts](): { readonly values: readonly unknown[]; like(values: readonly unknown[]): unknown };
}

export const isComposite = (value: unknown): value is Composite => typeof value === "object" && value !== null && parts in value;

/** Whether a value is an object literal: not an instance of a class, an array or null. */
export const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Whether a value is a node of a tree: a plain array or a plain record. */
export const isBranch = (value: unknown): value is readonly unknown[] | Record<string, unknown> => Array.isArray(value) || isRecord(value);

/** How deep structures may be nested: beyond that they hold themselves, or came from somebody who means ill. */
export const MAX_DEPTH = 500;

/** The first leaf of nested arrays; what is left of them where they are nested too deep, or hold themselves. */
export function firstLeaf(value: unknown): unknown {
  for (let depth = 0; Array.isArray(value) && depth <= MAX_DEPTH; depth++) value = value[0];
  return value;
}

function tooDeep(where = "structure"): never {
  throw new ArgumentError(where, {
    given: `nesting more than ${MAX_DEPTH} deep, or a structure that holds itself`,
    expected: "a tree",
  });
}

/**
 * Checks that arrays and records end somewhere. Arrays of numbers are not looked through.
 *
 * @throws ArgumentError for what holds itself, or is nested too deep
 */
export function checkDepth(where: string, value: unknown, depth = 0): void {
  if (depth > MAX_DEPTH) tooDeep(where);
  if (Array.isArray(value)) {
    if (typeof value[0] !== "number") for (const each of value) checkDepth(where, each, depth + 1);
  } else if (isRecord(value)) for (const key in value) checkDepth(where, value[key], depth + 1);
}

/** The keys of a record in the order in which its items are visited. */
const keysOf = (record: Record<string, unknown>): readonly string[] => {
  const keys = Object.keys(record);
  return keys.length > 1 ? keys.sort() : keys;
};

/** A record with the items of `made` under its own keys, in their own order. */
function recordLike<U>(record: Record<string, unknown>, made: (key: string) => U): Record<string, U> {
  const keys = Object.keys(record);
  if (keys.length < 2) return keys.length === 0 ? {} : { [keys[0]!]: made(keys[0]!) };
  const items = new Map([...keys].sort().map((key) => [key, made(key)]));
  return Object.fromEntries(keys.map((key) => [key, items.get(key)!]));
}

/** The same structure with every leaf replaced. @throws ArgumentError for one that holds itself */
export function mapTree<T, U>(tree: Tree<T>, leaf: (value: T) => U, depth = 0): Tree<U> {
  if (depth > MAX_DEPTH) tooDeep();
  if (Array.isArray(tree)) return tree.map((item: Tree<T>) => mapTree(item, leaf, depth + 1));
  if (isRecord(tree)) return recordLike(tree, (key) => mapTree(tree[key] as Tree<T>, leaf, depth + 1));
  return leaf(tree as T);
}

/** The same structure with every leaf replaced, by what it is and where it stands. @throws ArgumentError for one that holds itself */
export function mapTreeWithPath<T, U>(tree: Tree<T>, leaf: (value: T, path: Path) => U, path: Path = []): Tree<U> {
  if (path.length > MAX_DEPTH) tooDeep();
  if (Array.isArray(tree)) return tree.map((item: Tree<T>, i) => mapTreeWithPath(item, leaf, [...path, i]));
  if (isRecord(tree)) return recordLike(tree, (key) => mapTreeWithPath(tree[key] as Tree<T>, leaf, [...path, key]));
  return leaf(tree as T, path);
}

/** The leaves in order. @throws ArgumentError for a structure that holds itself */
export function leaves<T>(tree: Tree<T>): T[];
export function leaves<T>(tree: unknown): T[];
export function leaves<T>(tree: unknown): T[] {
  const all: T[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) tooDeep();
    if (Array.isArray(value)) for (const item of value) visit(item, depth + 1);
    else if (isRecord(value)) for (const key of keysOf(value)) visit(value[key], depth + 1);
    else all.push(value as T);
  };
  visit(tree, 0);
  return all;
}

/** The leaves in order, each with where it stands. */
export function leavesWithPath<T>(tree: Tree<T>): { path: Path; leaf: T }[] {
  const all: { path: Path; leaf: T }[] = [];
  mapTreeWithPath<T, void>(tree, (leaf, path) => void all.push({ path, leaf }));
  return all;
}

/** The structure of `like` with new leaves, given in the order of `leaves`. */
export function unflatten<U>(like: Tree<unknown>, flat: readonly U[]): Tree<U> {
  let next = 0;
  return mapTree(like, () => flat[next++]!);
}

/** Whether two structures have the same arrays and keys. */
export function sameStructure(a: unknown, b: unknown): boolean {
  if (!isBranch(a) || !isBranch(b)) return !isBranch(a) && !isBranch(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameStructure(item, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameStructure(at(a, [key]), at(b, [key])));
}

/** What stands at a path; undefined where there is nothing. */
export function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key], tree);
}

/** A path as messages show it: `x[0].image`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`), "");
