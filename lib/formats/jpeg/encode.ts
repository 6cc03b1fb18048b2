// JPEG files (ITU-T T.81) written: sequential, with the tables of its Annex K, the transform in 13 bits that libjpeg calls accurate.

import { codesOf, zigzag } from "./tables.js";

export interface EncodeOptions {
  /** 1 to 100. */
  readonly quality: number;
  /** Whether colours have a sample for four pixels; brightness has one for each. Default: true. */
  readonly halvesColors?: boolean;
  /** Pixels beside and below each other in an inch or a centimetre. Default: not said. */
  readonly density?: { readonly unit: "in" | "cm"; readonly x: number; readonly y: number };
}

/** Annex K's quantization of brightness and of colours, row by row. */
const quantization = [
  "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99",
  "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99",
].map((row) => row.split(" ").map(Number));

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

/** Annex K's Huffman tables: how many codes there are of each length, and what they stand for. */
const huffman = [
  ["00010501010101010100000000000000", "000102030405060708090a0b"],
  [
    "0002010303020403050504040000017d",
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445" +
      "464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6" +
      "b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
  ],
  ["00030101010101010101010000000000", "000102030405060708090a0b"],
  [
    "00020102040403040705040400010277",
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a4344" +
      "45464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4" +
      "b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
  ],
].map(([counts, symbols]) => ({ counts: bytesOf(counts!), symbols: bytesOf(symbols!) }));

/** Codes by what they stand for: the code, and its length. */
interface Table {
  readonly code: Uint16Array;
  readonly bits: Uint8Array;
}

const tables = huffman.map(({ counts, symbols }): Table => {
  const [code, bits] = [new Uint16Array(256), new Uint8Array(256)];
  for (const each of codesOf(counts, symbols)) [code[each.symbol], bits[each.symbol]] = [each.code, each.bits];
  return { code, bits };
});

/** A picture of grey (1 channel) or red, green and blue (3) as the bytes of a JPEG file. */
export function encode(
  { width, height, channels, pixels }: { width: number; height: number; channels: 1 | 3; pixels: Uint8Array },
  { quality, halvesColors = true, density }: EncodeOptions,
): Uint8Array {
  if (width > 65535 || height > 65535) throw new Error(`It has ${width} × ${height} pixels; a JPEG file has up to 65535 each way.`);
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const quantizers = quantization.map((row) => row.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100)))));
  const size = channels === 3 && halvesColors ? 2 : 1;
  const out = new Writer();
  header(out, width, height, channels, size, quantizers, density);
  const planes = channels === 1 ? [filled(pixels, width, height, 8)] : colorPlanes(pixels, width, height, size);
  const before = [0, 0, 0];
  const block = new Int32Array(64);
  for (let y = 0; y < height; y += 8 * size) {
    for (let x = 0; x < width; x += 8 * size) {
      planes.forEach(({ samples, stride }, c) => {
        const [each, ratio, kind] = [c === 0 ? size : 1, c === 0 ? 1 : size, c === 0 ? 0 : 1];
        for (let row = 0; row < each; row++)
          for (let column = 0; column < each; column++) {
            forward(samples, (y / ratio + 8 * row) * stride + x / ratio + 8 * column, stride, block);
            before[c] = writeBlock(out, block, quantizers[kind]!, before[c]!, tables[2 * kind]!, tables[2 * kind + 1]!);
          }
      });
    }
  }
  out.align();
  return out.segment(0xd9, null).bytes();
}

function header(
  out: Writer,
  width: number,
  height: number,
  channels: 1 | 3,
  size: number,
  quantizers: readonly (readonly number[])[],
  density: EncodeOptions["density"],
): void {
  const word = (value: number): [number, number] => [value >> 8, value & 255];
  const kinds = channels === 1 ? 1 : 2;
  const [x, y] = [density?.x ?? 1, density?.y ?? 1];
  out.segment(0xd8, null);
  out.segment(
    0xe0,
    [..."JFIF\0"]
      .map((char) => char.charCodeAt(0))
      .concat([1, 1, density ? (density.unit === "in" ? 1 : 2) : 0, ...word(x), ...word(y), 0, 0]),
  );
  for (let kind = 0; kind < kinds; kind++) out.segment(0xdb, [kind, ...Array.from(zigzag, (place) => quantizers[kind]![place]!)]);
  const components = Array.from({ length: channels }, (_, c) => [c + 1, c === 0 ? (size << 4) | size : 0x11, c === 0 ? 0 : 1]);
  out.segment(0xc0, [8, ...word(height), ...word(width), channels, ...components.flat()]);
  for (let i = 0; i < 2 * kinds; i++) {
    const { counts, symbols } = huffman[i]!;
    out.segment(0xc4, [((i & 1) << 4) | (i >> 1), ...counts, ...symbols]);
  }
  const used = Array.from({ length: channels }, (_, c) => [c + 1, c === 0 ? 0 : 0x11]);
  out.segment(0xda, [channels, ...used.flat(), 0, 63, 0]);
}

/** Samples of one component, up to whole groups of blocks. */
interface Samples {
  readonly samples: Uint8Array;
  readonly stride: number;
}

/** A plane whose lengths are multiples of `unit`: the last row and column are repeated. */
function filled(from: Uint8Array, width: number, height: number, unit: number): Samples {
  const [stride, rows] = [Math.ceil(width / unit) * unit, Math.ceil(height / unit) * unit];
  const samples = new Uint8Array(stride * rows);
  for (let y = 0; y < rows; y++) {
    const row = Math.min(y, height - 1) * width;
    samples.set(from.subarray(row, row + width), y * stride);
    samples.fill(from[row + width - 1]!, y * stride + width, (y + 1) * stride);
  }
  return { samples, stride };
}

