// PNG (ISO 15948): every color type and depth, interlaced or not. The first picture of an animated one is the one that stands for it.

import { platform } from "#platform";
import { joined } from "./bytes.js";
import { crc32 } from "./crc.js";
import type { Picture } from "./image.js";

interface Head {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly color: number;
  /** Samples of a pixel, a place in the palette being one. */
  readonly samples: 1 | 2 | 3 | 4;
  readonly isInterlaced: boolean;
}

/** Samples of a pixel and the depths that there are, by color type: grey, RGB, palette, grey and alpha, RGB and alpha. */
const colors: Readonly<Record<number, readonly [samples: 1 | 2 | 3 | 4, depths: readonly number[]]>> = {
  0: [1, [1, 2, 4, 8, 16]],
  2: [3, [8, 16]],
  3: [1, [1, 2, 4, 8]],
  4: [2, [8, 16]],
  6: [4, [8, 16]],
};
const PALETTE = 3;

/** Adam7: where each pass begins and how far apart its pixels are, along x and y. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** More than deflate can make of a byte. */
const MOST_OF_A_BYTE = 1040;

interface Chunks {
  readonly head: Head;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  readonly packed: Uint8Array;
}

/** The parts of a file that its pixels are made of, each with the right checksum. @throws Error that says what is wrong */
function chunksOf(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Head | undefined;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  const parts: Uint8Array[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length) throw new Error(`The file ends inside of a chunk, at byte ${at}.`);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw new Error(`The checksum of ${kind} is wrong.`);
    if (!head && kind !== "IHDR") throw new Error(`The file begins with ${JSON.stringify(kind)}, not with a header.`);
    if (kind === "IHDR") head ??= headOf(data);
    else if (kind === "PLTE") palette = data;
    else if (kind === "tRNS") transparency = data;
    else if (kind === "IDAT") parts.push(data);
    else if (kind === "IEND") break;
    at += 12 + length;
  }
  if (!head) throw new Error("There is no header.");
  if (head.color === PALETTE && !palette) throw new Error("There is no palette.");
  return { head, palette, transparency, packed: joined(parts) };
}

function headOf(data: Uint8Array): Head {
  if (data.length !== 13) throw new Error(`The header has ${data.length} bytes, not 13.`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height, depth, color] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  const [compression, filters, interlacing] = data.subarray(10);
  const [samples, depths] = Object.hasOwn(colors, color) ? colors[color]! : [1 as const, []];
  if (width === 0 || height === 0) throw new Error(`The picture has ${width} × ${height} pixels.`);
  if (!depths.includes(depth)) throw new Error(`There is no color type ${color} with ${depth} bits.`);
  if (compression !== 0 || filters !== 0 || interlacing! > 1) throw new Error("The compression, filter or interlacing is none of PNG's.");
  return { width, height, depth, color, samples, isInterlaced: interlacing === 1 };
}

const strideOf = (width: number, { samples, depth }: Head): number => Math.ceil((width * samples * depth) / 8);

/** The rows that begin at a place of the inflated data, without their filters. */
function unfiltered(raw: Uint8Array, start: number, width: number, height: number, head: Head): Uint8Array {
  const stride = strideOf(width, head);
  const step = Math.max(1, (head.samples * head.depth) >> 3);
  const out = new Uint8Array(stride * height);
  for (let y = 0, from = start, to = 0; y < height; y++, from += stride + 1, to += stride) {
    const filter = raw[from]!;
    const shift = from + 1 - to;
    const end = to + stride;
    const first = Math.min(to + step, end);
    // Above the first row and before the first pixel there are zeros.
    const isTop = y === 0;
    if (filter === 0 || (filter === 2 && isTop)) out.set(raw.subarray(from + 1, from + 1 + stride), to);
    else if (filter === 1 || (filter === 4 && isTop)) {
      for (let i = to; i < first; i++) out[i] = raw[i + shift]!;
      for (let i = first; i < end; i++) out[i] = raw[i + shift]! + out[i - step]!;
    } else if (filter === 2) {
      for (let i = to; i < end; i++) out[i] = raw[i + shift]! + out[i - stride]!;
    } else if (filter === 3 && isTop) {
      for (let i = to; i < first; i++) out[i] = raw[i + shift]!;
      for (let i = first; i < end; i++) out[i] = raw[i + shift]! + (out[i - step]! >> 1);
    } else if (filter === 3) {
      for (let i = to; i < first; i++) out[i] = raw[i + shift]! + (out[i - stride]! >> 1);
      for (let i = first; i < end; i++) out[i] = raw[i + shift]! + ((out[i - step]! + out[i - stride]!) >> 1);
    } else if (filter === 4) {
      // A channel after the other: what is to the left is the value just made.
      for (let channel = to; channel < first; channel++) {
        let left = 0;
        let corner = 0;
        for (let i = channel; i < end; i += step) {
          const above = out[i - stride]!;
          const toLeft = Math.abs(above - corner);
          const toAbove = Math.abs(left - corner);
          const toCorner = Math.abs(left + above - 2 * corner);
          const nearest = toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
          out[i] = left = (raw[i + shift]! + nearest) & 255;
          corner = above;
        }
      }
    } else throw new Error(`Row ${y} has the filter ${filter}.`);
  }
  return out;
}

