// The element types of files, and how they become those of tensors: the one table of conversions. What tensors cannot hold as it is
// becomes what they can, rounded as Keras rounds: to the nearest, ties to even; integers that do not fit are an error.

import { dtypes, type Dtype, type TypedArray } from "../core/dtype.js";
import { text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { bytesOf } from "./bytes.js";
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
  float16: { bytes: 2, kept: "float32", read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  bfloat16: { bytes: 2, kept: "float32", read: (view, at) => bitsToFloat(view.getUint16(at, true) << 16) },
  float32: { bytes: 4, kept: "float32", read: (view, at) => view.getFloat32(at, true) },
  float64: { bytes: 8, kept: "float32", read: (view, at) => view.getFloat64(at, true) },
  float8_e4m3fn: { bytes: 1, kept: "float32", read: (view, at) => smallFloat(view.getUint8(at), 4, 3, false) },
  float8_e5m2: { bytes: 1, kept: "float32", read: (view, at) => smallFloat(view.getUint8(at), 5, 2, true) },
  int4: { bytes: 1, kept: "int32", read: (view, at) => view.getInt8(at) },
  int8: { bytes: 1, kept: "int32", read: (view, at) => view.getInt8(at) },
  int16: { bytes: 2, kept: "int32", read: (view, at) => view.getInt16(at, true) },
  int32: { bytes: 4, kept: "int32", read: (view, at) => view.getInt32(at, true) },
  int64: { bytes: 8, kept: "int32", read: (view, at) => view.getBigInt64(at, true) },
  uint8: { bytes: 1, kept: "uint8", read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, kept: "int32", read: (view, at) => view.getUint16(at, true) },
  uint32: { bytes: 4, kept: "int32", read: (view, at) => view.getUint32(at, true) },
  uint64: { bytes: 8, kept: "int32", read: (view, at) => view.getBigUint64(at, true) },
  bool: { bytes: 1, kept: "bool", read: (view, at) => (view.getUint8(at) ? 1 : 0) },
};

/** Whether a name is that of an element type of files. */
export const isFileDtype = (name: string): name is FileDtype => Object.hasOwn(table, name);

/** Bytes of an element in a file. */
export const bytesPer = (dtype: FileDtype): number => table[dtype].bytes;

/** What tensors keep the elements of a file as. */
export const keptAs = (dtype: FileDtype): Dtype => table[dtype].kept;

const scratch = new DataView(new ArrayBuffer(4));

/** The float32 with these bits. */
function bitsToFloat(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

const halfToFloat = (half: number): number => smallFloat(half, 5, 10, true);

/** A float of few bits: sign, exponent, fraction. Where the type has infinities, the largest exponent is theirs and NaN's; else NaN is all ones. */
function smallFloat(bits: number, exponentBits: number, fractionBits: number, hasInfinity: boolean): number {
  const sign = (bits >> (exponentBits + fractionBits)) & 1 ? -1 : 1;
  const largest = (1 << exponentBits) - 1;
  const exponent = (bits >> fractionBits) & largest;
  const all = (1 << fractionBits) - 1;
  const fraction = bits & all;
  const bias = largest >> 1;
  if (exponent === largest && hasInfinity) return fraction ? NaN : sign * Infinity;
  if (exponent === largest && fraction === all) return NaN;
  const mantissa = fraction / (all + 1);
  return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias));
}

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
  if (dtype === kept && dtype !== "bool") {
    if (little.byteOffset % each === 0) return { dtype: kept, shape, elements: new array(little.buffer, little.byteOffset, size) };
    // A copy that lives no longer than its reader needs it: a model's worth of them would double the memory of a load.
    return {
      dtype: kept,
      shape,
      get elements() {
        return new array(little.slice().buffer, 0, size);
      },
    };
  }
  const view = new DataView(little.buffer, little.byteOffset, little.byteLength);
  const elements = new array(size);
  for (let i = 0, at = 0; i < size; i++, at += each) {
    const value = read(view, at);
    elements[i] = typeof value === "bigint" ? Number(value) : value;
    if (kept === "int32" && elements[i] !== Number(value)) {
      throw new FormatError(where, { given: `${value} as ${dtype}`, expected: "a value within int32, which tensors keep it as" });
    }
  }
  return { dtype: kept, shape, elements };
}

/** How many elements a shape of a file has. @throws FormatError for lengths that no tensor has */
export function checkedSize(shape: readonly number[], where: string): number {
  const size = sizeOf(shape);
  if (shape.length <= 32 && shape.every((length) => Number.isInteger(length) && length >= 0) && size < 2 ** 31) return size;
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
  return bytesOf(elements);
}

/** A float32 rounded to bfloat16, nearest, ties to even. */
export function floatToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** A float32 rounded to float16, nearest, ties to even. */
export function floatToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || Number.MIN_VALUE)));
  const unit = 2 ** (exponent - 10);
  const scaled = size / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A subnormal has its fraction alone; 1024 there, and 2048 above, carry into the exponent by themselves.
  return sign | (rounded < 1024 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}
