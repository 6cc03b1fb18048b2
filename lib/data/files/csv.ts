// Rows of CSV files: fields in quotes may hold delimiters, quotes and ends of lines. Types of columns are declared, or inferred of the
// first rows.

import { type Dtype, keptDtype } from "../../core/dtype.js";
import { constant } from "../../core/convert.js";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { Strings } from "../../core/strings.js";
import { Chainable } from "../../core/tensor.js";
import { concatenated } from "../../runtime/pieces.js";
import type { Leaf } from "../structure.js";
import { Failure, type Parser } from "./records.js";

export interface CsvForm {
  /** One character; null for runs of blanks and tabs, which mean nothing at the ends of a line. */
  readonly fieldDelim: string | null;
  readonly useQuoteDelim: boolean;
  /** Whether the first row names the columns. */
  readonly header: boolean;
}

const decoder = new TextDecoder();
const QUOTE = 34;
const NEWLINE = 10;
const gap = /[ \t]+/y;

/** Rows of fields. Empty lines are left out. */
export class CsvRows implements Parser<string[]> {
  consumed = 0;
  #rest: Uint8Array = new Uint8Array(0);
  /** Whether the rest ends inside of quotes. */
  #skipsHeader: boolean;

  constructor(
    readonly where: string,
    readonly file: string,
    from: number,
    readonly form: CsvForm,
  ) {
    this.#skipsHeader = form.header && from === 0;
  }

  push(piece: Uint8Array): readonly (string[] | Failure)[] {
    const bytes = this.#rest.length > 0 ? concatenated([this.#rest, piece]) : piece;
    const end = this.form.useQuoteDelim && bytes.includes(QUOTE) ? lastEndOfRow(bytes) : bytes.lastIndexOf(NEWLINE) + 1;
    this.#rest = bytes.subarray(end);
    this.consumed += end;
    return end === 0 ? [] : this.#rows(bytes.subarray(0, end));
  }

  end(): readonly (string[] | Failure)[] {
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    return rest.length > 0 ? this.#rows(rest) : [];
  }

  #rows(bytes: Uint8Array): (string[] | Failure)[] {
    const { fieldDelim, useQuoteDelim } = this.form;
    const whole = decoder.decode(bytes);
    const rows =
      useQuoteDelim && whole.includes('"')
        ? this.#quotedRows(whole)
        : fieldDelim === null
          ? linesOf(whole.replace(/^[ \t]+|[ \t]+$/gm, "")).map((line) => line.split(/[ \t]+/))
          : linesOf(whole).map((line) => line.split(fieldDelim));
    if (this.#skipsHeader && rows.length > 0) {
      rows.shift();
      this.#skipsHeader = false;
    }
    return rows;
  }

  #quotedRows(whole: string): (string[] | Failure)[] {
    const { fieldDelim } = this.form;
    const rows: (string[] | Failure)[] = [];
    let row: string[] = [];
    let at = 0;
    const { length } = whole;
    /** Behind the delimiter here, if there is one. */
    const behind = (): number => {
      if (fieldDelim !== null) return whole.startsWith(fieldDelim, at) ? at + fieldDelim.length : at;
      gap.lastIndex = at;
      return gap.test(whole) ? gap.lastIndex : at;
    };
    while (at < length) {
      let field: string;
      if (fieldDelim === null && row.length === 0) at = behind();
      if (whole[at] === '"') {
        field = "";
        for (let from = at + 1; ;) {
          const close = whole.indexOf('"', from);
          if (close < 0) {
            rows.push(
              new Failure(
                new ValueError(this.where, { given: `an open quote at the end of ${this.file}`, expected: "a quote that is closed" }),
              ),
            );
            return rows;
          }
          field += whole.slice(from, close);
          if (whole[close + 1] !== '"') {
            at = close + 1;
            break;
          }
          field += '"';
          from = close + 2;
        }
      } else {
        const line = whole.indexOf("\n", at);
        const next = fieldDelim === null ? whole.slice(at, line < 0 ? length : line).search(/[ \t]/) : whole.indexOf(fieldDelim, at);
        const delimiter = fieldDelim === null && next >= 0 ? at + next : next;
        const end = delimiter >= 0 && (line < 0 || delimiter < line) ? delimiter : line < 0 ? length : line;
        field = whole.slice(at, end);
        at = end;
        if (field.endsWith("\r") && (at === length || whole[at] === "\n")) field = field.slice(0, -1);
      }
      row.push(field);
      const following = behind();
      if (following > at) {
        at = following;
        if (at < length && whole[at] !== "\n" && !whole.startsWith("\r\n", at)) continue;
        if (fieldDelim !== null) row.push(""); // a delimiter at the end of a line has an empty field behind it
      }
      if (whole.startsWith("\r\n", at)) at += 2;
      else if (at >= length || whole[at] === "\n") at += 1;
      else {
        rows.push(
          new Failure(
            new ValueError(this.where, {
              given: `${text(whole.slice(at, at + 20))} behind a quote in ${this.file}`,
              expected: "a delimiter",
            }),
          ),
        );
        const next = whole.indexOf("\n", at);
        at = next < 0 ? length : next + 1;
        row = [];
        continue;
      }
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
    }
    return rows;
  }
}

