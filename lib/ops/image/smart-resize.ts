// keras.utils.smartResize: another size without changing proportions.

import { checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError, text } from "../../core/errors.js";
import { known, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../elementwise/cast.js";
import { slice } from "../shaping/slice.js";
import { isChannelsFirst } from "./layout.js";
import { resize } from "./resize.js";

export interface SmartResizeOptions {
  /** "bilinear" (default), "nearest", "bicubic", "lanczos3", "lanczos5". */
  readonly interpolation?: string;
  readonly dataFormat?: string | null;
}

/** The largest part of [height, width] with the ratio of a size, in the middle. */
export function middlePart(height: number, width: number, [targetHeight, targetWidth]: readonly [number, number]) {
  const part = (length: number, other: number, a: number, b: number): number => Math.max(Math.min(length, Math.trunc((other * a) / b)), 1);
  const rows = part(height, width, targetHeight, targetWidth);
  const columns = part(width, height, targetWidth, targetHeight);
  return { top: Math.trunc((height - rows) / 2), left: Math.trunc((width - columns) / 2), height: rows, width: columns };
}

/** A part of images, one or a batch. */
export function partOf(
  images: Tensor,
  { top, left, height, width }: { readonly top: number; readonly left: number; readonly height: number; readonly width: number },
  dataFormat?: string | null,
): Tensor {
  const first = images.rank + (isChannelsFirst("crop", dataFormat) ? -2 : -3);
  const begin = images.shape.map((_, axis) => (axis === first ? top : axis === first + 1 ? left : 0));
  const size = images.shape.map((_, axis) => (axis === first ? height : axis === first + 1 ? width : -1));
  return slice(images, begin, size);
}

/**
 * Images of a size, cut to its ratio in the middle and not stretched. Keras: keras.preprocessing.image.smart_resize
 *
 * ```ts
 * keras.preprocessing.image.smartResize(tf.ones([4, 8, 3]), [2, 2]).shape; // [2, 2, 3]
 * ```
 *
 * @param x     [height, width, channels], or a batch of them
 * @param size  [height, width] of the result
 */
export function smartResize(
  x: TensorLike,
  size: readonly number[],
  { interpolation = "bilinear", dataFormat = null }: SmartResizeOptions = {},
): Tensor {
  checkOptions("smartResize", arguments, 2, ["interpolation", "dataFormat"]);
  if (!Array.isArray(size) || size.length !== 2) {
    throw new ValueError("smartResize.size", { given: text(size), expected: "[height, width]" });
  }
  const given = asTensor(x);
  // Pixels between pixels are not rounded.
  const images = interpolation === "nearest" ? given : cast(given, "float32");
  if (images.rank !== 3 && images.rank !== 4) {
    throw new ShapeError("smartResize", {
      given: `images of shape ${shapeText(images.shape)}`,
      expected: "rank 3 (one image) or 4 (a batch)",
    });
  }
  const first = isChannelsFirst("smartResize", dataFormat);
  const [height, width] = known(images.shape.slice(first ? -2 : -3).slice(0, 2), "smartResize") as [number, number];
  const part = partOf(images, middlePart(height, width, size as unknown as [number, number]), dataFormat);
  return resize(part, size, { interpolation, dataFormat: dataFormat ?? "channels_last" });
}
