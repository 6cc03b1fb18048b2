// JPEG files (ITU-T T.81) of 8 bits, sequential and progressive, read as libjpeg reads them: to the same pixels.
//  (1) Coefficients of all blocks are kept until the last scan is read; then come samples, then pixels.
//  (2) A block takes at least a bit of the file: what a damaged header may cost is bounded by the file's length.
// Not read: arithmetic coding, 12 bits, frames without loss.

import { Program } from "./program.js";
import { zigzag } from "./tables.js";

/** How samples are made of coefficients: the two inverse transforms of libjpeg. */
export type Transform = "accurate" | "fast";

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
  /** Where its coefficients are. */
  readonly coefficients: number;
}

/** Samples of one component in the program's memory, `stride` apart from row to row. */
interface Plane {
  readonly place: number;
  readonly stride: number;
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
export function decode(bytes: Uint8Array, options: JpegOptions = {}): JpegPicture {
  const program = new Program();
  try {
    return picture(new File(bytes, program), program, options);
  } finally {
    program.end();
  }
}

function picture(file: File, program: Program, { channels = 0, transform = "accurate", isFancy = true }: JpegOptions): JpegPicture {
  const frame = file.read();
  const { width, height, components } = frame;
  const colors = components.length === 1 ? 1 : channels === 1 && file.hasBrightness(frame) ? 1 : components.length;
  const planes = components.slice(0, colors).map((component): Plane => {
    const factors = program.put(factorsFor(transform, file.tableOf(component.table)));
    return spread(program, samplesOf(program, component, factors, transform), component, frame, isFancy);
  });
  const to = program.take(width * height * colors);
  const { run } = program;
  const [light, blue, red] = planes as [Plane, Plane, Plane];
  const isTransformed = colors >= 3 && file.isTransformed(frame);
  if (isTransformed) run.color(light.place, light.stride, blue.place, blue.stride, red.place, red.stride, to, width, height, colors);
  for (let i = isTransformed ? 3 : 0; i < colors; i++) run.interleave(planes[i]!.place, planes[i]!.stride, to + i, width, height, colors);
  const pixels = program.bytes(to, width * height * colors).slice();
  const rgb = colors === 4 ? withoutBlack(pixels, file.adobe !== null) : pixels;
  const [has, wanted] = [colors === 1 ? 1 : 3, channels || (colors === 1 ? 1 : 3)] as const;
  return { width, height, channels: wanted, pixels: has === wanted ? rgb : wanted === 3 ? tripled(rgb) : grey(rgb) };
}

/** What coefficients are multiplied by, for a table of quantization. */
function factorsFor(transform: Transform, table: Uint16Array): ArrayLike<number> {
  if (transform === "accurate") return table;
  const scale = (k: number): number => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2);
  return Int32Array.from(table, (factor, i) => (factor * Math.round(16384 * scale(i >> 3) * scale(i & 7)) + 2048) >> 12);
}

function samplesOf(program: Program, { across, down, coefficients }: Component, factors: number, transform: Transform): Plane {
  const stride = across * 8;
  const place = program.take(stride * down * 8);
  program.run.samples(coefficients, factors, place, across, down, Number(transform === "fast"));
  return { place, stride };
}

/** A sample for each pixel. */
function spread(program: Program, plane: Plane, component: Component, frame: Frame, isFancy: boolean): Plane {
  const [h, v] = [frame.h / component.h, frame.v / component.v];
  if (h === 1 && v === 1) return plane;
  const stride = (frame.width + 15) & ~15;
  const place = program.take(stride * frame.height);
  const sums = program.take(2 * component.width + 64) + 16;
  const { width, height } = component;
  program.run.spread(plane.place, plane.stride, width, height, place, stride, frame.width, frame.height, h, v, Number(isFancy), sums);
  return { place, stride };
}

/** Red, green and blue of four inks; files of Adobe's programs have them the other way round. */
function withoutBlack(inks: Uint8Array, isInverted: boolean): Uint8Array {
  const made = new Uint8Array((inks.length / 4) * 3);
  const light = (ink: number): number => (isInverted ? ink : 255 - ink);
  for (let i = 0, to = 0; i < inks.length; i += 4)
    for (let c = 0; c < 3; c++) made[to++] = Math.floor((light(inks[i + c]!) * light(inks[i + 3]!)) / 255);
  return made;
}

function tripled(pixels: Uint8Array): Uint8Array {
  const made = new Uint8Array(pixels.length * 3);
  for (let i = 0; i < made.length; i++) made[i] = pixels[Math.floor(i / 3)]!;
  return made;
}

/** Brightness of colours (ITU-R 601). */
function grey(pixels: Uint8Array): Uint8Array {
  const made = new Uint8Array(pixels.length / 3);
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
  /** Places of Huffman tables. */
  readonly #dc: (number | undefined)[] = [];
  readonly #ac: (number | undefined)[] = [];
  /** Where the file lies in the program's memory. */
  readonly #place: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly program: Program,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#place = program.take(bytes.length);
    program.bytes(this.#place, bytes.length).set(bytes);
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
      if (kind > 1 || index > 3 || length > 256 || at + 17 + length > segment.length) fail("A Huffman table is damaged.");
      (kind === 0 ? this.#dc : this.#ac)[index] = this.program.codes(counts, segment.subarray(at + 17, at + 17 + length));
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
        coefficients: this.program.take(128 * across * down, true),
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
    const needsDc = from === 0 && high === 0;
    const parts = Array.from({ length: count }, (_, i) => {
      const [id, tables] = [segment[1 + 2 * i]!, segment[2 + 2 * i]!];
      const component = frame.components.find((each) => each.id === id) ?? fail("A scan names a component that there is not.");
      const dc = this.#dc[tables >> 4] ?? (needsDc ? fail("A Huffman table is missing.") : 0);
      const ac = this.#ac[tables & 15] ?? (to > 0 ? fail("A Huffman table is missing.") : 0);
      return { component, dc, ac };
    });
    const [{ component }] = parts as [(typeof parts)[number]];
    const isSingle = count === 1;
    const across = Math.ceil(isSingle ? component.width / 8 : frame.width / (8 * frame.h));
    const down = Math.ceil(isSingle ? component.height / 8 : frame.height / (8 * frame.v));
    const kind = from === 0 && to === 63 ? 0 : (from === 0 ? 1 : 3) + Number(high > 0);
    const places = parts.flatMap(({ component: { coefficients, across, h, v }, dc, ac }) => [coefficients, across, h, v, dc, ac, 0]);
    const [data, end] = [this.#place + at, this.#place + this.bytes.length];
    const read = this.program.run.scan(this.program.put(places), count, kind, from, to, low, across, down, this.#restarts, data, end);
    if (read < 0) fail(reasons[-read - 1]!);
    this.#scans++;
    return read - this.#place;
  }
}

/** Why a scan can't be read (assembly/jpeg/scan.ts). */
const reasons = [
  "The data end too early.",
  "There is a code that no table has.",
  "A block has more than 64 coefficients.",
  "A restart marker is missing.",
] as const;

function fail(message: string): never {
  throw new Error(message);
}
