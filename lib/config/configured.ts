// The base of everything that is made from options: parses them by the schema, and gives them back as a config.

import { checkRecord } from "../core/options.js";
import { giveAttributes } from "./attributes.js";
import { Callable } from "./callable.js";
import type { Config, Json } from "./json.js";
import { customObjectScope, type CustomObjects } from "./custom-objects.js";
import { byParameters } from "./constructors.js";
import { toCamelCase } from "./names.js";
import { classNameOf, entryOf } from "./registry.js";
import { serializeKerasObject } from "./serialization.js";
import { type Arguments, type OptionValues, type Schema, schema } from "./schema.js";

/** The options of a class that declares none. */
export type NoOptions = Schema<readonly [], Record<never, never>>;

/** The checked options in the arguments of a constructor. `self` is the object under construction. */
export function parseOptions<S extends Schema>(self: object, given: readonly unknown[]): OptionValues<S> {
  const options = schemaOf(self);
  giveAttributes(self, options);
  return options.parse(classNameOf(self), given) as OptionValues<S>;
}

/** The schema that an object's class declares as `static readonly options`. */
export function schemaOf(self: object): Schema {
  return (self.constructor as unknown as { readonly options: Schema }).options;
}

/** What `fromConfig` takes beside the config. */
export interface FromConfigOptions {
  /** Classes and functions of the user's own that the config names. */
  readonly customObjects?: CustomObjects | null;
}

/**
 * An object of a class from its config, by the class's schema: what `fromConfig` of every class with a schema does. A class of the user's
 * own may have options that no schema knows; its constructor gets them in camelCase as they are, by the names of its parameters where
 * it has several.
 */
export function objectFromConfig<T>(
  constructor: new (...args: never[]) => T,
  config: Config,
  { customObjects }: FromConfigOptions = {},
): T {
  const { options } = constructor as unknown as { readonly options: Schema };
  const make = constructor as unknown as new (...given: unknown[]) => T;
  const name = classNameOf(constructor.prototype as object);
  checkRecord(`${name}.fromConfig`, config, "a config, as getConfig gives it");
  if (customObjects) return customObjectScope(customObjects, () => objectFromConfig(constructor, config));
  if (entryOf(constructor)) return new make(options.fromConfig(name, config));
  const known = Object.entries(config).filter(([key]) => toCamelCase(key) in options.fields);
  const own = Object.entries(config).filter(([key]) => !(toCamelCase(key) in options.fields));
  const all = {
    ...options.fromConfig(name, Object.fromEntries(known)),
    ...Object.fromEntries(own.map(([key, value]) => [toCamelCase(key), value])),
  };
  return new make(...byParameters(name, constructor, all));
}

/**
 * The base of callable objects whose options a schema declares: initializers, losses, metrics …
 *
 * A subclass declares `static override readonly options = schema(…)` and reads `this.options`.
 */
export abstract class Configured<S extends Schema = NoOptions> extends Callable {
  static readonly options: Schema = schema([], {});
  readonly options: OptionValues<S>;

  constructor(...given: Arguments<S>) {
    super();
    this.options = parseOptions<S>(this, given);
  }

  /** The options in Keras's own snake_case. */
  getConfig(): Record<string, Json> {
    return schemaOf(this).getConfig(this.options);
  }

  /** What it is, as Keras's serialized objects say it: for `JSON.stringify`. */
  toJSON(): Json {
    return serializeKerasObject(this);
  }

  /** An object with the options of a config. */
  static fromConfig<T>(this: new (...args: never[]) => T, config: Config, options?: FromConfigOptions): T {
    return objectFromConfig(this, config, options);
  }
}
