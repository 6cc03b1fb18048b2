// What tf.io does with pictures: loaded with the first one.

import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { decodeImage as decodePicture, encodeImage, type Picture } from "../../formats/image.js";
import type { Transform } from "../../formats/jpeg/decode.js";
import { convertImageDtype } from "./image.js";

/** The pixels of a picture with so many channels; 0 takes those of the file. */
function pixels(where: string, { width, height, channels, depth, pixels }: Picture, wanted: number, dtype: string): Tensor {
  if (![0, 1, 3, 4].includes(wanted)) throw new ValueError(`${where}.channels`, { given: String(wanted), expected: "0, 1, 3 or 4" });
  if (dtype !== "uint8" && dtype !== "uint16") throw new ValueError(`${where}.dtype`, { given: text(dtype), expected: "uint8 or uint16" });
  const white = dtype === "uint16" ? 65535 : 255;
  const own = depth === 16 ? 65535 : 255;
  const kept = wanted === 0 ? channels : wanted;
  const made = new (dtype === "uint16" ? Int32Array : Uint8Array)(width * height * kept);
  const scaled = (value: number): number => (own === white ? value : own > white ? value >> 8 : value * 257);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const isGrey = channels < 3;
    const [r, g, b] = isGrey ? [pixels[at]!, pixels[at]!, pixels[at]!] : [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const alpha = channels === 2 ? pixels[at + 1]! : channels === 4 ? pixels[at + 3]! : own;
    if (kept === channels) for (let c = 0; c < kept; c++) made[i * kept + c] = scaled(pixels[at + c]!);
    else if (kept === 1) made[i] = scaled(isGrey ? r : Math.floor(r * 0.299 + g * 0.587 + b * 0.114));
    else made.set([r, g, b, ...(kept === 4 ? [alpha] : [])].map(scaled), i * kept);
  }
  return constant(made, { shape: [height, width, kept], dtype: dtype === "uint16" ? "int32" : "uint8" });
}

/** Pixels as a picture. @throws ShapeError for what is none */
function pictureOf(where: string, image: TensorLike): Picture {
  const pixels = asTensor(image);
  const [height, width, channels] = pixels.shape as number[];
  if (pixels.rank !== 3 || ![1, 2, 3, 4].includes(channels!) || !width || !height)
    throw new ShapeError(where, { given: shapeText(pixels.shape), expected: "[height, width, 1 to 4 channels]" });
  if (pixels.dtype !== "uint8" && pixels.dtype !== "int32")
    throw new DtypeError(where, { given: pixels.dtype, expected: "uint8", hint: "tf.image.convertImageDtype makes it of floats." });
  const depth = pixels.dtype === "uint8" ? 8 : 16;
  const values = depth === 8 ? Uint8Array.from(pixels.view(where)) : Uint16Array.from(pixels.view(where));
  return { width, height, channels: channels as 1 | 2 | 3 | 4, depth, pixels: values };
}

export const decodePng = async (bytes: Uint8Array, channels: number, dtype: string): Promise<Tensor> =>
  pixels("io.decodePng", await decodePicture(bytes, "io.decodePng"), channels, dtype);

/** TensorFlow's default is the fast transform. */
const transforms: Readonly<Record<string, Transform>> = { "": "fast", INTEGER_FAST: "fast", INTEGER_ACCURATE: "accurate" };

export async function decodeJpeg(
  bytes: Uint8Array,
  channels: number,
  ratio: number,
  isFancy: boolean,
  recovers: boolean,
  dctMethod: string,
): Promise<Tensor> {
  const where = "io.decodeJpeg";
  if (![0, 1, 3].includes(channels)) throw new ValueError(`${where}.channels`, { given: String(channels), expected: "0, 1 or 3" });
  if (ratio !== 1) throw new ValueError(`${where}.ratio`, { given: String(ratio), expected: "1", hint: "Use tf.image.resize." });
  if (recovers)
    throw new ValueError(`${where}.tryRecoverTruncated`, { given: "true", expected: "false: a file that was cut short is an error" });
  if (!Object.hasOwn(transforms, dctMethod))
    throw new ValueError(`${where}.dctMethod`, { given: text(dctMethod), expected: '"", "INTEGER_FAST" or "INTEGER_ACCURATE"' });
  const options = { channels: channels as 0 | 1 | 3, transform: transforms[dctMethod]!, isFancy };
  return pixels(where, await decodePicture(bytes, where, options), channels, "uint8");
}

export async function decodeImage(bytes: Uint8Array, channels: number | null, dtype: string): Promise<Tensor> {
  const isJpeg = channels === 0 || channels === 1 || channels === 3;
  const picture = await decodePicture(bytes, "io.decodeImage", { transform: "fast", ...(isJpeg && { channels }) });
  const made = pixels("io.decodeImage", picture, channels ?? 0, dtype === "uint16" ? "uint16" : "uint8");
  return dtype === "uint16" ? made : convertImageDtype(made, dtype);
}

export const encodePng = async (image: TensorLike): Promise<Uint8Array> => encodeImage(pictureOf("io.encodePng", image), "png");

export async function encodeJpeg(
  image: TensorLike,
  format: string,
  quality: number,
  progressive: boolean,
  optimizeSize: boolean,
  halvesColors: boolean,
  densityUnit: string,
  x: number,
  y: number,
  xmpMetadata: string,
  _name: string | null,
): Promise<Uint8Array> {
  const where = "io.encodeJpeg";
  const picture = pictureOf(where, image);
  const { channels } = picture;
  const wanted: Readonly<Record<string, readonly number[]>> = { "": [1, 3], grayscale: [1], rgb: [3] };
  if (!Object.hasOwn(wanted, format))
    throw new ValueError(`${where}.format`, { given: text(format), expected: '"", "grayscale" or "rgb"' });
  if (!wanted[format]!.includes(channels))
    throw new ShapeError(where, { given: `${channels} channels`, expected: `${wanted[format]!.join(" or ")} channels` });
  if (picture.depth !== 8) throw new DtypeError(where, { given: "16 bits", expected: "uint8" });
  if (!(quality >= 0 && quality <= 100)) throw new ValueError(`${where}.quality`, { given: String(quality), expected: "0 to 100" });
  if (densityUnit !== "in" && densityUnit !== "cm")
    throw new ValueError(`${where}.densityUnit`, { given: text(densityUnit), expected: '"in" or "cm"' });
  if (![x, y].every((each) => each >= 0 && each <= 65535))
    throw new ValueError(`${where}.xDensity`, { given: `${x} and ${y}`, expected: "0 to 65535" });
  const others = Object.entries({ progressive, optimizeSize, xmpMetadata }).find(([, value]) => value !== false && value !== "");
  if (others)
    throw new ValueError(`${where}.${others[0]}`, { given: text(others[1]), expected: "its default: this encoder knows no other" });
  return encodeImage(picture, "jpeg", { quality: Math.max(1, quality), halvesColors, density: { unit: densityUnit, x, y } });
}
