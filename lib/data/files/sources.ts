// The streams behind datasets of files. Loaded with the first of them.

import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { Strings } from "../../core/strings.js";
import { compressionOf } from "../compression.js";
import type { Element } from "../structure.js";
import { chunks } from "../streams/chunks.js";
import { interleave } from "../streams/interleave.js";
import { map } from "../streams/map.js";
import { prefetch } from "../streams/prefetch.js";
import { range } from "../streams/range.js";
import { repeat } from "../streams/repeat.js";
import { shuffle } from "../streams/shuffle.js";
import { END, type Cursor, type Stream } from "../streams/stream.js";
import { nameOf, pieces, type FileSource } from "./bytes.js";
import { columnOf, CsvRows, type CsvColumn, type CsvForm, inferred, leafOf, valuesOf } from "./csv.js";
import { matchingPaths } from "./glob.js";
import { FixedRecords, type FixedLength, Lines, TFRecords } from "./parsers.js";
import { Failure, fileRecords, type Parser } from "./records.js";

/** What all kinds of files have. */
export interface Reading {
  readonly files: Stream<FileSource>;
  readonly compressionType: string | null;
  readonly bufferSize: number | null;
  readonly numParallelReads: number | null;
}

/** The files of a list, or of a dataset of paths. */
export const filesOf = (files: readonly FileSource[] | Stream<Element>, where: string): Stream<FileSource> => {
  if (!("open" in files)) return map(range(files.length), (i) => files[i]!, "files");
  return map(files, (element) => {
    if (element instanceof Strings && element.rank === 0) return element.values[0]!;
    throw new ArgumentError(where, { given: text(element), expected: "a dataset of paths, one in each element" });
  });
};

/** Records of files, several files beside each other where that is wanted. */
function read<T>(
  where: string,
  { files, compressionType, bufferSize, numParallelReads }: Reading,
  parser: (file: string, from: number) => Parser<T>,
): Stream<T> {
  const options = { where, compression: compressionOf(where, compressionType), bufferSize, parser };
  const of = (sources: Stream<FileSource>): Stream<T> => ({ kind: where, count: null, open: () => fileRecords(sources, options) });
  if (numParallelReads === null || numParallelReads === 1) return of(files);
  const cycleLength = numParallelReads < 1 ? 4 : numParallelReads;
  return interleave(files, (file) => of(filesOf([file], where)), { cycleLength, blockLength: 1, isParallel: true });
}

const one = (value: string | Uint8Array): Element => new Strings([], [value as string]);

export const textLines = (reading: Reading): Cursor<Element> =>
  map(
    read("TextLineDataset", reading, () => new Lines()),
    one,
  ).open();

export const tfRecords = (reading: Reading): Cursor<Element> =>
  map(
    read("TFRecordDataset", reading, (file, from) => new TFRecords("TFRecordDataset", file, from)),
    one,
  ).open();

export const fixedRecords = (reading: Reading, length: FixedLength): Cursor<Element> =>
  map(
    read("FixedLengthRecordDataset", reading, (file, from) => new FixedRecords("FixedLengthRecordDataset", file, from, length)),
    one,
  ).open();

/** How rows of CSV files are read. */
export interface CsvReading extends Reading {
  readonly header: boolean;
  readonly fieldDelim: string | null;
  readonly useQuoteDelim: boolean;
  readonly naValue: string;
}

export const rowsOf = (where: string, reading: CsvReading): Stream<string[]> =>
  read(where, reading, (file, from) => new CsvRows(where, file, from, reading));

/** Rows as tuples of scalars. */
export function csvElements(
  reading: CsvReading,
  columns: readonly CsvColumn[],
  selectCols: readonly number[] | null,
  excludeCols: readonly number[] | null,
): Cursor<Element> {
  const where = "CsvDataset";
  const element = (row: readonly string[]): Element => {
    const all = row.map((_, i) => i);
    const at = selectCols ?? (excludeCols ? all.filter((i) => !excludeCols.includes(i)) : all);
    if (at.length !== columns.length)
      throw new ValueError(where, { given: `a row of ${at.length} fields, ${text(row)}`, expected: `${columns.length} fields` });
    const named = columns.map((column, i) => ({ at: at[i]!, name: String(at[i]), column }));
    return valuesOf(where, row, named, reading.naValue, row.length).map((value, i) => leafOf([value], columns[i]!, true));
  };
  return map(rowsOf(where, reading), element, "columns", where).open();
}

/** What `makeCsvDataset` takes. */
export interface CsvTable extends Omit<CsvReading, "files"> {
  readonly filePattern: readonly string[] | readonly FileSource[];
  readonly batchSize: number;
  readonly columnNames: readonly string[] | null;
  readonly columnDefaults: readonly unknown[] | null;
  readonly labelName: string | null;
  readonly selectColumns: readonly (string | number)[] | null;
  readonly numEpochs: number | null;
  readonly shuffle: boolean;
  readonly shuffleBufferSize: number;
  readonly shuffleSeed: number;
  readonly prefetchBufferSize: number | null;
  readonly numRowsForInference: number | null;
  readonly ignoreErrors: boolean;
}

