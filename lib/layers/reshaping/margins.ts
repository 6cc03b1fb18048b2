// The margins of padding and cropping: the forms in which they are given, as pairs.

import { type Field, field, invalid, nonNegativeInteger } from "../../config/index.js";

/** Numbers before and after an axis. */
export type Margin = readonly [number, number];

/** What options that take margins accept for `rank` axes: one number, one for each axis, or `[before, after]` for each axis. */
export type MarginsLike = number | readonly (number | readonly number[])[];

const one = nonNegativeInteger();

/** Margins along `rank` axes of an image. For one axis, two numbers are before and after. */
export function margins(rank: number, fallback: number): Field<MarginsLike, Margin[], false> {
  const inner = field<MarginsLike, Margin[]>({
    expected: rank === 1 ? "a whole number, or [before, after]" : `a whole number, or for each of the ${rank} axes one or [before, after]`,
    parse(value, where) {
      if (!Array.isArray(value)) return Array.from({ length: rank }, () => pair(value, where));
      if (rank === 1) return [pair(value, where)];
      return value.length === rank ? value.map((item, i) => pair(item, `${where}[${i}]`)) : invalid;
    },
    serialize: (values) => (rank === 1 ? [...values[0]!] : values.map((value) => [...value])),
  });
  return { ...inner, required: false, fallback };
}

function pair(value: unknown, where: string): Margin {
  const [before, after] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [value, value];
  return [one.parse(before, where), one.parse(after, where)];
}
