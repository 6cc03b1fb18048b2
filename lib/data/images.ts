// keras.utils: images from files and back. An image is a uint8 tensor of pixels (int32 where it has 16 bits).

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
  type Options,
} from "../config/index.js";
import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { ShapeError, text, ValueError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import type { Picture } from "../formats/image.js";
import { cast, clip, image, round, slice, transpose } from "../ops/index.js";
import { readFileBytes } from "./folder.js";

export type ColorMode = "grayscale" | "rgb" | "rgba";

/** What `loadImg` reads: a path, a URL, a Blob, or the bytes of a file. */
export type ImageSource = string | URL | Blob | ArrayBuffer | Uint8Array;

const methods = { nearest: "nearest", bilinear: "bilinear", bicubic: "bicubic", lanczos: "lanczos3" } as const;

const loadOptions = schema([], {
  colorMode: oneOf(["rgb", "grayscale", "rgba"], "rgb"),
  targetSize: nullable(tuple(2, positiveInteger())),
  interpolation: oneOf(["nearest", "bilinear", "bicubic", "lanczos"], "nearest"),
  keepAspectRatio: boolean(false),
});

/**
 * An image from a file: uint8 `[height, width, channels]`; grey images of 16 bits stay so, as int32.
 *
 * ```ts
 * await keras.utils.saveImg("red.png", tf.constant([[[255, 0, 0]]]), { scale: false });
 * await keras.utils.loadImg("red.png"); // [[[255, 0, 0]]]
 * ```
 *
 * @param source   a path, a URL, a Blob or bytes: PNG, JPEG, GIF (first frame) or BMP, and what else the browser knows in a page
 * @param options  `colorMode` "rgb" (default), "grayscale" or "rgba"; `targetSize` [height, width]; `interpolation` "nearest" (default),
 *                 "bilinear", "bicubic" or "lanczos"; `keepAspectRatio` cuts the image in the middle and does not stretch it
 * @throws ValueError for files that are missing or do not decode
 *
 * Keras: keras.utils.load_img
 */
export async function loadImg(source: ImageSource, options: Options<typeof loadOptions> = {}): Promise<Tensor> {
  const { colorMode, targetSize, interpolation, keepAspectRatio } = loadOptions.parse("loadImg", [options]);
  const { decodeImage } = await import("../formats/image.js");
  const named = typeof source === "string" || source instanceof URL ? ` ${JSON.stringify(String(source))}` : "";
  const picture = await decodeImage(await readFileBytes("loadImg", source), `loadImg${named}`);
  const pixels = inColors(picture, colorMode);
  if (targetSize === null) return pixels;
  const [height, width] = targetSize as [number, number];
  const [inHeight, inWidth] = pixels.shape as [number, number];
  if (inHeight === height && inWidth === width) return pixels;
  const [cutHeight, cutWidth] = keepAspectRatio
    ? [Math.min(inHeight, Math.floor((inWidth * height) / width)), Math.min(inWidth, Math.floor((inHeight * width) / height))]
    : [inHeight, inWidth];
  const part = slice(pixels, [Math.floor((inHeight - cutHeight) / 2), Math.floor((inWidth - cutWidth) / 2), 0], [cutHeight, cutWidth, -1]);
  const resized = image.resize(cast(part, "float32"), [height, width], {
    interpolation: methods[interpolation],
    antialias: interpolation !== "nearest",
  });
  return pixels.dtype === "uint8" ? cast(clip(round(resized), 0, 255), "uint8") : cast(round(resized), "int32");
}

/** Weights of red, green and blue in a grey of 2¹⁶ parts (ITU-R 601-2), as Pillow has them. */
const luma = [19595, 38470, 7471] as const;

/** A picture's pixels with the channels of a color mode. */
export function inColors({ width, height, channels, depth, pixels }: Picture, colorMode: ColorMode): Tensor {
  const wanted = { grayscale: 1, rgb: 3, rgba: 4 }[colorMode];
  const keepsDepth = depth === 16 && wanted === 1 && channels <= 2;
  const byte = (value: number): number => (depth === 16 && !keepsDepth ? value >> 8 : value);
  const isColor = channels >= 3;
  const hasAlpha = channels === 2 || channels === 4;
  const size = width * height;
  if (!keepsDepth && depth === 8 && channels === wanted) return adoptTensor(new Uint8Array(pixels), [height, width, wanted], "uint8");
  const result = keepsDepth ? new Int32Array(size) : new Uint8Array(size * wanted);
  for (let i = 0; i < size; i++) {
    const from = i * channels;
    const at = (channel: number): number => byte(pixels[from + (isColor ? channel : 0)]!);
    if (wanted === 1) result[i] = isColor ? (at(0) * luma[0] + at(1) * luma[1] + at(2) * luma[2] + 0x8000) >> 16 : at(0);
    else for (let c = 0; c < 3; c++) result[i * wanted + c] = at(c);
    if (wanted === 4) result[i * 4 + 3] = hasAlpha ? byte(pixels[from + channels - 1]!) : 255;
  }
  return adoptTensor(result, [height, width, wanted], keepsDepth ? "int32" : "uint8");
}

const arrayOptions = schema([], { dataFormat: dataFormatField(), dtype: nullable(string()) });

/**
 * An image as floats `[height, width, channels]`; a grey one without channels gets them. Keras: keras.utils.img_to_array
 *
 * ```ts
 * keras.utils.imgToArray([[0, 255]]).shape; // [1, 2, 1]
 * ```
 */
export function imgToArray(img: TensorLike, options: Options<typeof arrayOptions> = {}): Tensor {
  const { dataFormat, dtype } = arrayOptions.parse("imgToArray", [options]);
  const pixels = cast(asTensor(img), checkedDtype(dtype ?? "float32")!);
  if (pixels.rank !== 2 && pixels.rank !== 3) {
    throw new ShapeError("imgToArray", {
      given: `an image of shape ${shapeText(pixels.shape)}`,
      expected: "[height, width] or [height, width, channels]",
    });
  }
  const full = pixels.rank === 2 ? pixels.reshape([...(pixels.shape as number[]), 1]) : pixels;
  return dataFormat === "channels_first" ? transpose(full, [2, 0, 1]) : full;
}

const imgOptions = schema([], { dataFormat: dataFormatField(), scale: boolean(true), dtype: nullable(string()) });

/**
 * Pixels of an image, uint8 `[height, width, channels]`, or `[height, width]` where there is one channel. Keras: keras.utils.array_to_img
 *
 * ```ts
 * keras.utils.arrayToImg([[[0], [1]]]).dtype; // "uint8"
 * ```
 *
 * @param x        `[height, width, channels]` with 1, 3 or 4 channels
 * @param options  `scale` (default true) brings the values to 0 to 255; `dataFormat`
 */
export function arrayToImg(x: TensorLike, options: Options<typeof imgOptions> = {}): Tensor {
  const { dataFormat, scale } = imgOptions.parse("arrayToImg", [options]);
  const given = cast(asTensor(x), "float32");
  if (given.rank !== 3)
    throw new ShapeError("arrayToImg", { given: `an array of shape ${shapeText(given.shape)}`, expected: "[height, width, channels]" });
  const last = dataFormat === "channels_first" ? transpose(given, [1, 2, 0]) : given;
  const [height, width, channels] = known(last.shape, "arrayToImg") as [number, number, number];
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new ShapeError("arrayToImg", { given: `${channels} channels`, expected: "1, 3 or 4" });
  }
  const values = Float32Array.from(last.data());
  if (scale && values.length > 0) {
    const least = values.reduce((a, b) => Math.min(a, b));
    const range = Math.fround(values.reduce((a, b) => Math.max(a, b)) - least);
    values.forEach((value, i) => (values[i] = range === 0 ? value - least : Math.fround(Math.fround(value - least) / range) * 255));
  }
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  if (channels === 1 && values.some((value) => value > 255)) return adoptTensor(Int32Array.from(values, Math.trunc), shape, "int32");
  return adoptTensor(Uint8Array.from(values, Math.trunc), shape, "uint8");
}

const saveOptions = schema([], {
  dataFormat: dataFormatField(),
  fileFormat: nullable(oneOf(["png", "jpeg", "jpg"])),
  scale: boolean(true),
  quality: positiveInteger(75),
});

/**
 * An image as a PNG or JPEG file, by the ending of the path or `fileFormat`. Keras: keras.utils.save_img
 *
 * ```ts
 * await keras.utils.saveImg("grey.png", tf.fill([4, 6, 1], 128));
 * (await keras.utils.loadImg("grey.png")).shape; // [4, 6, 3]
 * ```
 */
export async function saveImg(path: string, x: TensorLike, options: Options<typeof saveOptions> = {}): Promise<void> {
  const { dataFormat, fileFormat, scale, quality } = saveOptions.parse("saveImg", [options]);
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
