// tf.strings: on JavaScript strings, one or nested arrays of them. Where TensorFlow counts bytes, they are those of UTF-8.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { sizeOf } from "../../core/shape.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { adoptTensor, Chainable, type NestedArray, type Tensor } from "../../core/tensor.js";
import { broadcastShapes } from "../../ops/broadcasting.js";
import { bucketOf } from "../../ops/hashing/buckets.js";
import { isRagged, RaggedTensor } from "../../ragged/ragged-tensor.js";

type Name = string | null;
type Given = NestedStrings | Strings;
/** What a function of strings takes: strings, nested arrays of them, or rows of unequal length. */
export type StringsLike = Given | RaggedTensor;

const stringsOf = (where: string, value: unknown): Strings => {
  if (value instanceof Strings) return value;
  if (isStrings(value) || (Array.isArray(value) && value.length === 0)) return Strings.of(value as NestedStrings, where);
  throw new ArgumentError(where, { given: text(value), expected: "a string, or nested arrays of strings" });
};

/** Each string as `run` makes it. */
function each(where: string, input: StringsLike, run: (value: string) => string): NestedStrings | RaggedTensor {
  if (isRagged(input)) {
    const flat = stringsOf(where, input.flatValues);
    return input.withFlatValues(new Strings(flat.shape, flat.values.map(run)));
  }
  const given = stringsOf(where, input);
  return new Strings(given.shape, given.values.map(run)).nested();
}

/** A number for each string. */
function counts(where: string, input: StringsLike, dtype: "int32" | "float32", run: (value: string) => number): Tensor | RaggedTensor {
  if (isRagged(input)) return input.withFlatValues(counts(where, stringsOf(where, input.flatValues), dtype, run) as Tensor);
  const given = stringsOf(where, input);
  const array = dtype === "int32" ? Int32Array : Float32Array;
  return adoptTensor(array.from(given.values.map(run)), given.shape, dtype);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Letters of ASCII in the other case; with encoding "utf-8" all letters. */
const inCase = (encoding: string, letters: RegExp, change: (value: string) => string) => {
  if (encoding !== "" && encoding !== "utf-8")
    throw new ValueError("strings.encoding", { given: text(encoding), expected: '"" or "utf-8"' });
  return (value: string): string => (encoding === "utf-8" ? change(value) : value.replace(letters, change));
};
/**
 * Each string in lower case. TensorFlow: tf.strings.lower
 *
 * ```ts
 * tf.strings.lower(["AbC"]); // ["abc"]
 * ```
 */
export const lower = declare(
  'tf.strings.lower(input:any, encoding="", name:string=null)',
  (input: StringsLike, encoding: string, _: Name) =>
    each(
      "strings.lower",
      input,
      inCase(encoding, /[A-Z]+/g, (value) => value.toLowerCase()),
    ),
);
/**
 * Each string in upper case. TensorFlow: tf.strings.upper
 *
 * ```ts
 * tf.strings.upper(["AbC"]); // ["ABC"]
 * ```
 */
export const upper = declare(
  'tf.strings.upper(input:any, encoding="", name:string=null)',
  (input: StringsLike, encoding: string, _: Name) =>
    each(
      "strings.upper",
      input,
      inCase(encoding, /[a-z]+/g, (value) => value.toUpperCase()),
    ),
);
/**
 * Without white space at both ends.
 *
 * ```ts
 * tf.strings.strip(["  a "]); // ["a"]
 * ```
 */
export const strip = declare("tf.strings.strip(input:any, name:string=null)", (input: StringsLike, _: Name) =>
  each("strings.strip", input, (value) => value.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "")),
);

function checkUnit(where: string, unit: string): boolean {
  if (unit === "BYTE" || unit === "UTF8_CHAR") return unit === "BYTE";
  throw new ValueError(`${where}.unit`, { given: text(unit), expected: "BYTE or UTF8_CHAR" });
}

/**
 * How many bytes (with unit "UTF8_CHAR": characters) each string has.
 *
 * ```ts
 * tf.strings.length(["a", "bcd"]); // [1, 3]
 * ```
 */
