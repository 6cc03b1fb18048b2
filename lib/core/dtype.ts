/** The dtypes of tensors. float64 and int64 inputs are taken and kept as float32 and int32. */
export type Dtype = "float32" | "int32" | "uint8" | "bool";

export type TypedArray = Float32Array | Int32Array | Uint8Array;

interface DtypeFacts {
  readonly bytes: number;
  readonly isFloat: boolean;
  /** The typed array that holds elements of this dtype. */
  readonly array: { new (length: number): TypedArray; new (buffer: ArrayBufferLike, offset?: number, length?: number): TypedArray };
}

/** All that differs between dtypes: a new one is a new row here. */
export const dtypes: Readonly<Record<Dtype, DtypeFacts>> = {
  float32: { bytes: 4, isFloat: true, array: Float32Array },
  int32: { bytes: 4, isFloat: false, array: Int32Array },
  uint8: { bytes: 1, isFloat: false, array: Uint8Array },
  bool: { bytes: 1, isFloat: false, array: Uint8Array },
};

export const isFloat = (dtype: Dtype): boolean => dtypes[dtype].isFloat;

/** Names that users and Keras files give to dtypes, and what they are kept as. */
const kept: Readonly<Record<string, Dtype>> = {
  float16: "float32", bfloat16: "float32", float32: "float32", float64: "float32", float: "float32", double: "float32",
  int8: "int32", int16: "int32", int32: "int32", int64: "int32", int: "int32", uint16: "int32", uint32: "int32", uint64: "int32",
  uint8: "uint8", bool: "bool", boolean: "bool",
}; // prettier-ignore

/** The dtype that a name stands for here, or undefined for an unknown name. */
export const keptDtype = (name: string): Dtype | undefined => (Object.hasOwn(kept, name) ? kept[name] : undefined);
