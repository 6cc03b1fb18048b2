// keras.utils: images from files and back. An image is a uint8 tensor of pixels (int32 where it has 16 bits).

import { boolean, dataFormat as dataFormatField, nullable, schema, string, type Arguments } from "../config/index.js";
import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { ShapeError, ValueError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { cast, transpose } from "../ops/index.js";

type Files = typeof import("./image-files.js");

export type ColorMode = "grayscale" | "rgb" | "rgba";

/** What `loadImg` reads: a path, a URL, a Blob, or the bytes of a file. */
export type ImageSource = string | URL | Blob | ArrayBuffer | Uint8Array;

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
 *                 "bilinear", "bicubic", "hamming", "box" or "lanczos", as Pillow has them; `keepAspectRatio` cuts the image in the middle
 *                 and does not stretch it
 * @throws ValueError for files that are missing or do not decode
 *
 * Keras: keras.utils.load_img
 */
export const loadImg: Files["loadImg"] = async (source, ...options) => (await import("./image-files.js")).loadImg(source, ...options);

const arrayOptions = schema(["dataFormat", "dtype"], { dataFormat: dataFormatField(), dtype: nullable(string()) });

/**
 * An image as floats `[height, width, channels]`; a grey one without channels gets them. Keras: keras.utils.img_to_array
 *
 * ```ts
 * keras.utils.imgToArray([[0, 255]]).shape; // [1, 2, 1]
 * ```
 */
export function imgToArray(img: TensorLike, ...options: Arguments<typeof arrayOptions>): Tensor {
  const { dataFormat, dtype } = arrayOptions.parse("imgToArray", options);
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

const imgOptions = schema(["dataFormat", "scale", "dtype"], {
  dataFormat: dataFormatField(),
  scale: boolean(true),
  dtype: nullable(string()),
});

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
export function arrayToImg(x: TensorLike, ...options: Arguments<typeof imgOptions>): Tensor {
  const { dataFormat, scale } = imgOptions.parse("arrayToImg", options);
  const given = cast(asTensor(x), "float32");
  if (given.rank !== 3)
    throw new ShapeError("arrayToImg", { given: `an array of shape ${shapeText(given.shape)}`, expected: "[height, width, channels]" });
  const last = dataFormat === "channels_first" ? transpose(given, [1, 2, 0]) : given;
  const [height, width, channels] = known(last.shape, "arrayToImg") as [number, number, number];
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new ShapeError("arrayToImg", { given: `${channels} channels`, expected: "1, 3 or 4" });
  }
  const values = Float32Array.from(last.data());
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new ValueError("arrayToImg", { given: `a pixel of ${wrong}`, expected: "finite numbers" });
  if (scale && values.length > 0) {
    const least = values.reduce((a, b) => Math.min(a, b));
    const range = Math.fround(values.reduce((a, b) => Math.max(a, b)) - least);
    values.forEach((value, i) => (values[i] = range === 0 ? value - least : Math.fround(Math.fround(value - least) / range) * 255));
  }
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  if (channels === 1 && values.some((value) => value > 255)) return adoptTensor(Int32Array.from(values, Math.trunc), shape, "int32");
  return adoptTensor(Uint8Array.from(values, Math.trunc), shape, "uint8");
}

/**
 * An image as a PNG or JPEG file, by the ending of the path or `fileFormat`. Keras: keras.utils.save_img
 *
 * ```ts
 * await keras.utils.saveImg("grey.png", tf.fill([4, 6, 1], 128));
 * (await keras.utils.loadImg("grey.png")).shape; // [4, 6, 3]
 * ```
 */
export const saveImg: Files["saveImg"] = async (path, x, ...options) => (await import("./image-files.js")).saveImg(path, x, ...options);
