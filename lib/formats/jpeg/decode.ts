// JPEG files (ITU-T T.81) of 8 bits, sequential and progressive, read as libjpeg reads them: to the same pixels.
//  (1) Coefficients of all blocks are kept until the last scan is read; then come samples, then pixels.
//  (2) A block takes at least a bit of the file: what a damaged header may cost is bounded by the file's length.
// Not read: arithmetic coding, 12 bits, frames without loss.

import { Bits, Codes } from "./bits.js";
import { factorsFor, inverses, type Transform } from "./inverse.js";
import { colored, interleaved, type Plane, spread } from "./planes.js";
import { zigzag } from "./tables.js";

export interface JpegOptions {
  /** 1 gives brightness alone, 3 colours; 0, the default, what the file has. */
  readonly channels?: 0 | 1 | 3;
  /** The inverse transform. Default: "accurate". */
  readonly transform?: Transform;
  /** Whether colours between samples are interpolated, and not repeated. Default: true. */
  readonly isFancy?: boolean;
}

export interface JpegPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly table: number;
  /** Blocks beside and below each other, filled up to whole groups. */
  readonly across: number;
  readonly down: number;
  /** Samples that count. */
  readonly width: number;
  readonly height: number;
  readonly coefficients: Int16Array;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly h: number;
  readonly v: number;
  readonly components: readonly Component[];
}

/** The picture in a JPEG file. @throws Error for what is damaged or not read */
export function decode(bytes: Uint8Array, { channels = 0, transform = "accurate", isFancy = true }: JpegOptions = {}): JpegPicture {
  const file = new File(bytes);
  const frame = file.read();
  const { width, height, components } = frame;
  const colors = components.length === 1 ? 1 : channels === 1 && file.hasBrightness(frame) ? 1 : components.length;
  const planes = components.slice(0, colors).map((component) => {
    const samples = samplesOf(component, factorsFor(transform, file.tableOf(component.table)), transform);
    return spread(samples, width, height, [frame.h / component.h, frame.v / component.v], isFancy);
  });
  const pixels = (colors >= 3 && file.isTransformed(frame) ? colored : interleaved)(planes, width, height);
  const rgb = colors === 4 ? withoutBlack(pixels, file.adobe !== null) : pixels;
  const [has, wanted] = [colors === 1 ? 1 : 3, channels || (colors === 1 ? 1 : 3)] as const;
  return { width, height, channels: wanted, pixels: asBytes(has === wanted ? rgb : wanted === 3 ? tripled(rgb) : grey(rgb)) };
}

const asBytes = ({ buffer, byteOffset, length }: Uint8ClampedArray): Uint8Array => new Uint8Array(buffer, byteOffset, length);

function samplesOf(component: Component, factors: Int32Array, transform: Transform): Plane {
  const { across, down, coefficients, width, height } = component;
  const stride = across * 8;
  const samples = new Uint8ClampedArray(stride * down * 8);
  const inverse = inverses[transform];
  for (let row = 0, at = 0; row < down; row++)
    for (let column = 0; column < across; column++, at += 64)
      inverse(coefficients, at, factors, samples, row * 8 * stride + column * 8, stride);
  return { samples, stride, width, height };
}

/** Red, green and blue of four inks; files of Adobe's programs have them the other way round. */
function withoutBlack(inks: Uint8ClampedArray, isInverted: boolean): Uint8ClampedArray {
  const made = new Uint8ClampedArray((inks.length / 4) * 3);
  const light = (ink: number): number => (isInverted ? ink : 255 - ink);
  for (let i = 0, to = 0; i < inks.length; i += 4)
    for (let c = 0; c < 3; c++) made[to++] = Math.floor((light(inks[i + c]!) * light(inks[i + 3]!)) / 255);
  return made;
}

function tripled(pixels: Uint8ClampedArray): Uint8ClampedArray {
  const made = new Uint8ClampedArray(pixels.length * 3);
  for (let i = 0; i < made.length; i++) made[i] = pixels[Math.floor(i / 3)]!;
  return made;
}

