// What checkpoints walk. An object is saved if it leads to variables, or to objects that save a state of their own. Nothing has to be
// registered: the fields of an object are its children, unless it says otherwise.

import { toSnakeCase } from "../config/names.js";
import type { TensorLike } from "../core/convert.js";
import { checkRecord } from "../core/options.js";
import { Tensor } from "../core/tensor.js";
import { CheckpointError } from "./error.js";
import { Variable } from "../variables/variable.js";

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

/** Whether a checkpoint can never save anything of a value, whatever comes: it is a value itself, or a generator. */
export const isLost = (value: unknown): boolean => !isObject(value) || isData(value) || isGenerator(value);

/** A generator or another iterator of JavaScript's own: nothing can be seen of where it stands. */
const isGenerator = (object: object): boolean =>
  "next" in object &&
  (Symbol.iterator in object || Symbol.asyncIterator in object) &&
  !isSaveable(object) &&
  Object.keys(object).length === 0;

/** Whether an object may stand for variables that come later, or says itself what it holds: then that it has none is no news. */
export const mayComeToHold = (object: object): boolean =>
  children in object || kerasState in object || Array.isArray(object) || object instanceof Map || object instanceof Set || isPlain(object);

const isPlain = (object: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(object));

/** How far a list is looked into for an object; one with none in front is data, of any size. */
const LOOKED_INTO = 64;

function entriesOf(object: object): Iterable<Child> {
  if (children in object) return (object as { [children](): Iterable<Child> })[children]();
  if (Array.isArray(object)) return object.slice(0, LOOKED_INTO).some((item) => isObject(item) || item == null) ? fieldsOf(object) : [];
  if (object instanceof Map) return Array.from(object, ([key, value], i) => [typeof key === "string" ? key : `${i}`, value]);
  if (object instanceof Set) return Array.from(object, (value, i) => [`${i}`, value]);
  return fieldsOf(object);
}

/** An object's state as Keras's files have it. */
export interface KerasState {
  /** What the file calls it, beside its path. */
  readonly name: string;
  /** Its own variables, in Keras's order: they are called 0, 1, 2, … */
  readonly variables: readonly Variable[];
  /** What is to be done after the variables were loaded. */
  readonly loaded?: () => void;
  /** What it holds, in Keras's order (`partsByName`): fields and what they hold. Fields stand in files in snake_case. */
  readonly parts: Iterable<Child>;
  /** What is written in the place of a variable: a kernel with its adaptation. */
  readonly merged?: ReadonlyMap<Variable, () => Tensor>;
  /**
   * Variables by name that make a load exact where Keras's files have something merged. They stand beside what Keras reads; where a file
   * has none of them, those that are none of `variables` become zeros, as in Keras.
   */
  readonly beside?: Readonly<Record<string, Variable>>;
}

/** Objects that Keras's files save say so by this method: layers, optimizers and metrics. */
export const kerasState: unique symbol = Symbol.for("kerasm.kerasState");

/** Parts in the order in which Keras visits them, which decides where a shared one is saved: by name, those that begin with _ last. */
export function partsByName(parts: Iterable<Child>): Child[] {
  const key = (name: string) => (name.startsWith("_") ? `~${name}` : name);
  const named = Array.from(parts, ([name, part]) => [toSnakeCase(name), part] as const);
  return named.sort(([a], [b]) => (key(a) < key(b) ? -1 : 1));
}

/** An object with a state for Keras's files, and what it may do itself. */
export interface KerasSaveable {
  [kerasState](): KerasState;
  /** Writes variables of its own: `store.kernel = this.kernel`. Keras: save_own_variables */
  saveOwnVariables?(store: Record<string, TensorLike>): void;
  /** Takes over what `saveOwnVariables` wrote. Keras: load_own_variables */
  loadOwnVariables?(store: Readonly<Record<string, Tensor>>): void;
  /** Adds files beside the weights, by name: text or bytes. Keras: save_assets */
  saveAssets?(assets: Record<string, string | Uint8Array>): void;
  /** Takes over what `saveAssets` wrote. Keras: load_assets */
  loadAssets?(assets: Readonly<Record<string, Uint8Array>>): void;
}

/** Methods that every object of Keras has: their objects are saved as `kerasState` says, and can be planned before anything changes. */
const usual = new WeakSet<object>();

/** Whether an object's class writes its variables in a way of its own. */
export const savesByItself = ({ saveOwnVariables }: KerasSaveable): boolean =>
  saveOwnVariables !== undefined && !usual.has(saveOwnVariables);

/** Whether an object's class reads its variables in a way of its own. */
export const loadsByItself = ({ loadOwnVariables }: KerasSaveable): boolean =>
  loadOwnVariables !== undefined && !usual.has(loadOwnVariables);

/**
 * Gives a class what its objects are saved by: variables without those of what an object holds, under 0, 1, 2, … A class of one's own may
 * have other methods and call these as `super.saveOwnVariables(store)`. They are not declared, so that one may write them without
 * `override`.
 */
export function addUsualMethods(prototype: object): void {
  const methods = {
    saveOwnVariables(this: KerasSaveable, store: Record<string, TensorLike>): void {
      const { name, variables, merged } = this[kerasState]();
      checkRecord(`${name}.saveOwnVariables`, store, "an object that takes values by name");
      variables.forEach((variable, i) => (store[`${i}`] = merged?.get(variable)?.() ?? variable.value()));
    },
    loadOwnVariables(this: KerasSaveable, store: Readonly<Record<string, TensorLike>>): void {
      const { name, variables } = this[kerasState]();
      checkRecord(`${name}.loadOwnVariables`, store, "values by name, as saveOwnVariables writes them");
      const count = Object.keys(store).length;
      if (count !== variables.length || variables.some((_, i) => !(`${i}` in store)))
        throw new CheckpointError(`${name}.loadOwnVariables`, {
          given: `${count} variables`,
          expected: `${variables.length}, under 0, 1, 2, …`,
        });
      variables.forEach((variable, i) => variable.assign(store[`${i}`]!));
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
    usual.add(value);
  }
}

export const isKerasSaveable = (value: unknown): value is KerasSaveable & object =>
  (typeof value === "object" || typeof value === "function") && value !== null && kerasState in value;
