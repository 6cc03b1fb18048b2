// Pictures in files: PNG, JPEG, GIF (first frame) and BMP everywhere, what else the browser knows in a page.

import { ValueError } from "../core/errors.js";
import { orientationOf, turned } from "./exif.js";
import type { JpegOptions } from "./jpeg/decode.js";
import type { EncodeOptions } from "./jpeg/encode.js";

/** Pixels row by row, channels side by side: grey, grey and alpha, RGB, or RGB and alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits of a channel. */
  readonly depth: 8 | 16;
  readonly pixels: Uint8Array | Uint16Array;
  /** The color that stands for nothing, where a file without an alpha channel has one. */
  readonly transparent?: readonly number[];
}

type Kind = "png" | "jpeg" | "gif" | "bmp" | "webp";

/** What a file is, by its first bytes. */
export function kindOf(bytes: Uint8Array): Kind | null {
  const begins = (...signature: readonly number[]): boolean => signature.every((byte, i) => bytes[i] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  if (begins(0xff, 0xd8, 0xff)) return "jpeg";
  if (begins(0x47, 0x49, 0x46, 0x38)) return "gif";
  if (begins(0x42, 0x4d)) return "bmp";
  return begins(0x52, 0x49, 0x46, 0x46) && String.fromCharCode(...bytes.subarray(8, 12)) === "WEBP" ? "webp" : null;
}

/**
 * The picture in a file, turned as its EXIF data says. PNG gives the same pixels everywhere; JPEG is decoded by the browser in a page, and
 * by threads of its own in Node.
 *
 * @param options  how a JPEG is read; a page's browser has its own way
 * @throws ValueError for what is no picture, or a damaged one
 */
export async function decodeImage(bytes: Uint8Array, where = "decodeImage", options: JpegOptions = {}): Promise<Picture> {
  if (kindOf(bytes) !== null) {
    const { decodeAside } = await import("./decode-aside.js");
    const made = await decodeAside(bytes, where, options);
    if (made) return made;
  }
  return decodeHere(bytes, where, options);
}

/** The same by this thread. */
export async function decodeHere(bytes: Uint8Array, where: string, options: JpegOptions = {}): Promise<Picture> {
  const kind = kindOf(bytes);
  const isPage = typeof createImageBitmap === "function" && typeof OffscreenCanvas === "function";
  const decode =
    kind === "png"
      ? decodePng
      : isPage && kind !== null
        ? byBrowser
        : kind === "jpeg"
          ? decodeJpeg
          : kind === "bmp"
            ? decodeBmp
            : kind === "gif"
              ? decodeGif
              : null;
  if (decode === null) {
    throw new ValueError(where, {
      given: kind === null ? `${bytes.length} bytes that are no picture` : `a picture of kind ${kind}`,
      expected: kind === null ? "PNG, JPEG, GIF or BMP" : "PNG, JPEG, GIF or BMP in Node, where there is no decoder for it",
    });
  }
  try {
    return await decode(bytes, options);
  } catch (cause) {
    throw new ValueError(where, {
      given: `a ${kind!.toUpperCase()} file that does not decode`,
      expected: "a whole one",
      hint: reasonOf(cause),
      cause,
    });
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

async function decodePng(bytes: Uint8Array): Promise<Picture> {
  return (await import("./png-read.js")).readPng(bytes);
}

async function decodeJpeg(bytes: Uint8Array, options: JpegOptions): Promise<Picture> {
  const { decode } = await import("./jpeg/decode.js");
  return turned({ ...decode(bytes, options), depth: 8 }, orientationOf(bytes));
}

/** How many components a JPEG has, by the header of its frame. */
function componentsOf(bytes: Uint8Array): number {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return 3;
    const marker = bytes[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[at + 9]!;
    at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return 3;
}

async function decodeGif(bytes: Uint8Array): Promise<Picture> {
  return (await import("./gif.js")).decodeGif(bytes);
}

async function decodeBmp(bytes: Uint8Array): Promise<Picture> {
  return (await import("./bmp.js")).decodeBmp(bytes);
}

/** What the browser makes of a file. */
async function byBrowser(bytes: Uint8Array): Promise<Picture> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  const picture: Picture = { width, height, channels: 4, depth: 8, pixels: new Uint8Array(data.buffer) };
  return kindOf(bytes) === "jpeg" ? withoutAlpha(picture, componentsOf(bytes) === 1 ? 1 : 3) : picture;
}

/** The first channels of each pixel. */
const withoutAlpha = ({ width, height, pixels, channels: all }: Picture, channels: 1 | 3): Picture => ({
  width,
  height,
  channels,
  depth: 8,
  pixels: Uint8Array.from({ length: width * height * channels }, (_, i) => pixels[Math.floor(i / channels) * all + (i % channels)]!),
});

/** A picture as the bytes of a PNG or JPEG file, which keeps no transparency. @param options  of JPEG; quality 75 by default */
export async function encodeImage(
  { width, height, channels, depth, pixels }: Picture,
  kind: "png" | "jpeg",
  options: EncodeOptions = { quality: 75 },
): Promise<Uint8Array> {
  if (kind === "png") {
    const { encode } = await import("fast-png");
    return encode({ width, height, channels, depth, data: pixels });
  }
  const { encode } = await import("./jpeg/encode.js");
  const isGrey = channels < 3;
  const wanted = isGrey ? 1 : 3;
  const bare = new Uint8Array(width * height * wanted);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < wanted; c++) bare[i * wanted + c] = pixels[i * channels + c]!;
  return encode({ width, height, channels: wanted, pixels: bare }, options);
}
