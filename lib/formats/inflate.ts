// Deflated data, inflated within a bound that the caller states, so that no file can ask for more memory than it may.

import { inflateSync } from "fflate";

/** Raw deflate or, with its head, zlib data, inflated to at most a length: memory is that of the length, whatever the data says. */
export function inflate(bytes: Uint8Array, length: number): Uint8Array {
  const isZlib = bytes.length > 6 && (bytes[0]! & 15) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;
  return inflateSync(isZlib ? bytes.subarray(2, -4) : bytes, { out: new Uint8Array(length) });
}
