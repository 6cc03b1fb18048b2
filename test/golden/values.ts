import type { Tensor } from "../../lib/core/tensor.js";
import { Unsupported } from "./outcome.js";
import { surface } from "./surface.js";

/** A tensor as the cases store it: raw little-endian elements in base64. */
export interface Encoded {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data?: string;
  readonly strings?: readonly string[];
  readonly keras_mask?: Encoded;
}

export type Elements = Float32Array | Int32Array | Uint8Array | Int8Array | Int16Array | Uint16Array | Uint32Array;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isEncoded(value: unknown): value is Encoded {
  return isRecord(value) && Array.isArray(value["shape"]) && typeof value["dtype"] === "string" && ("data" in value || "strings" in value);
}

/** `float`, `int`, `uint8` or `bool`: all that is compared of a dtype besides complex and string, which are not supported. */
export function kindOf(dtype: string): string {
  if (dtype === "bool") return "bool";
  if (/^(b?float\d+)$/.test(dtype)) return "float";
  if (/^u?int\d+$/.test(dtype)) return "int";
  throw new Unsupported(`dtype ${dtype}`);
}

const readers: Readonly<Record<string, (buffer: ArrayBuffer) => ArrayLike<number>>> = {
  float32: (buffer) => new Float32Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/** The dtype that kerasm keeps elements of a recorded dtype in. */
export function keptDtype(dtype: string): "float32" | "int32" | "uint32" | "int16" | "uint16" | "int8" | "uint8" | "bool" {
  if (kindOf(dtype) === "float") return "float32";
  return dtype === "int64" ? "int32" : dtype === "uint64" ? "uint32" : (dtype as "int32");
}

/** The elements of a recorded tensor, in the dtype that kerasm keeps them in. */
export function elementsOf(encoded: Encoded): Elements {
  const read = readers[encoded.dtype];
  if (read === undefined || encoded.data === undefined) throw new Unsupported(`dtype ${encoded.dtype}`);
  const bytes = Uint8Array.from(Buffer.from(encoded.data, "base64"));
  const elements = read(bytes.buffer);
  return elements as Elements;
}

/** Real and imaginary part of a recorded complex tensor, as recorded float32 tensors: a complex tensor is a pair of them here. */
export function complexParts({ shape, data }: Encoded): [Encoded, Encoded] {
  const both = new Float32Array(Uint8Array.from(Buffer.from(data ?? "", "base64")).buffer);
  const part = (offset: number): Encoded => {
    const elements = Float32Array.from({ length: both.length / 2 }, (_, i) => both[2 * i + offset]!);
    return { shape, dtype: "float32", data: Buffer.from(elements.buffer).toString("base64") };
  };
  return [part(0), part(1)];
}

export function toTensor(encoded: Encoded): Tensor {
  return surface.tf.constant(elementsOf(encoded), { shape: encoded.shape, dtype: keptDtype(encoded.dtype) });
}

/** A recorded number: `2`, `{"$float": 2}`, `{"$float": "NaN"}`. */
export function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (isRecord(value) && "$float" in value) return Number(value["$float"]);
  if (typeof value === "string") return Number(value);
  throw new Unsupported(`the number ${JSON.stringify(value)}`);
}

function floats(value: unknown): unknown {
  return Array.isArray(value) ? value.map(floats) : Number(value);
}

/**
 * Recorded arguments as what a user passes. Tensors are leaves that `make` turns into tensors, so that a traced run can
 * put its own in their place.
 */
export function toArgument(value: unknown, make: (encoded: Encoded) => unknown): unknown {
  if (isEncoded(value)) return make(value);
  if (Array.isArray(value)) return value.map((item) => toArgument(item, make));
  if (!isRecord(value)) return value;
  if ("$float" in value) return Number(value["$float"]);
  if ("$floats" in value) return floats(value["$floats"]);
  if ("$keras_tensor" in value) return surface.symbolic(value["$keras_tensor"] as { shape: (number | null)[]; dtype: string });
  if ("$slice" in value) return surface.slice(value["$slice"] as (number | null)[]);
  if ("$ellipsis" in value) return surface.ellipsis();
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toArgument(item, make)]));
}