/** Brightness of colours (ITU-R 601). */
function grey(pixels: Uint8ClampedArray): Uint8ClampedArray {
  const made = new Uint8ClampedArray(pixels.length / 3);
  for (let i = 0; i < made.length; i++)
    made[i] = (pixels[i * 3]! * 19595 + pixels[i * 3 + 1]! * 38470 + pixels[i * 3 + 2]! * 7471 + 32768) >> 16;
  return made;
}

class File {
  /** What Adobe's marker says of colours: 0 as they are, 1 and 2 brightness and differences; null without one. */
  adobe: number | null = null;
  #isJfif = false;
  #restarts = 0;
  #frame: Frame | null = null;
  #scans = 0;
  readonly #view: DataView;
  readonly #tables: (Uint16Array | undefined)[] = [];
  readonly #dc: (Codes | undefined)[] = [];
  readonly #ac: (Codes | undefined)[] = [];

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  tableOf(index: number): Uint16Array {
    return this.#tables[index] ?? fail("A table of quantization is missing.");
  }

  /** Whether three components are brightness and differences of colours. */
  isTransformed({ components }: Frame): boolean {
    if (components.length === 4) return this.adobe === 2;
    if (components.length !== 3) return false;
    if (this.#isJfif) return true;
    if (this.adobe !== null) return this.adobe !== 0;
    return components.map(({ id }) => String.fromCharCode(id)).join("") !== "RGB";
  }

  hasBrightness(frame: Frame): boolean {
    return frame.components.length === 3 && this.isTransformed(frame);
  }

  read(): Frame {
    for (let at = 2; ;) {
      while (at < this.bytes.length && this.bytes[at] !== 0xff) at++;
      while (this.bytes[at] === 0xff) at++;
      const marker = this.bytes[at++];
      if (marker === undefined) return fail("The file ends without an end marker.");
      if (marker === 0xd9) break;
      if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
      const end = at + this.#view.getUint16(at);
      if (end > this.bytes.length || end < at + 2) fail("A segment ends behind the file.");
      const segment = this.bytes.subarray(at + 2, end);
      at = marker === 0xda ? this.#scan(segment, end) : (this.#segment(marker, segment), end);
    }
    if (!this.#frame || this.#scans === 0) return fail("There is no picture in it.");
    return this.#frame;
  }

  #segment(marker: number, segment: Uint8Array): void {
    const text = (length: number): string => String.fromCharCode(...segment.subarray(0, length));
    if (marker === 0xdb) this.#quantization(segment);
    else if (marker === 0xc4) this.#huffman(segment);
    else if (marker === 0xdd) this.#restarts = (segment[0]! << 8) | segment[1]!;
    else if (marker === 0xe0 && text(4) === "JFIF") this.#isJfif = true;
    else if (marker === 0xee && text(5) === "Adobe" && segment.length >= 12) this.adobe = segment[11]!;
    else if (marker >= 0xc0 && marker <= 0xc2) this.#frame = this.#start(segment, marker === 0xc2);
    else if (marker >= 0xc3 && marker <= 0xcf) fail("It is coded arithmetically or without loss, which is not read.");
  }

  #quantization(segment: Uint8Array): void {
    for (let at = 0; at < segment.length;) {
      const [wide, index] = [segment[at]! >> 4, segment[at]! & 15];
      at++;
      if (index > 3 || wide > 1 || at + 64 * (wide + 1) > segment.length) fail("A table of quantization is damaged.");
      const table = new Uint16Array(64);
      for (let k = 0; k < 64; k++, at += wide + 1) table[zigzag[k]!] = wide ? (segment[at]! << 8) | segment[at + 1]! : segment[at]!;
      this.#tables[index] = table;
    }
  }

  #huffman(segment: Uint8Array): void {
    for (let at = 0; at < segment.length;) {
      const [kind, index] = [segment[at]! >> 4, segment[at]! & 15];
      const counts = segment.subarray(at + 1, at + 17);
      const length = counts.reduce((sum, count) => sum + count, 0);
      if (kind > 1 || index > 3 || at + 17 + length > segment.length) fail("A Huffman table is damaged.");
      (kind === 0 ? this.#dc : this.#ac)[index] = new Codes(counts, segment.slice(at + 17, at + 17 + length));
      at += 17 + length;
    }
  }

