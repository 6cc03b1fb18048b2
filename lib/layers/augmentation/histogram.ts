// Layers that even out how often brightnesses occur.

import type { LayerAttributes } from "../base/options.js";
import { nonNegativeNumber, positiveInteger, registerClasses, tuple } from "../../config/index.js";
import { asTensor } from "../../core/convert.js";
import { known } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import {
  add,
  bincount,
  cast,
  clip,
  concatenate,
  countNonzero,
  cumsum,
  divide,
  equal,
  greater,
  isnan,
  lessEqual,
  max,
  min,
  moveaxis,
  multiply,
  oneHot,
  onesLike,
  pad,
  ravel,
  reshape,
  round,
  slice,
  stack,
  subtract,
  sum,
  take,
  transpose,
  unstack,
  where,
} from "../../ops/index.js";
import { ImageLayer, rescaled, type Transformation, type TransformOptions } from "./image-layer.js";
import { imageOptions, valueRange } from "./options.js";

/**
 * Stretches each channel of images over the whole value range. Keras: keras.layers.AutoContrast
 *
 * ```ts
 * new keras.layers.AutoContrast({ valueRange: [0, 1] })([[[[0.2], [0.6]]]]); // [[[[0], [1]]]]
 * ```
 */
export class AutoContrast extends ImageLayer<typeof AutoContrast.options> {
  static override readonly options = imageOptions.extend(["valueRange"], { valueRange: valueRange() });

  override transformImages(images: Tensor): Tensor {
    const { valueRange } = this.options;
    const given = this.floats(images);
    const x = rescaled(given, valueRange, [0, 255]);
    // As in Keras, axes 1 and 2 whatever the data format.
    const axis = [1, 2];
    const [low, high] = [min(x, { axis, keepdims: true }), max(x, { axis, keepdims: true })];
    const scale = divide(255, subtract(high, low));
    const stretched = rescaled(clip(subtract(multiply(x, scale), multiply(low, scale)), 0, 255), [0, 255], valueRange);
    return where(isnan(stretched), given, stretched);
  }
}

export interface AutoContrast extends LayerAttributes<typeof AutoContrast.options> {}

/**
 * Spreads the values of each channel so that all are equally frequent, by a histogram of `bins`. Keras: keras.layers.Equalization
 *
 * ```ts
 * new keras.layers.Equalization()(tf.ones([1, 8, 8, 3])).shape; // [1, 8, 8, 3]
 * ```
 */
export class Equalization extends ImageLayer<typeof Equalization.options> {
  static override readonly options = imageOptions.extend(["valueRange", "bins", "dataFormat"], {
    valueRange: valueRange(),
    bins: positiveInteger(256),
  });

  override transformImages(images: Tensor, _transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { valueRange } = this.options;
    const axis = this.axes.channels;
    const channels = unstack(this.floats(images), null, axis);
    return stack(
      channels.map((channel) => rescaled(this.#equalized(rescaled(channel, valueRange, [0, 255])), [0, 255], valueRange)),
      axis,
    );
  }

  #equalized(channel: Tensor): Tensor {
    const { bins } = this.options;
    const places = clip(cast(divide(multiply(channel, bins - 1), 255), "int32"), 0, bins - 1);
    const histogram = bincount(ravel(places), { minlength: bins });
    const below = cumsum(cast(histogram, "float32"));
    const least = min(where(greater(below, 0), below, Infinity));
    const range = subtract(max(below), least);
    const table = clip(round(divide(multiply(subtract(below, least), 255), where(equal(range, 0), 1, range))), 0, 255);
    const looked = take(table, cast(clip(multiply(divide(channel, 255), bins - 1), 0, bins - 1), "int32"), 0);
    return where(lessEqual(countNonzero(histogram), 1), channel, looked);
  }
}

export interface Equalization extends LayerAttributes<typeof Equalization.options> {}

/** Values between neighbouring tiles of a grid: which two, and how far from the first. */
function between(length: number, tile: number, count: number): { first: Int32Array; second: Int32Array; part: Float32Array } {
  const at = Float32Array.from({ length }, (_, i) => Math.fround((i - tile / 2) / tile) + 1);
  const first = Int32Array.from(at, (each) => Math.floor(each));
  return { first, second: first.map((each) => Math.min(each + 1, count + 1)), part: at.map((each, i) => each - first[i]!) };
}

/**
 * Spreads the values of images tile by tile, by histograms whose peaks are cut off at `clipLimit` times their mean, and blends between
 * tiles. Keras: keras.layers.ContrastLimitedAdaptiveHistogramEqualization
 *
 * ```ts
 * const layer = new keras.layers.ContrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [2, 2] });
 * layer(tf.ones([1, 8, 8, 3])).shape; // [1, 8, 8, 3]
 * ```
 *
 * @see Zuiderveld 1994, Contrast limited adaptive histogram equalization
 */
export class ContrastLimitedAdaptiveHistogramEqualization extends ImageLayer<typeof ContrastLimitedAdaptiveHistogramEqualization.options> {
  static override readonly options = imageOptions.extend(["valueRange", "clipLimit", "tileGridSize", "dataFormat"], {
    valueRange: valueRange(false),
    clipLimit: nonNegativeNumber(4),
    tileGridSize: tuple(2, positiveInteger(), 8),
  });

