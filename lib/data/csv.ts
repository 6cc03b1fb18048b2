// tf.data.csv: rows of a table as records, for those who come from TensorFlow.js. What reads them is loaded with the first row.

import {
  boolean,
  dictionary,
  either,
  field,
  invalid,
  list,
  nullable,
  number,
  oneOf,
  schema,
  string,
  type Options,
} from "../config/index.js";
import { ArgumentError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { Dataset } from "./dataset.js";
import { checkDelimiter } from "./file-datasets.js";
import type { CsvRecords } from "./files/csv-records.js";
import { deferred } from "./streams/deferred.js";

const where = "data.csv";

const columnOptions = schema([], {
  dtype: nullable(oneOf(["float32", "int32", "bool", "string"])),
  default: nullable(either(number(), either(string(), boolean()))),
  required: boolean(false),
  isLabel: boolean(false),
});
const options = schema(["source"], {
  source: field<string | URL | Blob | Uint8Array>({
    expected: "an address, a path, a File or bytes",
    takesObjects: true,
    parse: (value) => ([String, URL, Blob, Uint8Array].some((kind) => Object(value) instanceof kind) ? (value as Blob) : invalid),
  }),
  hasHeader: boolean(true),
  columnNames: nullable(list(string())),
  columnConfigs: nullable(
    dictionary(
      field<ColumnConfig, CsvColumnConfig>({
        expected: "options of a column",
        parse: (value, where) => columnOptions.parse(where, [value]),
      }),
    ),
  ),
  configuredColumnsOnly: boolean(false),
  delimiter: nullable(string()),
  delimWhitespace: boolean(false),
});

/** What is said of a column of `tf.data.csv`. */
export type ColumnConfig = Options<typeof columnOptions>;
export type CsvColumnConfig = ReturnType<typeof columnOptions.parse>;
export type CsvConfig = ReturnType<typeof options.parse>;

/** Values of a row by the names of their columns: scalars, strings where they are no numbers. */
export type CsvRow = Record<string, Tensor | string>;

/** Rows, with labels apart where some column is one. */
type RowOf<C> = [Extract<C, { readonly isLabel: true }>] extends [never] ? CsvRow : { xs: CsvRow; ys: CsvRow };

/** What `tf.data.csv` makes. */
export class CSVDataset<T = CsvRow> extends Dataset<T> {
  readonly #records: () => Promise<CsvRecords>;

  constructor(given: readonly unknown[]) {
    const config = options.parse(where, given as never);
    const { delimiter, delimWhitespace } = config;
    if (delimiter !== null && delimWhitespace)
      throw new ArgumentError(`${where}.delimiter`, { given: "a delimiter beside delimWhitespace", expected: "one of them" });
    checkDelimiter(`${where}.delimiter`, delimiter ?? ",");
    let kept: CsvRecords | undefined;
    const records = async () => (kept ??= await (await import("./files/csv-records.js")).CsvRecords.of(where, config));
    super({ stream: deferred(where, null, async () => (await records()).open()), spec: () => null });
    this.#records = records;
  }

  /** The columns of its rows in their order; with `configuredColumnsOnly` those of `columnConfigs`. */
  columnNames = async (): Promise<readonly string[]> => (await this.#records()).shown.map(({ name }) => name);
}

/**
 * The rows of a CSV file as records, read piece by piece: numbers are float32 scalars, other fields strings. Fields in quotes may hold
 * delimiters and ends of lines. With labels an element is `{ xs, ys }`, two records.
 *
 * ```ts
 * await tf.io.writeFile("memory://flats.csv", "rooms,rent\n2,900\n3,1200\n");
 * const flats = tf.data.csv("memory://flats.csv", { columnConfigs: { rent: { isLabel: true } } });
 * await flats.columnNames(); // ["rooms", "rent"]
 * const rents: unknown[] = [];
 * for await (const { xs, ys } of flats.batch(2)) rents.push(ys);
 * rents; // [{ rent: [900, 1200] }]
 * ```
 *
 * @param source     an address, a path, a File that the user chose, or bytes
 * @param csvConfig  `hasHeader` (true), `columnNames` (default: the header's), `columnConfigs` by name: `{ dtype, default, required,
 *                   isLabel }`, `configuredColumnsOnly` (false), `delimiter` (","), `delimWhitespace` (false: else runs of blanks and tabs).
 *                   Without `default` an empty field is NaN, or "" where the column's first rows are words; an error where it is
 *                   `required`, a label, int32 or bool
 * @throws ValueError, while iterating, for names that do not fit, and for a field or row that does not: it names the file and the record
 *
 * TensorFlow.js: tf.data.csv
 */
export const csv = <const C extends Readonly<Record<string, ColumnConfig>> = Readonly<Record<never, never>>>(
  source: string | URL | Blob | Uint8Array,
  ...csvConfig: [(Omit<Options<typeof options>, "source" | "columnConfigs"> & { readonly columnConfigs?: C | null })?]
): CSVDataset<RowOf<C[keyof C]>> => new CSVDataset([source, ...csvConfig]);