  #start(segment: Uint8Array, isProgressive: boolean): Frame {
    if (this.#frame) fail("It has two frames.");
    const [bits, count] = [segment[0]!, segment[5]!];
    const [height, width] = [(segment[1]! << 8) | segment[2]!, (segment[3]! << 8) | segment[4]!];
    if (bits !== 8) fail(`It has ${bits} bits a sample; 8 are read.`);
    if (width === 0 || height === 0 || ![1, 3, 4].includes(count) || segment.length < 6 + 3 * count)
      fail(`It has ${width} × ${height} pixels of ${count} components.`);
    const given = Array.from({ length: count }, (_, i) => {
      const [id, sampling, table] = segment.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number];
      return { id, h: sampling >> 4, v: sampling & 15, table };
    });
    const [h, v] = [Math.max(...given.map((each) => each.h)), Math.max(...given.map((each) => each.v))];
    if (given.some((each) => each.h < 1 || each.v < 1 || each.h > 4 || each.v > 4 || h % each.h || v % each.v))
      fail("It has samples in proportions that are not read.");
    const [groupsAcross, groupsDown] = [Math.ceil(width / (8 * h)), Math.ceil(height / (8 * v))];
    const blocks = given.reduce((sum, each) => sum + groupsAcross * each.h * groupsDown * each.v, 0);
    if (blocks > this.bytes.length * 8) fail(`${width} × ${height} pixels are more than ${this.bytes.length} bytes can hold.`);
    const components = given.map((each) => {
      const [across, down] = [groupsAcross * each.h, groupsDown * each.v];
      return {
        ...each,
        across,
        down,
        width: Math.ceil((width * each.h) / h),
        height: Math.ceil((height * each.v) / v),
        coefficients: new Int16Array(across * down * 64),
      };
    });
    return { width, height, isProgressive, h, v, components };
  }

  /** Reads a scan, whose data begin at `at`; gives where they end. */
  #scan(segment: Uint8Array, at: number): number {
    const frame = this.#frame ?? fail("A scan comes before its frame.");
    const count = segment[0]!;
    if (segment.length < 4 + 2 * count || count < 1 || count > 4) fail("The header of a scan is damaged.");
    const [from, to, high, low] = frame.isProgressive
      ? [segment[1 + 2 * count]!, segment[2 + 2 * count]!, segment[3 + 2 * count]! >> 4, segment[3 + 2 * count]! & 15]
      : [0, 63, 0, 0];
    if (from > to || to > 63 || (frame.isProgressive && (from === 0 ? to > 0 : count > 1)) || low > 13)
      fail("A scan says of coefficients what can't be.");
    const bits = new Bits(this.bytes, at);
    const band: Band = { from, to, low, isFirst: high === 0 };
    const parts = Array.from({ length: count }, (_, i) => {
      const [id, tables] = [segment[1 + 2 * i]!, segment[2 + 2 * i]!];
      const component = frame.components.find((each) => each.id === id) ?? fail("A scan names a component that there is not.");
      const needsDc = from === 0 && band.isFirst;
      const dc = this.#dc[tables >> 4] ?? (needsDc ? fail("A Huffman table is missing.") : undefined);
      const ac = this.#ac[tables & 15] ?? (to > 0 ? fail("A Huffman table is missing.") : undefined);
      return new Part(component, bits, band, dc!, ac!);
    });
    this.#groups(frame, parts, bits);
    this.#scans++;
    return bits.at;
  }

  #groups(frame: Frame, parts: readonly Part[], bits: Bits): void {
    const [{ component }] = parts as [Part];
    const isSingle = parts.length === 1;
    const across = isSingle ? Math.ceil(component.width / 8) : Math.ceil(frame.width / (8 * frame.h));
    const down = isSingle ? Math.ceil(component.height / 8) : Math.ceil(frame.height / (8 * frame.v));
    let left = this.#restarts;
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        if (this.#restarts > 0 && left-- === 0) {
          this.#restart(bits);
          for (const part of parts) part.restart();
          left = this.#restarts - 1;
        }
        if (isSingle) parts[0]!.read(y, x);
        else for (const part of parts) part.readGroup(y, x);
      }
    }
    bits.align();
  }

  #restart(bits: Bits): void {
    bits.align();
    while (this.bytes[bits.at] === 0xff && this.bytes[bits.at + 1] === 0xff) bits.at++;
    const marker = this.bytes[bits.at + 1]!;
    if (this.bytes[bits.at] !== 0xff || marker < 0xd0 || marker > 0xd7) fail("A restart marker is missing.");
    bits.at += 2;
  }
}

