// The kinds of options that layers over images share.

import { dataFormat, field, type Field, invalid, nullable, oneOf, type Json, withDefault, writtenWhenSet } from "../../config/index.js";
import { checkFormat, type BoxFormat } from "../../ops/boxes/formats.js";
import { layerOptions } from "../base/options.js";

/** Where random numbers are drawn from: `[low, high]`. */
export type Span = readonly [low: number, high: number];

type SpanLike = number | readonly [number, number] | readonly number[];

/** How a single number becomes a span, and what Keras writes of it. */
export interface SpanRules {
  readonly least: number;
  readonly most: number;
  /** Whether the least value itself is left out. */
  readonly above?: boolean;
  /** The low end for a single number f; default −f, but at least `least`. */
  low?(factor: number): number;
  /** Whether each end of an array must be in the range; otherwise it is enough that some of the span is. */
  readonly strict?: boolean;
  /** Whether both ends are whole numbers. */
  readonly whole?: boolean;
  /** Whether configs keep a number as it was given. */
  readonly asGiven?: boolean;
}

/** What was given, beside the span it stands for. */
const givenAs = new WeakMap<readonly number[], SpanLike>();

/** A number, or two between which one is drawn. */
export function span(rules: SpanRules): Field<SpanLike, Span, true>;
export function span(rules: SpanRules, fallback: SpanLike): Field<SpanLike, Span, false>;
export function span(rules: SpanRules, ...fallback: [SpanLike?]): Field<SpanLike, Span> {
  const { least, most, above = false, strict = false, whole = false, asGiven = false } = rules;
  const isInside = (value: number): boolean => (above ? value > least : value >= least) && value <= most;
  const low = rules.low ?? ((factor: number) => Math.max(-factor, least));
  const made = (value: unknown): Span | typeof invalid => {
    if (whole && ![value].flat().every(Number.isInteger)) return invalid;
    if (typeof value === "number") return isInside(value) ? [low(Math.abs(value)), Math.abs(value)] : invalid;
    if (!Array.isArray(value) || value.length !== 2 || !value.every((each) => typeof each === "number" && !Number.isNaN(each)))
      return invalid;
    const [a, b] = value as [number, number];
    if (strict ? !(isInside(a) && isInside(b)) : a > most || b < least) return invalid;
    return a <= b ? [a, b] : [b, a];
  };
  const inner = field<SpanLike, Span>({
    expected: `${whole ? "a whole number" : "a number"}, or an array of two, ${above ? "above" : "from"} ${least} ${above ? "up to" : "to"} ${most}`,
    parse: (value) => {
      const parsed = made(value);
      if (parsed !== invalid) givenAs.set(parsed, value as SpanLike);
      return parsed;
    },
    serialize: (value) => (asGiven ? ((givenAs.get(value) ?? value) as Json) : (value as unknown as Json)),
  });
  return fallback.length === 0 ? inner : withDefault(inner, fallback[0]!);
}

/** The least and the largest value of a pixel. */
export function valueRange(sorted = true): Field<readonly number[], Span, false> {
  const inner = field<readonly number[], Span>({
    expected: "an array of two different numbers",
    parse: (value) => {
      if (!Array.isArray(value) || value.length !== 2 || !value.every((each) => Number.isFinite(each)) || value[0] === value[1])
        return invalid;
      const [a, b] = value as [number, number];
      return sorted && a > b ? [b, a] : [a, b];
    },
  });
  return withDefault(inner, [0, 255]);
}

/** The options of all layers over images. */
export const imageOptions = layerOptions.extend([], {
  dataFormat: dataFormat(),
  boundingBoxFormat: writtenWhenSet(
    nullable(
      field<string, BoxFormat>({
        expected: "a format of bounding boxes",
        parse: (value, where) => (typeof value === "string" ? checkFormat(where, value) : invalid),
      }),
    ),
  ),
});

/** How pixels outside of the image are made up. */
export const fillMode = () => oneOf(fillModes, "reflect");

const fillModes = ["reflect", "wrap", "constant", "nearest"] as const;

/** The same where images are read at any place, also mirrored about the middle of the edge pixels. */
export const fillModeAnywhere = () => oneOf([...fillModes, "mirror"], "reflect");

/** How pixels between pixels are read. */
export const sampling = () => oneOf(["nearest", "bilinear"], "bilinear");