/** The first rows of a file, whatever they are. */
export async function firstRows(
  where: string,
  table: CsvForm & Pick<CsvTable, "compressionType" | "ignoreErrors">,
  file: FileSource,
  most: number,
): Promise<string[][]> {
  const parser = new CsvRows(where, nameOf(file), 0, { ...table, header: false });
  const rows: string[][] = [];
  const take = (made: readonly (string[] | Failure)[]): void => {
    for (const row of made) {
      if (!(row instanceof Failure)) rows.push(row);
      else if (!table.ignoreErrors) throw row.error;
    }
  };
  for await (const piece of pieces(where, file, compressionOf(where, table.compressionType), 0)) {
    take(parser.push(piece));
    if (rows.length >= most) return rows.slice(0, most);
  }
  take(parser.end());
  return rows.slice(0, most);
}

/** Batches of a table as records of columns, with the label apart where one is named. */
export async function csvTable(table: CsvTable): Promise<Cursor<Element>> {
  const where = "makeCsvDataset";
  const given = table.filePattern as readonly FileSource[];
  const files = given.every((each) => typeof each === "string" && !/^\w[\w+.-]+:\/\//.test(each))
    ? matchingPaths(where, given as readonly string[])
    : given;
  const rows = await firstRows(where, table, files[0]!, (table.numRowsForInference ?? 1e9) + (table.header ? 1 : 0));
  const names = namesOf(where, table, rows[0]);
  const selected = (table.selectColumns ?? names).map((column) => {
    const at = typeof column === "number" ? column : names.indexOf(column);
    if (at >= 0 && at < names.length) return at;
    throw new ValueError(`${where}.selectColumns`, { given: text(column), expected: `columns among ${text(names)}` });
  });
  if (new Set(selected).size !== selected.length)
    throw new ValueError(`${where}.selectColumns`, { given: text(table.selectColumns), expected: "each column once" });
  const data = table.header ? rows.slice(1) : rows;
  const { columnDefaults } = table;
  if (columnDefaults && columnDefaults.length !== selected.length)
    throw new ValueError(`${where}.columnDefaults`, {
      given: `${columnDefaults.length} of them`,
      expected: `${selected.length}, one for each column`,
    });
  const seen = inferred(data, selected, table.naValue);
  const columns = columnDefaults ? columnDefaults.map((each, i) => columnOf(`${where}.columnDefaults[${i}]`, each, seen[i])) : seen;
  const named = selected.map((at, i) => ({ at, name: names[at]!, column: columns[i]! }));
  const label = table.labelName === null ? -1 : named.findIndex(({ name }) => name === table.labelName);
  if (table.labelName !== null && label < 0)
    throw new ValueError(`${where}.labelName`, {
      given: text(table.labelName),
      expected: `a column among ${text(named.map(({ name }) => name))}`,
    });

  const values = map(
    rowsOf(where, { ...table, files: filesOf(files, where) }),
    (row) => valuesOf(where, row, named, table.naValue, names.length),
    "values",
    where,
  );
  const good = table.ignoreErrors ? onlyGood(values) : values;
  const { shuffleBufferSize: bufferSize, shuffleSeed: seed, numEpochs } = table;
  const mixed = table.shuffle ? shuffle(good, { bufferSize, seed, reshuffleEachIteration: true }) : good;
  const epochs = repeat(mixed, numEpochs ?? Infinity);
  const batches = map(chunks(epochs, table.batchSize, numEpochs === null), (batch): Element => {
    const leaves = named.map(
      ({ name, column }, i) =>
        [
          name,
          leafOf(
            batch.map((row) => row[i]!),
            column,
            false,
          ),
        ] as const,
    );
    if (label < 0) return Object.fromEntries(leaves);
    return [Object.fromEntries(leaves.filter((_, i) => i !== label)), leaves[label]![1]];
  });
  return prefetch(batches, table.prefetchBufferSize).open();
}

/** The names of columns: given, or a header's. */
export function namesOf(
  where: string,
  { columnNames, header }: Pick<CsvTable, "columnNames" | "header">,
  first: readonly string[] | undefined,
): readonly string[] {
  if (columnNames === null && !header)
    throw new ArgumentError(`${where}.columnNames`, { given: "no names, and a file without a header", expected: "names of columns" });
  const names = columnNames ?? first;
  if (!names) throw new ValueError(where, { given: "a file without rows", expected: "a header" });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ValueError(`${where}.columnNames`, { given: `two columns ${text(twice)}`, expected: "different names" });
  if (first && first.length !== names.length)
    throw new ValueError(`${where}.columnNames`, { given: `${names.length} names for ${first.length} columns`, expected: "one for each" });
  return names;
}

/** The rows that are good. */
function onlyGood<T>(input: Stream<T>): Stream<T> {
  return {
    ...input,
    open() {
      const cursor = input.open();
      const next = async (): Promise<T | typeof END> => {
        for (;;) {
          try {
            return await cursor.next();
          } catch (error) {
            if (error instanceof ValueError && error.where !== "makeCsvDataset") throw error;
          }
        }
      };
      return { ...cursor, next, save: () => cursor.save(), restore: (position) => cursor.restore(position), close: () => cursor.close?.() };
    },
  };
}