/** Coefficients `from` … `to` that a scan has, without their `low` last bits; `isFirst` where none of their bits came before. */
interface Band {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly isFirst: boolean;
}

/** One component in a scan. */
class Part {
  #before = 0;
  /** Blocks that follow and have nothing of this band. */
  #empty = 0;
  readonly #readBlock: (at: number) => void;

  constructor(
    readonly component: Component,
    readonly bits: Bits,
    readonly band: Band,
    readonly dc: Codes,
    readonly ac: Codes,
  ) {
    const { from, to, isFirst } = band;
    this.#readBlock =
      from === 0 && to === 63
        ? this.#whole
        : from === 0
          ? isFirst
            ? this.#first
            : this.#refineFirst
          : isFirst
            ? this.#others
            : this.#refineOthers;
  }

  restart(): void {
    [this.#before, this.#empty] = [0, 0];
  }

  read(row: number, column: number): void {
    this.#readBlock((row * this.component.across + column) * 64);
  }

  readGroup(y: number, x: number): void {
    const { h, v } = this.component;
    for (let row = 0; row < v; row++) for (let column = 0; column < h; column++) this.read(y * v + row, x * h + column);
  }

  readonly #whole = (at: number): void => {
    const { bits, ac } = this;
    const { coefficients } = this.component;
    coefficients[at] = this.#before += bits.signed(bits.symbol(this.dc) & 15);
    for (let k = 1; k < 64; k++) {
      const symbol = bits.symbol(ac);
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) return;
        k += 15;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) fail("A block has more than 64 coefficients.");
      coefficients[at + zigzag[k]!] = bits.signed(size);
    }
  };

  readonly #first = (at: number): void => {
    this.#before += this.bits.signed(this.bits.symbol(this.dc) & 15);
    this.component.coefficients[at] = this.#before << this.band.low;
  };

  readonly #refineFirst = (at: number): void => {
    if (this.bits.take(1)) this.component.coefficients[at]! |= 1 << this.band.low;
  };

  readonly #others = (at: number): void => {
    if (this.#empty > 0) return void this.#empty--;
    const { bits, ac } = this;
    const { from, to, low } = this.band;
    for (let k = from; k <= to; k++) {
      const symbol = bits.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0) {
        if (run < 15) {
          this.#empty = (1 << run) - 1 + bits.take(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) fail("A block has more than 64 coefficients.");
      this.component.coefficients[at + zigzag[k]!] = bits.signed(size) << low;
    }
  };

  readonly #refineOthers = (at: number): void => {
    const { bits } = this;
    const { from, to, low } = this.band;
    let k = from;
    if (this.#empty === 0) {
      while (k <= to) {
        const symbol = bits.symbol(this.ac);
        const [run, size] = [symbol >> 4, symbol & 15];
        if (size === 0 && run < 15) {
          this.#empty = (1 << run) + bits.take(run);
          break;
        }
        const made = size === 0 ? 0 : bits.take(1) ? 1 << low : -(1 << low);
        k = this.#refine(at, k, run);
        if (made !== 0 && k <= to) this.component.coefficients[at + zigzag[k]!] = made;
        k++;
      }
    }
    if (this.#empty === 0) return;
    this.#refine(at, k, 64);
    this.#empty--;
  };

  /** Adds a bit to each coefficient from the k-th on that is not 0, past `zeros` that are; gives where the next such one stands. */
  #refine(at: number, k: number, zeros: number): number {
    const { to, low } = this.band;
    const { coefficients } = this.component;
    for (; k <= to; k++) {
      const place = at + zigzag[k]!;
      const value = coefficients[place]!;
      if (value === 0) {
        if (zeros-- === 0) break;
      } else if (this.bits.take(1) && (Math.abs(value) & (1 << low)) === 0)
        coefficients[place] = value + (value > 0 ? 1 << low : -(1 << low));
    }
    return k;
  }
}

function fail(message: string): never {
  throw new Error(message);
}
