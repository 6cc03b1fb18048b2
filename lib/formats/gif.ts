// The first frame of a GIF (version 89a): a palette and LZW codes.

import type { Picture } from "./image.js";

export function decodeGif(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const flags = bytes[10]!;
  let at = 13;
  const paletteAt = (from: number, size: number): Uint8Array => bytes.subarray(from, from + size * 3);
  const sizeOf = (packed: number): number => 2 ** ((packed & 7) + 1);
  const shared = flags & 0x80 ? paletteAt(at, sizeOf(flags)) : null;
  if (shared) at += shared.length;
  let transparent = -1;
  for (;;) {
    const block = bytes[at++];
    if (block === 0x21) {
      const label = bytes[at++];
      if (label === 0xf9 && bytes[at + 1]! & 1) transparent = bytes[at + 4]!;
      while (bytes[at] !== 0 && at < bytes.length) at += bytes[at]! + 1;
      at++;
    } else if (block === 0x2c) break;
    else throw new Error("There is no frame.");
  }
  const [left, top, w, h] = [0, 2, 4, 6].map((offset) => view.getUint16(at + offset, true)) as [number, number, number, number];
  const packed = bytes[at + 8]!;
  at += 9;
  const own = packed & 0x80 ? paletteAt(at, sizeOf(packed)) : null;
  if (own) at += own.length;
  const palette = own ?? shared;
  if (!palette) throw new Error("There is no palette.");
  const indices = lzw(bytes, at, w * h);
  const channels = transparent >= 0 ? 4 : 3;
  const pixels = new Uint8Array(width * height * channels);
  const order = packed & 0x40 ? interlaced(h) : null;
  for (let row = 0; row < h; row++) {
    const y = top + (order ? order[row]! : row);
    for (let x = 0; x < w; x++) {
      const index = indices[row * w + x]!;
      const to = (y * width + left + x) * channels;
      if (y >= height || left + x >= width) continue;
      for (let c = 0; c < 3; c++) pixels[to + c] = palette[index * 3 + c]!;
      if (channels === 4) pixels[to + 3] = index === transparent ? 0 : 255;
    }
  }
  return { width, height, channels, depth: 8, pixels };
}

/** The rows in the order in which an interlaced frame has them. */
function interlaced(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const)
    for (let y = first; y < height; y += step) rows.push(y);
  return rows;
}

/** `count` indices of LZW codes in blocks that begin at a place. */
function lzw(bytes: Uint8Array, at: number, count: number): Uint8Array {
  const least = bytes[at++]!;
  const [clear, end] = [1 << least, (1 << least) + 1];
  const [prefix, suffix] = [new Int16Array(4096), new Uint8Array(4096)];
  const output = new Uint8Array(count);
  const stack: number[] = [];
  let [width, next, previous, first] = [least + 1, end + 1, -1, 0];
  let [bits, available, left, written] = [0, 0, 0, 0];
  while (written < count) {
    while (available < width) {
      if (left === 0) {
        left = bytes[at++] ?? 0;
        if (left === 0) throw new Error("The pixels end too early.");
      }
      bits |= bytes[at++]! << available;
      available += 8;
      left--;
    }
    let code = bits & ((1 << width) - 1);
    bits >>= width;
    available -= width;
    if (code === clear) {
      [width, next, previous] = [least + 1, end + 1, -1];
      continue;
    }
    if (code === end) break;
    const given = code;
    if (code > next || (code === next && previous < 0)) throw new Error("There is a code that stands for nothing.");
    if (code === next) {
      stack.push(first);
      code = previous;
    }
    while (code > clear) {
      stack.push(suffix[code]!);
      code = prefix[code]!;
    }
    first = code;
    stack.push(first);
    while (stack.length > 0 && written < count) output[written++] = stack.pop()!;
    stack.length = 0;
    if (previous >= 0 && next < 4096) {
      [prefix[next], suffix[next]] = [previous, first];
      if (++next === 1 << width && width < 12) width++;
    }
    previous = given;
  }
  return output;
}
