// tf.io: files, and what is in them: pictures, numbers, tables, Examples. Pictures are decoded asynchronously.

import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { keptDtype } from "../../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, StateError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { shapeText, sizeOf } from "../../core/shape.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { readAsset } from "../../data/asset.js";
import { record } from "../../formats/tfevents.js";
import { readFileBytes } from "../../data/file-bytes.js";
import { compressionOf, type Compressor, compressor } from "../../data/compression.js";
import { joined } from "../../formats/bytes.js";
import type { GrowingFile } from "../../runtime/platform.js";
import { grow, type Place, placeOf, write } from "../../saving/place.js";
import type { StoredModel } from "../../saving/stored-models.js";
import * as ops from "../../ops/index.js";
import { bytesOf } from "./bytes.js";
import { readTensor, writeTensor } from "../../formats/tensor-proto.js";

export { readAsset };
export { gfile } from "./absent-names.js";
export * from "./parse-example.js";

type Name = string | null;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The bytes of a file: of a path or a URL in Node; by fetch in a page.
 *
 * ```ts
 * await tf.io.writeFile("text.txt", "abc");
 * (await tf.io.readFile("text.txt")).length; // 3
 * ```
 *
 * @throws ValueError where it can't be read
 */
export const readFile = declare(
  "tf.io.readFile(filename:any, name:string=null)",
  (filename: string | URL | Blob, _: Name): Promise<Uint8Array> => readFileBytes("io.readFile", filename),
);

/**
 * Writes a file as a whole, and the folders on its way: bytes, or a string as UTF-8. `memory://…` and, in a page, `indexeddb://…` too.
 *
 * ```ts
 * await tf.io.writeFile("note.txt", "hello");
 * new TextDecoder().decode(await tf.io.readFile("note.txt")); // "hello"
 * ```
 */
export const writeFile = declare(
  "tf.io.writeFile(filename:string, contents:any, name:string=null)",
  async (filename: string, contents: Uint8Array | string, _: Name): Promise<void> => {
    const bytes = typeof contents === "string" ? encoder.encode(contents) : bytesOf("io.writeFile", contents);
    await write(placeOf(filename), bytes);
  },
);

const models = () => import("../../saving/stored-models.js");

/**
 * The models in `memory://`, and in a page those in `indexeddb://` and `opfs://`: a record of `{ bytes, dateSaved }` by path.
 * TensorFlow.js: tf.io.listModels
 *
 * ```ts
 * model.build([null, 2]);
 * await model.save("memory://listed.keras");
 * Object.keys(await tf.io.listModels()).includes("memory://listed.keras"); // true
 * ```
 */
export const listModels = declare("tf.io.listModels()", async (): Promise<Record<string, StoredModel>> => (await models()).listModels());

/**
 * Removes a model that `listModels` names.
 *
 * ```ts
 * model.build([null, 2]);
 * await model.save("memory://gone.keras");
 * await tf.io.removeModel("memory://gone.keras");
 * Object.keys(await tf.io.listModels()).includes("memory://gone.keras"); // false
 * ```
 *
 * @throws StateError where there is none. TensorFlow.js: tf.io.removeModel
 */
export const removeModel = declare("tf.io.removeModel(url:string)", async (url: string): Promise<StoredModel> =>
  (await models()).removeModel(url),
);

/**
 * Copies a model to another place.
 *
 * ```ts
 * model.build([null, 2]);
 * await model.save("memory://first.keras");
 * await tf.io.copyModel("memory://first.keras", "memory://second.keras");
 * Object.keys(await tf.io.listModels()).includes("memory://second.keras"); // true
 * ```
 *
 * @throws StateError where there is none. TensorFlow.js: tf.io.copyModel
 */
export const copyModel = declare(
  "tf.io.copyModel(sourceURL:string, destURL:string)",
  async (source: string, destination: string): Promise<StoredModel> => (await models()).copyModel(source, destination),
);

/**
 * Moves a model to another place.
 *
 * ```ts
 * model.build([null, 2]);
 * await model.save("memory://old.keras");
 * await tf.io.moveModel("memory://old.keras", "memory://new.keras");
 * Object.keys(await tf.io.listModels()).includes("memory://old.keras"); // false
 * ```
 *
 * @throws StateError where there is none. TensorFlow.js: tf.io.moveModel
 */
