// keras.utils: images read from files and written. Loaded with the first one.

import { platform } from "#platform";
import {
  dataFormat as dataFormatField,
  boolean,
  nullable,
  oneOf,
  positiveInteger,
  schema,
  string,
  tuple,
  type Arguments,
  type OptionValues,
} from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import { text, ValueError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import type { Picture } from "../formats/image.js";
import { cast, image, round, slice } from "../ops/index.js";
import { readFileBytes } from "./file-bytes.js";
import { arrayToImg, type ColorMode, type ImageSource } from "./images.js";
import { resample } from "./resample.js";

const methods = { box: "area", bilinear: "bilinear", hamming: "bilinear", bicubic: "bicubic", lanczos: "lanczos3" } as const;

/** How an image of a file becomes a tensor. */
export const loadOptions = schema(["colorMode", "targetSize", "interpolation", "keepAspectRatio"], {
  colorMode: oneOf(["rgb", "grayscale", "rgba"], "rgb"),
  targetSize: nullable(tuple(2, positiveInteger())),
  interpolation: oneOf(["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"], "nearest"),
  keepAspectRatio: boolean(false),
});

/** As keras.utils.loadImg. */
export async function loadImg(source: ImageSource, ...options: Arguments<typeof loadOptions>): Promise<Tensor> {
  const parsed = loadOptions.parse("loadImg", options);
  const named = typeof source === "string" || source instanceof URL ? ` ${JSON.stringify(String(source))}` : "";
  return readImage(`loadImg${named}`, await readFileBytes("loadImg", source), parsed);
}

/** An image of the bytes of a file; `where` names it in errors. */
export async function readImage(where: string, bytes: Uint8Array, options: OptionValues<typeof loadOptions>): Promise<Tensor> {
  const { colorMode, targetSize, interpolation, keepAspectRatio } = options;
  const { decodeImage } = await import("../formats/image.js");
  const pixels = inColors(await decodeImage(bytes, where), colorMode);
  if (targetSize === null) return pixels;
  const [height, width] = targetSize as [number, number];
  const [inHeight, inWidth] = pixels.shape as [number, number];
  if (inHeight === height && inWidth === width) return pixels;
  const [cutHeight, cutWidth] = keepAspectRatio
    ? [Math.min(inHeight, Math.floor((inWidth * height) / width)), Math.min(inWidth, Math.floor((inHeight * width) / height))]
    : [inHeight, inWidth];
  const box = {
    top: Math.floor((inHeight - cutHeight) / 2),
    left: Math.floor((inWidth - cutWidth) / 2),
    height: cutHeight,
    width: cutWidth,
  };
  if (pixels.dtype === "uint8" && interpolation !== "nearest") {
    const channels = pixels.shape[2]!;
    const data = new Uint8Array(pixels.data());
    const resized = resample({ width: inWidth, height: inHeight, channels, data }, box, [height, width], interpolation);
    return adoptTensor(resized, [height, width, channels], "uint8");
  }
  const part = cast(slice(pixels, [box.top, box.left, 0], [cutHeight, cutWidth, -1]), "float32");
  const how = interpolation === "nearest" ? { interpolation } : { interpolation: methods[interpolation], antialias: true };
  return cast(round(image.resize(part, [height, width], how)), pixels.dtype);
}

/** Weights of red, green and blue in a grey of 2¹⁶ parts (ITU-R 601-2), as Pillow has them. */
const luma = [19595, 38470, 7471] as const;

/** A picture's pixels with the channels of a color mode. A grey is rounded as Pillow does it, or down. */
export function inColors(
  { width, height, channels, depth, pixels, transparent }: Picture,
  colorMode: ColorMode,
  roundsDown = false,
): Tensor {
  const half = roundsDown ? 0 : 0x8000;
  const wanted = { grayscale: 1, rgb: 3, rgba: 4 }[colorMode];
  const keepsDepth = depth === 16 && wanted === 1 && channels <= 2;
  const byte = (value: number): number => (depth === 16 && !keepsDepth ? value >> 8 : value);
  const isColor = channels >= 3;
  const hasAlpha = channels === 2 || channels === 4;
  const size = width * height;
  if (!keepsDepth && depth === 8 && channels === wanted) {
    // Taken over where nothing else lies in their buffer.
    const own = pixels.byteLength === pixels.buffer.byteLength ? (pixels as Uint8Array) : new Uint8Array(pixels);
    return adoptTensor(own, [height, width, wanted], "uint8");
  }
  const result = keepsDepth ? new Int32Array(size) : new Uint8Array(size * wanted);
  for (let i = 0; i < size; i++) {
    const from = i * channels;
    const at = (channel: number): number => byte(pixels[from + (isColor ? channel : 0)]!);
    if (wanted === 1) result[i] = isColor ? (at(0) * luma[0] + at(1) * luma[1] + at(2) * luma[2] + half) >> 16 : at(0);
    else for (let c = 0; c < 3; c++) result[i * wanted + c] = at(c);
    if (wanted < 4) continue;
    const isSeen = !transparent?.every((value, channel) => pixels[from + channel] === value);
    result[i * 4 + 3] = hasAlpha ? byte(pixels[from + channels - 1]!) : isSeen ? 255 : 0;
  }
  return adoptTensor(result, [height, width, wanted], keepsDepth ? "int32" : "uint8");
}

const saveOptions = schema(["dataFormat", "fileFormat", "scale"], {
  dataFormat: dataFormatField(),
  fileFormat: nullable(oneOf(["png", "jpeg", "jpg"])),
  scale: boolean(true),
  quality: positiveInteger(75),
});

/** As keras.utils.saveImg. */
export async function saveImg(path: string, x: TensorLike, ...options: Arguments<typeof saveOptions>): Promise<void> {
  const { dataFormat, fileFormat, scale, quality } = saveOptions.parse("saveImg", options);
  const ending = fileFormat ?? /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  const kind = ending === "jpg" || ending === "jpeg" ? "jpeg" : ending === "png" ? "png" : undefined;
  if (!kind)
    throw new ValueError("saveImg", { given: text(path), expected: "a path that ends in .png, .jpg or .jpeg, or the option fileFormat" });
  const pixels = arrayToImg(x, { dataFormat, scale });
  const [height, width, channels = 1] = pixels.shape as [number, number, (1 | 3 | 4)?];
  const { encodeImage } = await import("../formats/image.js");
  const bytes = await encodeImage({ width, height, channels, depth: 8, pixels: Uint8Array.from(pixels.data()) }, kind, { quality });
  const slash = path.lastIndexOf("/");
  await platform.openStore(slash < 0 ? "." : path.slice(0, slash) || "/").write(path.slice(slash + 1), bytes);
}
