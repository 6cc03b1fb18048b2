// The binaries of the kernels, from the texts that the build made of them (tools/build/inline.mjs): those of the families that the program
// has. What no family brought has a body that ends in an error.

import { builds, shared, unpacker } from "../generated/binaries.js";
import { body as core } from "../generated/bodies/core.js";
import type { Body, Family } from "./bindings.js";

/** The two builds of the kernels: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export type Build = "simd" | "relaxed";

type Bytes = Uint8Array<ArrayBuffer>;

const PAGE = 65_536;

/** Packed bytes that one step of the unpacker uses at most. */
const STEP = 64;

const bytesOf = (text: string): Bytes => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

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
  yield all.subarray(out, end);
  for (const { bytes, body } of rests) {
    all.set(pause);
    all.set(bytes, PAGE + shared);
    unpack(end + body.length, out);
    yield all.subarray(end, end + body.length);
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
    return this.bytes.slice(this.at, (this.at += length));
  }

  /** In LEB128. */
  number(): number {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
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

const CODE = 10;

/** The binary of a build with some families, the core among them. */
export function binaryOf(build: Build, families: readonly Family[]): Bytes {
  const wanted = build === "simd" ? 0 : 1;
  let head: Bytes | undefined;
  const bodies: Bytes[] = new Array<Bytes>(builds[wanted][1]).fill(absent);
  for (const bytes of unpacked(families)) {
    const reader = new Reader(bytes);
    const isCore = !head;
    for (const [i, [length]] of builds.entries()) {
      if (isCore) {
        const taken = reader.take(length);
        if (i === wanted) head = taken;
      }
      reader.functions(i === wanted ? bodies : []);
    }
  }
  const count = leb(bodies.length);
  const code = bodies.reduce((sum, { length }) => sum + length, count.length);
  const begin = [CODE, ...leb(code), ...count];
  const binary = new Uint8Array(head!.length + begin.length + code - count.length);
  binary.set(head!);
  binary.set(begin, head!.length);
  let at = head!.length + begin.length;
  for (const body of bodies) {
    binary.set(body, at);
    at += body.length;
  }
  return binary;
}
