// The binaries of the kernels, from the text that the build made of them (tools/build/inline.mjs).

import { alphabet, copies, inserted, simd } from "../generated/binaries.js";

/** The two builds of the kernels: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export type Build = "simd" | "relaxed";

type Bytes = Uint8Array<ArrayBuffer>;

function bytesOf(text: string): Bytes {
  if (alphabet.length !== 256)
    throw new Error('kernels: given code that was read in another encoding; expected UTF-8. Put <meta charset="utf-8"> into the page.');
  const byteOf = new Uint8Array(Math.max(...Array.from(alphabet, (character) => character.charCodeAt(0))) + 1);
  for (let byte = 0; byte < alphabet.length; byte++) byteOf[alphabet.charCodeAt(byte)] = byte;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = byteOf[text.charCodeAt(i)]!;
  return bytes;
}

/** The other build: new bytes, then a copy of a part of the plain one, and so on. */
function patched(plain: Bytes): Bytes {
  const numbers = copies.split(" ").map((text) => parseInt(text, 36));
  const fresh = bytesOf(inserted);
  const copied = numbers.reduce((sum, length, i) => (i % 3 === 2 ? sum + length : sum), 0);
  const bytes = new Uint8Array(fresh.length + copied);
  let [at, taken, end] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i += 3) {
    const [count, distance, length] = [numbers[i]!, numbers[i + 1]!, numbers[i + 2]!];
    bytes.set(fresh.subarray(taken, taken + count), at);
    bytes.set(plain.subarray(end + distance, end + distance + length), at + count);
    at += count + length;
    taken += count;
    end += distance + length;
  }
  bytes.set(fresh.subarray(taken), at);
  return bytes;
}

/** The binary of a build. */
export function binaryOf(build: Build): Bytes {
  const plain = bytesOf(simd);
  return build === "simd" ? plain : patched(plain);
}
