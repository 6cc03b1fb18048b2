// Which class or function a name in a Keras config means. Each class registers itself where it is declared;
// this file knows no class.

import { didYouMean, StateError, text, UnknownNameError } from "../core/errors.js";
import { customObject, ownNameOf, registeredNameOf } from "./custom-objects.js";
import type { Config, Envelope } from "./json.js";
import { classToSnakeCase } from "./names.js";

/** A class whose objects Keras configs describe. */
export interface Deserializable<T = object> {
  readonly prototype: T;
  fromConfig(config: Config): T;
}

/** Something a config can name. */
export type Entry =
  | { readonly kind: "class"; readonly module: string; readonly name: string; readonly value: Deserializable }
  | { readonly kind: "function"; readonly module: string; readonly name: string; readonly value: (...args: never[]) => unknown };

const modules = new Map<string, Map<string, Entry>>();
const entries = new WeakMap<object, Entry>();

function add(entry: Entry): void {
  let names = modules.get(entry.module);
  if (names === undefined) modules.set(entry.module, (names = new Map()));
  refuseSecond(`the registry of ${entry.module}`, entry.name, names.get(entry.name)?.value, entry.value);
  names.set(entry.name, entry);
  // The first registration is the name an object is saved under; later ones are other names to find it by.
  if (!entries.has(entry.value)) entries.set(entry.value, entry);
}

/** Of one name there is one meaning: the same value again is nothing new, another is an error. @throws StateError */
export function refuseSecond(registry: string, name: string, present: unknown, added: unknown): void {
  if (present === undefined || present === added) return;
  throw new StateError(registry, {
    given: `a second meaning of ${text(name)}: ${text(added)}`,
    expected: `a name that means nothing yet (it means ${text(present)})`,
    hint: "Register each name once, where its class or function is declared.",
  });
}

/**
 * Makes classes known by their Keras names: `registerClasses("keras.layers", { Dense })`. The names are keys, not
 * `class.name`, so that they survive minification; and the classes get them back, where a bundler had to tell the loss
 * BinaryCrossentropy from the metric.
 */
export function registerClasses(module: string, classes: Readonly<Record<string, Deserializable>>): void {
  for (const [name, value] of Object.entries(classes)) {
    if (typeof value === "function" && !entries.has(value)) Object.defineProperty(value, "name", { value: name });
    add({ kind: "class", module, name, value });
  }
}

/** Makes functions known by their Keras names: `registerFunctions("keras.losses", { mean_squared_error: meanSquaredError })`. */
export function registerFunctions(module: string, functions: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  for (const [name, value] of Object.entries(functions)) add({ kind: "function", module, name, value });
}

let missing: () => Promise<unknown> = async () => {};

/** Says how classes come of which the program has none yet, since a bundler dropped them. */
export function setMissing(load: () => Promise<unknown>): void {
  missing = load;
}

/** Brings all classes that a config from elsewhere may name. */
export const loadMissing = async (): Promise<void> => void (await missing());

/** The registration of a class or function, where it has one. */
export function entryOf(value: object): Entry | undefined {
  return entries.get(value);
}

/** The entry of a class of ours; undefined for one that the user registered. */
export const entryOfOurs = (type: object): Entry | undefined => (registeredNameOf(type) === undefined ? entryOf(type) : undefined);

/**
 * Whether an object and what its options hold are of classes and functions that are registered here: then no code of the user's runs in its
 * methods.
 */
export function isOursAlone(object: { readonly options?: object }): boolean {
  if (!entries.has(object.constructor) || Object.hasOwn(object, "call")) return false;
  for (const value of Object.values(object.options ?? {})) if (!isOurs(value)) return false;
  return true;
}

function isOurs(value: unknown): boolean {
  if (typeof value === "function") {
    return entries.has(value) || (value.constructor !== Function && isOursAlone(value as unknown as { readonly options?: object }));
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every(isOurs);
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).every(isOurs) : entries.has(value.constructor);
}

/** Classes that Keras's sources call otherwise than its users do; paths in files and automatic names come from there. */
export const sourceName: unique symbol = Symbol("sourceName");