/** Brightness and two differences of colours (ITU-R 601), these one for `size` × `size` pixels. */
function colorPlanes(pixels: Uint8Array, width: number, height: number, size: number): readonly Samples[] {
  const [ys, blues, reds] = [0, 1, 2].map(() => new Uint8Array(width * height)) as [Uint8Array, Uint8Array, Uint8Array];
  for (let i = 0; i < ys.length; i++) {
    const [r, g, b] = [pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!];
    ys[i] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    blues[i] = (-11059 * r - 21709 * g + 32768 * b + 8421375) >> 16;
    reds[i] = (32768 * r - 27439 * g - 5329 * b + 8421375) >> 16;
  }
  const whole = [ys, blues, reds].map((plane) => filled(plane, width, height, 8 * size));
  return size === 1 ? whole : whole.map((plane, c) => (c === 0 ? plane : halved(plane)));
}

/** Means of four samples, whose halves are rounded down and up by turns. */
function halved({ samples: from, stride: wide }: Samples): Samples {
  const stride = wide / 2;
  const samples = new Uint8Array(from.length / 4);
  for (let i = 0; i < samples.length; i++) {
    const x = i % stride;
    const at = 2 * ((i - x) / stride) * wide + 2 * x;
    samples[i] = (from[at]! + from[at + 1]! + from[at + wide]! + from[at + wide + 1]! + 1 + (x & 1)) >> 2;
  }
  return { samples, stride };
}

/** The coefficients of a block, times 8. */
function forward(samples: Uint8Array, begin: number, stride: number, block: Int32Array): void {
  for (let y = 0, i = 0; y < 8; y++) for (let x = 0; x < 8; x++, i++) block[i] = samples[begin + y * stride + x]! - 128;
  for (let row = 0; row < 64; row += 8) line(block, row, 1, 2, 11);
  for (let column = 0; column < 8; column++) line(block, column, 8, -2, 15);
}

/** One line of the transform: `up` more bits of fractions are kept (less where it is negative), products lose `shift`. */
function line(d: Int32Array, at: number, step: number, up: number, shift: number): void {
  const half = 1 << (shift - 1);
  const get = (k: number): number => d[at + k * step]!;
  const set = (k: number, value: number): void => void (d[at + k * step] = value);
  const [s0, s1, s2, s3] = [get(0) + get(7), get(1) + get(6), get(2) + get(5), get(3) + get(4)];
  const [d0, d1, d2, d3] = [get(0) - get(7), get(1) - get(6), get(2) - get(5), get(3) - get(4)];
  const [e0, e3, e1, e2] = [s0 + s3, s0 - s3, s1 + s2, s1 - s2];
  const scaled = (value: number): number => (up > 0 ? value << up : (value + (1 << (-up - 1))) >> -up);
  set(0, scaled(e0 + e1));
  set(4, scaled(e0 - e1));
  const e = (e2 + e3) * 4433;
  set(2, (e + e3 * 6270 + half) >> shift);
  set(6, (e - e2 * 15137 + half) >> shift);
  const z5 = (d3 + d1 + d2 + d0) * 9633;
  const [z1, z2] = [(d3 + d0) * -7373, (d2 + d1) * -20995];
  const [z3, z4] = [(d3 + d1) * -16069 + z5, (d2 + d0) * -3196 + z5];
  set(7, (d3 * 2446 + z1 + z3 + half) >> shift);
  set(5, (d2 * 16819 + z2 + z4 + half) >> shift);
  set(3, (d1 * 25172 + z2 + z3 + half) >> shift);
  set(1, (d0 * 12299 + z1 + z4 + half) >> shift);
}

/** Writes a block; gives its first coefficient, from which the next block's is told. */
function writeBlock(out: Writer, block: Int32Array, quantizers: readonly number[], before: number, dc: Table, ac: Table): number {
  const rounded = (place: number): number => {
    const divisor = quantizers[place]! * 8;
    const value = block[place]!;
    return Math.sign(value) * Math.floor((Math.abs(value) + (divisor >> 1)) / divisor);
  };
  const first = rounded(0);
  out.value(dc, 0, first - before);
  let zeros = 0;
  for (let k = 1; k < 64; k++) {
    const value = rounded(zigzag[k]!);
    if (value === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) out.put(ac.code[0xf0]!, ac.bits[0xf0]!);
    out.value(ac, zeros << 4, value);
    zeros = 0;
  }
  if (zeros > 0) out.put(ac.code[0]!, ac.bits[0]!);
  return first;
}

/** Bytes that grow, and bits in them. */
class Writer {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #kept = 0;
  #count = 0;

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** A marker, and what follows it with its length before it. */
  segment(marker: number, content: readonly number[] | null): this {
    const head = content ? [(content.length + 2) >> 8, (content.length + 2) & 255] : [];
    for (const byte of [0xff, marker, ...head, ...(content ?? [])]) this.#push(byte);
    return this;
  }

  put(code: number, bits: number): void {
    this.#kept = (this.#kept << bits) | code;
    this.#count += bits;
    for (; this.#count >= 8; this.#count -= 8) {
      const byte = (this.#kept >> (this.#count - 8)) & 255;
      this.#push(byte);
      if (byte === 255) this.#push(0);
    }
    this.#kept &= 255;
  }

  /** A number behind the code of its length. */
  value(table: Table, run: number, value: number): void {
    const bits = 32 - Math.clz32(Math.abs(value));
    this.put(table.code[run | bits]!, table.bits[run | bits]!);
    if (bits > 0) this.put(value < 0 ? value + (1 << bits) - 1 : value, bits);
  }

  /** Ones up to the next byte. */
  align(): void {
    if (this.#count > 0) this.put((1 << (8 - this.#count)) - 1, 8 - this.#count);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
