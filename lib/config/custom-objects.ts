// Classes and functions of the user's own: registered for the process, or handed over for the length of one call.

import { checkFunction, checkOptions } from "../core/options.js";
import { switches } from "../core/defaults.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";

/** A class or function that a config can name. */
export type CustomObject = object & { readonly name: string };

/** Custom objects by the name that configs use. */
export type CustomObjects = Readonly<Record<string, CustomObject>>;

/** What is registered, by its name: the object that `getCustomObjects` gives, which users write to. */
const registered = Object.create(null) as Record<string, CustomObject>;
const names = new WeakMap<object, string>();
/** The scopes that are open, outermost first. */
let scopes: readonly CustomObjects[] = [];

/** How `registerKerasSerializable` names an object: `package>name`. */
export interface Registration {
  /** Default: "Custom". */
  package?: string;
  /** Default: the object's own. */
  name?: string;
}

/**
 * Makes a class or function known to saving and loading as `package>name`; by hand, or as a decorator of a class.
 *
 * ```ts
 * class Doubled extends keras.layers.Layer {}
 * keras.saving.registerKerasSerializable(Doubled, { package: "my_package" });
 * keras.saving.getRegisteredName(Doubled); // "my_package>Doubled"
 *
 * @keras.saving.registerKerasSerializable("my_package")
 * class Halved extends keras.layers.Layer {}
 * keras.saving.getRegisteredName(Halved); // "my_package>Halved"
 * ```
 * Minifiers change names of classes: `registerKerasSerializable("my_package>Halved")` or `static className = "Halved"` keeps them in configs,
 * names of layers and files.
 *
 * @returns what was given, or the decorator
 * @throws ValueError for an object without a name, and for a class without `getConfig`
 *
 * Keras: keras.saving.register_keras_serializable
 */
export function registerKerasSerializable(packageName?: string, name?: string): <T extends CustomObject>(object: T, context?: object) => T;
export function registerKerasSerializable(registration: Registration): <T extends CustomObject>(object: T, context?: object) => T;
export function registerKerasSerializable<T extends CustomObject>(object: T, registration?: Registration | ClassDecoratorContext): T;
export function registerKerasSerializable(first: unknown = {}, second?: unknown): unknown {
  if (typeof first === "string" || typeof first !== "function") {
    const registration = typeof first === "string" ? registrationOf(first, second) : first;
    return (object: CustomObject) => register(object, registration as Registration);
  }
  // Used as a decorator without a call, the second argument is the decorator's context.
  const isContext = typeof second === "object" && second !== null && "kind" in second;
  return register(first as unknown as CustomObject, isContext ? {} : ((second ?? {}) as Registration));
}

/** `"package"` and a name, or `"package>name"`. */
function registrationOf(first: string, name: unknown): Registration {
  const [packageName, given = name] = first.split(">");
  return { package: packageName!, ...(typeof given === "string" && { name: given }) };
}

/** What a class of the user's own is called where no bundler may change it: `static className = "Swish"`, else its own name. */
export const ownNameOf = (object: { readonly name: string }): string =>
  Object.hasOwn(object, "className") ? String((object as { className?: unknown }).className) : object.name;

function register<T extends CustomObject>(object: T, registration: Registration): T {
  const name = registration.name ?? ownNameOf(object);
  if (name === "") {
    throw new ValueError("keras.saving.registerKerasSerializable", { given: "an object without a name", expected: "the option name" });
  }
  if (/^class\b/.test(Function.prototype.toString.call(object)) && !("getConfig" in ((object as { prototype?: object }).prototype ?? {}))) {
    throw new ValueError("keras.saving.registerKerasSerializable", {
      given: `the class ${name}, which has no getConfig()`,
      expected: "a function, or a class whose objects say their config",
    });
  }
  const key = `${registration.package ?? "Custom"}>${name}`;
  registered[key] = object;
  names.set(object, key);
  return object;
}

/**
 * Runs `body` with these custom objects known; they go before those of an outer scope. Where `body` is asynchronous, the scope lasts until
 * its promise settles.
 *
 * ```ts
 * class Twice extends keras.layers.Layer {
 *   override call(x: tf.Tensor) { return x.mul(2); }
 * }
 * const config = keras.saving.serializeKerasObject(new Twice());
 * const layer = keras.saving.customObjectScope({ Twice }, () => keras.saving.deserializeKerasObject(config));
 * ```
 *
 * Keras: keras.saving.custom_object_scope
 */
