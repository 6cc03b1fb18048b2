// One image turned, moved, sheared, scaled, shifted in its channels or lit, by given numbers or by chance, as scripts of Keras 2 do it.

import { boolean, integer, schema, type Arguments } from "../../config/index.js";
import type { TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";
import { RandomState } from "../known/mersenne.js";
import { affineOptions, axes, filling, order, transformed } from "./images/affine.js";
import { brightened, pixelsOf, shifted, tensorOf } from "./images/pixels.js";

/**
 * An image turned by `theta` degrees, moved by `tx` columns and `ty` rows, sheared by `shear` degrees and scaled by `zx` and `zy`, about its
 * middle. tf.keras: preprocessing.image.apply_affine_transform
 *
 * ```ts
 * keras.preprocessing.image.applyAffineTransform([[[1, 2], [3, 4]]], { tx: 1 }); // [[[2, 2], [4, 4]]]
 * ```
 *
 * @param options  further `rowAxis` 1, `colAxis` 2, `channelAxis` 0; `fillMode` "nearest", `cval`, `order` 1 (bilinear) or 0
 */
export function applyAffineTransform(x: TensorLike, ...options: Arguments<typeof affineOptions>): Tensor {
  const image = pixelsOf("applyAffineTransform", x);
  return tensorOf(transformed("applyAffineTransform", image, affineOptions.parse("applyAffineTransform", options)), image.dtype);
}

const random = (): RandomState => new RandomState(makeDefaultSeed() >>> 0);
const around = (range: number): number => random().uniform(-range, range);

const moving = schema(["rowAxis", "colAxis", "channelAxis", "fillMode", "cval", "interpolationOrder"], {
  ...axes,
  ...filling,
  interpolationOrder: order,
});
type Moving = Arguments<typeof moving>;

const moved = (where: string, x: TensorLike, by: object, options: Moving): Tensor => {
  const { interpolationOrder, ...others } = moving.parse(where, options);
  return applyAffineTransform(x, { ...by, ...others, order: interpolationOrder });
};

function checkNumbers(where: string, ...values: readonly unknown[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new ArgumentError(where, { given: text(bad), expected: "numbers" });
}

/**
 * An image turned by up to `rg` degrees. tf.keras: preprocessing.image.random_rotation
 *
 * ```ts
 * keras.preprocessing.image.randomRotation(tf.ones([3, 8, 8]), 20).shape; // [3, 8, 8]
 * ```
 *
 * @param options  `rowAxis` 1, `colAxis` 2, `channelAxis` 0, `fillMode` "nearest", `cval`, `interpolationOrder` 1
 */
export function randomRotation(x: TensorLike, rg: number, ...options: Moving): Tensor {
  checkNumbers("randomRotation", rg);
  return moved("randomRotation", x, { theta: around(rg) }, options);
}

/**
 * An image moved by up to a fraction `wrg` of its width and `hrg` of its height. tf.keras: preprocessing.image.random_shift
 *
 * ```ts
 * keras.preprocessing.image.randomShift(tf.ones([3, 8, 8]), 0.2, 0.1).shape; // [3, 8, 8]
 * ```
 *
 * @param options  `rowAxis` 1, `colAxis` 2, `channelAxis` 0, `fillMode` "nearest", `cval`, `interpolationOrder` 1
 */
export function randomShift(x: TensorLike, wrg: number, hrg: number, ...options: Moving): Tensor {
  checkNumbers("randomShift", wrg, hrg);
  const { rowAxis, colAxis } = moving.parse("randomShift", options);
  const { shape } = pixelsOf("randomShift", x);
  return moved("randomShift", x, { tx: around(hrg) * (shape[rowAxis] ?? 1), ty: around(wrg) * (shape[colAxis] ?? 1) }, options);
}

/**
 * An image sheared by up to `intensity` degrees. tf.keras: preprocessing.image.random_shear
 *
 * ```ts
 * keras.preprocessing.image.randomShear(tf.ones([3, 8, 8]), 10).shape; // [3, 8, 8]
 * ```
 *
 * @param options  `rowAxis` 1, `colAxis` 2, `channelAxis` 0, `fillMode` "nearest", `cval`, `interpolationOrder` 1
 */
export function randomShear(x: TensorLike, intensity: number, ...options: Moving): Tensor {
  checkNumbers("randomShear", intensity);
  return moved("randomShear", x, { shear: around(intensity) }, options);
}

function checkRange(where: string, range: readonly [number, number]): void {
  if (!Array.isArray(range) || range.length !== 2)
    throw new ValueError(where, { given: text(range), expected: "the least and the largest factor" });
  checkNumbers(where, ...(range as readonly number[]));
}

/**
 * An image scaled by factors between two, one for rows and one for columns. tf.keras: preprocessing.image.random_zoom
 *
 * ```ts
 * keras.preprocessing.image.randomZoom(tf.ones([3, 8, 8]), [0.8, 1.2]).shape; // [3, 8, 8]
 * ```
 *
 * @param options  `rowAxis` 1, `colAxis` 2, `channelAxis` 0, `fillMode` "nearest", `cval`, `interpolationOrder` 1
 */
export function randomZoom(x: TensorLike, zoomRange: readonly [number, number], ...options: Moving): Tensor {
  checkRange("randomZoom.zoomRange", zoomRange);
  const [least, most] = zoomRange;
  const drawn = random();
  const [zx, zy] = least === 1 && most === 1 ? [1, 1] : [drawn.uniform(least, most), drawn.uniform(least, most)];
  return moved("randomZoom", x, { zx, zy }, options);
}

const channels = schema(["channelAxis"], { channelAxis: integer(0) });

function imageOf(where: string, x: TensorLike): ReturnType<typeof pixelsOf> {
  const image = pixelsOf(where, x);
  if (image.shape.length !== 3) throw new ShapeError(where, { given: shapeText(image.shape), expected: "an image of 3 axes" });
  return image;
}

/**
 * An image with a number added, within its least and its largest value. tf.keras: preprocessing.image.apply_channel_shift
 *
 * ```ts
 * keras.preprocessing.image.applyChannelShift([[[0, 1], [2, 3]]], 2); // [[[2, 3], [3, 3]]]
 * ```
 *
 * @param options  `channelAxis` 0; the result does not depend on it
 */
export function applyChannelShift(x: TensorLike, intensity: number, ...options: Arguments<typeof channels>): Tensor {
  channels.parse("applyChannelShift", options);
  checkNumbers("applyChannelShift", intensity);
  const image = imageOf("applyChannelShift", x);
  return tensorOf(shifted(image, intensity), image.dtype);
}

/**
 * An image with a number of up to `intensityRange` added, within its least and its largest value. tf.keras:
 * preprocessing.image.random_channel_shift
 *
 * ```ts
 * keras.preprocessing.image.randomChannelShift(tf.ones([3, 8, 8]), 10).shape; // [3, 8, 8]
 * ```
 */
export function randomChannelShift(x: TensorLike, intensityRange: number, ...options: Arguments<typeof channels>): Tensor {
  checkNumbers("randomChannelShift", intensityRange);
  return applyChannelShift(x, around(intensityRange), ...options);
}

const lighting = schema(["scale"], { scale: boolean(true) });

/**
 * An image lit by a factor, in 8 bits. tf.keras: preprocessing.image.apply_brightness_shift
 *
 * ```ts
 * keras.preprocessing.image.applyBrightnessShift([[[0], [100]]], 0.5, { scale: false }); // [[[0], [50]]]
 * ```
 *
 * @param options  `scale` (default true) stretches the values over 0 to 255 first
 */
export function applyBrightnessShift(x: TensorLike, brightness: number, ...options: Arguments<typeof lighting>): Tensor {
  const { scale } = lighting.parse("applyBrightnessShift", options);
  checkNumbers("applyBrightnessShift", brightness);
  return tensorOf(brightened(imageOf("applyBrightnessShift", x), brightness, scale));
}

/**
 * An image lit by a factor between two, in 8 bits. tf.keras: preprocessing.image.random_brightness
 *
 * ```ts
 * keras.preprocessing.image.randomBrightness(tf.ones([8, 8, 3]), [0.5, 1.5]).shape; // [8, 8, 3]
 * ```
 */
export function randomBrightness(
  x: TensorLike,
  brightnessRange: readonly [number, number],
  ...options: Arguments<typeof lighting>
): Tensor {
  checkRange("randomBrightness.brightnessRange", brightnessRange);
  return applyBrightnessShift(x, random().uniform(...brightnessRange), ...options);
}
