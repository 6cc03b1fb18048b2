// The one table of dtypes: what differs between them is a row here, and docs/dtypes.md is made of it.
//
//  (1) A tensor's storage has the width of its dtype. float32, int32, uint8 and bool have kernels; the others are stored and converted, and
//      operations compute on them in the dtype that `arithmetic` names (lib/core/width.ts).
//  (2) The host sees half floats as Float32Array: `array` is what elements are read into, `stored` what lies in memory.
//  (3) Names of 64 bits stand for those of 32, as in Keras on JAX; values that 32 bits cannot hold are errors where the host sees them.

import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from "./halves.js";

/** The dtypes of tensors. */
export type Dtype =
  | "bool" | "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float16" | "bfloat16" | "float32"; // prettier-ignore

/** A typed array of JavaScript that a tensor is made of or seen as. */
export type TypedArray = Float32Array | Int32Array | Uint8Array | Int8Array | Int16Array | Uint16Array | Uint32Array;

/** The dtypes that kernels compute in. */
export type ArithmeticDtype = "float32" | "int32" | "uint8" | "bool";

interface Encoding {
  encode(value: number): number;
  decode(bits: number): number;
}

interface DtypeFacts {
  readonly bytes: number;
  readonly isFloat: boolean;
  /** The typed array in which the host sees elements of this dtype. */
  readonly array: { new (length: number): TypedArray; new (buffer: ArrayBufferLike, offset?: number, length?: number): TypedArray };
  /** What operations compute in; itself where there are kernels for it. */
  readonly arithmetic: ArithmeticDtype;
  /** The least and the largest finite value. */
  readonly range: readonly [number, number];
  /** How two bytes hold a float; absent: elements lie in memory as `array` has them. */
  readonly encoding?: Encoding;
}

const half: Encoding = { encode: floatToHalf, decode: halfToFloat };
const brain: Encoding = { encode: floatToBfloat, decode: bfloatToFloat };

/** All that differs between dtypes: a new one is a new row here. */
export const dtypes: Readonly<Record<Dtype, DtypeFacts>> = {
  bool: { bytes: 1, isFloat: false, array: Uint8Array, arithmetic: "bool", range: [0, 1] },
  uint8: { bytes: 1, isFloat: false, array: Uint8Array, arithmetic: "uint8", range: [0, 255] },
  int8: { bytes: 1, isFloat: false, array: Int8Array, arithmetic: "int32", range: [-128, 127] },
  uint16: { bytes: 2, isFloat: false, array: Uint16Array, arithmetic: "int32", range: [0, 65535] },
  int16: { bytes: 2, isFloat: false, array: Int16Array, arithmetic: "int32", range: [-32768, 32767] },
  uint32: { bytes: 4, isFloat: false, array: Uint32Array, arithmetic: "int32", range: [0, 2 ** 32 - 1] },
  int32: { bytes: 4, isFloat: false, array: Int32Array, arithmetic: "int32", range: [-(2 ** 31), 2 ** 31 - 1] },
  float16: { bytes: 2, isFloat: true, array: Float32Array, arithmetic: "float32", range: [-65504, 65504], encoding: half },
  bfloat16: {
    bytes: 2,
    isFloat: true,
    array: Float32Array,
    arithmetic: "float32",
    range: [-3.3895313892515355e38, 3.3895313892515355e38],
    encoding: brain,
  },
  float32: { bytes: 4, isFloat: true, array: Float32Array, arithmetic: "float32", range: [-3.4028234663852886e38, 3.4028234663852886e38] },
};

// Strings without values have a row in no table: lib/core/strings.ts.
const factsOf = (dtype: Dtype): DtypeFacts | undefined => dtypes[dtype];

export const isFloat = (dtype: Dtype): boolean => factsOf(dtype)?.isFloat === true;

/** Whether tensors of this dtype are stored in it and computed with in another. */
export const isStoredOnly = (dtype: Dtype): boolean => (factsOf(dtype)?.arithmetic ?? dtype) !== dtype;

/** Whether it is a float of two bytes. */
export const isHalf = (dtype: Dtype): boolean => isFloat(dtype) && isStoredOnly(dtype);

/** Names that users and Keras files give to dtypes beside their own: 64 bits become 32, as Keras on JAX narrows them. */
export const aliases: Readonly<Record<string, Dtype>> = {
  float64: "float32", float: "float32", double: "float32", half: "float16",
  int64: "int32", int: "int32", uint64: "uint32", boolean: "bool",
}; // prettier-ignore

/** The dtype that a name stands for here, or undefined for an unknown name. */
export function keptDtype(name: string): Dtype | undefined {
  if (Object.hasOwn(dtypes, name)) return name as Dtype;
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}

/** Elements in memory as the host sees them: a view, or a decoded copy of half floats. */
export function elementsAt(dtype: Dtype, buffer: ArrayBufferLike, offset: number, length: number): TypedArray {
  const { array: ArrayType, encoding } = dtypes[dtype];
  return encoding ? Float32Array.from(new Uint16Array(buffer, offset, length), encoding.decode) : new ArrayType(buffer, offset, length);
}

/** Elements as the host has them, as bytes of memory: the same bytes, or encoded half floats. */
export function bytesOfElements(dtype: Dtype, elements: TypedArray): Uint8Array {
  const { encoding } = dtypes[dtype];
  const { buffer, byteOffset, byteLength } = encoding ? Uint16Array.from(elements, encoding.encode) : elements;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
