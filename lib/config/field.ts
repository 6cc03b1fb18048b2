// One option of a class: what it accepts, what it becomes, how Keras writes it.

import { text, ValueError } from "../core/errors.js";
import type { Json } from "./json.js";

/**
 * One option of a class: what it accepts, what it becomes, how Keras writes it.
 *
 * `In` is what a user may give, `Out` what `this.options` holds, `Required` whether the option has no default.
 */
export interface Field<In, Out = In, Required extends boolean = boolean> {
  readonly required: Required;
  /** The default, as a user would give it; it is parsed for every object, so that objects share nothing by accident. */
  readonly fallback: unknown;
  /** A fragment of a sentence: "a positive integer". */
  readonly expected: string;
  /** Whether a plain object can be a value, or one with `class_name`; where it can't, one in a positional place is the options. */
  readonly takesObjects: boolean | "configs";
  /** Carries `In` for inference; never present. */
  readonly accepts?: In;
  /** The checked and normalized value. @throws ValueError naming `where` */
  parse(value: unknown, where: string): Out;
  /** The value as Keras's JSON has it; undefined leaves the key out. */
  serialize(value: Out): Json | undefined;
}

/** What a field is made of. `parse` answers `invalid` for what it does not take. */
export interface FieldRules<Out> {
  readonly expected: string;
  readonly takesObjects?: boolean | "configs";
  parse(value: unknown, where: string): Out | typeof invalid;
  serialize?(value: Out): Json | undefined;
}

/** The answer of a rule that does not take a value. */
export const invalid: unique symbol = Symbol("invalid");

/** A required field with rules of its own. */
export function field<In, Out = In>(rules: FieldRules<Out>): Field<In, Out, true> {
  return {
    required: true,
    fallback: undefined,
    expected: rules.expected,
    takesObjects: rules.takesObjects ?? false,
    parse(value, where) {
      const parsed = rules.parse(value, where);
      if (parsed === invalid) throw new ValueError(where, { given: text(value), expected: rules.expected });
      return parsed;
    },
    serialize: rules.serialize ?? ((value) => value as Json),
  };
}

/** The same field with a default. */
export function withDefault<In, Out>(inner: Field<In, Out>, fallback: In): Field<In, Out, false> {
  return { ...inner, required: false, fallback };
}

/** A field maker: called with a default it gives an optional field, without one a required field. */
export interface FieldMaker<In, Out = In> {
  (): Field<In, Out, true>;
  (fallback: In): Field<In, Out, false>;
}

/** Makes a maker of a kind of field. */
export function maker<In, Out = In>(rules: FieldRules<Out>): FieldMaker<In, Out> {
  function make(): Field<In, Out, true>;
  function make(fallback: In): Field<In, Out, false>;
  function make(...fallback: [In?]): Field<In, Out> {
    const required = field<In, Out>(rules);
    return fallback.length === 0 ? required : withDefault(required, fallback[0] as In);
  }
  return make;
}
