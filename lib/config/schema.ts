// One declaration of a class's options gives their TypeScript type, the constructor's arguments, defaults, checks, and Keras's config both
// ways.

import { refuseUnknown } from "../core/options.js";
import { ArgumentError, text } from "../core/errors.js";
import type { Field } from "./field.js";
import { type Config, isPlainObject, type Json } from "./json.js";
import { toSnakeCase } from "./names.js";

/** The fields of a schema by camelCase name, in the order in which Keras writes them. */
export type Fields = Readonly<Record<string, Field<unknown, unknown>>>;

/**
 * Declares the options of a class; the names in `positional` may be given before the options object, in that order.
 *
 * ```ts
 * static readonly options = schema(["units"], { units: positiveInteger(), useBias: boolean(true) });
 * // new Dense(64, { useBias: false }), new Dense({ units: 64, useBias: false })
 * ```
 *
 * `older` has the names that Keras still takes for some: `{ alpha: "negativeSlope" }`.
 */
export function schema<const P extends readonly (keyof F & string)[], const F extends Fields>(
  positional: P,
  fields: F,
  older: Readonly<Record<string, keyof F & string>> = {},
): Schema<P, F> {
  return new Schema(positional, fields, older);
}

/** What `schema` makes. */
export class Schema<const P extends readonly string[] = readonly string[], const F extends Fields = Fields> {
  readonly positional: P;
  readonly fields: F;
  readonly #older: Readonly<Record<string, string>>;
  /** Fields by their name in Keras's config. */
  #keras?: Map<string, string>;
  #defaults?: Values<F>;

  constructor(positional: P, fields: F, older: Readonly<Record<string, string>> = {}) {
    this.positional = positional;
    this.fields = fields;
    this.#older = older;
  }

  /** These options and more: `positional` are the new class's, fields of the same name are replaced in place. */
  extend<const Q extends readonly ((keyof F | keyof G) & string)[], const G extends Fields>(
    positional: Q,
    fields: G,
    older: Readonly<Record<string, keyof Extended<F, G> & string>> = {},
  ): Schema<Q, Extended<F, G>> {
    return new Schema(positional, { ...this.fields, ...fields }, { ...this.#older, ...older });
  }

  /** The options in the arguments of a constructor call: positional ones, then one object. */
  gather(where: string, given: readonly unknown[]): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    const { positional } = this;
    for (const [index, value] of given.entries()) {
      const name = positional[index];
      if (isPlainObject(value) && !(name !== undefined && this.#isValue(name, value, index === given.length - 1))) {
        const rest = given.slice(index + 1).find((later) => later !== undefined);
        if (rest !== undefined) {
          throw new ArgumentError(where, {
            given: `${text(rest)} after the options`,
            expected: "the options object to be the last argument",
          });
        }
        const named = Object.entries(value).map(([key, item]) => [this.#older[key] ?? key, item] as const);
        refuseUnknown(
          where,
          named.map(([key]) => key),
          Object.keys(this.fields),
        );
        for (const [key, item] of named) {
          if (item === undefined) continue;
          if (key in values)
            throw new ArgumentError(`${where}.${key}`, { given: "two values: positional and as an option", expected: "one" });
          values[key] = item;
        }
        return values;
      }
      if (value === undefined) continue;
      if (name === undefined) throw new ArgumentError(where, { given: `${text(value)} as argument ${index + 1}`, expected: this.#usage() });
      values[name] = value;
    }
    return values;
  }

  /** The checked options of a constructor call, defaults filled in. @throws ArgumentError, ValueError */
  parse(where: string, given: readonly unknown[]): Values<F> {
    const options = this.gather(where, given);
    const values: Record<string, unknown> = {};
    for (const name in this.fields) {
      const field = this.fields[name]!;
      const value = options[name];
      if (value === undefined && field.required) {
        throw new ArgumentError(`${where}.${name}`, { given: "nothing", expected: field.expected });
      }
      values[name] = field.parse(value === undefined ? field.fallback : value, `${where}.${name}`);
    }
    return values as Values<F>;
  }

  /**
   * What a call without options has: the same record each time, for methods that are called often. @throws ArgumentError where one is
   * required
   */
  get defaults(): Values<F> {
    return (this.#defaults ??= Object.freeze(this.parse("options", [])));
  }

  /** The config of an object with these options, in Keras's own snake_case. */
  getConfig(values: Values<F>): Record<string, Json> {
    const config: Record<string, Json> = {};
    for (const name in this.fields) {
      const json = this.fields[name]!.serialize(values[name]);
      if (json !== undefined) config[toSnakeCase(name)] = json;
    }
    return config;
  }

  /**
   * The options that a config states: keys mapped, values as they are (fields read Keras's form of them). @throws ArgumentError for a key
   * that is not known
   */
  fromConfig(where: string, config: Config): Record<string, unknown> {
    this.#keras ??= new Map(Object.keys(this.fields).map((name) => [toSnakeCase(name), name]));
    refuseUnknown(`${where}.fromConfig`, Object.keys(config), [...this.#keras.keys()]);
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [this.#keras!.get(key)!, value]));
  }

  /** Whether a plain object in a positional place is the value of that option, and not the options: an empty one that comes last is those. */
  #isValue(name: string, value: object, isLast: boolean): boolean {
    const { takesObjects } = this.fields[name]!;
    if (takesObjects === "configs") return "class_name" in value;
    const keys = Object.keys(value);
    if (isLast && keys.length === 0) return false;
    return takesObjects && !(keys.length > 0 && keys.every((key) => key in this.fields));
  }

  #usage(): string {
    const count = this.positional.length;
    if (count === 0) return "one options object";
    return `at most ${count} positional ${count === 1 ? "argument" : "arguments"} (${this.positional.join(", ")}), then one options object`;
  }
}

/** What `this.options` holds: every field, checked. */
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer _In, infer Out> ? Out : never };

/** What `this.options` holds in a class with schema `S`. */
export type OptionValues<S> = S extends Schema<infer _P, infer F> ? Values<F> : never;

/** The options object of a class with schema `S`. */
export type Options<S> = S extends Schema<infer _P, infer F> ? OptionsOf<F> : never;

/** The arguments of the constructor of a class with schema `S`: positional ones then options, or all in one object. */
export type Arguments<S> = S extends Schema<infer P, infer F> ? Positional<P, F> | [options: OptionsOf<F>] : never;

/** Fields `F` with those of `G` added or put in their place. */
export type Extended<F extends Fields, G extends Fields> = Simplify<Omit<F, keyof G> & G>;

type Input<T> = T extends Field<infer In, infer _Out> ? In : never;
type RequiredNames<F extends Fields> = { [K in keyof F]: F[K]["required"] extends true ? K : never }[keyof F];
type OptionsOf<F extends Fields, Given extends PropertyKey = never> = Simplify<
  { [K in Exclude<RequiredNames<F>, Given>]: Input<F[K]> } & { [K in Exclude<keyof F, RequiredNames<F> | Given>]?: Input<F[K]> | undefined }
>;
type Positional<P extends readonly unknown[], F extends Fields, Given extends PropertyKey = never> = P extends readonly [
  infer K extends string,
  ...infer Rest,
]
  ? [Input<F[K]>, ...Positional<Rest, F, Given | K>] | (F[K]["required"] extends true ? never : [options?: OptionsOf<F, Given>])
  : [options?: OptionsOf<F, Given>];
type Simplify<T> = { [K in keyof T]: T[K] } & {};
