// Layers that blend images with others of the batch, or erase parts of them.

import type { LayerAttributes } from "../base/options.js";
import { field, integer, invalid, nullable, positiveNumber, registerClasses, withDefault } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import {
  add,
  arange,
  broadcastTo,
  cast,
  clip,
  concatenate,
  divide,
  expandDims,
  full,
  getItem,
  greaterEqual,
  less,
  logicalAnd,
  multiply,
  reshape,
  sqrt,
  subtract,
  take,
  where,
} from "../../ops/index.js";
import { beta, normal, shuffle, uniform } from "../../random/index.js";
import { chosen } from "./color.js";
import { type Boxes, partsOf, RandomImageLayer, type ImageData, type Transformation, type TransformOptions } from "./image-layer.js";
import { imageOptions, span, valueRange } from "./options.js";
import type { SeedGenerator } from "../../variables/seed-generator.js";

const seed = () => nullable(integer());

interface Mix {
  readonly mixWeight: Tensor;
  readonly permutationOrder: Tensor;
  readonly batchMasks: Tensor;
}

const mixed = (a: Tensor, b: Tensor, weight: Tensor): Tensor => add(multiply(weight, a), multiply(subtract(1, weight), b));

/**
 * Blends each image, and its label, with another one of the batch, by weights of a beta distribution. Keras: keras.layers.MixUp
 *
 * ```ts
 * const layer = new keras.layers.MixUp({ seed: 1 });
 * const mixed = layer({ images: tf.ones([2, 8, 8, 3]), labels: tf.eye(2) }, { training: true });
 * Object.keys(mixed); // ["images", "labels"]
 * ```
 */
export class MixUp extends RandomImageLayer<typeof MixUp.options> {
  static override readonly options = imageOptions.extend(["alpha", "dataFormat", "seed"], { alpha: positiveNumber(0.2), seed: seed() });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const batch = this.shapeOf(data)[0]!;
    const { alpha } = this.options;
    return {
      permutationOrder: shuffle(arange(batch, null, 1, { dtype: "int32" }), { seed: this.seedGenerator }),
      mixWeight: beta([batch], alpha, alpha, { seed: this.seedGenerator }),
    };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { mixWeight, permutationOrder } = partsOf<Mix>(transformation);
    const x = this.floats(images);
    return mixed(x, take(x, permutationOrder, 0), reshape(mixWeight, [-1, 1, 1, 1]));
  }

  override transformLabels(labels: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return labels;
    const { mixWeight, permutationOrder } = partsOf<Mix>(transformation);
    return mixed(cast(labels, "float32"), take(labels, permutationOrder, 0), reshape(mixWeight, [-1, 1]));
  }

  // As in Keras, boxes are joined image by image, labels batch by batch.
  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training) return boundingBoxes;
    const { permutationOrder } = partsOf<Mix>(transformation);
    const { boxes, labels } = boundingBoxes;
    return {
      boxes: concatenate([boxes, take(boxes, permutationOrder, 0)], 1),
      labels: concatenate([labels, take(labels, permutationOrder, 0)], 0),
    };
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return masks;
    const { mixWeight, permutationOrder } = partsOf<Mix>(transformation);
    return mixed(cast(masks, "float32"), take(masks, permutationOrder, 0), reshape(mixWeight, [-1, 1, 1, 1]));
  }
}

export interface MixUp extends LayerAttributes<typeof MixUp.options> {}

/** Where a random box stands along an axis: its length is `ratio` of it. */
function interval(batch: number, length: number, ratio: Tensor, generator: SeedGenerator): [begin: Tensor, end: Tensor] {
  const size = multiply(ratio, length);
  const begin = multiply(uniform([batch], { seed: generator }), subtract(length, size));
  return [begin, add(begin, size)];
}

/** Which pixels lie in boxes, bool in the shape of the images. */
function insideOf(
  shape: Shape,
  axes: { height: number; width: number },
  x: readonly [Tensor, Tensor],
  y: readonly [Tensor, Tensor],
): Tensor {
  const along = (axis: number, [begin, end]: readonly [Tensor, Tensor]): Tensor => {
    const at = shape.length + axis;
    const places = reshape(arange(shape[at]!, null, 1, { dtype: "float32" }), shape.map((_, i) => (i === at ? -1 : 1))); // prettier-ignore
    const [low, high] = [expandDims(begin, [1, 2, 3]), expandDims(end, [1, 2, 3])];
    return logicalAnd(greaterEqual(places, low), less(places, high));
  };
  return broadcastTo(logicalAnd(along(axes.width, x), along(axes.height, y)), shape);
}

/**
 * Puts a random box of each image in place of that of another one of the batch, and mixes the labels accordingly. Keras:
 * keras.layers.CutMix
 *
 * ```ts
 * const layer = new keras.layers.CutMix({ seed: 1 });
 * const mixed = layer({ images: tf.ones([2, 8, 8, 3]), labels: tf.eye(2) }, { training: true });
 * Object.keys(mixed); // ["images", "labels"]
 * ```
 */