export function customObjectScope<T>(customObjects: CustomObjects, body: () => T): T {
  checkFunction("customObjectScope.body", body);
  const own = { ...customObjects };
  scopes = [...scopes, own];
  const close = (): void => void (scopes = scopes.filter((scope) => scope !== own));
  let isAsynchronous = false;
  try {
    const result = body();
    if (result instanceof Promise) {
      isAsynchronous = true;
      return result.finally(close) as T;
    }
    return result;
  } finally {
    if (!isAsynchronous) close();
  }
}

/** Whether files may name code only by what is registered; set for the length of a load. */
let safe: boolean | null = null;

/** Whether what a config describes is built in safe mode: the default. */
export const inSafeMode = (): boolean => safe ?? !switches.unsafeDeserialization;

/** Runs what reads a file with safe mode on or off. Synchronous: configs are read at once. */
export function safeModeScope<T>(mode: boolean, body: () => T): T {
  const before = safe;
  safe = mode && !switches.unsafeDeserialization;
  try {
    return body();
  } finally {
    safe = before;
  }
}

/** The custom objects of all open scopes, by name: what a call keeps that goes on later. */
export const currentCustomObjects = (): CustomObjects => Object.assign({}, ...scopes) as CustomObjects;

/**
 * The objects that `registerKerasSerializable` was given, by registered name: the record itself, so that what is written to it is known,
 * and what is deleted from it is not.
 *
 * ```ts
 * class Thrice extends keras.layers.Layer {}
 * keras.saving.registerKerasSerializable("mine")(Thrice);
 * keras.saving.getCustomObjects()["mine>Thrice"] === Thrice; // true
 * ```
 *
 * Keras: keras.saving.get_custom_objects
 */
export function getCustomObjects(): Record<string, CustomObject> {
  return registered;
}

/** The object of that name in the scope or among the registered ones. */
export function customObject(name: string): CustomObject | undefined {
  const scope = scopes.findLast((each) => Object.hasOwn(each, name));
  return scope ? scope[name] : registered[name];
}

/** `package>name` of an object that was registered. */
export const registeredNameOf = (object: object): string | undefined => names.get(object);

/**
 * `package>name` of an object that was registered, and the own name of one that was not.
 *
 * ```ts
 * class Twice extends keras.layers.Layer {}
 * keras.saving.getRegisteredName(Twice); // "Twice"
 * keras.saving.registerKerasSerializable("mine")(Twice);
 * keras.saving.getRegisteredName(Twice); // "mine>Twice"
 * ```
 *
 * Keras: keras.saving.get_registered_name
 *
 * @throws ArgumentError for what is no class and no function
 */
export function getRegisteredName(obj: CustomObject): string {
  if (typeof obj === "function") return names.get(obj) ?? ownNameOf(obj);
  throw new ArgumentError("keras.saving.getRegisteredName", { given: text(obj), expected: "a class or a function" });
}

/**
 * What a name means: in the scopes that are open, among what is registered, in `customObjects`, in `moduleObjects`; null where it means
 * nothing.
 *
 * ```ts
 * class Twice extends keras.layers.Layer {}
 * keras.saving.getRegisteredObject("Twice", { customObjects: { Twice } }) === Twice; // true
 * keras.saving.getRegisteredObject("Never"); // null
 * ```
 *
 * Keras: keras.saving.get_registered_object
 */
export function getRegisteredObject(
  name: string,
  options: { readonly customObjects?: CustomObjects | null; readonly moduleObjects?: CustomObjects | null } = {},
): CustomObject | null {
  checkOptions("keras.saving.getRegisteredObject", arguments, 1, ["customObjects", "moduleObjects"]);
  const { customObjects = null, moduleObjects = null } = options;
  if (typeof name !== "string") throw new ArgumentError("keras.saving.getRegisteredObject", { given: text(name), expected: "a name" });
  const within = [customObjects, moduleObjects].find((objects) => objects !== null && Object.hasOwn(objects, name));
  return customObject(name) ?? within?.[name] ?? null;
}
