// A family of things that a name, a config, a class, a function or an object can mean: one rule for optimizers, losses, layers and all
// others.

import { didYouMean, text, UnknownNameError, ValueError } from "../core/errors.js";
import { customObject } from "./custom-objects.js";
import { field, type FieldMaker, withDefault, type Field } from "./field.js";
import { isPlainObject, type Json } from "./json.js";
import { className, type Deserializable, entryOf, refuseSecond, registerClasses, registerFunctions, type Spelling } from "./registry.js";
import { deserializeKerasObject, serializeKerasObject } from "./serialization.js";

/** A function of a family: an activation, a functional loss. */
type AnyFunction = (...args: never[]) => unknown;

/** What a user may give where an object of a family is wanted: its name, the object, its class, a function, a config. */
export type Identifier<T> = string | T | (new () => T) | { readonly [key: string]: unknown };

/** How a family is set up. */
export interface FamilyRules<T> {
  /** Keras's module: "keras.initializers". */
  readonly module: string;
  /** What one of them is called: "initializer". */
  readonly noun: string;
  /** How strings name its classes. */
  readonly spelling?: Spelling;
  /** Whether a value is one of the family, or a function that can stand for one. */
  accepts(value: unknown): value is T;
  /** Whether capitals of a name do not count. */
  readonly ignoresCase?: boolean;
  /** Whether functions of the family stand in configs by their name alone. */
  readonly namesFunctions?: boolean;
}

/** One of Keras's families of objects that strings, configs, classes and objects name: initializers, losses, optimizers … */
export class Family<T extends object> {
  readonly module: string;
  readonly noun: string;
  readonly #rules: FamilyRules<T>;
  /** "a loss", "an optimizer". */
  readonly #one: string;
  readonly #byString = new Map<string, Deserializable<T> | AnyFunction>();

  constructor(rules: FamilyRules<T>) {
    this.module = rules.module;
    this.noun = rules.noun;
    this.#rules = rules;
    this.#one = `${/^[aeiou]/.test(rules.noun) ? "an" : "a"} ${rules.noun}`;
  }

  /** Adds classes by their Keras names, and other strings that Keras takes for the class. */
  register(classes: Readonly<Record<string, Deserializable<T>>>, ...aliases: readonly string[]): void {
    registerClasses(this.module, classes);
    for (const [name, value] of Object.entries(classes)) {
      for (const spelled of [...(this.#rules.spelling ?? className)(name), ...aliases]) this.#spell(spelled, value);
    }
  }

  /** Adds functions by their Keras names, and other strings that Keras takes for the function. */
  registerFunction(functions: Readonly<Record<string, AnyFunction>>, ...aliases: readonly string[]): void {
    registerFunctions(this.module, functions);
    for (const [name, value] of Object.entries(functions)) for (const spelled of [name, ...aliases]) this.#spell(spelled, value);
  }

  #spell(name: string, value: Deserializable<T> | AnyFunction): void {
    refuseSecond(`the names of ${this.module}`, name, this.#byString.get(name), value);
    this.#byString.set(name, value);
  }

  /** The strings that name something of this family. */
  get names(): string[] {
    return [...this.#byString.keys()];
  }

  /** Whether a string names something of this family. */
  has(name: string): boolean {
    return customObject(name) !== undefined || this.#ownBy(name) !== undefined;
  }

  #ownBy(name: string): Deserializable<T> | AnyFunction | undefined {
    return this.#byString.get(name) ?? (this.#rules.ignoresCase ? this.#byString.get(name.toLowerCase()) : undefined);
  }

  /** What an identifier means, as Keras's `get` of the family. @throws ValueError listing what is known */
  get(identifier: Identifier<T>, where = `${this.module}.get`): T {
    if (this.#rules.accepts(identifier) && !this.#isClass(identifier)) return identifier;
    if (typeof identifier === "string") return this.#made(this.#named(identifier, where), identifier, where);
    if (isPlainObject(identifier)) return this.#made(this.#fromConfig(identifier, where), identifier, where);
    return this.#made(identifier, identifier, where);
  }

  /** How a value of this family stands in a config. */
  serialize(value: T): Json {
    const entry = this.#rules.namesFunctions ? entryOf(value) : undefined;
    return entry?.kind === "function" && entry.module === this.module ? entry.name : serializeKerasObject(value);
  }

  /** A field that takes identifiers of this family; without a default it is required. */
  readonly field: FieldMaker<Identifier<T>, T> = ((...fallback: [Identifier<T>?]): Field<Identifier<T>, T> => {
    const inner = field<Identifier<T>, T>({
      expected: `${this.#one}: a name, an object, a class or a config`,
      takesObjects: "configs",
      parse: (value, where) => this.get(value as Identifier<T>, where),
      serialize: (value) => this.serialize(value),
    });
    return fallback.length === 0 ? inner : withDefault(inner, fallback[0]!);
  }) as FieldMaker<Identifier<T>, T>;

  #isClass(value: unknown): boolean {
    return typeof value === "function" && entryOf(value)?.kind === "class";
  }

  #named(name: string, where: string): unknown {
    const found = customObject(name) ?? this.#ownBy(name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, this.names);
    throw new UnknownNameError(where, {
      given: text(name),
      expected: `the name of ${this.#one}: one of ${this.names.join(", ")}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** A config is an envelope; one without a module names a class of this family, in any of its spellings. */
  #fromConfig(config: Record<string, unknown>, where: string): unknown {
    const name = config["class_name"];
    if (typeof name !== "string") {
      throw new ValueError(where, {
        given: text(config),
        expected: `a config of ${this.#one} with class_name and config`,
      });
    }
    const own = "module" in config ? undefined : this.#byString.get(name);
    const entry = own === undefined ? undefined : entryOf(own);
    const envelope = entry === undefined ? config : { ...config, module: entry.module, class_name: entry.name };
    return deserializeKerasObject({ config: {}, ...envelope });
  }

  /** A class becomes an object with its defaults; everything else must be of the family by itself. */
  #made(found: unknown, identifier: unknown, where: string): T {
    let value = found;
    if (typeof found === "function" && (this.#isClass(found) || typeof (found as Partial<Deserializable>).fromConfig === "function")) {
      value = (found as unknown as Deserializable).fromConfig({});
    }
    if (this.#rules.accepts(value)) return value;
    throw new ValueError(where, {
      given: text(identifier),
      expected: `${this.#one}, or what names one`,
    });
  }
}