/** Samples of 16 bits, or of fewer as bytes, out of rows. */
function samplesOf(rows: Uint8Array, width: number, height: number, head: Head): Uint8Array | Uint16Array {
  const { depth, samples } = head;
  if (depth === 8) return rows;
  const stride = strideOf(width, head);
  if (depth === 16) {
    const wide = new Uint16Array(rows.length / 2);
    for (let i = 0; i < wide.length; i++) wide[i] = (rows[2 * i]! << 8) | rows[2 * i + 1]!;
    return wide;
  }
  const out = new Uint8Array(width * height * samples);
  const most = (1 << depth) - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      out[y * width + x] = (rows[y * stride + (bit >> 3)]! >> (8 - depth - (bit & 7))) & most;
    }
  return out;
}

/** The picture in a PNG file. @throws Error that says what is wrong */
export async function readPng(bytes: Uint8Array): Promise<Picture> {
  const { head, palette, transparency, packed } = chunksOf(bytes);
  const { width, height, depth, color, samples } = head;
  const parts = (head.isInterlaced ? passes : ([[0, 0, 1, 1]] as const))
    .map(([x, y, stepX, stepY]) => ({ x, y, stepX, stepY, wide: Math.ceil((width - x) / stepX), tall: Math.ceil((height - y) / stepY) }))
    .filter(({ wide, tall }) => wide > 0 && tall > 0);
  const length = parts.reduce((sum, { wide, tall }) => sum + (strideOf(wide, head) + 1) * tall, 0);
  if (length > packed.length * MOST_OF_A_BYTE) throw new Error(`${packed.length} bytes can't hold ${width} × ${height} pixels.`);
  const raw = await platform.unzlib(packed, length);
  if (raw.length < length) throw new Error(`There are ${raw.length} of ${length} bytes of pixels.`);
  let all: Uint8Array | Uint16Array | undefined;
  let at = 0;
  for (const { x, y, stepX, stepY, wide, tall } of parts) {
    const part = samplesOf(unfiltered(raw, at, wide, tall, head), wide, tall, head);
    at += (strideOf(wide, head) + 1) * tall;
    if (!head.isInterlaced) all = part;
    else {
      all ??= depth === 16 ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
      for (let i = 0, from = 0; i < tall; i++)
        for (let j = 0; j < wide; j++)
          for (let c = 0, to = ((y + i * stepY) * width + x + j * stepX) * samples; c < samples; c++) all[to++] = part[from++]!;
    }
  }
  const pixels = all!;
  const size = { width, height, depth: depth === 16 ? 16 : 8 } as const;
  if (color === PALETTE) return { ...size, ...colored(pixels, palette!, transparency) };
  if (depth < 8) pixels.forEach((value, i) => (pixels[i] = (value * 255) / ((1 << depth) - 1)));
  if (!transparency || samples === 2 || samples === 4) return { ...size, channels: samples, pixels };
  if (transparency.length < 2 * samples) throw new Error("The transparent color is cut.");
  const scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  const transparent = Array.from({ length: samples }, (_, i) => ((transparency[2 * i]! << 8) | transparency[2 * i + 1]!) * scale);
  return { ...size, channels: samples, pixels, transparent };
}

/** Places of a palette as its colors, with their alpha where one is not whole. */
function colored(places: Uint8Array | Uint16Array, palette: Uint8Array, alphas: Uint8Array | null) {
  const channels = alphas ? 4 : 3;
  const count = Math.floor(palette.length / 3);
  const pixels = new Uint8Array(places.length * channels);
  places.forEach((place, i) => {
    if (place >= count) throw new Error(`A pixel has color ${place} of ${count}.`);
    for (let c = 0; c < 3; c++) pixels[i * channels + c] = palette[place * 3 + c]!;
    if (alphas) pixels[i * channels + 3] = alphas[place] ?? 255;
  });
  return { channels, pixels } as const;
}