export const moveModel = declare(
  "tf.io.moveModel(sourceURL:string, destURL:string)",
  async (source: string, destination: string): Promise<StoredModel> => (await models()).moveModel(source, destination),
);

/** What decodes and encodes pictures is loaded with the first one. */
const pictures = () => import("./pictures.js");

/**
 * A picture as the bytes of a PNG file: uint8, or 16 bits in an int32 tensor.
 *
 * ```ts
 * await tf.io.decodePng(await tf.io.encodePng(tf.constant([[[255, 0, 0]]], { dtype: "uint8" }))); // [[[255, 0, 0]]]
 * ```
 *
 * @param options.compression  taken as zlib's own
 */
export const encodePng = declare(
  "tf.io.encodePng(*image, compression:int=-1, name:string=null)",
  async (image: TensorLike, _compression: number, _: Name): Promise<Uint8Array> => (await pictures()).encodePng(image),
);

/**
 * A picture, uint8 [height, width, 1 or 3], as the bytes of a JPEG file.
 *
 * ```ts
 * (await tf.io.decodeJpeg(await tf.io.encodeJpeg(tf.zeros([8, 8, 3], { dtype: "uint8" })))).shape; // [8, 8, 3]
 * ```
 *
 * @throws ValueError for options that this encoder has not
 */
export const encodeJpeg = declare(
  'tf.io.encodeJpeg(*image, format="", quality:int=95, progressive=false, optimizeSize=false, chromaDownsampling=true, densityUnit="in", xDensity:int=300, yDensity:int=300, xmpMetadata="", name:string=null)',
  async (
    image: TensorLike,
    ...options: [string, number, boolean, boolean, boolean, string, number, number, string, Name]
  ): Promise<Uint8Array> => (await pictures()).encodeJpeg(image, ...options),
);

/**
 * The picture in the bytes of a PNG file: [height, width, channels].
 *
 * ```ts
 * (await tf.io.decodePng(await tf.io.encodePng(tf.zeros([2, 3, 1], { dtype: "uint8" })))).shape; // [2, 3, 1]
 * ```
 */
export const decodePng = declare(
  'tf.io.decodePng(contents:any, channels:int=0, dtype:string="uint8", name:string=null)',
  async (contents: Uint8Array | Tensor, channels: number, dtype: string, _: Name): Promise<Tensor> =>
    (await pictures()).decodePng(bytesOf("io.decodePng", contents), channels, dtype),
);

/**
 * The picture in the bytes of a JPEG file: uint8 [height, width, channels].
 *
 * ```ts
 * (await tf.io.decodeJpeg(await tf.io.encodeJpeg(tf.zeros([8, 8, 1], { dtype: "uint8" })))).shape; // [8, 8, 1]
 * ```
 *
 * @param channels          1 for grey, 3 for colours, 0 (default) for what the file has
 * @param fancyUpscaling    whether colours that have fewer samples than pixels are interpolated; default true
 * @param options.dctMethod "INTEGER_FAST" (default) or "INTEGER_ACCURATE": libjpeg's inverse transforms. A page's browser has its own
 * @throws ValueError for damaged files, for ratios but 1, and where truncated files should be recovered
 */
export const decodeJpeg = declare(
  'tf.io.decodeJpeg(contents:any, channels:int=0, ratio:int=1, fancyUpscaling=true, tryRecoverTruncated=false, acceptableFraction:number=1, dctMethod="", name:string=null)',
  async (
    contents: Uint8Array | Tensor,
    channels: number,
    ratio: number,
    isFancy: boolean,
    recovers: boolean,
    _acceptable: number,
    dctMethod: string,
    _: Name,
  ): Promise<Tensor> => (await pictures()).decodeJpeg(bytesOf("io.decodeJpeg", contents), channels, ratio, isFancy, recovers, dctMethod),
);

