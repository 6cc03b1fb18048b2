// Datasets of files: records of TFRecord, lines of text, records of one length, tables. What reads them is loaded with the first one.

import {
  boolean,
  either,
  field,
  integer,
  invalid,
  list,
  nonNegativeInteger,
  nullable,
  positiveInteger,
  schema,
  string,
  type Arguments,
} from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { TensorSpec } from "../graph/signature.js";
import { makeDefaultSeed } from "../variables/seed-generator.js";
import { Dataset } from "./dataset.js";
import type { FileSource } from "./files/bytes.js";
import type { Reading } from "./files/sources.js";
import { deferred } from "./streams/deferred.js";
import type { FilePart } from "./streams/part.js";
import type { Cursor, Stream } from "./streams/stream.js";
import { sharded } from "./streams/grouping.js";
import type { Element } from "./structure.js";

type Files = FileSource | readonly FileSource[] | Dataset<string>;

const isFile = (value: unknown): boolean =>
  (typeof value === "string" && value !== "") || [URL, Uint8Array, Blob, Response, ReadableStream].some((kind) => value instanceof kind);

const reading = {
  filenames: field<Files, readonly FileSource[] | Dataset<string>>({
    expected: "a path, an address, a Blob, a stream, an array of them, or a dataset of paths",
    takesObjects: true,
    parse(value) {
      if (value instanceof Dataset) return value as Dataset<string>;
      const files = [value].flat() as FileSource[];
      return files.every(isFile) ? files : invalid;
    },
  }),
  compressionType: nullable(string()),
  bufferSize: nullable(positiveInteger()),
  numParallelReads: nullable(integer()),
  name: nullable(string()),
} as const;
const fileOptions = schema(["filenames"], reading);
const { numParallelReads: _parallel, ...single } = reading;
const fixedOptions = schema(["filenames", "recordBytes"], {
  filenames: reading.filenames,
  recordBytes: positiveInteger(),
  headerBytes: nonNegativeInteger(0),
  footerBytes: nonNegativeInteger(0),
  bufferSize: reading.bufferSize,
  compressionType: reading.compressionType,
  numParallelReads: reading.numParallelReads,
  name: reading.name,
});
const anything = () => field<unknown>({ expected: "dtypes and defaults", parse: (value) => value });
const csvOptions = schema(["filenames", "recordDefaults"], {
  ...single,
  recordDefaults: list(anything()),
  header: boolean(false),
  fieldDelim: string(","),
  useQuoteDelim: boolean(true),
  naValue: string(""),
  selectCols: nullable(list(nonNegativeInteger())),
  excludeCols: nullable(list(nonNegativeInteger())),
});

const sources = () => import("./files/sources.js");

type ReadingOptions = ReturnType<typeof fileOptions.parse>;

type Sources = Awaited<ReturnType<typeof sources>>;

/** A stream of files, or of a process's share of them. */
const ofFiles = (
  kind: string,
  where: string,
  files: readonly FileSource[] | Dataset<string>,
  load: (part?: FilePart) => Promise<Cursor<Element>>,
): Stream<Element> => {
  const known = files instanceof Dataset ? Dataset.pipelineOf(files).stream.count : files.length;
  const whole = deferred(kind, null, () => load());
  return { ...whole, open: (part) => (part?.divides(where, known) ? deferred(kind, null, () => load(part)).open() : whole.open()) };
};

/** The files that are read. */
const filesOf = (made: Sources, files: readonly FileSource[] | Dataset<string>, where: string, part?: FilePart): Reading["files"] => {
  const all = made.filesOf(files instanceof Dataset ? Dataset.pipelineOf(files).stream : files, where);
  return part ? sharded(all, part.count, part.index) : all;
};

/** A dataset of files: its stream opens with the code that reads them. */
const pipelineOf = (
  where: string,
  { filenames, compressionType, bufferSize, numParallelReads }: Omit<ReadingOptions, "name">,
  open: (made: Sources, read: Reading) => Cursor<Element>,
  spec: () => TensorSpec = () => new TensorSpec([], "string"),
) => ({
  stream: ofFiles(
    filenames instanceof Dataset ? `${where} < ${Dataset.pipelineOf(filenames).stream.kind}` : where,
    where,
    filenames,
    async (part) => {
      const made = await sources();
      return open(made, { files: filesOf(made, filenames, where, part), compressionType, bufferSize, numParallelReads });
    },
  ),
  spec,
});

/**
 * The records of TFRecord files as bytes, whose checksums must fit.
 *
 * ```ts
 * const features = { age: new tf.io.FixedLenFeature([], "int64") };
 * const people = new tf.data.TFRecordDataset(["a.tfrecord", "b.tfrecord"]).map((bytes) => tf.io.parseSingleExample(bytes, features));
 * ```
 *
 * @param options.compressionType   "GZIP" or "ZLIB"; default: none
 * @param options.numParallelReads  files that are read beside each other, by turns; default: one after the other
 */
export class TFRecordDataset extends Dataset<Uint8Array> {
  constructor(...given: Arguments<typeof fileOptions>) {
    super(pipelineOf("TFRecordDataset", fileOptions.parse("TFRecordDataset", given), (made, read) => made.tfRecords(read)));
  }
}

/**
 * The lines of text files as strings, without their ends. Options as of TFRecordDataset.
 *
 * ```ts
 * await tf.io.writeFile("lines.txt", "one\ntwo\n");
 * const lines: string[] = [];
 * for await (const line of new tf.data.TextLineDataset("lines.txt")) lines.push(line);
 * lines; // ["one", "two"]
 * ```
 */
