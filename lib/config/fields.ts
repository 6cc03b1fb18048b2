// The kinds of options that many classes share. zod does the checking and stays inside: no type of it is exported.

import {
  boolean as zBoolean,
  int,
  lt,
  maximum,
  minimum,
  nonnegative,
  number as zNumber,
  positive,
  string as zString,
  type ZodMiniType,
} from "zod/mini";
import { type Field, field, type FieldMaker, invalid, maker, withDefault } from "./field.js";
import { isPlainObject, type Json } from "./json.js";
import { imageDataFormat } from "./settings.js";

/** A maker of fields that a zod type checks; the type is built when the first value comes. */
function checked<T>(type: () => ZodMiniType<T>, expected: string): FieldMaker<T> {
  let built: ZodMiniType<T> | undefined;
  return maker<T>({
    expected,
    parse(value) {
      const result = (built ??= type()).safeParse(value);
      return result.success ? result.data : invalid;
    },
  });
}

export const boolean = checked(() => zBoolean(), "true or false");
export const string = checked(() => zString(), "a string");
export const integer = checked(() => int(), "an integer");
export const positiveInteger = checked(() => int().check(positive()), "a positive integer");
/** How many rows or columns a table has that is written out. */
export const tableLength = checked(() => int().check(positive(), maximum(2 ** 24)), "an integer from 1 to 16777216");
export const nonNegativeInteger = checked(() => int().check(nonnegative()), "an integer of at least 0");
export const number = checked(() => zNumber(), "a number");
export const positiveNumber = checked(() => zNumber().check(positive()), "a number above 0");
export const nonNegativeNumber = checked(() => zNumber().check(nonnegative()), "a number of at least 0");
export const belowOne = checked(() => zNumber().check(minimum(0), lt(1)), "a number from 0 to below 1");
export const fraction = checked(() => zNumber().check(minimum(0), maximum(1)), "a number from 0 to 1");

/** One of a few literal values: `oneOf(["valid", "same"], "valid")`. */
export function oneOf<const T extends string | number | null>(values: readonly T[]): Field<T, T, true>;
export function oneOf<const T extends string | number | null>(values: readonly T[], fallback: NoInfer<T>): Field<T, T, false>;
export function oneOf<const T extends string | number | null>(values: readonly T[], ...fallback: [T?]): Field<T> {
  const known = new Set<unknown>(values);
  const inner = field<T>({
    expected: `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`,
    parse: (value) => (known.has(value) ? (value as T) : invalid),
  });
  return fallback.length === 0 ? inner : withDefault(inner, fallback[0] as T);
}

/** A field that null switches off; null is the default unless another is given. */
export function nullable<In, Out>(inner: Field<In, Out>, fallback: In | null = null): Field<In | null, Out | null, false> {
  return {
    required: false,
    fallback,
    expected: `${inner.expected}, or null`,
    takesObjects: inner.takesObjects,
    parse: (value, where) => (value === null ? null : inner.parse(value, where)),
    serialize: (value) => (value === null ? null : inner.serialize(value)),
  };
}

/** `count` values, or one that stands for all of them: `kernelSize: 3` is `[3, 3]`. */
export function tuple<In, Out>(count: number, element: Field<In, Out>): Field<In | readonly In[], Out[], true>;
export function tuple<In, Out>(
  count: number,
  element: Field<In, Out>,
  fallback: In | readonly In[],
): Field<In | readonly In[], Out[], false>;
export function tuple<In, Out>(
  count: number,
  element: Field<In, Out>,
  ...fallback: [(In | readonly In[])?]
): Field<In | readonly In[], Out[]> {
  const inner = field<In | readonly In[], Out[]>({
    expected: `${element.expected}, or an array of ${count} such`,
    parse(value, where) {
      const values: unknown[] = Array.isArray(value) ? value : Array.from({ length: count }, () => value);
      if (values.length !== count) return invalid;
      return values.map((item, index) => element.parse(item, Array.isArray(value) ? `${where}[${index}]` : where));
    },
    serialize: (values) => values.map((value) => element.serialize(value) ?? null),
  });
  return fallback.length === 0 ? inner : withDefault(inner, fallback[0] as In);
}

/** Any number of values of one kind. */
export function list<In, Out>(element: Field<In, Out>): Field<readonly In[], Out[], true>;
export function list<In, Out>(element: Field<In, Out>, fallback: readonly In[]): Field<readonly In[], Out[], false>;
export function list<In, Out>(element: Field<In, Out>, ...fallback: [(readonly In[])?]): Field<readonly In[], Out[]> {
  const inner = field<readonly In[], Out[]>({
    expected: `an array, each item ${element.expected}`,
    parse: (value, where) => (Array.isArray(value) ? value.map((item, index) => element.parse(item, `${where}[${index}]`)) : invalid),
    serialize: (values) => values.map((value) => element.serialize(value) ?? null),
  });
  return fallback.length === 0 ? inner : withDefault(inner, fallback[0] as readonly In[]);
}

