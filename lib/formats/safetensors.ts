// safetensors, as github.com/huggingface/safetensors describes it: the length of the head, a head of JSON, then the elements one tensor
// after the other. The head is checked as a whole: tensors lie side by side, and fill the file.

import { isPlainObject } from "../config/json.js";
import { text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { ByteReader, ByteWriter, lengthOf, type Pieces, textOf } from "./bytes.js";
import { bytesPer, type FileDtype } from "./dtypes.js";
import { FormatError } from "./error.js";
import { parseJson } from "./json.js";

/** A tensor of a file. */
export interface SafetensorsEntry {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  /** Where its elements are in the file. */
  readonly begin: number;
  readonly end: number;
}

/** What the head of a file says. */
export interface SafetensorsHead {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const dtypes: Readonly<Record<string, FileDtype>> = {
  F64: "float64", F32: "float32", F16: "float16", BF16: "bfloat16", F8_E4M3: "float8_e4m3fn", F8_E5M2: "float8_e5m2",
  I64: "int64", I32: "int32", I16: "int16", I8: "int8", U64: "uint64", U32: "uint32", U16: "uint16", U8: "uint8", BOOL: "bool",
}; // prettier-ignore

const MAX_HEAD = 100_000_000;

/** The length of the head, by the first eight bytes. @throws FormatError */
export function headLength(start: Uint8Array, fileBytes: number, where: string): number {
  const length = new ByteReader(start, where).u64();
  if (length >= 2 && length <= Math.min(MAX_HEAD, fileBytes - 8)) return length;
  throw new FormatError(where, { given: `a head of ${length} bytes in a file of ${fileBytes}`, expected: "a safetensors file" });
}

/** The head of a file of that many bytes. @throws FormatError where it does not fit the file */
export function readHead(head: Uint8Array, fileBytes: number, where: string): SafetensorsHead {
  const fail = (given: string, expected: string): never => {
    throw new FormatError(where, { given, expected, hint: "The file is damaged, or was cut short." });
  };
  const json = textOf(head, where);
  const parsed = parseJson(json, where);
  if (!isPlainObject(parsed) || !json.startsWith("{")) return fail(text(parsed), "a head that names tensors");
  const first = 8 + head.length;
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === "__metadata__") {
      if (!isPlainObject(entry) || !Object.values(entry).every((value) => typeof value === "string"))
        fail(text(entry), "metadata of texts");
      metadata = entry as Record<string, string>;
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = isPlainObject(entry) ? entry : {};
    const known = typeof dtype === "string" && Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined;
    if (!known) return fail(`${name} of dtype ${text(dtype)}`, `one of ${Object.keys(dtypes).join(", ")}`);
    const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
    if (!Array.isArray(shape) || !shape.every(isCount) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
      return fail(`${name}: ${text(entry)}`, "dtype, shape and data_offsets");
    if (Object.keys(entry as object).length !== 3) fail(`${name}: ${text(entry)}`, "dtype, shape and data_offsets alone");
    const [begin, end] = offsets as [number, number];
    if (end - begin !== sizeOf(shape as number[]) * bytesPer(known))
      fail(`${name} of ${end - begin} bytes`, `the size of ${known} ${text(shape)}`);
    entries.set(name, { dtype: known, shape: shape as number[], begin: first + begin, end: first + end });
  }
  // JSON takes the last of two equal keys; each name of the text is one of a tensor.
  let at = first;
  for (const [name, { begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) fail(`${name} at ${begin - first}`, `${at - first}, where the tensor before ends`);
    at = end;
  }
  if (at !== fileBytes) fail(`a file of ${fileBytes} bytes`, `${at}, as its head says`);
  return { entries, metadata };
}

/** A tensor to be written. */
export interface SafetensorsInput {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A file of tensors. */
export function writeSafetensors(tensors: readonly SafetensorsInput[], metadata?: Readonly<Record<string, string>>): Pieces {
  const names = new Map(Object.entries(dtypes).map(([name, dtype]) => [dtype, name]));
  // Wide elements first, so that all of them are aligned.
  const ordered = [...tensors].sort((a, b) => bytesPer(b.dtype) - bytesPer(a.dtype) || (a.name < b.name ? -1 : 1));
  const head: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  let at = 0;
  for (const { name, dtype, shape, bytes } of ordered) {
    head.push([name, { dtype: names.get(dtype)!, shape, data_offsets: [at, at + bytes.length] }]);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(head)));
  const padded = json.length + (-json.length & 7);
  const start = new ByteWriter(8 + padded)
    .u64(padded)
    .put(json)
    .put(" ".repeat(padded - json.length));
  const pieces = [start.bytes(), ...ordered.map(({ bytes }) => bytes)];
  return lengthOf(pieces) > 0 ? pieces : [];
}