export class TextLineDataset extends Dataset<string> {
  constructor(...given: Arguments<typeof fileOptions>) {
    super(pipelineOf("TextLineDataset", fileOptions.parse("TextLineDataset", given), (made, read) => made.textLines(read)));
  }
}

/**
 * Records of `recordBytes` bytes each, between `headerBytes` and `footerBytes` that are left out.
 *
 * ```ts
 * await tf.io.writeFile("records.bin", "abcdef");
 * const records: number[] = [];
 * for await (const record of new tf.data.FixedLengthRecordDataset("records.bin", 3)) records.push(record.length);
 * records; // [3, 3]
 * ```
 */
export class FixedLengthRecordDataset extends Dataset<Uint8Array> {
  constructor(...given: Arguments<typeof fixedOptions>) {
    const options = fixedOptions.parse("FixedLengthRecordDataset", given);
    super(pipelineOf("FixedLengthRecordDataset", options, (made, read) => made.fixedRecords(read, options)));
  }
}

/**
 * The rows of CSV files as tuples of scalars. `recordDefaults` has a dtype for each column (a value is needed) or a default: `[0.0]`,
 * `[""]`. Fields in quotes may hold delimiters and ends of lines. TensorFlow: tf.data.experimental.CsvDataset
 *
 * ```ts
 * await tf.io.writeFile("table.csv", "1,a\n2,b\n");
 * const rows: unknown[] = [];
 * for await (const row of new tf.data.experimental.CsvDataset("table.csv", [[0], [""]])) rows.push(row);
 * rows.length; // 2
 * ```
 */
export class CsvDataset extends Dataset<unknown[]> {
  constructor(...given: Arguments<typeof csvOptions>) {
    const where = "CsvDataset";
    const options = csvOptions.parse(where, given);
    if (options.selectCols && options.excludeCols)
      throw new ArgumentError(where, { given: "selectCols and excludeCols", expected: "one of them" });
    checkDelimiter(`${where}.fieldDelim`, options.fieldDelim);
    const open = async (part?: FilePart): Promise<Cursor<Element>> => {
      const made = await sources();
      const { columnOf } = await import("./files/csv.js");
      const columns = options.recordDefaults.map((each, i) => columnOf(`${where}.recordDefaults[${i}]`, each));
      const files = filesOf(made, options.filenames, where, part);
      return made.csvElements({ ...options, files, numParallelReads: null }, columns, options.selectCols, options.excludeCols);
    };
    super({ stream: ofFiles(where, where, options.filenames, open), spec: () => null });
  }
}

/** Refuses what can't stand between fields. @param where  names the option */
export function checkDelimiter(where: string, delimiter: string): void {
  if (delimiter.length !== 1 || /["\n\r]/.test(delimiter))
    throw new ArgumentError(where, { given: text(delimiter), expected: "one character, no quote and no end of a line" });
}

const tableOptions = schema(["filePattern", "batchSize"], {
  filePattern: field<FileSource | readonly FileSource[], readonly FileSource[]>({
    expected: "a pattern of paths, files, or an array of them",
    takesObjects: true,
    parse: (value) => ([value].flat().every(isFile) ? ([value].flat() as FileSource[]) : invalid),
  }),
  batchSize: positiveInteger(),
  columnNames: nullable(list(string())),
  columnDefaults: nullable(list(anything())),
  labelName: nullable(string()),
  selectColumns: nullable(list(either(string(), nonNegativeInteger()))),
  fieldDelim: string(","),
  useQuoteDelim: boolean(true),
  naValue: string(""),
  header: boolean(true),
  numEpochs: nullable(positiveInteger()),
  shuffle: boolean(true),
  shuffleBufferSize: positiveInteger(10000),
  shuffleSeed: nullable(integer()),
  prefetchBufferSize: nullable(nonNegativeInteger()),
  numParallelReads: nullable(integer()),
  sloppy: boolean(false),
  numRowsForInference: nullable(positiveInteger(), 100),
  compressionType: nullable(string()),
  ignoreErrors: boolean(false),
  encoding: string("utf-8"),
});

/**
 * Batches of the rows of CSV files as records of columns; with `labelName` as `[features, label]`. Types of columns are inferred of the
 * first rows (whole numbers, numbers, strings), or declared by `columnDefaults`. It repeats without end unless `numEpochs` says how often.
 *
 * ```ts
 * const rows = tf.data.experimental.makeCsvDataset("train*.csv", 32, { labelName: "survived", numEpochs: 1 });
 * ```
 *
 * TensorFlow: tf.data.experimental.make_csv_dataset
 */
export function makeCsvDataset(...given: Arguments<typeof tableOptions>): Dataset<unknown> {
  const where = "makeCsvDataset";
  const { encoding, sloppy: _order, ...options } = tableOptions.parse(where, given);
  if (!/^utf-?8$/i.test(encoding)) throw new ArgumentError(`${where}.encoding`, { given: text(encoding), expected: '"utf-8"' });
  checkDelimiter(`${where}.fieldDelim`, options.fieldDelim);
  const table = { ...options, shuffleSeed: options.shuffleSeed ?? makeDefaultSeed(), bufferSize: null };
  return Dataset.ofPipeline({
    stream: deferred(where, options.numEpochs === null ? Infinity : null, async () => (await sources()).csvTable(table)),
    spec: () => null,
  });
}