/** One value or several: `axis: -1`, `axis: [1, 2]`. What was given stays as it was. */
export function oneOrMore<In, Out>(element: Field<In, Out>): Field<In | readonly In[], Out | Out[], true>;
export function oneOrMore<In, Out>(element: Field<In, Out>, fallback: In | readonly In[]): Field<In | readonly In[], Out | Out[], false>;
export function oneOrMore<In, Out>(element: Field<In, Out>, ...fallback: [(In | readonly In[])?]): Field<In | readonly In[], Out | Out[]> {
  const several = list(element);
  const inner = field<In | readonly In[], Out | Out[]>({
    expected: `${element.expected}, or an array of such`,
    takesObjects: element.takesObjects,
    parse: (value, where) => (Array.isArray(value) ? several.parse(value, where) : element.parse(value, where)),
    serialize: (value) => (Array.isArray(value) ? several.serialize(value) : element.serialize(value)),
  });
  return fallback.length === 0 ? inner : withDefault(inner, fallback[0] as In);
}

/** A record with keys of the user's own, which no mapping touches. */
export function dictionary<In, Out>(element: Field<In, Out>): Field<Readonly<Record<string, In>>, Record<string, Out>, true> {
  return field({
    expected: `an object whose values are each ${element.expected}`,
    takesObjects: true,
    parse(value, where) {
      if (!isPlainObject(value)) return invalid;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, element.parse(item, `${where}.${key}`)]));
    },
    serialize: (values) => Object.fromEntries(Object.entries(values).map(([key, item]) => [key, element.serialize(item) ?? null])),
  });
}

/** Values of any of several kinds; the first that takes a value wins. */
export function either<In1, Out1, In2, Out2>(first: Field<In1, Out1>, second: Field<In2, Out2>): Field<In1 | In2, Out1 | Out2, true> {
  const took = (candidate: Field<unknown, unknown>, value: unknown, where: string): unknown => {
    try {
      return candidate.parse(value, where);
    } catch {
      return invalid;
    }
  };
  return field({
    expected: `${first.expected}, or ${second.expected}`,
    takesObjects: first.takesObjects === true ? true : second.takesObjects || first.takesObjects,
    parse(value, where) {
      const parsed = took(first, value, where);
      return (parsed === invalid ? took(second, value, where) : parsed) as Out1 | Out2 | typeof invalid;
    },
    serialize(value) {
      const side = took(first as Field<unknown, unknown>, value, "") === invalid ? second : first;
      return (side as Field<unknown, unknown>).serialize(value);
    },
  });
}

/** The axes of a tensor, null where any size will do: `[null, 784]`. */
export const shape: FieldMaker<readonly (number | null)[], (number | null)[]> = maker({
  expected: "a shape: an array of sizes, null for any size",
  parse: (value) =>
    Array.isArray(value) && value.every((size) => size === null || (Number.isInteger(size) && size >= 0))
      ? ([...value] as (number | null)[])
      : invalid,
});

/** Where the channels stand; the default is `keras.config.imageDataFormat()`. */
export function dataFormat(): Field<"channels_last" | "channels_first" | null, "channels_last" | "channels_first", false> {
  const inner = oneOf(["channels_last", "channels_first"]);
  return {
    ...inner,
    required: false,
    fallback: null,
    parse: (value, where) => (value === null ? imageDataFormat() : inner.parse(value, where)),
  };
}

/** JSON of any form, kept as it is. */
export const json: FieldMaker<Json> = maker({
  expected: "numbers, strings, booleans, null, arrays and objects of these",
  takesObjects: true,
  parse: (value) => (isJson(value) ? value : invalid),
});

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isPlainObject(value) && Object.values(value).every(isJson);
}

/** A key that Keras writes and kerasm has one value for only: read, checked, written again. */
export function fixed<const T extends Json>(only: T): Field<T, T, false> {
  const wanted = JSON.stringify(only);
  const inner = field<T>({
    expected: `${wanted}, the only value that is supported`,
    takesObjects: isPlainObject(only),
    parse: (value) => (JSON.stringify(value) === wanted ? only : invalid),
  });
  return withDefault(inner, only);
}

/** A field that Keras writes only when it is not null. */
export function writtenWhenSet<In, Out>(inner: Field<In, Out, false>): Field<In, Out, false> {
  return { ...inner, serialize: (value) => (value === null ? undefined : inner.serialize(value)) };
}

/** A field that Keras never writes. */
export function unwritten<In, Out>(inner: Field<In, Out, false>): Field<In, Out, false> {
  return { ...inner, serialize: () => undefined };
}