export const length = declare(
  'tf.strings.length(input:any, unit="BYTE", name:string=null)',
  (input: StringsLike, unit: string, _: Name) => {
    const isBytes = checkUnit("strings.length", unit);
    return counts("strings.length", input, "int32", (value) => (isBytes ? encoder.encode(value).length : [...value].length));
  },
);

/**
 * So many bytes (or characters) from a place on; below 0 the place counts from the end.
 *
 * ```ts
 * tf.strings.substr(["hello"], 1, 3); // ["ell"]
 * ```
 *
 * @throws ValueError for a place outside
 */
export const substr = declare(
  'tf.strings.substr(input:any, pos:any, len:any, unit="BYTE", name:string=null)',
  (input: StringsLike, pos: TensorLike, len: TensorLike, unit: string, _: Name) => {
    const isBytes = checkUnit("strings.substr", unit);
    const [places, lengths] = [asTensor(pos, "int32").view(), asTensor(len, "int32").view()];
    const many = isRagged(input) ? null : stringsOf("strings.substr", input).values.length;
    for (const given of [places, lengths])
      if (many !== null && given.length !== 1 && given.length !== many && many !== 1)
        throw new ShapeError("strings.substr", { given: `${given.length} places for ${many} strings`, expected: "one, or one for each" });
    let i = 0;
    return each("strings.substr", input, (value) => {
      const units: Uint8Array | string[] = isBytes ? encoder.encode(value) : [...value];
      const at = places[places.length === 1 ? 0 : i]!;
      const count = lengths[lengths.length === 1 ? 0 : i++]!;
      const begin = at < 0 ? at + units.length : at;
      if (begin < 0 || begin > units.length || (begin === units.length && at >= 0 && units.length > 0 && at > units.length))
        throw new ValueError("strings.substr.pos", { given: `${at} for ${text(value)}`, expected: `−${units.length} to ${units.length}` });
      const part = units.slice(begin, count < 0 ? undefined : begin + count);
      return part instanceof Uint8Array ? decoder.decode(part) : part.join("");
    });
  },
);

/**
 * Strings put together element by element; single ones go with all.
 *
 * ```ts
 * tf.strings.join([["a", "b"], ["c", "d"]], "-"); // ["a-c", "b-d"]
 * ```
 */
export const join = declare(
  'tf.strings.join(inputs:array, separator="", name:string=null)',
  (inputs: readonly StringsLike[], separator: string, _: Name): NestedStrings | RaggedTensor => {
    const ragged = inputs.find(isRagged);
    if (ragged)
      return ragged.withFlatValues(
        join(
          inputs.map((one) => (isRagged(one) ? (one.flatValues as Strings) : one)),
          separator,
        ) as Given,
      );
    const all = inputs.map((one) => stringsOf("strings.join", one));
    const shape = all.reduce<number[]>(
      (wide, { shape }) => (shape.length === 0 ? wide : (broadcastShapes("strings.join", wide, shape) as number[])),
      [],
    );
    if (all.some((one) => one.rank > 0 && one.shape.join() !== shape.join()))
      throw new ShapeError("strings.join", {
        given: all.map((one) => `[${one.shape.join(", ")}]`).join(" and "),
        expected: "equal shapes, or single strings",
      });
    const values = Array.from({ length: sizeOf(shape) }, (_, i) => all.map((one) => one.values[one.rank === 0 ? 0 : i]!).join(separator));
    return new Strings(shape, values).nested();
  },
);

/**
 * All strings along axes as one; without an axis, all of them.
 *
 * ```ts
 * tf.strings.reduceJoin(["a", "b"]); // "ab"
 * ```
 */