/**
 * The picture in the bytes of a PNG, JPEG, GIF (first frame) or BMP file.
 *
 * ```ts
 * (await tf.io.decodeImage(await tf.io.encodePng(tf.zeros([2, 3, 1], { dtype: "uint8" })))).shape; // [2, 3, 1]
 * ```
 *
 * @param dtype  floats are 0 … 1
 */
export const decodeImage = declare(
  'tf.io.decodeImage(contents:any, channels:int=null, dtype:dtype="uint8", name:string=null, expandAnimations=true)',
  async (contents: Uint8Array | Tensor, channels: number | null, dtype: string, _: Name, _animations: boolean): Promise<Tensor> =>
    (await pictures()).decodeImage(bytesOf("io.decodeImage", contents), channels, dtype),
);

type Serialized = Uint8Array | string | Tensor;

/** Bytes of records that wait for one write. */
const BLOCK = 1 << 18;

/**
 * Writes records to a TFRecord file: `write` each, then `await close()`.
 *
 * ```ts
 * const writer = new tf.io.TFRecordWriter("memory://train.tfrecord");
 * writer.write(tf.train.Example({}).serializeToString());
 * await writer.close();
 * ```
 *
 * @param options  null, "GZIP" or "ZLIB"
 */
export class TFRecordWriter {
  readonly #place: Place;
  readonly #file: GrowingFile | null;
  readonly #compressor: Compressor | null;
  /** What waits to be written; all that there is where the place takes whole files only. */
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #isClosed = false;

  constructor(path: string, options: string | TFRecordOptions | null = null) {
    if (typeof path !== "string" || path === "")
      throw new ArgumentError("io.TFRecordWriter.path", { given: text(path), expected: "a path" });
    const given = options instanceof TFRecordOptions ? options.compressionType : options;
    const compression = compressionOf("io.TFRecordWriter", given);
    this.#place = placeOf(path);
    this.#file = grow(this.#place);
    this.#compressor = compression && compressor(compression, (bytes) => this.#add(bytes));
  }

