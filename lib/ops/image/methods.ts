// The resizing of images as TensorFlow's methods do it: a matrix of weights along each axis, made on the host.

import { constant } from "../../core/convert.js";
import { known } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { take } from "../indexing/take.js";
import { matmul } from "../linalg/matmul.js";
import { reshape } from "../shaping/reshape.js";

interface Kernel {
  readonly radius: number;
  weight(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (radius: number): Kernel => ({ radius, weight: (x) => (x >= radius ? 0 : sinc(x) * sinc(x / radius)) });
/** Piecewise cubics of Mitchell and Netravali (1988): b = 0, c = 1/2 is Keys's, b = c = 1/3 theirs. */
const cubic = (b: number, c: number): Kernel => ({
  radius: 2,
  weight: (x) => {
    if (x >= 2) return 0;
    if (x >= 1) return (((-b / 6 - c) * x + (b + 5 * c)) * x + (-2 * b - 8 * c)) * x + (8 * b + 24 * c) / 6;
    return ((2 - 1.5 * b - c) * x + (-3 + 2 * b + c)) * x * x + (1 - b / 3);
  },
});

/** The methods that weigh the pixels around a place. */
export const kernelsOfResize: Readonly<Record<string, Kernel>> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - x) },
  bicubic: cubic(0, 0.5),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, weight: (x) => (x >= 1.5 ? 0 : Math.exp((-x * x) / (2 * 0.5 * 0.5))) },
  mitchellcubic: cubic(1 / 3, 1 / 3),
};

/** Weights [to, from] that bring an axis from one length to another. `antialias` widens the kernel where pixels get fewer. */
function resizeWeights({ radius, weight }: Kernel, from: number, to: number, antialias: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  const scale = from / to;
  const wide = antialias ? Math.max(scale, 1) : 1;
  for (let row = 0; row < to; row++) {
    const at = (row + 0.5) * scale;
    const clamp = (i: number): number => Math.min(Math.max(i, 0), from - 1);
    const [first, last] = [clamp(Math.ceil(at - radius * wide - 0.5)), clamp(Math.floor(at + radius * wide - 0.5))];
    let sum = 0;
    for (let i = first; i <= last; i++) sum += weight(Math.abs(i + 0.5 - at) / wide);
    for (let i = first; i <= last; i++) weights[row * from + i] = weight(Math.abs(i + 0.5 - at) / wide) / (sum || 1);
  }
  return weights;
}

/** Weights that take the mean of the area that each new pixel covers. */
function areaWeights(from: number, to: number): Float32Array {
  const weights = new Float32Array(to * from);
  const scale = from / to;
  for (let row = 0; row < to; row++) {
    const [begin, end] = [row * scale, (row + 1) * scale];
    for (let i = Math.floor(begin); i < Math.min(from, Math.ceil(end)); i++)
      weights[row * from + i] = (Math.min(i + 1, end) - Math.max(i, begin)) / scale;
  }
  return weights;
}

/** Images [batch, height, width, channels], weighed along both axes. */
function weighed(images: Tensor, rows: Float32Array, columns: Float32Array): Tensor {
  const [batch, height, width, channels] = known(images.shape, "resize") as [number, number, number, number];
  const [toHeight, toWidth] = [rows.length / height, columns.length / width];
  const tall = matmul(constant(rows, { shape: [1, toHeight, height] }), reshape(images, [batch, height, width * channels]));
  const wide = matmul(constant(columns, { shape: [1, toWidth, width] }), reshape(tall, [batch * toHeight, width, channels]));
  return reshape(wide, [batch, toHeight, toWidth, channels]);
}

/** Of each new pixel, the old one in whose middle it lies. */
const nearestPlaces = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)));

/** Images [batch, height, width, channels] whose new pixels are old ones, in their dtype. */
export function byNearest(images: Tensor, [toHeight, toWidth]: readonly [number, number]): Tensor {
  const [, height, width] = known(images.shape, "resize") as [number, number, number];
  return take(take(images, nearestPlaces(height, toHeight), 1), nearestPlaces(width, toWidth), 2);
}

/** Images [batch, height, width, channels] of floats in another size: "area", or a name of `kernelsOfResize`. */
export function byMethod(images: Tensor, [toHeight, toWidth]: readonly [number, number], method: string, antialias = false): Tensor {
  const [, height, width] = known(images.shape, "resize") as [number, number, number];
  const along = (from: number, to: number): Float32Array =>
    method === "area" ? areaWeights(from, to) : resizeWeights(kernelsOfResize[method]!, from, to, antialias);
  return weighed(images, along(height, toHeight), along(width, toWidth));
}

/** The largest size with the ratio of an image that fits into another, and where it stands in there, in the roundings of TensorFlow. */
export function insideOf(height: number, width: number, [toHeight, toWidth]: readonly [number, number]) {
  const { fround, floor, max } = Math;
  const ratio = max(fround(width / toWidth), fround(height / toHeight));
  const [tall, wide] = [fround(height / ratio), fround(width / ratio)];
  const before = (whole: number, part: number): number => max(0, floor(fround(fround(whole - part) / 2)));
  return { height: max(1, floor(tall)), width: max(1, floor(wide)), top: before(toHeight, tall), left: before(toWidth, wide) };
}
