// Where the state of an object stands in Keras's files: paths of fields, and in lists of classes, `layers/dense_1/vars/0`. What is shared
// stands where it is met first.

import { classToSnakeCase, isPlainObject, sourceNameOf } from "../../config/index.js";
import { isKerasSaveable, type KerasSaveable, type KerasState, kerasState } from "../saveable.js";

/** An object of a file. */
export interface KerasObject {
  /** Where its state stands, without `vars`; empty for the root. */
  readonly path: string;
  readonly object: KerasSaveable & object;
  readonly state: KerasState;
}

/** The root and all that it holds, in Keras's order. */
export function kerasObjects(root: KerasSaveable & object): KerasObject[] {
  const found: KerasObject[] = [];
  const seen = new Set<object>();
  const visit = (object: KerasSaveable & object, path: string): void => {
    if (seen.has(object)) return;
    seen.add(object);
    const state = object[kerasState]();
    found.push({ path, object, state });
    for (const [name, part] of state.parts) visitPart(part, joinPath(path, name));
  };
  const visitPart = (part: unknown, path: string): void => {
    if (isKerasSaveable(part)) return visit(part, path);
    const items = itemsOf(part);
    if (!items || seen.has(part as object)) return;
    seen.add(part as object);
    const used = new Map<string, number>();
    for (const item of items) {
      const isObject = isKerasSaveable(item);
      if (!isObject && !itemsOf(item)) continue;
      const name = isObject ? classToSnakeCase(sourceNameOf(item)) : "container";
      const count = used.get(name) ?? 0;
      used.set(name, count + 1);
      visitPart(item, joinPath(path, count === 0 ? name : `${name}_${count}`));
    }
  };
  visit(root, "");
  return found;
}

const joinPath = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);

/** The items of a list or record; data is neither. */
function itemsOf(part: unknown): Iterable<unknown> | undefined {
  if (Array.isArray(part)) return typeof part[0] === "number" ? undefined : part;
  if (part instanceof Map || part instanceof Set) return part.values();
  return isPlainObject(part) ? Object.values(part) : undefined;
}
