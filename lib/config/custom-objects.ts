import { didYouMean, text, ValueError } from "../core/errors.js";

// Classes and functions of the user's own: registered for the process, or handed over for the length of one call.

/** A class or function that a config can name. */
export type CustomObject = object & { readonly name: string };

/** Custom objects by the name that configs use. */
export type CustomObjects = Readonly<Record<string, CustomObject>>;

const registered = new Map<string, CustomObject>();
const names = new WeakMap<object, string>();
let scope: CustomObjects = {};

/**
 * Makes a class or function known to saving and loading as `package>name`.
 *
 * ```ts
 * class Antirectifier extends keras.layers.Layer { … }
 * keras.saving.registerKerasSerializable(Antirectifier, { package: "my_package" });
 * ```
 *
 * @param options  `package`, by default "Custom"; `name`, by default the object's own
 * @returns what was given
 */
export function registerKerasSerializable<T extends CustomObject>(object: T, options: { package?: string; name?: string } = {}): T {
  const name = options.name ?? object.name;
  if (name === "") {
    throw new ValueError("keras.saving.registerKerasSerializable", { given: "an object without a name", expected: "the option name" });
  }
  const key = `${options.package ?? "Custom"}>${name}`;
  registered.set(key, object);
  names.set(object, key);
  return object;
}

/** Runs `body` with these custom objects known; they replace those of an outer scope. */
export function customObjectScope<T>(objects: CustomObjects, body: () => T): T {
  const outer = scope;
  scope = { ...outer, ...objects };
  try {
    return body();
  } finally {
    scope = outer;
  }
}

/** The objects that `registerKerasSerializable` was given, by registered name. */
export function getCustomObjects(): CustomObjects {
  return Object.fromEntries(registered);
}

/** The object of that name in the scope or among the registered ones. */
export function customObject(name: string): CustomObject | undefined {
  return Object.hasOwn(scope, name) ? scope[name] : registered.get(name);
}

/** `package>name` of an object that was registered. */
export function registeredNameOf(object: object): string | undefined {
  return names.get(object);
}

/** The registered object of that name. @throws ValueError where there is none */
export function getRegisteredObject(name: string): CustomObject {
  const object = customObject(name);
  if (object !== undefined) return object;
  const known = [...Object.keys(scope), ...registered.keys()];
  const hint = didYouMean(name, known);
  throw new ValueError("keras.saving.getRegisteredObject", {
    given: text(name),
    expected: known.length === 0 ? "a registered name (none is registered)" : `one of ${known.join(", ")}`,
    ...(hint === undefined ? {} : { hint }),
  });
}
