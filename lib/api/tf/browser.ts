// tf.browser, as TensorFlow.js has it: pixels of a page as tensors, and back.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { known, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { channelsOf } from "../../data/page/channels.js";
import { type PixelSource, pixelsOf } from "../../data/page/pixels.js";

export type { PixelData, PixelSource } from "../../data/page/pixels.js";

/** A canvas of a page. */
interface CanvasLike {
  width: number;
  height: number;
  getContext(kind: "2d"): object | null;
}

function pixelsAsTensor(pixels: PixelSource, numChannels: number): Tensor {
  const where = "browser.fromPixels";
  if (numChannels < 1 || numChannels > 4) throw new ValueError(`${where}.numChannels`, { given: String(numChannels), expected: "1 to 4" });
  return channelsOf(pixelsOf(where, pixels), numChannels);
}

/**
 * The pixels of an ImageData, canvas, img, video, ImageBitmap or VideoFrame: int32 `[height, width, channels]`, 0 to 255.
 *
 * ```ts
 * const pixels = { width: 2, height: 1, data: new Uint8ClampedArray([255, 0, 0, 255, 0, 128, 0, 255]) };
 * tf.browser.fromPixels(pixels).array(); // [[[255, 0, 0], [0, 128, 0]]]
 * ```
 *
 * @param pixels       `{ data, width, height }` in RGBA works in Node as well
 * @param numChannels  3: red, green, blue; 4: opacity too; 1: red alone
 * @throws ArgumentError for what has no pixels, StateError where they are not loaded, or another site's. TensorFlow.js:
 * tf.browser.fromPixels
 */
export const fromPixels = declare("tf.browser.fromPixels(pixels:tree, numChannels:int=3)", pixelsAsTensor);

/** The same as a promise, which those who come from TensorFlow.js await. */
export const fromPixelsAsync = declare(
  "tf.browser.fromPixelsAsync(pixels:tree, numChannels:int=3)",
  async (pixels: PixelSource, numChannels: number): Promise<Tensor> => pixelsAsTensor(pixels, numChannels),
);

/**
 * A picture as RGBA pixels, drawn on a canvas if one is given, which becomes as large as the picture.
 *
 * ```ts
 * await tf.browser.toPixels([[0, 1]]); // Uint8ClampedArray [0, 0, 0, 255, 255, 255, 255, 255]
 * ```
 *
 * @param img     `[height, width]`, or `[height, width, channels]` with 1, 3 or 4 of them: floats from 0 to 1, whole numbers from 0 to 255
 * @param canvas  a canvas or OffscreenCanvas
 * @throws ShapeError for another shape, ValueError for values outside. TensorFlow.js: tf.browser.toPixels
 */
export const toPixels = declare(
  "tf.browser.toPixels(*img, canvas:any=null)",
  async (img: TensorLike, canvas: CanvasLike | null): Promise<Uint8ClampedArray> => {
    const where = "browser.toPixels";
    const tensor = asTensor(img);
    const [height, width, channels = 1] = known(tensor.shape, where) as [number, number, number?];
    if ((tensor.rank !== 2 && tensor.rank !== 3) || ![1, 3, 4].includes(channels))
      throw new ShapeError(`${where}.img`, {
        given: `shape ${shapeText(tensor.shape)}`,
        expected: "[height, width] or [height, width, 1, 3 or 4]",
      });
    const [most, scale] = isFloat(tensor.dtype) ? [1, 255] : [255, 1];
    const values = tensor.view(where);
    const pixels = new Uint8ClampedArray(height * width * 4).fill(255);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value >= 0 && value <= most))
        throw new ValueError(`${where}.img`, { given: `the value ${value}`, expected: `${tensor.dtype} from 0 to ${most}` });
      const at = Math.floor(i / channels) * 4 + (i % channels);
      pixels[at] = value * scale;
      if (channels === 1) pixels[at + 1] = pixels[at + 2] = pixels[at]!;
    }
    if (canvas) draw(where, canvas, pixels, width, height);
    return pixels;
  },
);

function draw(where: string, canvas: CanvasLike, pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): void {
  const context = typeof canvas.getContext === "function" ? (canvas.getContext("2d") as CanvasRenderingContext2D | null) : null;
  if (!context) throw new ValueError(`${where}.canvas`, { given: "no canvas in two dimensions", expected: "a canvas or OffscreenCanvas" });
  [canvas.width, canvas.height] = [width, height];
  if (width > 0 && height > 0) context.putImageData(new ImageData(pixels, width, height), 0, 0);
}
