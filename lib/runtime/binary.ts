// The binaries of the kernels, from the texts that the build made of them (tools/build/inline.mjs): those of the families that the program
// has. What no family brought has a body that ends in an error.

import { builds, shared, unpacker } from "../generated/binaries.js";
import { body as core } from "../generated/bodies/core.js";
import { kernelNamesOf, type Body, type Family } from "./bindings.js";
import { concatenated } from "./pieces.js";

/** The two builds of the kernels: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export type Build = "simd" | "relaxed";

type Bytes = Uint8Array<ArrayBuffer>;

const PAGE = 65_536;

/** Packed bytes that one step of the unpacker uses at most. */
const STEP = 64;

function bytesOf(base64: string): Bytes {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * What is packed in the core, and in each family. All packed bytes begin with the same: they are unpacked once, and each family goes on
 * from there.
 */
function* unpacked(families: readonly Family[]): Generator<Bytes, undefined> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(unpacker)));
  const { memory, begin, unpack } = exports as unknown as {
    memory: WebAssembly.Memory;
    begin(packed: number, out: number): void;
    unpack(end: number, until: number): void;
  };
  const first = bytesOf(core.packed);
  const others = families.map(({ body }) => body).filter((body) => body !== core);
  const rests = others.map((body) => ({ bytes: bytesOf(body.packed), body }));
  const most = (count: (rest: { bytes: Bytes; body: Body }) => number): number => Math.max(0, ...rests.map(count));
  const out = PAGE + Math.max(first.length, shared + most(({ bytes }) => bytes.length));
  const end = out + core.length;
  memory.grow(Math.ceil((end + most(({ body }) => body.length)) / PAGE));
  const all = new Uint8Array(memory.buffer as ArrayBuffer);
  all.set(first, PAGE);
  begin(PAGE, out);
  unpack(end, PAGE + shared - STEP);
  const pause = all.slice(0, PAGE);
  unpack(end, out);
  yield all.slice(out, end);
  for (const { bytes, body } of rests) {
    all.set(pause);
    all.set(bytes, PAGE + shared);
    unpack(end + body.length, out);
    yield all.slice(end, end + body.length);
  }
}

/** Bytes that are read one after the other. */
class Reader {
  at = 0;
  readonly bytes: Bytes;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }

  take(length: number): Bytes {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  /** In LEB128. */
  number(): number {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** Of any sign. */
  signed(): number {
    const number = this.number();
    return number % 2 ? -(number + 1) / 2 : number / 2;
  }

  /** Functions of one build: how far each is from the one before, 0 at the end, then the bodies. */
  functions(into: Bytes[]): void {
    const places: number[] = [];
    for (let place = -1, gap; (gap = this.number()) > 0;) places.push((place += gap));
    for (const place of places) {
      const begin = this.at;
      const length = this.number();
      const end = this.at + length;
      this.at = begin;
      into[place] = this.take(end - begin);
    }
  }
}

const leb = (number: number): number[] => (number < 128 ? [number] : [(number & 127) | 128, ...leb(number >>> 7)]);

/** No variables; unreachable. */
const absent = Uint8Array.of(3, 0, 0, 11);

const EXPORT = 7;
const CODE = 10;

const section = (id: number, count: number, length: number): number[] => [id, ...leb(leb(count).length + length), ...leb(count)];

/** The section of exports. The names of kernels are those of the bindings; absent ones are left out. */
function exportsOf(reader: Reader, names: readonly string[]): number[] {
  const entries: number[] = [];
  let [exported, slot, index] = [0, -1, 0];
  for (let left = reader.number(); left > 0; left--) {
    const step = reader.signed();
    const isKernel = step !== 0;
    if (isKernel) {
      slot += step;
      index += reader.signed();
      const name = names[slot];
      if (name === undefined) continue;
      entries.push(name.length, ...Array.from(name, (character) => character.charCodeAt(0)), 0, ...leb(index));
    } else entries.push(...reader.take(reader.number()));
    exported++;
  }
  return [...section(EXPORT, exported, entries.length), ...entries];
}

/** The binary of a build with some families, the core among them. */
export function binaryOf(build: Build, families: readonly Family[]): Bytes {
  const wanted = build === "simd" ? 0 : 1;
  const names = kernelNamesOf(families);
  const pieces: ArrayLike<number>[] = [];
  const bodies: Bytes[] = new Array<Bytes>(builds[wanted][2]).fill(absent);
  for (const [part, bytes] of [...unpacked(families)].entries()) {
    const reader = new Reader(bytes);
    for (const [i, [before, after]] of builds.entries()) {
      if (part === 0) {
        const [first, last] = [reader.take(before), reader.take(after)];
        const exports = exportsOf(reader, names);
        if (i === wanted) pieces.push(first, exports, last);
      }
      reader.functions(i === wanted ? bodies : []);
    }
  }
  const code = bodies.reduce((sum, { length }) => sum + length, 0);
  pieces.push(section(CODE, bodies.length, code), ...bodies);
  return concatenated(pieces);
}
