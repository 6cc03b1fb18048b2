// PNG (ISO 15948) without compression: pixels lie in stored blocks, so that nothing but checksums is computed.

import { ByteWriter } from "./bytes.js";
import { crc32 } from "./crc.js";

/** Pixels row by row, channel by channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

const colorTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Bytes that a stored block holds at most. */
const BLOCK = 65535;

/** An image as the bytes of a PNG file. */
export function writePng({ width, height, channels, data }: Pixels): Uint8Array {
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const out = new ByteWriter(rows.length + 1024);
  out.put(SIGNATURE);
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, colorTypes[channels]);
  chunk(out, "IHDR", new Uint8Array(header.buffer));
  chunk(out, "IDAT", stored(rows));
  chunk(out, "IEND", new Uint8Array(0));
  return out.bytes();
}

function chunk(out: ByteWriter, kind: string, data: Uint8Array): void {
  const whole = new Uint8Array(data.length + 4);
  whole.set(new TextEncoder().encode(kind));
  whole.set(data, 4);
  out
    .put(bigEndian(data.length))
    .put(whole)
    .put(bigEndian(crc32(whole)));
}

const bigEndian = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** A zlib stream (RFC 1950) of stored blocks. */
function stored(bytes: Uint8Array): Uint8Array {
  const out = new ByteWriter(bytes.length + 64);
  out.u8(0x78, 0x01);
  for (let at = 0; at === 0 || at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    out.u8(at + BLOCK >= bytes.length ? 1 : 0);
    out
      .u16(block.length)
      .u16(~block.length & 0xffff)
      .put(block);
  }
  return out.put(bigEndian(adler32(bytes))).bytes();
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    // So many steps cannot overflow 32 bits.
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at]!;
    [a, b] = [a % 65521, b % 65521];
  }
  return ((b << 16) | a) >>> 0;
}
