// TensorProto (tensorflow/core/framework/tensor.proto): a tensor as bytes, as tf.io.serialize_tensor writes it.

import { joined } from "./bytes.js";
import { FormatError } from "./error.js";
import { type Message, readMessage, writeMessage } from "./protobuf.js";

/** Numbers of dtypes (DataType of TensorFlow) and the bytes of an element. */
const dtypes: Readonly<Record<string, readonly [number: number, bytes: number]>> = {
  float32: [1, 4],
  float64: [2, 8],
  int32: [3, 4],
  uint8: [4, 1],
  int16: [5, 2],
  int8: [6, 1],
  int64: [9, 8],
  bool: [10, 1],
  uint16: [17, 2],
  uint32: [22, 4],
};

const message: Message = {
  dtype: [1, "int"],
  shape: [2, { dim: [2, { size: [1, "int"] }, "many"] }],
  content: [4, "bytes"],
  strings: [8, "bytes", "many"],
};
const STRING = 7;

/** A tensor by its bytes, or strings. */
export interface SerializedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly content?: Uint8Array;
  readonly strings?: readonly Uint8Array[];
}

export function writeTensor({ dtype, shape, content, strings }: SerializedTensor): Uint8Array {
  const number = dtype === "string" ? STRING : dtypes[dtype]![0];
  return joined(writeMessage({ dtype: number, shape: { dim: shape.map((size) => ({ size })) }, content, strings }, message));
}

/** @throws FormatError for bytes that are no tensor */
export function readTensor(bytes: Uint8Array, where: string): SerializedTensor {
  const read = readMessage(bytes, message, where) as {
    dtype?: number;
    shape?: { dim: { size?: number }[] };
    content?: Uint8Array;
    strings: Uint8Array[];
  };
  const shape = (read.shape?.dim ?? []).map(({ size = 0 }) => size);
  const count = shape.reduce((product, size) => product * size, 1);
  const dtype = read.dtype === STRING ? "string" : Object.keys(dtypes).find((name) => dtypes[name]![0] === read.dtype);
  if (dtype === undefined)
    throw new FormatError(where, { given: `a tensor of dtype number ${read.dtype}`, expected: "one of a dtype that is known here" });
  const { content = new Uint8Array(0), strings } = read;
  const fits = dtype === "string" ? strings.length === count : content.length === count * dtypes[dtype]![1];
  if (!fits)
    throw new FormatError(where, {
      given: `${dtype === "string" ? strings.length : content.length} for the shape [${shape.join(", ")}]`,
      expected: "all elements",
    });
  return { dtype, shape, content, strings };
}
