// Colour spaces of images.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { DtypeError, ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, maximum, minimum, mod, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { equal, greater, less } from "../elementwise/comparison.js";
import { abs } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { asFloat } from "../promotion.js";
import { stack } from "../shaping/concatenate.js";
import { expandDims } from "../shaping/reshape.js";
import { unstack } from "../shaping/split.js";
import { isChannelsFirst, type DataFormatOption } from "./layout.js";

/** The planes of images of three channels, and where the channels stand. */
function planes(where_: string, images: Tensor, dataFormat: string | null | undefined): { parts: Tensor[]; axis: number } {
  const axis = isChannelsFirst(where_, dataFormat) ? -3 : -1;
  if ((images.rank !== 3 && images.rank !== 4) || images.shape.at(axis) !== 3) {
    throw new ShapeError(where_, { given: shapeText(images.shape), expected: "images of three channels, rank 3 or 4" });
  }
  return { parts: unstack(images, 3, axis), axis };
}

function floats(where_: string, images: TensorLike): Tensor {
  const tensor = asTensor(images);
  if (tensor.dtype === "float32") return tensor;
  throw new DtypeError(where_, { given: tensor.dtype, expected: "float32", hint: "Cast the images and divide them by 255." });
}

/**
 * The luminance 0.2989 r + 0.587 g + 0.114 b as images of one channel; those of one channel stay as they are.
 *
 * ```ts
 * ops.image.rgbToGrayscale([[[1, 0, 0]]]); // [[[0.2989]]]
 * ```
 */
export const rgbToGrayscale = operation(
  "image.rgbToGrayscale(*images, dataFormat:string=null)",
  (images: TensorLike, dataFormat: string | null): Tensor => {
    const given = asTensor(images);
    const first = isChannelsFirst("rgbToGrayscale", dataFormat);
    if (given.shape.at(first ? -3 : -1) === 1) return given;
    const { parts, axis } = planes("rgbToGrayscale", asFloat(given), dataFormat);
    const [r, g, b] = parts as [Tensor, Tensor, Tensor];
    const gray = add(add(multiply(r, 0.2989), multiply(g, 0.587)), multiply(b, 0.114));
    return cast(expandDims(gray, axis), given.dtype);
  },
  { className: "RGBToGrayscale" },
);

/**
 * Hue, saturation and value, each 0 to 1, of red, green and blue.
 *
 * ```ts
 * ops.image.rgbToHsv([[[0, 1, 1]]]); // [[[0.5, 1, 1]]]
 * ```
 */
export const rgbToHsv = operation(
  "image.rgbToHsv(*images, dataFormat:string=null)",
  (images: TensorLike, dataFormat: string | null): Tensor => {
    const given = floats("rgbToHsv", images);
    const clean = where(less(abs(given), 2 ** -23), 0, given);
    const { parts, axis } = planes("rgbToHsv", clean, dataFormat);
    const [r, g, b] = parts as [Tensor, Tensor, Tensor];
    const value = maximum(maximum(r, g), b);
    const range = subtract(value, minimum(minimum(r, g), b));
    const hasColor = greater(range, 0);
    const isLit = greater(value, 0);
    const saturation = where(isLit, divide(range, where(isLit, value, 1)), 0);
    const sixth = divide(1 / 6, where(hasColor, range, 1));
    const fromGreen = add(multiply(sixth, subtract(b, r)), 2 / 6);
    const fromBlue = add(multiply(sixth, subtract(r, g)), 4 / 6);
    const hue = where(equal(value, r), multiply(sixth, subtract(g, b)), where(equal(value, g), fromGreen, fromBlue));
    const turned = add(where(hasColor, hue, 0), cast(less(hue, 0), "float32"));
    return stack([turned, saturation, value], axis);
  },
  { className: "RGBToHSV" },
);

/**
 * Red, green and blue of hue, saturation and value.
 *
 * ```ts
 * ops.image.hsvToRgb([[[0.5, 1, 1]]]); // [[[0, 1, 1]]]
 * ```
 */
export const hsvToRgb = operation(
  "image.hsvToRgb(*images, dataFormat:string=null)",
  (images: TensorLike, dataFormat: string | null): Tensor => {
    const { parts, axis } = planes("hsvToRgb", floats("hsvToRgb", images), dataFormat);
    const [hue, saturation, value] = parts as [Tensor, Tensor, Tensor];
    const turn = multiply(mod(hue, 1), 6);
    const away = (from: number): Tensor => abs(subtract(turn, from));
    const channel = (strength: Tensor): Tensor => multiply(value, add(subtract(1, saturation), multiply(saturation, clip(strength, 0, 1))));
    return stack([channel(subtract(away(3), 1)), channel(subtract(2, away(2))), channel(subtract(2, away(4)))], axis);
  },
  { className: "HSVToRGB" },
);
