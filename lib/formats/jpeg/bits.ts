// The bits between a JPEG's markers, and the Huffman codes in them.

import { codesOf } from "./tables.js";

/** Codes up to so many bits are looked up at once. */
const QUICK = 9;

/** A Huffman table as it is looked up. */
export class Codes {
  /** For each of the next QUICK bits: how many of them are the code (high byte) and what it stands for; 0 for longer codes. */
  readonly quick = new Uint16Array(1 << QUICK);
  /** For each length: the code after the last one of it, moved to 16 bits; symbols begin at `first`. */
  readonly end = new Int32Array(18);
  readonly first = new Int32Array(17);

  constructor(
    counts: Uint8Array,
    readonly symbols: Uint8Array,
  ) {
    let at = 0;
    for (const { code, bits, symbol } of codesOf(counts, symbols)) {
      if (bits <= QUICK) this.quick.fill((bits << 8) | symbol, code << (QUICK - bits), (code + 1) << (QUICK - bits));
      if (this.end[bits] === 0) this.first[bits] = at - code;
      this.end[bits] = (code + 1) << (16 - bits);
      at++;
    }
    this.end[17] = 0x7fffffff;
  }
}

/** Reads bits up to the next marker. */
export class Bits {
  #kept = 0;
  #count = 0;
  /** Zeros that were given where the data had ended. */
  #missing = 0;

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** Keeps at least 16 bits. */
  #fill(): void {
    while (this.#count <= 16) {
      let byte = 0;
      const { at, bytes } = this;
      if (at < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0)) {
        byte = bytes[at]!;
        this.at += byte === 0xff ? 2 : 1;
      } else this.#missing += 8;
      this.#kept = ((this.#kept << 8) | byte) & 0xffffff;
      this.#count += 8;
    }
  }

  /** What the next code stands for. */
  symbol(codes: Codes): number {
    if (this.#count < 16) this.#fill();
    const next = (this.#kept >> (this.#count - 16)) & 0xffff;
    const found = codes.quick[next >> (16 - QUICK)]!;
    if (found !== 0) {
      this.#count -= found >> 8;
      return found & 0xff;
    }
    let bits = QUICK + 1;
    while (next >= codes.end[bits]!) bits++;
    if (bits > 16) throw new Error("There is a code that no table has.");
    this.#count -= bits;
    return codes.symbols[codes.first[bits]! + (next >> (16 - bits))]!;
  }

  /** The next `count` bits, up to 16. */
  take(count: number): number {
    if (count === 0) return 0;
    if (this.#count < count) this.#fill();
    this.#count -= count;
    return (this.#kept >> this.#count) & ((1 << count) - 1);
  }

  /** The number that `count` bits stand for: those that begin with 0 are negative (T.81, F.2.2.1). */
  signed(count: number): number {
    const value = this.take(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** Begins anew behind the data that were read. @throws Error where more was taken than there was */
  align(): void {
    if (this.#missing > this.#count) throw new Error("The data end too early.");
    [this.#kept, this.#count, this.#missing] = [0, 0, 0];
  }
}
