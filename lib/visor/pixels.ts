// Tensors of images as pixels of pictures.

import { asTensor, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ShapeError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import type { Pixels } from "../visualization/canvas.js";

/** Images as numbers, channels last. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: ArrayLike<number>;
  readonly isFloat: boolean;
}

/** @throws ShapeError unless it is `[images, height, width]` or `[images, height, width, 1, 3 or 4]` */
export function imagesOf(where: string, given: TensorLike): Images {
  const tensor = asTensor(given);
  const [count, height, width, channels = 1] = known(tensor.shape, where) as [number, number, number, number?];
  if ((tensor.rank !== 3 && tensor.rank !== 4) || ![1, 3, 4].includes(channels))
    throw new ShapeError(where, {
      given: `shape ${shapeText(tensor.shape)}`,
      expected: "[images, height, width] or [images, height, width, 1, 3 or 4]",
    });
  return { count, height, width, channels, values: tensor.data(), isFloat: isFloat(tensor.dtype) };
}

/** The pixels of one image, its values stretched from [least, most] to black and white. */
export function pixelsAt({ height, width, channels, values }: Images, index: number, [least, most]: readonly [number, number]): Pixels {
  const size = height * width;
  const data = new Uint8Array(3 * size);
  const scale = most > least ? 255 / (most - least) : 0;
  for (let i = 0; i < size; i++)
    for (let c = 0; c < 3; c++) {
      const value = (values[(index * size + i) * channels + (channels < 3 ? 0 : c)]! - least) * scale;
      data[3 * i + c] = Math.max(0, Math.min(255, Math.round(value)));
    }
  return { width, height, data };
}

/** What black and white are: 0 and 1 for floats up to 1, else 0 and 255. */
export function usualRange({ values, isFloat: isOfFloats }: Images): [number, number] {
  if (!isOfFloats) return [0, 255];
  for (let i = 0; i < values.length; i++) if (values[i]! > 1) return [0, 255];
  return [0, 1];
}
