import { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";

// What checkpoints walk. An object is saved if it leads to variables, or to objects that save a state of their own. Nothing has to be
// registered: the fields of an object are its children, unless it says otherwise.

/** Something that a checkpoint saves beside variables: the position of a dataset, a counter of one's own. */
export interface Saveable {
  /** What is to be saved, as JSON. */
  saveState(): unknown;
  /** Takes over what `saveState` gave, in this process or another. */
  loadState(state: never): void;
}

/** A name and what it stands for. */
export type Child = readonly [name: string, child: unknown];

/**
 * The children of an object for checkpoints, where its fields are not all of them:
 *
 * ```ts
 * *[children]() { yield* fieldsOf(this); yield ["variables", this.#variables] as const; }
 * ```
 */
export const children: unique symbol = Symbol.for("kerasm.children");

/** The fields of an object by name. */
export const fieldsOf = (object: object): Child[] => Object.entries(object);

export const isSaveable = (object: object): object is Saveable =>
  "saveState" in object && typeof object.saveState === "function" && "loadState" in object && typeof object.loadState === "function";

/** What holds no children: values, and data of any size. */
const isData = (object: object): boolean =>
  object instanceof Tensor || ArrayBuffer.isView(object) || object instanceof ArrayBuffer || object instanceof Promise;

/** What a checkpoint could save or look into; plain functions are neither, layers and metrics, which can be called, are. */
const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || (typeof value === "function" && Object.getPrototypeOf(value) !== Function.prototype);

/** The children of an object that may lead to something to save. */
export function childrenOf(object: object): (readonly [name: string, child: object])[] {
  if (object instanceof Variable || isSaveable(object)) return [];
  return [...entriesOf(object)].filter((entry): entry is readonly [string, object] => isObject(entry[1]) && !isData(entry[1]));
}

function entriesOf(object: object): Iterable<Child> {
  if (children in object) return (object as { [children](): Iterable<Child> })[children]();
  // A list that begins with a number or a string is data.
  if (Array.isArray(object)) return isObject(object[0]) || object[0] == null ? fieldsOf(object) : [];
  if (object instanceof Map) return Array.from(object, ([key, value], i) => [typeof key === "string" ? key : `${i}`, value]);
  if (object instanceof Set) return Array.from(object, (value, i) => [`${i}`, value]);
  return fieldsOf(object);
}
