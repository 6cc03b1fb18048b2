// A file's picture as an element of a folder's data set: in the colours and the size that were asked for. Other threads make it where they
// can (picture-worker.ts): so the one that trains neither reads nor decodes.

import { dtypes } from "../core/dtype.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { pictureThreads } from "../formats/decode-aside.js";
import { decodeHere, kindOf } from "../formats/image.js";
import { byMethod, byNearest, insideOf } from "../ops/image/methods.js";
import { middlePart, partOf } from "../ops/image/smart-resize.js";
import { cast, expandDims, image, pad, squeeze, transpose } from "../ops/index.js";
import { build, threads } from "../runtime/machine.js";
import { inColors } from "./image-files.js";
import type { ColorMode } from "./images.js";
import type { Made } from "./picture-worker.js";

/** Ways to resize. */
export const methods = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"] as const;
export type Method = (typeof methods)[number];

/** What pictures are made to: it can be sent. */
export interface Form {
  readonly colorMode: ColorMode;
  readonly size: readonly [number, number];
  readonly interpolation: Method;
  /** How a picture with another ratio gets the size. */
  readonly fit: "stretch" | "crop" | "pad";
  readonly isChannelsFirst: boolean;
}

const fits = { stretch: sized, crop: cutToSize, pad: withinSize };

/**
 * The picture in the bytes of a file.
 *
 * @param where  what an error says
 */
export async function pictureOf(bytes: Uint8Array, where: string, form: Form): Promise<Tensor> {
  const picture = await decodeHere(bytes, where);
  // TensorFlow takes the grey of a JPEG from the file and rounds down that of others.
  const pixels = inColors(picture, form.colorMode, kindOf(bytes) !== "jpeg");
  const fitted = fits[form.fit](pixels, form.size, form.interpolation);
  return form.isChannelsFirst ? transpose(fitted, [2, 0, 1]) : fitted;
}

/** Files that one thread makes one after the other for one answer. */
const TOGETHER = 32;

/**
 * Pictures of files in one tensor with a further first axis, read and made by other threads; null where that is not possible, or did not
 * succeed with all of them: then they are made here.
 */
export async function picturesAside(files: readonly string[], where: string, form: Form): Promise<Tensor | null> {
  if (!pictureThreads.areThere) return null;
  pictureThreads.limit = threads();
  const parts: string[][] = [];
  for (let i = 0; i < files.length; i += TOGETHER) parts.push(files.slice(i, i + TOGETHER));
  const answers = await Promise.all(parts.map((part) => pictureThreads.ask({ files: part, where, form, build: build() })));
  const made = answers.map(({ value }) => value as Made | undefined);
  const [first] = made;
  if (!first || made.some((each) => each?.dtype !== first.dtype)) return null;
  const rest = first.shape.slice(1);
  if (made.length === 1) return adoptTensor(first.elements, first.shape, first.dtype);
  const all = new dtypes[first.dtype].array(made.reduce((sum, each) => sum + each!.elements.length, 0));
  let at = 0;
  for (const each of made) {
    all.set(each!.elements, at);
    at += each!.elements.length;
  }
  return adoptTensor(all, [files.length, ...rest], first.dtype);
}

/** Memory for pictures that are made ahead. */
const AHEAD_BYTES = 1 << 28;

/**
 * How many batches are in the making at once: so many that each thread has files for two answers, since the thread that trains comes to ask
 * for more between steps only; as far as memory allows.
 */
export function batchesAhead({ size: [height, width] }: Form, batchSize: number): number {
  const busy = Math.ceil((2 * pictureThreads.most * TOGETHER) / batchSize);
  return Math.max(2, Math.min(busy, Math.floor(AHEAD_BYTES / (batchSize * height * width * 12))));
}

/** A picture [height, width, channels] in another size, as tf.image.resize does it: float32, but for "nearest", which keeps the dtype. */
function sized(pixels: Tensor, size: readonly [number, number], method: Method): Tensor {
  if (method === "nearest") return squeeze(byNearest(expandDims(pixels, 0), size), 0);
  const floats = cast(pixels, "float32");
  if (method === "area" || method === "gaussian" || method === "mitchellcubic") {
    const isAsWanted = pixels.shape[0] === size[0] && pixels.shape[1] === size[1];
    return isAsWanted ? floats : squeeze(byMethod(expandDims(floats, 0), size, method), 0);
  }
  return image.resize(floats, size, { interpolation: method, dataFormat: "channels_last" });
}

/** A picture as large as fits into a size, with zeros around it. Keras has tf.image.resize_with_pad here. */
function withinSize(pixels: Tensor, [height, width]: readonly [number, number], method: Method): Tensor {
  const [inHeight, inWidth] = pixels.shape as [number, number, number];
  const { top, left, ...part } = insideOf(inHeight, inWidth, [height, width]);
  const fitted = sized(pixels, [part.height, part.width], method);
  return pad(fitted, [[top, height - top - part.height], [left, width - left - part.width], [0, 0]]); // prettier-ignore
}

/** The part of a picture with the ratio of a size, in this size. */
function cutToSize(pixels: Tensor, size: readonly [number, number], method: Method): Tensor {
  const [height, width] = pixels.shape as [number, number, number];
  return sized(partOf(pixels, middlePart(height, width, size), "channels_last"), size, method);
}