  /** Adds a record. Blocks of them go to the disk at once, so that a file may be larger than the memory. */
  write(given: Serialized): void {
    if (this.#isClosed) throw new StateError("io.TFRecordWriter", { given: "a writer that was closed", expected: "an open one" });
    const bytes = record(typeof given === "string" ? encoder.encode(given) : bytesOf("io.TFRecordWriter.write", given));
    if (this.#compressor) this.#compressor.add(bytes);
    else this.#add(bytes);
  }

  #add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#waiting += bytes.length;
    if (this.#file !== null && this.#waiting >= BLOCK) this.#store(this.#file);
  }

  #store(file: GrowingFile): void {
    file.add(joined(this.#pieces));
    [this.#pieces, this.#waiting] = [[], 0];
  }

  /**
   * Writes all records so far to the file, which takes the place of what was there. A compressed file is whole, and takes its place, when
   * it is closed; of it flush waits until what was written so far is compressed.
   */
  async flush(): Promise<void> {
    if (this.#compressor && !this.#isClosed) return this.#compressor.drained();
    if (this.#file === null) return write(this.#place, this.#pieces.slice());
    this.#store(this.#file);
    this.#file.show();
  }

  /** Writes the file; no record can be added then. Where it can't be written, what had its name is as it was. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#compressor?.end();
      await this.flush();
    } finally {
      this.#file?.close();
    }
  }
}

/**
 * How a TFRecord file is compressed: "GZIP", "ZLIB", or "" for not.
 *
 * ```ts
 * new tf.io.TFRecordOptions("GZIP").compressionType; // "GZIP"
 * ```
 */
export class TFRecordOptions {
  constructor(readonly compressionType: string | null = null) {
    compressionOf("io.TFRecordOptions", compressionType);
  }
}

/** Bytes, or a text that stands for them, or several. */
type RawBytes = Uint8Array | string | readonly RawBytes[];

/**
 * Bytes as numbers.
 *
 * ```ts
 * tf.io.decodeRaw(new Uint8Array([1, 2]), "uint8"); // [1, 2]
 * ```
 *
 * A string is its bytes in UTF-8; several are rows, equally long.
 *
 * @throws ValueError where they are no whole number of them
 */
export const decodeRaw = declare(
  "tf.io.decodeRaw(inputBytes:any, outType:string, littleEndian=true, fixedLength:int=null, name:string=null)",
  (inputBytes: RawBytes, outType: string, littleEndian: boolean, fixedLength: number | null, _: Name): Tensor => {
    const where = "io.decodeRaw";
    if (Array.isArray(inputBytes))
      return ops.stack(inputBytes.map((each: RawBytes) => decodeRaw(each, outType, { littleEndian, fixedLength })));
    const given = typeof inputBytes === "string" ? new TextEncoder().encode(inputBytes) : bytesOf(where, inputBytes);
    const bytes = fixedLength === null ? given : Uint8Array.from({ length: fixedLength }, (__, i) => given[i] ?? 0);
    const widths: Readonly<Record<string, number>> = {
      uint8: 1,
      int8: 1,
      bool: 1,
      int16: 2,
      uint16: 2,
      int32: 4,
      uint32: 4,
      float32: 4,
      int64: 8,
      float64: 8,
    };
    const width = Object.hasOwn(widths, outType) ? widths[outType]! : undefined;
    if (width === undefined) throw new ValueError(`${where}.outType`, { given: text(outType), expected: Object.keys(widths).join(", ") });
    if (bytes.length % width !== 0)
      throw new ValueError(where, { given: `${bytes.length} bytes`, expected: `a multiple of ${width} for ${outType}` });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const readers: Readonly<Record<string, (at: number) => number>> = {
      uint8: (at) => view.getUint8(at),
      int8: (at) => view.getInt8(at),
      bool: (at) => view.getUint8(at),
      int16: (at) => view.getInt16(at, littleEndian),
      uint16: (at) => view.getUint16(at, littleEndian),
      int32: (at) => view.getInt32(at, littleEndian),
      uint32: (at) => view.getUint32(at, littleEndian),
      float32: (at) => view.getFloat32(at, littleEndian),
      int64: (at) => Number(view.getBigInt64(at, littleEndian)),
      float64: (at) => view.getFloat64(at, littleEndian),
    };
    const values = Array.from({ length: bytes.length / width }, (__, i) => readers[outType]!(i * width));
    return constant(values, { dtype: keptDtype(outType)!, shape: [values.length] });
  },
);

/** The fields of a record; quotes keep delimiters, two of them stand for one. @throws ValueError for an open quote */
function fieldsOf(record: string, delimiter: string, useQuotes: boolean): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (useQuotes && record[at] === '"') {
      let field = "";
      for (at++; ; at++) {
        if (at >= record.length)
          throw new ValueError("io.decodeCsv", { given: `the record ${text(record)}`, expected: "a quote that is closed" });
        if (record[at] !== '"') field += record[at];
        else if (record[at + 1] === '"') field += record[at++];
        else break;
      }
      at++;
      if (at < record.length && record[at] !== delimiter)
        throw new ValueError("io.decodeCsv", { given: `the record ${text(record)}`, expected: "a delimiter behind a quote" });
      fields.push(field);
    } else {
      const end = record.indexOf(delimiter, at);
      fields.push(record.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? record.length : end;
    }
    if (at >= record.length) return fields;
    at++;
    if (at === record.length) return [...fields, ""];
  }
}

/** What stands for an empty field of a column, undefined where one is an error, and the column's dtype. */
function defaultOf(given: unknown): { readonly value: unknown; readonly dtype: string } {
  if (given instanceof Chainable) {
    const { size, dtype } = given.value();
    return { value: size === 0 ? undefined : given.value().item(), dtype };
  }
  if (typeof given === "string" && (given === "string" || keptDtype(given) !== undefined)) return { value: undefined, dtype: given };
  const value = Array.isArray(given) ? (given[0] as unknown) : given;
  return { value, dtype: typeof value === "string" ? "string" : "float32" };
}

/**
 * Columns of records of comma separated values.
 *
 * ```ts
 * tf.io.decodeCsv(["1,2", "3,4"], [[0], [0]]); // [[1, 3], [2, 4]]
 * ```
 *
 * @param recordDefaults  for each column what stands for an empty field, which is its dtype too: `0` or `[0]` (float32), `""`, an int32
 *                        tensor; of an empty array or a dtype's name, the field is required
 */
export const decodeCsv = declare(
  'tf.io.decodeCsv(records:any, recordDefaults:array, fieldDelim=",", useQuoteDelim=true, naValue="", selectCols:ints=null, name:string=null)',
  (
    records: NestedStrings,
    recordDefaults: readonly unknown[],
    fieldDelim: string,
    useQuoteDelim: boolean,
    naValue: string,
    selectCols: readonly number[] | null,
    _: Name,
  ): (Tensor | NestedStrings)[] => {
    const where = "io.decodeCsv";
    const lines = Strings.of(records, where);
    const rows = lines.values.map((line) => fieldsOf(line, fieldDelim, useQuoteDelim));
    const columns = recordDefaults.map((__, i) => selectCols?.[i] ?? i);
    const wrong = rows.find((row) => (selectCols ? columns.some((at) => at >= row.length) : row.length !== columns.length));
    if (wrong)
      throw new ValueError(where, { given: `a record of ${wrong.length} fields`, expected: `${columns.length}, one for each default` });
    return recordDefaults.map((given, i) => {
      const { value, dtype } = defaultOf(given);
      const fields = rows.map((row) => {
        const field = row[columns[i]!]!;
        if (field !== "" && field !== naValue) return field;
        if (value === undefined)
          throw new ValueError(where, { given: `an empty field in column ${columns[i]}`, expected: "a value: it has no default" });
        return String(value);
      });
      if (dtype === "string") return new Strings(lines.shape, fields).nested();
      const numbers = fields.map((field) => {
        const number = field.trim() === "" ? NaN : Number(field);
        const isWrong =
          (Number.isNaN(number) && !/^[-+]?nan$/i.test(field.trim())) || (keptDtype(dtype) === "int32" && !Number.isInteger(number));
        if (isWrong) throw new ValueError(where, { given: `${text(field)} in column ${columns[i]}`, expected: dtype });
        return number;
      });
      return constant(numbers, { dtype: keptDtype(dtype)!, shape: lines.shape });
    });
  },
);

/**
 * A tensor, or strings, as bytes that hold dtype and shape too: for a BytesList of an Example.
 *
 * ```ts
 * tf.io.parseTensor(tf.io.serializeTensor([1, 2]), "float32"); // [1, 2]
 * ```
 */
export const serializeTensor = declare(
  "tf.io.serializeTensor(tensor:any, name:string=null)",
  (tensor: TensorLike | NestedStrings, _: Name): Uint8Array => {
    if (isStrings(tensor)) {
      const { shape, values } = Strings.of(tensor, "io.serializeTensor");
      return writeTensor({ dtype: "string", shape, strings: values.map((value) => encoder.encode(value)) });
    }
    const given = asTensor(tensor);
    const view = given.view("io.serializeTensor");
    const content = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
    return writeTensor({ dtype: given.dtype, shape: given.shape as number[], content });
  },
);

/**
 * The tensor in such bytes.
 *
 * ```ts
 * tf.io.parseTensor(tf.io.serializeTensor([1, 2]), "float32"); // [1, 2]
 * ```
 *
 * @throws DtypeError where it is of another dtype
 */
export const parseTensor = declare(
  "tf.io.parseTensor(serialized:any, outType:string, name:string=null)",
  (serialized: Uint8Array | Tensor, outType: string, _: Name): Tensor | NestedStrings => {
    const where = "io.parseTensor";
    const { dtype, shape, content, strings } = readTensor(bytesOf(where, serialized), where);
    const kept = dtype === "string" ? "string" : keptDtype(dtype);
    if (kept !== (outType === "string" ? "string" : keptDtype(outType)))
      throw new DtypeError(where, { given: `a tensor of dtype ${dtype}`, expected: outType });
    if (dtype === "string")
      return new Strings(
        shape,
        strings!.map((bytes) => decoder.decode(bytes)),
      ).nested();
    return ops.reshape(decodeRaw(content!, dtype), [...shape]);
  },
);