/** What Keras's source calls the class of an object, which names it in files. */
export const sourceNameOf = (object: object): string =>
  (object.constructor as { readonly [sourceName]?: string })[sourceName] ?? classNameOf(object);

/** The class name of an object: its Keras name, or the name of a class of the user's own, which a registration decides first. */
export function classNameOf(object: object): string {
  const constructor = object.constructor;
  return entries.get(constructor)?.name ?? registeredNameOf(constructor)?.split(">").at(-1) ?? ownNameOf(constructor);
}

/**
 * What a config's `module` and name mean. A public module is taken at its word; one of Keras's own sources
 * (`keras.src.backend.torch.optimizers.torch_adam`) is found by the family among its parts, and a name without a module
 * where only one family has it.
 */
export function lookUp(module: string | null | undefined, name: string): Entry | undefined {
  const exact = modules.get(module ?? "")?.get(name);
  if (exact !== undefined) return exact;
  const holders = [...modules.values()].flatMap((names) => names.get(name) ?? []);
  if (module === null || module === undefined || module === "builtins") return holders.length === 1 ? holders[0] : undefined;
  if (!module.startsWith("keras.src.")) return undefined;
  const parts = new Set(module.split("."));
  const ofFamily = holders.filter((entry) => entry.module !== "keras" && parts.has(entry.module.split(".").at(-1)!));
  return ofFamily.length === 1 ? ofFamily[0] : undefined;
}

/** The entry that an envelope names; custom objects come first, as in Keras. @throws UnknownNameError where nothing has that name */
export function entryFor(envelope: Envelope): Entry {
  const isFunction = envelope.class_name === "function";
  const name = isFunction ? String(envelope.config) : envelope.class_name;
  const registeredName = envelope.registered_name ?? name;
  const custom = customObject(registeredName) ?? (isFunction || registeredName !== name ? customObject(name) : undefined);
  if (custom !== undefined) {
    const registered = { module: "", name, value: custom };
    return "fromConfig" in custom
      ? { ...registered, kind: "class", value: custom as unknown as Deserializable }
      : { ...registered, kind: "function", value: custom as (...args: never[]) => unknown };
  }
  const entry = lookUp(envelope.module, name);
  if (entry !== undefined) return entry;
  const known = [...(modules.get(envelope.module ?? "")?.keys() ?? [...modules.values()].flatMap((names) => [...names.keys()]))];
  throw new UnknownNameError("keras.saving.deserializeKerasObject", {
    given: `the ${isFunction ? "function" : "class"} ${text((envelope.module ?? null) === null ? name : `${envelope.module}.${name}`)}`,
    expected: "a class or function of Keras, or a custom object that is registered",
    hint:
      didYouMean(name, known) ??
      "Register it with keras.saving.registerKerasSerializable, or pass it in customObjects. What a bundler dropped of Keras is there once the " +
        "program names it.",
  });
}

/** Names under which a family of Keras finds a class from a string. */
export type Spelling = (className: string) => readonly string[];

/** `"GlorotUniform"` and `"glorot_uniform"`. */
export const classAndSnakeCase: Spelling = (name) => [name, classToSnakeCase(name)];

/** `"GlorotUniform"` alone. */
export const className: Spelling = (name) => [name];

/** `"rmsprop"` for `RMSprop`. */
export const lowerCase: Spelling = (name) => [name.toLowerCase()];

/** The registered name of a class of the user's own: its package and name where it was registered, else its name. */
export function customNameOf(constructor: { readonly name: string }): string {
  return registeredNameOf(constructor) ?? ownNameOf(constructor);
}

const told = new WeakSet<object>();

/** Warns once of a class whose name in a file may be another one in the next build. */
export function warnOfMinified(constructor: { readonly name: string }): void {
  if (registeredNameOf(constructor) !== undefined || Object.hasOwn(constructor, "className")) return;
  if (!/^[A-Za-z_$][\w$]?$/.test(constructor.name) || told.has(constructor)) return;
  told.add(constructor);
  console.warn(
    `kerasm: a class is saved under the name ${text(constructor.name)}, which a minifier seems to have made: the next build may make another. ` +
      'Give it one that stays: static className = "MyLayer", or keras.saving.registerKerasSerializable("my_package>MyLayer")(…).',
  );
}