/** The lines that are not empty. */
function linesOf(whole: string): string[] {
  const lines = whole.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return lines.filter((line) => line !== "");
}

/** Behind the last end of a line that is in no quotes. The bytes begin outside of quotes. */
function lastEndOfRow(bytes: Uint8Array): number {
  let end = 0;
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[at] === NEWLINE && !isQuoted) end = at + 1;
  }
  return end;
}

/** A column: its dtype, and what stands for an empty field; undefined where there must be something. */
export interface CsvColumn {
  readonly dtype: Dtype | "string";
  readonly fallback: number | string | undefined;
}

/**
 * A column as users declare it: a dtype's name (a value is needed), `[0]`, `[""]` or a tensor with one element (a default) or none. Python's
 * 0.0 is 0 here: where `seen`, what the first rows hold, are fractions, a whole default is that of a column of fractions.
 */
export function columnOf(where: string, given: unknown, seen?: CsvColumn): CsvColumn {
  if (typeof given === "string") {
    if (given === "string") return { dtype: "string", fallback: undefined };
    const dtype = keptDtype(given);
    if (dtype) return { dtype, fallback: undefined };
  }
  if (given instanceof Chainable) {
    const value = given.value();
    return { dtype: value.dtype, fallback: value.size === 0 ? undefined : value.item() };
  }
  const value: unknown = Array.isArray(given) ? (given as unknown[])[0] : given;
  if (typeof value === "string") return { dtype: "string", fallback: value };
  if (typeof value === "number")
    return { dtype: Number.isInteger(value) && seen?.dtype !== "float32" ? "int32" : "float32", fallback: value };
  throw new ArgumentError(where, { given: text(given), expected: 'a dtype such as "float32", or a default in an array: [0.0], [""]' });
}

/**
 * Dtypes of columns by their first rows: int32 where all are whole numbers that it holds, else float32, else strings. Empty fields tell
 * nothing.
 */
export function inferred(rows: readonly (readonly string[])[], columns: readonly number[], naValue: string): CsvColumn[] {
  return columns.map((at) => {
    const fields = rows.map((row) => row[at] ?? "").filter((field) => field !== "" && field !== naValue);
    const isWhole = fields.every((field) => /^[+-]?\d+$/.test(field.trim()) && Math.abs(Number(field)) < 2 ** 31);
    if (fields.length > 0 && isWhole) return { dtype: "int32", fallback: 0 };
    if (fields.length > 0 && fields.every((field) => numberOf(field) !== null)) return { dtype: "float32", fallback: 0 };
    return { dtype: "string", fallback: "" };
  });
}

/** A number in a text; null where there is none. */
export function numberOf(field: string): number | null {
  const number = Number(field);
  if (!Number.isNaN(number)) return field.trim() === "" ? null : number;
  const word = field.trim().toLowerCase();
  if (/^[+-]?(inf|infinity)$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?nan$/.test(word) ? NaN : null;
}

/** The values of a row's columns. @throws ValueError that names the column */
export function valuesOf(
  where: string,
  row: readonly string[],
  columns: readonly { readonly at: number; readonly name: string; readonly column: CsvColumn }[],
  naValue: string,
  width: number,
): (number | string)[] {
  if (row.length !== width)
    throw new ValueError(where, { given: `a row of ${row.length} fields, ${text(row)}`, expected: `${width} fields` });
  return columns.map(({ at, name, column: { dtype, fallback } }) => {
    const field = row[at]!;
    if (field === "" || field === naValue) {
      if (fallback !== undefined) return fallback;
      throw new ValueError(where, { given: `an empty field in the column ${text(name)}`, expected: "a value: it has no default" });
    }
    if (dtype === "string") return field;
    const number = numberOf(field);
    const holds = number !== null && (dtype !== "int32" || (Number.isInteger(number) && number === (number | 0)));
    if (!holds) throw new ValueError(where, { given: `${text(field)} in the column ${text(name)}`, expected: dtype });
    return number;
  });
}

/** Values of one column as a component: of one row without axes, of several along one. */
export function leafOf(values: readonly (number | string)[], { dtype }: CsvColumn, isRow: boolean): Leaf {
  const shape = isRow ? [] : [values.length];
  return dtype === "string" ? new Strings(shape, values as string[]) : constant(values as number[], { dtype, shape });
}