export const reduceJoin = declare(
  'tf.strings.reduceJoin(inputs:any, axis:ints=null, keepdims=false, separator="", name:string=null)',
  (inputs: StringsLike, axis: number | readonly number[] | null, keepdims: boolean, separator: string, _: Name): NestedStrings => {
    if (isRagged(inputs)) {
      if (axis === null) return reduceJoin(inputs.flatValues as Strings as never, null, keepdims, separator);
      const rank = inputs.rank;
      const along = typeof axis === "number" ? (axis < 0 ? axis + rank : axis) : NaN;
      if (along !== 1 || rank !== 2)
        throw new ValueError("strings.reduceJoin.axis", { given: text(axis), expected: "−1, of rows of strings" });
      const rows = [...inputs].map((row) => (row as Strings).values.join(separator));
      return keepdims ? rows.map((row) => [row]) : rows;
    }
    let given = stringsOf("strings.reduceJoin", inputs);
    const axes = axis === null ? given.shape.map((_, i) => i) : [axis].flat().map((one) => (one < 0 ? one + given.rank : one));
    if (axes.some((one) => !(Number.isInteger(one) && one >= 0 && one < given.rank)))
      throw new ValueError("strings.reduceJoin.axis", { given: text(axis), expected: `axes of rank ${given.rank}` });
    for (const along of axis === null ? [...axes].reverse() : axes) {
      const [count, inner] = [given.shape[along]!, sizeOf(given.shape.slice(along + 1))];
      const outer = sizeOf(given.shape.slice(0, along));
      const part = (i: number): string =>
        Array.from({ length: count }, (_, k) => given.values[(Math.floor(i / inner) * count + k) * inner + (i % inner)]!).join(separator);
      const values = Array.from({ length: outer * inner }, (_, i) => part(i));
      given = new Strings([...given.shape.slice(0, along), 1, ...given.shape.slice(along + 1)], values);
    }
    return keepdims
      ? given.nested()
      : new Strings(
          given.shape.filter((_, i) => !axes.includes(i)),
          given.values,
        ).nested();
  },
);

/** Rows of parts. */
function parted(where: string, input: StringsLike, run: (value: string) => string[]): RaggedTensor | string[] {
  if (isRagged(input)) return input.withFlatValues(parted(where, stringsOf(where, input.flatValues), run) as RaggedTensor);
  const given = stringsOf(where, input);
  if (given.rank === 0) return run(given.values[0]!);
  const rows = given.values.map(run);
  const flat = RaggedTensor.fromRowLengths(
    new Strings([rows.reduce((sum, row) => sum + row.length, 0)], rows.flat()),
    rows.map((row) => row.length),
  );
  return given.shape
    .slice(1)
    .reverse()
    .reduce((inner, count) => RaggedTensor.fromUniformRowLength(inner, count), flat);
}

/**
 * The parts of each string between separators (default: white space, however much), as ragged rows; of one string, an array.
 *
 * ```ts
 * (tf.strings.split(["a b", "c"]) as tf.RaggedTensor).toList(); // [["a", "b"], ["c"]]
 * ```
 */
export const split = declare(
  "tf.strings.split(input:any, sep:string=null, maxsplit:int=-1, name:string=null)",
  (input: StringsLike, sep: string | null, maxsplit: number, _: Name): RaggedTensor | string[] =>
    parted("strings.split", input, (value) => {
      const isSpace = sep === null || sep === "";
      const whole = isSpace ? value.replace(/^\s+/, "") : value;
      if (isSpace && whole === "") return [];
      const parts = isSpace ? whole.replace(/\s+$/, "").split(/\s+/) : whole.split(sep);
      if (maxsplit < 0 || parts.length <= maxsplit + 1) return parts;
      if (!isSpace) return [...parts.slice(0, maxsplit), parts.slice(maxsplit).join(sep)];
      let rest = whole;
      const first: string[] = [];
      while (first.length < maxsplit) {
        const [word, gap] = /^(\S+)(\s*)/.exec(rest)!.slice(1) as [string, string];
        first.push(word);
        rest = rest.slice(word.length + gap.length);
      }
      return [...first, rest];
    }),
);

/**
 * The characters of each string, as ragged rows; of one string, an array.
 *
 * ```ts
 * tf.strings.unicodeSplit("hé", "UTF-8"); // ["h", "é"]
 * ```
 */
