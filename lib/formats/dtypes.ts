// The element types of files, and how they become those of tensors: the one table of conversions. What tensors cannot hold as it is
// becomes what they can, rounded as Keras rounds: to the nearest, ties to even; integers that do not fit are an error.

import { dtypes, isFloat, type Dtype, type TypedArray } from "../core/dtype.js";
import { text } from "../core/errors.js";
import { bitsToFloat, floatToBfloat, floatToHalf, halfToFloat, smallFloat } from "../core/halves.js";
import { sizeOf } from "../core/shape.js";
import { bytesOf, copyOf } from "./bytes.js";
import { FormatError } from "./error.js";

/** The element types that files of the formats here have. */
export type FileDtype =
  | "float16" | "bfloat16" | "float32" | "float64" | "float8_e4m3fn" | "float8_e5m2"
  | "int4" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "bool"; // prettier-ignore

/** Elements as a tensor's storage has them. */
export interface Elements {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly elements: TypedArray;
}

interface Row {
  /** Bytes of an element in a file. */
  readonly bytes: number;
  /** What tensors keep it as. */
  readonly kept: Dtype;
  /** One element, little-endian. */
  read(view: DataView, at: number): number | bigint;
}

const table: Readonly<Record<FileDtype, Row>> = {
  float16: { bytes: 2, kept: "float16", read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  bfloat16: { bytes: 2, kept: "bfloat16", read: (view, at) => bitsToFloat(view.getUint16(at, true) << 16) },
  float32: { bytes: 4, kept: "float32", read: (view, at) => view.getFloat32(at, true) },
  float64: { bytes: 8, kept: "float32", read: (view, at) => view.getFloat64(at, true) },
  float8_e4m3fn: { bytes: 1, kept: "float32", read: (view, at) => smallFloat(view.getUint8(at), 4, 3, false) },
  float8_e5m2: { bytes: 1, kept: "float32", read: (view, at) => smallFloat(view.getUint8(at), 5, 2, true) },
  int4: { bytes: 1, kept: "int8", read: (view, at) => view.getInt8(at) },
  int8: { bytes: 1, kept: "int8", read: (view, at) => view.getInt8(at) },
  int16: { bytes: 2, kept: "int16", read: (view, at) => view.getInt16(at, true) },
  int32: { bytes: 4, kept: "int32", read: (view, at) => view.getInt32(at, true) },
  int64: { bytes: 8, kept: "int32", read: (view, at) => view.getBigInt64(at, true) },
  uint8: { bytes: 1, kept: "uint8", read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, kept: "uint16", read: (view, at) => view.getUint16(at, true) },
  uint32: { bytes: 4, kept: "uint32", read: (view, at) => view.getUint32(at, true) },
  uint64: { bytes: 8, kept: "uint32", read: (view, at) => view.getBigUint64(at, true) },
  bool: { bytes: 1, kept: "bool", read: (view, at) => (view.getUint8(at) ? 1 : 0) },
};

/** Whether a name is that of an element type of files. */
export const isFileDtype = (name: string): name is FileDtype => Object.hasOwn(table, name);

/** Bytes of an element in a file. */
export const bytesPer = (dtype: FileDtype): number => table[dtype].bytes;

/** What tensors keep the elements of a file as. */
export const keptAs = (dtype: FileDtype): Dtype => table[dtype].kept;

/**
 * Elements of a file as a tensor keeps them.
 *
 * @param where  file and name, for errors
 * @throws FormatError where there are fewer or more bytes than the shape asks for, or a value does not fit
 */
export function fromFile(bytes: Uint8Array, dtype: FileDtype, shape: readonly number[], where: string, isBigEndian = false): Elements {
  const { bytes: each, kept, read } = table[dtype];
  const size = checkedSize(shape, where);
  if (size * each !== bytes.length) {
    throw new FormatError(where, {
      given: `${bytes.length} bytes for ${dtype} ${text(shape)}`,
      expected: `${size * each}`,
      hint: "The file is damaged, or was cut short.",
    });
  }
  const little = isBigEndian && each > 1 ? swapped(bytes, each) : bytes;
  const { array } = dtypes[kept];
  if (dtype === kept && dtype !== "bool" && !dtypes[kept].encoding) {
    if (little.byteOffset % each === 0) return { dtype: kept, shape, elements: new array(little.buffer, little.byteOffset, size) };
    // A copy that lives no longer than its reader needs it: a model's worth of them would double the memory of a load.
    return {
      dtype: kept,
      shape,
      get elements() {
        return new array(copyOf(little).buffer, 0, size);
      },
    };
  }
  const view = new DataView(little.buffer, little.byteOffset, little.byteLength);
  if (each > dtypes[kept].bytes) checkRange(view, dtype, where);
  return {
    dtype: kept,
    shape,
    // As above: made when it is taken over, one after the other.
    get elements() {
      const elements = new array(size);
      for (let i = 0, at = 0; i < size; i++, at += each) elements[i] = Number(read(view, at));
      return elements;
    },
  };
}

/** @throws FormatError for a whole number that what tensors keep it as does not have, and for a finite one that would be infinite */
function checkRange(view: DataView, dtype: FileDtype, where: string): void {
  const { bytes, kept, read } = table[dtype];
  const one = new dtypes[kept].array(1);
  const isRounded = isFloat(kept);
  for (let at = 0; at < view.byteLength; at += bytes) {
    const value = Number(read(view, at));
    one[0] = value;
    if (isRounded ? !Number.isFinite(one[0]) && Number.isFinite(value) : one[0] !== value)
      throw new FormatError(where, {
        given: `${read(view, at)} as ${dtype}`,
        expected: `a value within ${kept}, which tensors keep it as`,
      });
  }
}

/** How many elements a shape of a file has. @throws FormatError for lengths that no tensor has */
export function checkedSize(shape: readonly number[], where: string): number {
  const size = sizeOf(shape);
  if (shape.length <= 32 && shape.every((length) => Number.isSafeInteger(length) && length >= 0) && size < 2 ** 31) return size;
  throw new FormatError(where, { given: `the shape ${text(shape)}`, expected: "lengths of a tensor with fewer than 2 ** 31 elements" });
}

/** Each element with its bytes in the other order. */
export function swapped(bytes: Uint8Array, each: number): Uint8Array {
  const other = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += each) for (let i = 0; i < each; i++) other[at + i] = bytes[at + each - 1 - i]!;
  return other;
}

/** The bytes of float32 elements as a narrower or wider element type of a file; others are as they are. */
export function toFile(elements: TypedArray, dtype: FileDtype): Uint8Array {
  if (dtype === "float64") return bytesOf(Float64Array.from(elements));
  if (dtype === "int64") return bytesOf(BigInt64Array.from(elements as Int32Array, BigInt));
  if (dtype === "bfloat16") return bytesOf(Uint16Array.from(elements, floatToBfloat));
  if (dtype === "float16") return bytesOf(Uint16Array.from(elements, floatToHalf));
  if (dtype === "int8") return bytesOf(Int8Array.from(elements));
  if (dtype === "int16") return bytesOf(Int16Array.from(elements));
  if (dtype === "uint16") return bytesOf(Uint16Array.from(elements));
  if (dtype === "uint32") return bytesOf(Uint32Array.from(elements));
  return bytesOf(elements);
}
