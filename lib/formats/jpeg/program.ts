// The program that reads what takes time in a JPEG (assembly/jpeg/), and its memory: what one picture needs lies in it one behind the other,
// until the next picture.

import { program } from "../../generated/jpeg.js";
import { codesOf } from "./tables.js";

interface Exports {
  readonly memory: WebAssembly.Memory;
  begin(): number;
  scan(
    parts: number,
    length: number,
    kind: number,
    from: number,
    to: number,
    low: number,
    across: number,
    down: number,
    restarts: number,
    data: number,
    end: number,
  ): number;
  samples(coefficients: number, factors: number, to: number, across: number, down: number, isFast: number): void;
  spread(
    from: number,
    stride: number,
    width: number,
    height: number,
    to: number,
    toStride: number,
    pixelsAcross: number,
    pixelsDown: number,
    h: number,
    v: number,
    isFancy: number,
    sums: number,
  ): void;
  interleave(from: number, stride: number, to: number, width: number, height: number, step: number): void;
  color(
    light: number,
    lightStride: number,
    blue: number,
    blueStride: number,
    red: number,
    redStride: number,
    to: number,
    width: number,
    height: number,
    step: number,
  ): void;
}

const PAGE = 65_536;
/** Whole vectors are read and written: so many bytes follow what counts. */
const ROOM = 32;
/** Memory that is kept for the next picture. */
const KEPT = 64 << 20;

/** The bits that `scan` looks up at once, and where the parts of a table of it begin. */
const QUICK = 9;
const [END, FIRST, SYMBOLS, ALL] = [2 << QUICK, (2 << QUICK) + 4 * 18, (2 << QUICK) + 4 * 35, (2 << QUICK) + 4 * 35 + 256];

let kept: Exports | null = null;

function started(): Exports {
  const bytes = Uint8Array.from(atob(program), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
}

/** One run of the program, for one picture. */
export class Program {
  readonly run: Exports;
  #end: number;

  constructor() {
    this.run = kept ??= started();
    this.#end = this.run.begin();
  }

  /** The place of so many bytes, 0 if `isEmpty`. */
  take(length: number, isEmpty = false): number {
    const place = this.#end;
    const end = place + length + ROOM;
    const missing = end - this.run.memory.buffer.byteLength;
    if (missing > 0) this.run.memory.grow(Math.ceil(missing / PAGE));
    if (isEmpty) this.bytes(place, length).fill(0);
    this.#end = (end + 15) & ~15;
    return place;
  }

  bytes(place: number, length: number): Uint8Array {
    return new Uint8Array(this.run.memory.buffer, place, length);
  }

  words(place: number, length: number): Int32Array {
    return new Int32Array(this.run.memory.buffer, place, length);
  }

  /** The place of numbers of 32 bits. */
  put(numbers: ArrayLike<number>): number {
    const place = this.take(4 * numbers.length);
    this.words(place, numbers.length).set(numbers);
    return place;
  }

  /**
   * The place of a Huffman table: for each of the next QUICK bits how many of them are the code (high byte) and what it stands for, 0 for
   * longer codes; for each length the code after the last one of it, moved to 16 bits, and where its symbols begin; the symbols.
   */
  codes(counts: Uint8Array, symbols: Uint8Array): number {
    const place = this.take(ALL, true);
    const { buffer } = this.run.memory;
    const quick = new Uint16Array(buffer, place, 1 << QUICK);
    const [end, first] = [this.words(place + END, 18), this.words(place + FIRST, 17)];
    let at = 0;
    for (const { code, bits, symbol } of codesOf(counts, symbols)) {
      if (bits <= QUICK) quick.fill((bits << 8) | symbol, code << (QUICK - bits), (code + 1) << (QUICK - bits));
      if (end[bits] === 0) first[bits] = at - code;
      end[bits] = (code + 1) << (16 - bits);
      at++;
    }
    end[17] = 0x7fffffff;
    this.bytes(place + SYMBOLS, symbols.length).set(symbols);
    return place;
  }

  /** What was taken is free; the memory of a large picture goes. */
  end(): void {
    if (this.run.memory.buffer.byteLength > KEPT) kept = null;
  }
}
