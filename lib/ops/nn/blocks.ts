// Blocks of pixels as channels, windows as columns, and back.

import { operation } from "../../core/operation.js";
// Pixels moved between axes: blocks of an image as channels, and overlapping windows as columns.

import { constant, type TensorLike, asTensor } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { addAt, take } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { pad } from "../shaping/pad.js";
import { mergeAxes, splitAxis } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { transpose } from "../shaping/transpose.js";

function isFirst(where: string, dataFormat: string): boolean {
  if (dataFormat === "channels_first" || dataFormat === "channels_last") return dataFormat === "channels_first";
  throw new ValueError(where, { given: `dataFormat ${text(dataFormat)}`, expected: "channels_last or channels_first" });
}

function check(where: string, x: Tensor, rank: number): void {
  if (x.rank !== rank) throw new ShapeError(where, { given: shapeText(x.shape), expected: `rank ${rank}` });
}

/**
 * Channels as blocks of pixels: [n, h, w, c · b²] becomes [n, h · b, w · b, c].
 *
 * ```ts
 * ops.depthToSpace([[[[1, 2, 3, 4]]]], 2); // [[[[1], [2]], [[3], [4]]]]
 * ```
 */
export const depthToSpace = operation(
  'nn.depthToSpace(*x, blockSize:int, dataFormat="channels_last")',
  (x: TensorLike, blockSize: number, dataFormat: string): Tensor => {
    const tensor = asTensor(x);
    check("depthToSpace", tensor, 4);
    if (isFirst("depthToSpace", dataFormat)) {
      const split = splitAxis(tensor, 1, [null, blockSize, blockSize]);
      return mergeAxes(mergeAxes(transpose(split, [0, 1, 4, 2, 5, 3]), 2, 2), 3, 2);
    }
    const split = splitAxis(tensor, 3, [blockSize, blockSize, null]);
    return mergeAxes(mergeAxes(transpose(split, [0, 1, 3, 2, 4, 5]), 1, 2), 2, 2);
  },
);

/**
 * Blocks of pixels as channels: the reverse of depthToSpace.
 *
 * ```ts
 * ops.spaceToDepth([[[[1], [2]], [[3], [4]]]], 2); // [[[[1, 2, 3, 4]]]]
 * ```
 */
export const spaceToDepth = operation(
  'nn.spaceToDepth(*x, blockSize:int, dataFormat="channels_last")',
  (x: TensorLike, blockSize: number, dataFormat: string): Tensor => {
    const tensor = asTensor(x);
    check("spaceToDepth", tensor, 4);
    if (isFirst("spaceToDepth", dataFormat)) {
      const split = splitAxis(splitAxis(tensor, 3, [null, blockSize]), 2, [null, blockSize]);
      return mergeAxes(transpose(split, [0, 1, 3, 5, 2, 4]), 1, 3);
    }
    const split = splitAxis(splitAxis(tensor, 2, [null, blockSize]), 1, [null, blockSize]);
    return mergeAxes(transpose(split, [0, 1, 3, 2, 4, 5]), 3, 3);
  },
);

type Pair = number | readonly number[];
const pairOf = (value: Pair): readonly [number, number] =>
  typeof value === "number" ? [value, value] : [value[0]!, value[1] ?? value[0]!];

export interface WindowOptions {
  /** Steps between the pixels of a window. Default 1. */
  dilation?: Pair;
  /** Zeros around the image. Default 0. */
  padding?: Pair;
  /** Steps between windows. Default 1. */
  stride?: Pair;
}

/** For each pixel of each window, where it stands in the padded image: [kernel pixels, windows] as one list. */
function windowPlaces(
  [height, width]: readonly [number, number],
  [kh, kw]: readonly [number, number],
  { dilation = 1, stride = 1 }: WindowOptions,
): { places: Int32Array; windows: number } {
  const [[dh, dw], [sh, sw]] = [pairOf(dilation), pairOf(stride)];
  const rows = Math.floor((height - dh * (kh - 1) - 1) / sh) + 1;
  const columns = Math.floor((width - dw * (kw - 1) - 1) / sw) + 1;
  if (rows < 1 || columns < 1) throw new ShapeError("unfold", { given: `an image of ${height} × ${width}`, expected: "room for a window" });
  const windows = rows * columns;
  const places = Int32Array.from({ length: kh * kw * windows }, (_, i) => {
    const [pixel, window] = [Math.floor(i / windows), i % windows];
    const y = Math.floor(window / columns) * sh + Math.floor(pixel / kw) * dh;
    return y * width + (window % columns) * sw + (pixel % kw) * dw;
  });
  return { places, windows };
}

/**
 * Overlapping windows of images as columns.
 *
 * ```ts
 * ops.unfold([[[[1, 2], [3, 4]]]], 2); // [[[1], [2], [3], [4]]]
 * ```
 *
 * @param input       [n, c, h, w]
 * @param kernelSize  of a window
 * @returns           [n, c · kernel pixels, windows]
 */
export const unfold = operation(
  "nn.unfold(*x, kernelSize:ints, dilation:ints=1, padding:ints=0, stride:ints=1)",
  (input: TensorLike, kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair): Tensor => {
    const given = asFloat(input);
    check("unfold", given, 4);
    const [ph, pw] = pairOf(padding);
    const image = ph || pw ? pad(given, [[0, 0], [0, 0], [ph, ph], [pw, pw]]) : given; // prettier-ignore
    const [height, width] = image.shape.slice(2) as [number, number];
    const [kh, kw] = pairOf(kernelSize);
    const { places, windows } = windowPlaces([height, width], [kh, kw], { dilation, stride });
    const taken = take(mergeAxes(image, 2, 2), places, 2);
    return mergeAxes(splitAxis(taken, 2, [kh * kw, windows]), 1, 2);
  },
);

/**
 * Columns as windows of images, added where they overlap: the reverse of unfold.
 *
 * ```ts
 * ops.fold([[[1], [2], [3], [4]]], [2, 2], 2); // [[[[1, 2], [3, 4]]]]
 * ```
 *
 * @param x           [n, c · kernel pixels, windows]
 * @param outputSize  height and width of the images
 * @returns           [n, c, h, w]
 */
export const fold = operation(
  "nn.fold(*x, outputSize:ints, kernelSize:ints, dilation:ints=1, padding:ints=0, stride:ints=1)",
  (x: TensorLike, outputSize: Pair, kernelSize: Pair, dilation: Pair, padding: Pair, stride: Pair): Tensor => {
    const columns = asFloat(x);
    check("fold", columns, 3);
    const [[h, w], [ph, pw], [kh, kw]] = [pairOf(outputSize), pairOf(padding), pairOf(kernelSize)];
    const [height, width] = [h + 2 * ph, w + 2 * pw];
    const { places } = windowPlaces([height, width], [kh, kw], { dilation, stride });
    const flat = mergeAxes(splitAxis(columns, 1, [null, kh * kw]), 2, 2);
    const image = splitAxis(addAt(flat, constant(places), [flat.shape[0]!, flat.shape[1]!, height * width], 2), 2, [height, width]);
    if (!ph && !pw) return image;
    return stridedOf(image, [
      everything(image.shape[0]!),
      everything(image.shape[1]!),
      { begin: ph, step: 1, count: h },
      { begin: pw, step: 1, count: w },
    ]);
  },
);
