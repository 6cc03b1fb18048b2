// The rows behind tf.data.csv: records of columns by name, typed as they are declared or field by field.

import { constant } from "../../core/convert.js";
import { text, ValueError } from "../../core/errors.js";
import { Strings } from "../../core/strings.js";
import type { CsvColumnConfig, CsvConfig } from "../csv.js";
import type { Element, Leaf } from "../structure.js";
import { map } from "../streams/map.js";
import type { Cursor } from "../streams/stream.js";
import { type CsvForm, inferred, numberOf } from "./csv.js";
import { type CsvReading, filesOf, firstRows, namesOf, rowsOf } from "./sources.js";

interface Column {
  readonly name: string;
  /** Its place in a row. */
  readonly at: number;
  readonly config: CsvColumnConfig | undefined;
  /** Whether its first rows are words. */
  readonly isWords: boolean;
}

/** Rows by whose words a column that nobody declared is known. */
const SEEN = 100;

const word = (value: string): Leaf => new Strings([], [value]);

/** A table whose header was read. */
export class CsvRecords {
  private constructor(
    readonly where: string,
    readonly config: CsvConfig,
    readonly form: CsvForm,
    /** Fields of a row. */
    readonly width: number,
    /** The columns that are given. */
    readonly shown: readonly Column[],
  ) {}

  /** Reads the first rows. */
  static async of(where: string, config: CsvConfig): Promise<CsvRecords> {
    const { source, hasHeader: header, columnNames, columnConfigs, configuredColumnsOnly, delimiter, delimWhitespace } = config;
    const form = { header, fieldDelim: delimWhitespace ? null : (delimiter ?? ","), useQuoteDelim: true };
    const rows = await firstRows(where, { ...form, compressionType: null, ignoreErrors: false }, source, SEEN + (header ? 1 : 0));
    const names = namesOf(where, { columnNames, header }, rows[0]);
    const data = header ? rows.slice(1) : rows;
    const configs = new Map(Object.entries(columnConfigs ?? {}));
    for (const [name, { dtype, default: fallback }] of configs) {
      const at = `${where}.columnConfigs.${name}`;
      if (!names.includes(name)) throw new ValueError(at, { given: text(name), expected: `a column among ${text(names)}` });
      if (fallback !== null && dtype !== null && !fits(fallback, dtype))
        throw new ValueError(`${at}.default`, { given: text(fallback), expected: dtype });
    }
    const kinds = inferred(data, [...names.keys()], "");
    const all = names.map((name, at) => ({ name, at, config: configs.get(name), isWords: kinds[at]!.dtype === "string" }));
    const shown = configuredColumnsOnly ? all.filter(({ name }) => configs.has(name)) : all;
    return new CsvRecords(where, config, form, names.length, shown);
  }

  open(): Cursor<Element> {
    const { where } = this;
    const reading: CsvReading = {
      ...this.form,
      files: filesOf([this.config.source], where),
      naValue: "",
      compressionType: null,
      bufferSize: null,
      numParallelReads: null,
    };
    return map(rowsOf(where, reading), (row) => this.#record(row), "columns", where).open();
  }

  #record(row: readonly string[]): Element {
    if (row.length !== this.width)
      throw new ValueError(this.where, { given: `a row of ${row.length} fields, ${text(row)}`, expected: `${this.width} fields` });
    const xs: [string, Leaf][] = [];
    const ys: [string, Leaf][] = [];
    for (const column of this.shown) (column.config?.isLabel ? ys : xs).push([column.name, this.#leaf(row[column.at]!, column)]);
    return ys.length === 0 ? Object.fromEntries(xs) : { xs: Object.fromEntries(xs), ys: Object.fromEntries(ys) };
  }

  /** A field as its column wants it. */
  #leaf(given: string, { name, config, isWords }: Column): Leaf {
    const { dtype = null, default: fallback = null, required = false, isLabel = false } = config ?? {};
    const refuse = (what: string, expected: string): never => {
      throw new ValueError(this.where, { given: `${what} in the column ${text(name)}`, expected });
    };
    if (given === "") {
      if (fallback !== null) {
        if (typeof fallback === "string") return word(fallback);
        return constant(Number(fallback), { dtype: dtype === null || dtype === "string" ? "float32" : dtype });
      }
      const isNumber = dtype === "int32" || dtype === "bool";
      if (required || isLabel || isNumber)
        refuse("an empty field", isNumber ? `${dtype}: it has no default` : "a value: it is required, and has no default");
      return dtype === "string" || (dtype === null && isWords) ? word("") : constant(NaN, { dtype: "float32" });
    }
    const value = numberOf(given);
    if (dtype === "string" || (dtype === null && value === null)) return word(given);
    if (dtype === "bool") {
      const is = (number: number, word: string): boolean => value === number || given.trim().toLowerCase() === word;
      if (!is(1, "true") && !is(0, "false")) refuse(text(given), "bool: true, false, 1 or 0");
      return constant(is(1, "true"), { dtype });
    }
    if (value === null) return refuse(text(given), dtype!);
    if (dtype !== "int32") return constant(value, { dtype: "float32" });
    const whole = Math.floor(value);
    if (whole !== (whole | 0)) refuse(text(given), "int32");
    return constant(whole, { dtype });
  }
}

/** Whether a default is one of a dtype. */
function fits(value: number | string | boolean, dtype: "float32" | "int32" | "bool" | "string"): boolean {
  if (dtype === "string" || typeof value === "string") return dtype === "string" && typeof value === "string";
  if (dtype === "bool") return typeof value === "boolean" || value === 0 || value === 1;
  return typeof value === "number" && (dtype === "float32" || value === (value | 0));
}
