// The binaries of the kernels, from the text that the build made of them (tools/build/inline.mjs).

import { lengths, packed, unpacker } from "../generated/binaries.js";

/** The two builds of the kernels: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export type Build = "simd" | "relaxed";

type Bytes = Uint8Array<ArrayBuffer>;

const PAGE = 65_536;

const bytesOf = (text: string): Bytes => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** All that is packed. */
function unpacked(): Bytes {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(unpacker)));
  const { memory, unpack } = exports as unknown as { memory: WebAssembly.Memory; unpack(packed: number, out: number): void };
  const bytes = bytesOf(packed);
  const [, , length] = lengths;
  const out = PAGE + bytes.length;
  memory.grow(Math.ceil((out + length) / PAGE));
  new Uint8Array(memory.buffer).set(bytes, PAGE);
  unpack(PAGE, out);
  return new Uint8Array(memory.buffer as ArrayBuffer, out, length).slice();
}

/** The other build: new bytes, then a copy of a part of the plain one, and so on. */
function patched(plain: Bytes, fresh: Bytes, copies: string): Bytes {
  const numbers = copies.split(" ").map((text) => parseInt(text, 36));
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
  const all = unpacked();
  const [simd, fresh] = lengths;
  const plain = all.slice(0, simd);
  if (build === "simd") return plain;
  return patched(plain, all.subarray(simd, simd + fresh), new TextDecoder().decode(all.subarray(simd + fresh)));
}