  override transformImages(images: Tensor): Tensor {
    const { valueRange } = this.options;
    const x = rescaled(cast(this.isChannelsFirst ? moveaxis(images, -3, -1) : images, "float32"), valueRange, [0, 255]);
    const y = cast(rescaled(this.#equalized(x), [0, 255], valueRange), images.dtype);
    return this.isChannelsFirst ? moveaxis(y, -1, -3) : y;
  }

  #equalized(images: Tensor): Tensor {
    const [batch] = images.shape;
    const [height, width, channels] = known(images.shape.slice(1), this.name) as [number, number, number];
    const [rows, columns] = this.options.tileGridSize as [number, number];
    const [tileHeight, tileWidth] = [Math.ceil(height / rows), Math.ceil(width / columns)];
    const margins: [number, number][] = [
      [0, 0],
      [0, tileHeight * rows - height],
      [0, tileWidth * columns - width],
      [0, 0],
    ];
    const x = margins.every(([, after]) => after === 0) ? images : pad(images, margins, "symmetric");
    const tiled = transpose(reshape(x, [-1, rows, tileHeight, columns, tileWidth, channels]), [0, 1, 3, 5, 2, 4]);
    const pixels = clip(cast(tiled, "int32"), 0, 255);
    const tables = this.#tables(reshape(pixels, [-1, rows, columns, channels, tileHeight * tileWidth]), tileHeight * tileWidth);
    const edged = withEdges(withEdges(tables, 1), 2);
    const [down, across] = [between(tileHeight * rows, tileHeight, rows), between(tileWidth * columns, tileWidth, columns)];
    const [strideX, strideY] = [256 * channels, 256 * channels * (columns + 2)];
    const index = (values: ArrayLike<number>, stride: number, shape: readonly number[]): Tensor =>
      asTensor(Int32Array.from(values, (each) => each * stride)).reshape(shape);
    // Numbers of images, also where there are as many as there will be.
    const numbers = subtract(
      cumsum(
        onesLike(
          slice(
            pixels,
            pixels.shape.map(() => 0),
            pixels.shape.map((_, i) => (i === 0 ? -1 : 1)),
          ),
        ),
        { axis: 0 },
      ),
      1,
    );
    const ofImage =
      batch === null
        ? multiply(reshape(numbers, [-1, 1, 1, 1]), strideY * (rows + 2))
        : index(
            Array.from({ length: batch! }, (_, i) => i),
            strideY * (rows + 2),
            [-1, 1, 1, 1],
          );
    const start = add(
      add(ofImage, index(Array.from({ length: channels }, (_, i) => i), 256, [1, 1, 1, -1])), // prettier-ignore
      cast(clip(x, 0, 255), "int32"),
    );
    const flat = ravel(edged);
    const read = (ys: Int32Array, xs: Int32Array): Tensor =>
      take(flat, add(add(start, index(ys, strideY, [1, -1, 1, 1])), index(xs, strideX, [1, 1, -1, 1])), 0);
    const blend = (a: Tensor, b: Tensor, part: Tensor): Tensor => add(multiply(a, subtract(1, part)), multiply(b, part));
    const partX = asTensor(across.part).reshape([1, 1, -1, 1]);
    const above = blend(read(down.first, across.first), read(down.first, across.second), partX);
    const below = blend(read(down.second, across.first), read(down.second, across.second), partX);
    const whole = blend(above, below, asTensor(down.part).reshape([1, -1, 1, 1]));
    return slice(whole, [0, 0, 0, 0], [-1, height, width, -1]);
  }

  /** What each value becomes in each tile, `[batch, rows, columns, channels, 256]`. */
  #tables(pixels: Tensor, size: number): Tensor {
    const { clipLimit } = this.options;
    let counts = sum(oneHot(pixels, 256), { axis: -2 });
    if (clipLimit > 0) {
      const cut = clip(counts, 0, (clipLimit * size) / 256);
      counts = add(cut, divide(sum(subtract(counts, cut), { axis: -1, keepdims: true }), 256));
    }
    const below = cumsum(counts, { axis: -1 });
    const least = min(below, { axis: -1, keepdims: true });
    const range = subtract(size, least);
    return clip(divide(multiply(subtract(below, least), 255), where(equal(range, 0), 1, range)), 0, 255);
  }
}

export interface ContrastLimitedAdaptiveHistogramEqualization extends LayerAttributes<
  typeof ContrastLimitedAdaptiveHistogramEqualization.options
> {}

/** The first and the last slice along an axis once more. */
function withEdges(x: Tensor, axis: number): Tensor {
  const at = (index: number): Tensor =>
    slice(
      x,
      x.shape.map((_, i) => (i === axis ? index : 0)),
      x.shape.map((_, i) => (i === axis ? 1 : -1)),
    );
  return concatenate([at(0), x, at(x.shape[axis]! - 1)], axis);
}

registerClasses("keras.layers", { AutoContrast, Equalization, ContrastLimitedAdaptiveHistogramEqualization });
