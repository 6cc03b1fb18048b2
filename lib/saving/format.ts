// A checkpoint file, little-endian:
//
//   0  8 bytes   "KERASMCK"
//   8  uint32    version: 1
//  12  uint32    bytes of the header
//  16  uint32    CRC-32C of the header
//  20  uint32    0
//  24  header    JSON in UTF-8, then zeros up to a multiple of 16
//      data      the elements of the tensors, each beginning at a multiple of 16
//
// The header has `objects`, the graph that was saved: object 0 is the root, `children` name other objects, and an object has either
// children, or a `tensor` (its place in `tensors`), or a `state` of JSON. `tensors` have name, dtype, shape, offset into the data, bytes
// and the CRC-32C of these bytes. Every byte of a file is checked before any of it is used.

import { bytesOfElements, dtypes, elementsAt, keptDtype, type Dtype, type TypedArray } from "../core/dtype.js";
import { text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { isPlainObject } from "../config/json.js";
import { copyOf, textOf } from "../formats/bytes.js";
import { crc32c } from "../formats/crc.js";
import { parseJson } from "../formats/json.js";
import { CheckpointError } from "./error.js";

export interface SavedObject {
  readonly children?: Readonly<Record<string, number>>;
  readonly tensor?: number;
  readonly state?: unknown;
}

export interface SavedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly elements: TypedArray;
}

export interface Saved {
  readonly objects: readonly SavedObject[];
  readonly tensors: readonly SavedTensor[];
}

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
  readonly crc32c: number;
}

const MAGIC = "KERASMCK";
const VERSION = 1;
const PREFIX = 24;
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** The bytes of a checkpoint file. */
export function encode({ objects, tensors }: Saved): Uint8Array {
  let end = 0;
  const encoded = tensors.map(({ dtype, elements }) => bytesOfElements(dtype, elements));
  const entries = tensors.map(({ name, dtype, shape }, i): Entry => {
    const bytes = encoded[i]!;
    const entry = { name, dtype, shape, offset: end, bytes: bytes.length, crc32c: crc32c(bytes) };
    end = aligned(end + bytes.length);
    return entry;
  });
  const header = new TextEncoder().encode(JSON.stringify({ objects, tensors: entries }));
  const data = aligned(PREFIX + header.length);
  const file = new Uint8Array(data + end);
  file.set(new TextEncoder().encode(MAGIC));
  file.set(new Uint8Array(Uint32Array.of(VERSION, header.length, crc32c(header), 0).buffer), MAGIC.length);
  file.set(header, PREFIX);
  entries.forEach(({ offset }, i) => file.set(encoded[i]!, data + offset));
  return file;
}

/** What a checkpoint file holds. @throws CheckpointError for a file that is damaged, cut short, or something else */
export function decode(file: Uint8Array, name: string): Saved {
  const fail = (given: string, expected: string, hint = "Restore another checkpoint."): never => {
    throw new CheckpointError(name, { given, expected, hint });
  };
  if (file.length < PREFIX || new TextDecoder().decode(file.subarray(0, MAGIC.length)) !== MAGIC) {
    const start = new TextDecoder("latin1").decode(file.subarray(0, MAGIC.length));
    fail(
      `a file of ${file.length} bytes that begins with ${text(start)}`,
      "a checkpoint of kerasm",
      "It is another kind of file, or was cut short.",
    );
  }
  const [version, headerBytes, checksum] = new Uint32Array(copyOf(file.subarray(MAGIC.length, PREFIX)).buffer) as unknown as [
    number,
    number,
    number,
  ];
  if (version !== VERSION) fail(`a checkpoint of version ${version}`, `version ${VERSION}`, "It was written by another version of kerasm.");
  const header = file.subarray(PREFIX, PREFIX + headerBytes);
  if (header.length !== headerBytes) fail(`a file of ${file.length} bytes that ends in its header`, `${headerBytes} bytes of header`);
  if (crc32c(header) !== checksum) fail(`a header with the checksum ${crc32c(header)}`, `${checksum}: the file is damaged`);
  const { objects, tensors } = checkedHeader(parseJson(textOf(header, name), name), name);
  const data = file.subarray(aligned(PREFIX + headerBytes));
  return {
    objects,
    tensors: tensors.map(({ name: tensor, dtype: written, shape, offset, bytes, crc32c: sum }) => {
      const dtype = keptDtype(written) ?? fail(`tensor ${tensor} of dtype ${text(written)}`, "a dtype that kerasm knows");
      if (sizeOf(shape) * dtypes[dtype].bytes !== bytes) fail(`tensor ${tensor} of ${bytes} bytes`, `the size of its shape ${text(shape)}`);
      if (offset + bytes > data.length)
        fail(`a file of ${file.length} bytes that ends in tensor ${tensor}`, `${bytes} bytes of it: the file was cut short`);
      const part = data.subarray(offset, offset + bytes);
      if (crc32c(part) !== sum) fail(`tensor ${tensor} with the checksum ${crc32c(part)}`, `${sum}: the file is damaged`);
      // Where the file lies so that views of its elements are allowed, nothing is copied.
      const { buffer, byteOffset } = part.byteOffset % dtypes[dtype].bytes === 0 ? part : copyOf(part);
      return { name: tensor, dtype, shape, elements: elementsAt(dtype, buffer, byteOffset, sizeOf(shape)) };
    }),
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The header as what it has to be: a checksum says that it arrived as it was written, not who wrote it. @throws CheckpointError */
function checkedHeader(header: unknown, file: string): { objects: SavedObject[]; tensors: Entry[] } {
  const fail = (given: unknown, expected: string): never => {
    throw new CheckpointError(file, { given: `a header with ${text(given)}`, expected, hint: "It was not written by kerasm." });
  };
  if (!isPlainObject(header)) return fail(header, "objects and tensors");
  const { objects, tensors } = header;
  if (!Array.isArray(objects) || objects.length === 0 || !Array.isArray(tensors)) return fail(header, "lists of objects and tensors");
  for (const tensor of tensors as unknown[]) {
    if (!isPlainObject(tensor)) return fail(tensor, "tensors");
    const { name, dtype, shape, offset, bytes, crc32c: sum } = tensor;
    const isWhole = typeof name === "string" && typeof dtype === "string" && [offset, bytes, sum].every(isCount);
    if (!isWhole || !Array.isArray(shape) || !shape.every(isCount) || shape.length > 64)
      fail(tensor, "tensors with name, dtype, shape, offset, bytes and crc32c");
  }
  for (const object of objects as unknown[]) {
    if (!isPlainObject(object)) return fail(object, "objects");
    const { children, tensor, state } = object;
    if (tensor !== undefined && !(isCount(tensor) && tensor < tensors.length)) fail(object, `tensors below ${tensors.length}`);
    if (children === undefined) continue;
    const isTree = isPlainObject(children) && Object.values(children).every((child) => isCount(child) && child < objects.length);
    if (!isTree || tensor !== undefined || state !== undefined)
      fail(object, `either children below ${objects.length}, a tensor or a state`);
  }
  return { objects: objects as SavedObject[], tensors: tensors as Entry[] };
}
