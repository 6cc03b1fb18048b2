import { Callable } from "./callable.js";
import type { Config, Json } from "./json.js";
import { classNameOf } from "./registry.js";
import { type Arguments, type OptionValues, type Schema, schema } from "./schema.js";

/** The options of a class that declares none. */
export type NoOptions = Schema<readonly [], Record<never, never>>;

/** The checked options in the arguments of a constructor. `self` is the object under construction. */
export function parseOptions<S extends Schema>(self: object, given: readonly unknown[]): OptionValues<S> {
  return schemaOf(self).parse(classNameOf(self), given) as OptionValues<S>;
}

/** The schema that an object's class declares as `static readonly options`. */
export function schemaOf(self: object): Schema {
  return (self.constructor as unknown as { readonly options: Schema }).options;
}

/** An object of a class from its config, by the class's schema: what `fromConfig` of every class with a schema does. */
export function objectFromConfig<T>(constructor: new (...args: never[]) => T, config: Config): T {
  const { options } = constructor as unknown as { readonly options: Schema };
  const make = constructor as unknown as new (options: object) => T;
  return new make(options.fromConfig(classNameOf(constructor.prototype as object), config));
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

  /** An object with the options of a config. */
  static fromConfig<T>(this: new (...args: never[]) => T, config: Config): T {
    return objectFromConfig(this, config);
  }
}
