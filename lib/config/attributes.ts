// Options as attributes of the objects that were made from them, as Python's objects have them: `layer.units`, `layer.rate = 0.2`. One
// mechanism for all classes with a schema; without it a value that a user assigns would be a field that nobody reads.

import { StateError, text } from "../core/errors.js";
import { isPlainObject, type Json } from "./json.js";
import { classNameOf, entryOf } from "./registry.js";
import type { OptionValues, Schema } from "./schema.js";

/**
 * What a class does when one of its options gets another value: it throws where that would change nothing. Classes without it have options
 * that stay as they are.
 */
export const settingOption: unique symbol = Symbol("settingOption");

interface WithOptions {
  options: Readonly<Record<string, unknown>>;
  [settingOption]?(name: string, value: unknown): void;
}

/** Members that whole families declare themselves. */
type OfFamilies = "name" | "dtype" | "seed" | "reduction" | "learningRate";

/** The attributes that an object has from its options, but for those that its class declares itself (`Own`). */
export type Attributes<S, Own extends PropertyKey = never> = Assigned<Omit<OptionValues<S>, OfFamilies | Own>>;

/** The same record, whose values may be replaced. */
export type Assigned<T> = { -readonly [K in keyof T]: T[K] };

/** Classes whose objects have their attributes. */
const given = new WeakSet<object>();

/** The prototype of the class that declares the schema. */
function ownerOf(self: object, schema: Schema): object {
  let prototype = Object.getPrototypeOf(self) as object;
  let owner = prototype;
  while (typeof prototype.constructor === "function" && (prototype.constructor as { options?: unknown }).options === schema) {
    owner = prototype;
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return owner;
}

/** Gives all objects of a class accessors for the options of its schema; members that a class has of the same name stay. */
export function giveAttributes(self: object, schema: Schema): void {
  if (given.has(self.constructor)) return;
  given.add(self.constructor);
  const prototype = ownerOf(self, schema);
  for (const name of Object.keys(schema.fields)) {
    if (name in prototype) continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: Partial<WithOptions>): unknown {
        return this.options?.[name];
      },
      set(this: WithOptions, value: unknown) {
        setOption(this, schema, name, value);
      },
    });
  }
}

/** An object that is no record and no array: one of a class, or a function. */
const isMade = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null && !Array.isArray(value) && !isPlainObject(value));

function setOption(self: WithOptions, schema: Schema, name: string, value: unknown): void {
  const field = schema.fields[name]!;
  const before = self.options[name];
  if (Object.is(before, value)) return;
  let parsed: unknown;
  try {
    parsed = field.parse(value, `${classNameOf(self)}.${name}`);
  } catch (error) {
    if (!isMade(value) || entryOf(self.constructor)) throw error;
    // A class of the user's own keeps something else under this name: a layer where its base has a number.
    Object.defineProperty(self, name, { value, writable: true, configurable: true, enumerable: true });
    return;
  }
  if (same(field.serialize(parsed), field.serialize(before)) && typeof parsed !== "function") return;
  if (!self[settingOption]) throw fixedOption(self, name, value);
  self[settingOption](name, parsed);
  const descriptor = Object.getOwnPropertyDescriptor(self, "options")!;
  Object.defineProperty(self, "options", { ...descriptor, value: { ...self.options, [name]: parsed } });
}

const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The error for an option that another value would not change any more. */
export function fixedOption(self: object, name: string, value: unknown): StateError {
  return new StateError(`${classNameOf(self)}.${name}`, {
    given: `${text(value)} after the object was made`,
    expected: "a value when it is made",
    hint: `Make another one: new ${classNameOf(self)}({ ${name}: … }).`,
  });
}