export const unicodeSplit = declare(
  'tf.strings.unicodeSplit(input:any, inputEncoding:string, errors="replace", replacementChar:int=65533, name:string=null)',
  (input: StringsLike, inputEncoding: string, _errors: string, _char: number, _: Name): RaggedTensor | string[] => {
    if (!/^UTF-(8|16-BE|32-BE)$/.test(inputEncoding))
      throw new ValueError("strings.unicodeSplit.inputEncoding", { given: text(inputEncoding), expected: "UTF-8" });
    return parted("strings.unicodeSplit", input, (value) => [...value]);
  },
);

const classes: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "0-9A-Za-z",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  punct: "!-\\/:-@\\[-`{-~",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
};

/** A pattern of RE2 as one of JavaScript. @throws ValueError for one that is none */
function patternOf(where: string, pattern: string, flags: string): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const body = (inline ? pattern.slice(inline[0].length) : pattern)
    .replace(/\[:(\w+):\]/g, (all, name: string) => classes[name] ?? all)
    .replace(/\(\?P</g, "(?<");
  const all = [...new Set(flags + (inline?.[1] ?? ""))].join("");
  for (const unicode of ["u", ""]) {
    try {
      return new RegExp(body, all + unicode);
    } catch (cause) {
      if (unicode === "") throw new ValueError(`${where}.pattern`, { given: text(pattern), expected: "a regular expression", cause });
    }
  }
  throw new ValueError(`${where}.pattern`, { given: text(pattern), expected: "a regular expression" });
}

/**
 * What a pattern matches, replaced: \1 is the first group.
 *
 * ```ts
 * tf.strings.regexReplace(["cats"], "s$", ""); // ["cat"]
 * ```
 *
 * @param replaceGlobal  all matches, or the first alone
 */
export const regexReplace = declare(
  "tf.strings.regexReplace(input:any, pattern:string, rewrite:string, replaceGlobal=true, name:string=null)",
  (input: StringsLike, pattern: string, rewrite: string, replaceGlobal: boolean, _: Name) => {
    const expression = patternOf("strings.regexReplace", pattern, replaceGlobal ? "g" : "");
    const groups = (match: readonly (string | undefined)[]): string =>
      rewrite.replace(/\\(\d|\\)/g, (_, sign: string) => (sign === "\\" ? "\\" : (match[Number(sign)] ?? "")));
    return each("strings.regexReplace", input, (value) => value.replace(expression, (...match) => groups(match as string[])));
  },
);

/**
 * Whether each string matches a pattern from end to end.
 *
 * ```ts
 * tf.strings.regexFullMatch(["cat", "cats"], "cat"); // [true, false]
 * ```
 */
export const regexFullMatch = declare(
  "tf.strings.regexFullMatch(input:any, pattern:string, name:string=null)",
  (input: StringsLike, pattern: string, _: Name) => {
    const inline = /^\(\?[ims]+\)/.exec(pattern)?.[0] ?? "";
    const expression = patternOf("strings.regexFullMatch", `${inline}^(?:${pattern.slice(inline.length)})$`, "s");
    const given = stringsOf("strings.regexFullMatch", input);
    return adoptTensor(
      Uint8Array.from(given.values, (value) => Number(expression.test(value))),
      given.shape,
      "bool",
    );
  },
);

/**
 * Numbers that strings spell.
 *
 * ```ts
 * tf.strings.toNumber(["1.5", "2"]); // [1.5, 2]
 * ```
 *
 * @throws ValueError for what is none
 */