export class CutMix extends RandomImageLayer<typeof CutMix.options> {
  static override readonly options = imageOptions.extend(["factor", "seed", "dataFormat"], {
    factor: span({ least: 0, most: 1 }, 1),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    const shape = this.shapeOf(data);
    const batch = shape[0]!;
    // One image has no other to be mixed with.
    if (!training || batch === 1) return null;
    const [height, width] = this.sizeOf(shape);
    const [minval, maxval] = this.options.factor;
    const alpha = add(uniform([], { minval, maxval, seed: this.seedGenerator }), 1e-6);
    const ratio = sqrt(subtract(1, beta([batch], alpha, alpha, { seed: this.seedGenerator })));
    const x = interval(batch, width, ratio, this.seedGenerator);
    const y = interval(batch, height, ratio, this.seedGenerator);
    const area = multiply(subtract(x[1], x[0]), subtract(y[1], y[0]));
    return {
      permutationOrder: shuffle(arange(batch, null, 1, { dtype: "int32" }), { seed: this.seedGenerator }),
      batchMasks: insideOf(shape, this.axes, x, y),
      mixWeight: expandDims(subtract(1, divide(area, width * height)), [1, 2, 3]),
    };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    return training && transformation !== null ? this.#cut(x, transformation) : x;
  }

  #cut(x: Tensor, transformation: Transformation): Tensor {
    const { batchMasks, permutationOrder } = partsOf<Mix>(transformation);
    return where(batchMasks, take(x, permutationOrder, 0), x);
  }

  override transformLabels(labels: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training || transformation === null) return labels;
    const { mixWeight, permutationOrder } = partsOf<Mix>(transformation);
    return mixed(cast(labels, "float32"), take(labels, permutationOrder, 0), reshape(mixWeight, [-1, 1]));
  }

  override transformBoundingBoxes(): Boxes {
    throw new ArgumentError(`${this.name}.boundingBoxes`, {
      given: "bounding boxes",
      expected: "images, labels and masks: boxes cannot be cut and mixed",
    });
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training && transformation !== null ? this.#cut(masks, transformation) : masks;
  }
}

export interface CutMix extends LayerAttributes<typeof CutMix.options> {}

/** What boxes are filled with: a number, or one for each channel. */
const fill = nullable(
  withDefault(
    field<number | readonly number[]>({
      expected: "a number, or an array of three",
      parse: (value) =>
        Number.isFinite(value) || (Array.isArray(value) && value.length === 3 && value.every((each) => Number.isFinite(each)))
          ? (value as number)
          : invalid,
    }),
    0,
  ),
);

/**
 * Fills a random box of each image, with a probability drawn from `factor`; without `fillValue` with noise. Keras:
 * keras.layers.RandomErasing
 *
 * ```ts
 * new keras.layers.RandomErasing({ seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomErasing extends RandomImageLayer<typeof RandomErasing.options> {
  static override readonly options = imageOptions.extend(["factor", "scale", "fillValue", "valueRange", "seed"], {
    factor: span({ least: 0, most: 1 }, 1),
    scale: span({ least: 0, most: 1 }, [0.02, 0.33]),
    fillValue: fill,
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const shape = this.shapeOf(data);
    const [height, width] = this.sizeOf(shape);
    const { factor, scale } = this.options;
    const batch = shape[0]!;
    const ratios = sqrt(uniform([batch, 2], { minval: scale[0], maxval: scale[1], seed: this.seedGenerator }));
    const x = interval(batch, width, getItem(ratios, ["...", 0]), this.seedGenerator);
    const y = interval(batch, height, getItem(ratios, ["...", 1]), this.seedGenerator);
    return {
      batchMasks: insideOf(shape, this.axes, x, y),
      applyErasing: chosen(batch, factor, this.seedGenerator),
      fillValue: clip(this.#filling(shape), ...this.options.valueRange),
    };
  }

  #filling(shape: Shape): Tensor {
    const { fillValue, valueRange } = this.options;
    if (fillValue === null) return multiply(normal(shape, { seed: this.seedGenerator }), valueRange[1]);
    if (typeof fillValue === "number") return full([1, 1, 1, 1], fillValue);
    return reshape([...fillValue], shape.map((_, i) => (i === shape.length + this.axes.channels ? 3 : 1))); // prettier-ignore
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training || transformation === null) return x;
    const { batchMasks, applyErasing, fillValue } = partsOf<Record<"batchMasks" | "applyErasing" | "fillValue", Tensor>>(transformation);
    return where(logicalAnd(batchMasks, expandDims(applyErasing, [1, 2, 3])), fillValue, x);
  }
}

export interface RandomErasing extends LayerAttributes<typeof RandomErasing.options> {}

registerClasses("keras.layers", { MixUp, CutMix, RandomErasing });
