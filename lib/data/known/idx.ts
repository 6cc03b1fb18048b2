// IDX, the format of the MNIST family: two zero bytes, a type byte, the rank, one big-endian 32-bit length per axis, then the elements.

import { constant } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";

const unsignedByte = 0x08;

/** The uint8 tensor that an IDX file holds. @throws ValueError where the bytes are no IDX file of bytes, or not all of it */
export function parseIdx(bytes: Uint8Array, name = "parseIdx"): Tensor {
  const fail = (given: string, expected: string) => new ValueError(name, { given, expected, hint: "The file is damaged or no IDX file." });
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== unsignedByte || bytes.length < start)
    throw fail(`a file that begins with [${bytes.slice(0, 4).join(", ")}]`, `[0, 0, ${unsignedByte}, rank] and ${rank} lengths`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== size) throw fail(`${bytes.length - start} elements`, `${size} for the shape [${shape.join(", ")}]`);
  return constant(bytes.slice(start), { shape, dtype: "uint8" });
}
