// A layer's state is found by looking at its fields: what is assigned is tracked, nothing has to be registered.

import { isRecord } from "../../core/tree.js";

/**
 * Calls `visit` for every object that the fields of `owner` hold, directly or inside arrays, records, maps and sets,
 * in the order in which the fields were made. `visit` says whether it knows the object; others are left alone.
 */
export function visitFields(owner: object, visit: (value: object) => void): void {
  let seen: Set<object> | null = null;
  for (const key of Object.keys(owner)) {
    const value = (owner as Record<string, unknown>)[key];
    if ((typeof value === "object" && value !== null) || typeof value === "function") look(value, visit, (seen ??= new Set()));
  }
}

/** The name under which an owner has a number that changes when weights or layers come or go that none of its fields holds. */
export const revision: unique symbol = Symbol("revision");

/** Tells `see` of every field and of what it holds: names, plain values, and the objects that `visitFields` finds, in one order. */
export function eachField(owner: object, see: (value: unknown) => void): void {
  for (const key of Object.keys(owner)) {
    const value = (owner as Record<string, unknown>)[key];
    see(key);
    if (typeof value !== "object" || value === null || !mayHold(value)) see(value);
    else {
      let count = 0;
      look(
        value,
        (held) => {
          count++;
          see(held);
        },
        new Set(),
      );
      see(count);
    }
  }
}

/** Whether `look` looks inside. */
const mayHold = (value: object): boolean => Array.isArray(value) || value instanceof Map || value instanceof Set || isRecord(value);

let found: Map<object, unknown> | null = null;

/** Runs the body, while which no layer's fields come to hold anything else: each is looked through once. */
export function whileUnchanged<T>(body: () => T): T {
  if (found) return body();
  found = new Map();
  try {
    return body();
  } finally {
    found = null;
  }
}

/** What `look` finds in the fields of `owner`; while nothing changes, what it found before. */
export function foundIn<T>(owner: object, look: () => T): T {
  if (!found) return look();
  if (!found.has(owner)) found.set(owner, look());
  return found.get(owner) as T;
}

function look(value: unknown, visit: (value: object) => void, seen: Set<object>): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) {
    // Long arrays of numbers are data, not structure.
    if (typeof value[0] !== "number") for (const item of value) look(item, visit, seen);
  } else if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) look(item, visit, seen);
  } else if (isRecord(value)) {
    for (const item of Object.values(value)) look(item, visit, seen);
  } else visit(value);
}