export const toNumber = declare(
  'tf.strings.toNumber(input:any, outType:dtype="float32", name:string=null)',
  (input: StringsLike, outType: string, _: Name): Tensor | RaggedTensor => {
    const isWhole = /^u?int/.test(outType);
    return counts("strings.toNumber", input, isWhole ? "int32" : "float32", (value) => {
      const word = value.trim();
      const special: Record<string, number> = {
        nan: NaN,
        inf: Infinity,
        "+inf": Infinity,
        "-inf": -Infinity,
        infinity: Infinity,
        "-infinity": -Infinity,
      };
      const number = isWhole
        ? /^[-+]?\d+$/.test(word)
          ? Number(word)
          : NaN
        : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)
          ? Number(word)
          : special[word.toLowerCase()];
      if (number === undefined || (isWhole && !(number >= -(2 ** 31) && number < 2 ** 31)))
        throw new ValueError("strings.toNumber", { given: text(value), expected: isWhole ? "a whole number of 32 bits" : "a number" });
      return number;
    });
  },
);

/** Up to six digits, as C's %g has them. */
function shortNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = Number(exponent);
  const cut = (number: string): string => (number.includes(".") ? number.replace(/\.?0+$/, "") : number);
  if (value !== 0 && (power < -4 || power >= digits))
    return `${cut(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return cut(value.toFixed(Math.max(0, digits - 1 - power)));
}

/**
 * Numbers spelled out.
 *
 * ```ts
 * tf.strings.asString([1, 2]); // ["1.000000", "2.000000"]
 * ```
 *
 * @param precision  digits behind the point; default six
 * @param width, fill  what is put in front
 */
export const asString = declare(
  'tf.strings.asString(*input, precision:int=-1, scientific=false, shortest=false, width:int=-1, fill="", name:string=null)',
  (input: TensorLike, precision: number, scientific: boolean, shortest: boolean, width: number, fill: string, _: Name): NestedStrings => {
    const tensor = asTensor(input);
    if (scientific && shortest) throw new ArgumentError("strings.asString", { given: "scientific and shortest", expected: "one of them" });
    if (fill.length > 1) throw new ArgumentError("strings.asString.fill", { given: text(fill), expected: "one character" });
    const isFloat = tensor.dtype === "float32";
    if (!isFloat && (precision >= 0 || scientific || shortest))
      throw new DtypeError("strings.asString", { given: `dtype ${tensor.dtype}`, expected: "floats for these options" });
    const spelled = (value: number): string => {
      if (tensor.dtype === "bool") return value ? "true" : "false";
      if (!isFloat) return String(value);
      if (!Number.isFinite(value)) return shortNumber(value);
      const digits = precision < 0 ? 6 : precision;
      if (scientific) return value.toExponential(digits).replace(/e([-+])(\d)$/, "e$10$2");
      return shortest ? shortNumber(value, precision < 0 ? 6 : Math.max(1, precision)) : value.toFixed(digits);
    };
    const padded = (word: string): string =>
      tensor.dtype === "bool"
        ? word
        : fill === "-"
          ? word.padEnd(width)
          : fill === "0" && !/\d/.test(word)
            ? word.padStart(width)
            : fill === "0" && /^-/.test(word)
              ? `-${word.slice(1).padStart(width - 1, "0")}`
              : word.padStart(width, fill || " ");
    return new Strings(
      tensor.shape as number[],
      Array.from(tensor.view(), (value) => padded(spelled(value))),
    ).nested();
  },
);

/**
 * A text in which each placeholder stands for the next of the tensors.
 *
 * ```ts
 * tf.strings.format("x is {}", [1]); // "x is 1"
 * ```
 *
 * @param summarize  how many elements of an axis are shown at either
 * end
 */
export const format = declare(
  'tf.strings.format(template:string, inputs:any, placeholder="{}", summarize:int=3, name:string=null)',
  (template: string, inputs: TensorLike | readonly TensorLike[], placeholder: string, summarize: number, _: Name): string => {
    const list = inputs instanceof Chainable || !Array.isArray(inputs) ? [inputs as TensorLike] : (inputs as readonly TensorLike[]);
    const parts = template.split(placeholder);
    const shownOf = (each: unknown): string =>
      each instanceof Strings || isStrings(each)
        ? shown(stringsOf("strings.format", each).nested() as NestedArray, (value) => `"${String(value)}"`, summarize)
        : shownNumbers(asTensor(each as TensorLike), summarize);
    if (parts.length - 1 !== list.length)
      throw new ArgumentError("strings.format", {
        given: `${parts.length - 1} placeholders for ${list.length} tensors`,
        expected: "one for each",
      });
    return parts.reduce((made, part, i) => `${made}${shownOf(list[i - 1])}${part}`);
  },
);

function shownNumbers(tensor: Tensor, summarize: number): string {
  const leaf = (value: unknown): string =>
    tensor.dtype === "bool" ? (value ? "1" : "0") : tensor.dtype === "float32" ? shortNumber(Number(value)) : String(value);
  return shown(tensor.array(), leaf, summarize);
}

/** @param leaf  how one element is written */
function shown(nested: NestedArray, leaf: (value: unknown) => string, summarize: number): string {
  const nest = (value: NestedArray): string => {
    if (!Array.isArray(value)) return leaf(value);
    const few = summarize < 0 || value.length <= 2 * summarize;
    const items = few
      ? value.map(nest)
      : [...value.slice(0, summarize).map(nest), "...", ...value.slice(value.length - summarize).map(nest)];
    const isRow = value.length === 0 || !Array.isArray(value[0]);
    return `[${items.join(isRow ? " " : "\n ")}]`;
  };
  return nest(nested);
}

/**
 * The bytes of each string in UTF-8, each as a string of its own (a byte above 127 as the character of that number).
 *
 * ```ts
 * tf.strings.bytesSplit("abc"); // ["a", "b", "c"]
 * ```
 */
export const bytesSplit = declare("tf.strings.bytesSplit(input:any, name:string=null)", (input: StringsLike, _: Name) =>
  rowsOfEach("strings.bytesSplit", input, (value) => Array.from(encoder.encode(value), (byte) => String.fromCharCode(byte))),
);

/**
 * The code points of each string: whole numbers, in rows of unequal length where there are several strings.
 *
 * ```ts
 * (tf.strings.unicodeDecode(["hé"], "UTF-8") as tf.RaggedTensor).toList(); // [[104, 233]]
 * ```
 */
export const unicodeDecode = declare(
  'tf.strings.unicodeDecode(input:any, inputEncoding="UTF-8", errors="replace", replacementChar:int=65533, replaceControlCharacters=false, name:string=null)',
  (input: StringsLike, inputEncoding: string, _errors: string, _char: number, _control: boolean, _: Name): Tensor | RaggedTensor => {
    checkEncoding("strings.unicodeDecode.inputEncoding", inputEncoding);
    const points = (value: string): number[] => Array.from(value, (character) => character.codePointAt(0)!);
    const given = stringsOf("strings.unicodeDecode", input);
    if (given.rank === 0) return intTensor(points(given.values[0]!));
    const rows = given.values.map(points);
    return RaggedTensor.fromRowLengths(intTensor(rows.flat()), intTensor(rows.map(({ length }) => length)));
  },
);

/**
 * Strings of rows of code points: of a tensor or a ragged tensor of whole numbers.
 *
 * ```ts
 * tf.strings.unicodeEncode([104, 233], "UTF-8"); // "hé"
 * ```
 */
export const unicodeEncode = declare(
  'tf.strings.unicodeEncode(input:any, outputEncoding="UTF-8", errors="replace", replacementChar:int=65533, name:string=null)',
  (input: TensorLike | RaggedTensor, outputEncoding: string, _errors: string, replacement: number, _: Name): NestedStrings => {
    checkEncoding("strings.unicodeEncode.outputEncoding", outputEncoding);
    const rows: unknown = isRagged(input) ? input.toList() : asTensor(input).array();
    if (!Array.isArray(rows))
      throw new ValueError("strings.unicodeEncode.input", { given: text(rows), expected: "code points: an array of whole numbers" });
    const encode = (row: unknown): NestedStrings =>
      Array.isArray(row) && !Array.isArray(row[0])
        ? (row as number[]).map((point) => String.fromCodePoint(pointOf(point, replacement))).join("")
        : (row as unknown[]).map(encode);
    return encode(rows);
  },
);

/** A code point, or what stands for what is none. @throws ValueError where it is no whole number */
function pointOf(given: number, replacement: number): number {
  if (Number.isInteger(given)) return given >= 0 && given <= 0x10ffff ? given : replacement;
  throw new ValueError("strings.unicodeEncode.input", { given: text(given), expected: "code points: whole numbers" });
}

const checkEncoding = (where: string, given: string): void => {
  if (!/^utf-?8$/i.test(given))
    throw new ValueError(where, { given: text(given), expected: '"UTF-8"', hint: "JavaScript's strings are Unicode." });
};
const intTensor = (values: readonly number[]): Tensor => adoptTensor(Int32Array.from(values), [values.length], "int32");

/** Parts of each string: an array of them for one string, rows of unequal length for several. */
function rowsOfEach(where: string, input: StringsLike, parts: (value: string) => string[]): NestedStrings | RaggedTensor {
  const given = stringsOf(where, input);
  if (given.rank === 0) return parts(given.values[0]!);
  const rows = given.values.map(parts);
  const flat = rows.flat();
  return RaggedTensor.fromRowLengths(new Strings([flat.length], flat) as never, intTensor(rows.map(({ length }) => length)));
}

/**
 * The numbers of buckets that strings fall into, the same ones as TensorFlow's.
 *
 * ```ts
 * tf.strings.toHashBucketFast(["a"], 10).shape; // [1]
 * ```
 */
export const toHashBucketFast = declare(
  "tf.strings.toHashBucketFast(input:any, numBuckets:int, name:string=null)",
  (input: StringsLike, numBuckets: number, _: Name): Tensor | RaggedTensor => {
    if (numBuckets < 1) throw new ValueError("strings.toHashBucketFast.numBuckets", { given: String(numBuckets), expected: "at least 1" });
    return counts("strings.toHashBucketFast", input, "int32", (value) => bucketOf(value, numBuckets, null));
  },
);

/**
 * n-grams of rows of words: each `width` neighbours as one string. Rows are arrays or ragged.
 *
 * ```ts
 * tf.strings.ngrams(["a", "b", "c"], 2); // ["a b", "b c"]
 * ```
 */
export const ngrams = declare(
  'tf.strings.ngrams(data:any, ngramWidth:ints, separator=" ", padValues:any=null, paddingWidth:int=null, preserveShortSequences=false, name:string=null)',
  (
    data: StringsLike,
    ngramWidth: number | readonly number[],
    separator: string,
    padValues: readonly [string, string] | string | null,
    paddingWidth: number | null,
    preserveShort: boolean,
    _: Name,
  ): NestedStrings | RaggedTensor => {
    const widths = [ngramWidth].flat() as number[];
    if (widths.some((width) => width < 1))
      throw new ValueError("strings.ngrams.ngramWidth", { given: text(widths), expected: "at least 1" });
    const [left, right] = typeof padValues === "string" ? [padValues, padValues] : (padValues ?? ["", ""]);
    const of = (row: readonly string[]): string[] => {
      const made = widths.flatMap((width) => {
        const pad = padValues === null ? 0 : Math.min(width - 1, paddingWidth ?? width - 1);
        const words = [...new Array<string>(pad).fill(left), ...row, ...new Array<string>(pad).fill(right)];
        return Array.from({ length: Math.max(0, words.length - width + 1) }, (__, i) => words.slice(i, i + width).join(separator));
      });
      return made.length === 0 && preserveShort && row.length > 0 ? [row.join(separator)] : made;
    };
    const rows: unknown = isRagged(data) ? data.toList() : stringsOf("strings.ngrams", data).nested();
    if (Array.isArray(rows) && typeof rows[0] === "string") return of(rows as string[]);
    const made = (rows as string[][]).map(of);
    const flat = made.flat();
    return RaggedTensor.fromRowLengths(new Strings([flat.length], flat) as never, intTensor(made.map(({ length }) => length)));
  },
);
