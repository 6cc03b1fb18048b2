// Bytes as files have them: a reader that never leaves its bytes, and files as lists of pieces, so that weights are not copied to be
// written.

import { concatenated } from "../runtime/pieces.js";
import { FormatError } from "./error.js";

/** A file, or a part of one, as pieces one after the other. */
export type Pieces = readonly Uint8Array[];

/** How many bytes the pieces have together. */
export const lengthOf = (pieces: Pieces): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** The pieces as one array. */
export const joined = (pieces: Pieces): Uint8Array => (pieces.length === 1 ? pieces[0]! : concatenated(pieces));

/** The bytes of a typed array, not copied. */
export const bytesOf = (elements: ArrayBufferView): Uint8Array => new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);

/** A copy with a buffer of its own. The `slice` of what Node reads files into, Buffer, copies nothing and shares its buffer with others. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8 as text. @throws FormatError that names `where` */
export function textOf(bytes: Uint8Array, where: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new FormatError(where, { given: `${bytes.length} bytes that are no UTF-8`, expected: "text", cause });
  }
}

/** Reads little-endian numbers at places that are checked. */
export class ByteReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly where: string,
    public at = 0,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The same bytes from another place on. */
  from(at: number): ByteReader {
    if (!(at >= 0 && at <= this.bytes.length)) this.#end(at, 0);
    return new ByteReader(this.bytes, this.where, at);
  }

  #take(count: number): number {
    const { at } = this;
    if (!(count >= 0 && at + count <= this.bytes.length)) this.#end(at, count);
    this.at = at + count;
    return at;
  }

  #end(at: number, count: number): never {
    throw new FormatError(this.where, {
      given: `a reference to ${count} bytes at ${at} of ${this.bytes.length}`,
      expected: "one within the file",
      hint: "The file is damaged, or was cut short.",
    });
  }

  skip(count: number): this {
    this.#take(count);
    return this;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A 64-bit number; what a double cannot hold exactly is damage, but for the all-ones value of HDF5, which is Infinity. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value === 0xffff_ffff_ffff_ffffn) return Infinity;
    if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
    throw new FormatError(this.where, { given: `the number ${value} at ${this.at - 8}`, expected: "one below 2 ** 53" });
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  uint(bytes: number): number {
    return bytes === 8 ? this.u64() : bytes === 4 ? this.u32() : bytes === 2 ? this.u16() : this.u8();
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** The next bytes as Latin letters. */
  ascii(count: number): string {
    return String.fromCharCode(...this.take(count));
  }

  /** Bytes up to a zero as UTF-8 text; the zero is taken, too. */
  zeroTerminated(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) this.#end(this.at, this.left + 1);
    const text = textOf(this.bytes.subarray(this.at, end), this.where);
    this.at = end + 1;
    return text;
  }
}

/** Writes little-endian numbers into a piece that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #room(count: number): number {
    const at = this.length;
    if (at + count > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(at + count, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.length = at + count;
    return at;
  }

  u8(...values: number[]): this {
    for (const value of values) {
      const at = this.#room(1);
      this.#view.setUint8(at, value);
    }
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4); // it may replace the view
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A 64-bit number; Infinity is all ones. */
  u64(value: number): this {
    const at = this.#room(8);
    this.#view.setBigUint64(at, value === Infinity ? 0xffff_ffff_ffff_ffffn : BigInt(value), true);
    return this;
  }

  put(bytes: Uint8Array | string): this {
    const given = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const at = this.#room(given.length);
    this.#bytes.set(given, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.#room(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  /** Zeros up to a multiple. */
  align(multiple: number): this {
    return this.zeros(-this.length & (multiple - 1));
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
