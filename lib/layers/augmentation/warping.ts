// Layers that rotate, move, zoom, shear and bend images at random.

import type { LayerAttributes } from "../base/options.js";
import { fraction, integer, nullable, number, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import {
  add,
  clip,
  concatenate,
  cos,
  divide,
  expandDims,
  greater,
  image,
  inv,
  less,
  logicalOr,
  matmul,
  max,
  min,
  moveaxis,
  multiply,
  negative,
  onesLike,
  reshape,
  sin,
  split,
  squeeze,
  stack,
  subtract,
  trunc,
  unstack,
  where,
  zerosLike,
} from "../../ops/index.js";
import { clipped, clipToImageSize, columnsOf, convertFormat, joined } from "../../ops/boxes/formats.js";
import { affineTransform, moved } from "../../ops/boxes/geometry.js";
import { asBatch } from "../../ops/image/layout.js";
import { grid, homography, sampled } from "../../ops/image/sampling.js";
import { displaced, elasticFields } from "../../random/elastic-transform.js";
import { uniform } from "../../random/index.js";
import { chosen } from "./color.js";
import { type Boxes, partsOf, RandomImageLayer, type ImageData, type Transformation, type TransformOptions } from "./image-layer.js";
import { fillMode, fillModeAnywhere, imageOptions, sampling, span, valueRange } from "./options.js";
import type { Config, Schema } from "../../config/index.js";
import { Layer } from "../layer.js";

const seed = () => nullable(integer());

interface Sampling {
  readonly fillMode: string;
  readonly fillValue: number;
  readonly interpolation: string;
  readonly dataFormat: string;
}

/** A layer that shows images as an affine map sees them. */
abstract class AffineLayer<S extends Schema> extends RandomImageLayer<S> {
  get #sampling(): Sampling {
    return this.options as unknown as Sampling;
  }

  /** The map of each image, `[batch, 8]`. */
  protected abstract matrixOf(transformation: Transformation, images: Tensor): Tensor;

  #warped(images: Tensor, transformation: Transformation, interpolation: string): Tensor {
    if (transformation === null) return images;
    const { fillMode, fillValue, dataFormat } = this.#sampling;
    const matrix = this.matrixOf(transformation, images);
    if (fillMode === "wrap") return wrapped(images, matrix, { interpolation, dataFormat });
    return image.affineTransform(images, matrix, { interpolation, fillMode, fillValue, dataFormat });
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    return training ? this.#warped(x, transformation, this.#sampling.interpolation) : x;
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#warped(masks, transformation, "nearest") : masks;
  }
}

/**
 * An affine map of images that repeat outside, where TensorFlow has them: a place n pixels wide image away comes back by n pixels, and
 * stays at the edge where that is still outside.
 */
function wrapped(images: Tensor, matrix: Tensor, options: { readonly interpolation: string; readonly dataFormat: string }): Tensor {
  const { x: batch, back } = asBatch("affineTransform", images, options.dataFormat);
  const [a0, a1, a2, b0, b1, b2] = unstack(matrix, 8, 1).map((each) => expandDims(each, [1, 2])) as Tensor[];
  const [y, x] = grid(batch);
  const mapped = (p: Tensor, q: Tensor, r: Tensor, length: number): Tensor => {
    const at = add(add(multiply(p, x), multiply(q, y)), r);
    if (length === 1) return multiply(at, 0);
    const turns = trunc(divide(at, length - 1));
    const inner = where(less(at, 0), add(at, multiply(subtract(1, turns), length)), subtract(at, multiply(turns, length)));
    const isOutside = logicalOr(less(at, 0), greater(at, length - 1));
    return clip(where(isOutside, inner, at), 0, length - 1);
  };
  const [, height, width] = batch.shape as [number, number, number];
  const [toX, toY] = [mapped(a0!, a1!, a2!, width), mapped(b0!, b1!, b2!, height)];
  return back(sampled("affineTransform", batch, toY, toX, { ...options, fillMode: "nearest" }));
}

/**
 * Turns images about their middle by a random part of a full turn. Keras: keras.layers.RandomRotation
 *
 * ```ts
 * new keras.layers.RandomRotation(0.1, { seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomRotation extends AffineLayer<typeof RandomRotation.options> {
  static override readonly options = imageOptions.extend(["factor", "fillMode", "interpolation", "seed", "fillValue"], {
    factor: span({ least: -1, most: 1 }),
    fillMode: fillMode(),
    fillValue: number(0),
    interpolation: sampling(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const shape = this.shapeOf(data);
    const [imageHeight, imageWidth] = this.sizeOf(shape);
    const [low, high] = this.options.factor;
    const batchSize = shape[0]!;
    const angle = uniform([batchSize], { minval: low * 360, maxval: high * 360, seed: this.seedGenerator });
    const turn = multiply(angle, Math.PI / 180);
    const [cosine, sine] = [cos(turn), sin(turn)];
    const [cx, cy] = [(imageWidth - 1) / 2, (imageHeight - 1) / 2];
    const x = subtract(cx, add(multiply(cosine, cx), multiply(negative(sine), cy)));
    const y = subtract(cy, add(multiply(sine, cx), multiply(cosine, cy)));
    const zero = zerosLike(angle);
    const rotationMatrix = stack([cosine, negative(sine), x, sine, cosine, y, zero, zero], 1);
    return { angle, rotationMatrix, imageHeight, imageWidth, batchSize };
  }

  protected override matrixOf(transformation: Transformation): Tensor {
    return partsOf<{ rotationMatrix: Tensor }>(transformation).rotationMatrix;
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const {
      angle,
      imageHeight: height,
      imageWidth: width,
    } = partsOf<{ angle: Tensor; imageHeight: number; imageWidth: number }>(transformation);
    const zero = zerosLike(angle);
    const boxes = affineTransform(boundingBoxes.boxes, angle, zero, zero, onesLike(angle), zero, zero, height, width);
    const kept = clipToImageSize({ ...boundingBoxes, boxes }, { height, width });
    return convertFormat(kept, "xyxy", this.boxFormat, { height, width });
  }
}

export interface RandomRotation extends LayerAttributes<typeof RandomRotation.options> {}

/**
 * Moves images by random parts of their height and width. Keras: keras.layers.RandomTranslation
 *
 * ```ts
 * new keras.layers.RandomTranslation(0.2, 0.2, { seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomTranslation extends AffineLayer<typeof RandomTranslation.options> {
  static override readonly options = imageOptions.extend(["heightFactor", "widthFactor", "fillMode", "interpolation", "seed"], {
    heightFactor: span({ least: -1, most: 1, strict: true, asGiven: true }),
    widthFactor: span({ least: -1, most: 1, strict: true, asGiven: true }),
    fillMode: fillMode(),
    interpolation: sampling(),
    seed: seed(),
    fillValue: number(0),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const inputShape = this.shapeOf(data);
    const [height, width] = this.sizeOf(inputShape);
    const drawn = ([minval, maxval]: readonly [number, number], length: number): Tensor =>
      multiply(uniform([inputShape[0]!, 1], { minval, maxval, seed: this.seedGenerator }), length);
    const down = drawn(this.options.heightFactor, height);
    const across = drawn(this.options.widthFactor, width);
    return { translations: concatenate([across, down], 1), inputShape };
  }

  protected override matrixOf(transformation: Transformation): Tensor {
    const { translations } = partsOf<{ translations: Tensor }>(transformation);
    const [x, y] = unstack(translations, 2, 1) as [Tensor, Tensor];
    const [one, zero] = [onesLike(x), zerosLike(x)];
    return stack([one, zero, negative(x), zero, one, negative(y), zero, zero], 1);
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const { translations, inputShape } = partsOf<{ translations: Tensor; inputShape: readonly number[] }>(transformation);
    const [height, width] = this.sizeOf(inputShape);
    const corners = convertFormat(boundingBoxes.boxes, this.boxFormat, "xyxy", { height, width });
    const [x, y] = split(translations, 2, 1).map((each) => (corners.rank === 3 ? expandDims(each, -1) : each)) as [Tensor, Tensor];
    const kept = clipToImageSize({ ...boundingBoxes, boxes: moved(corners, x, y) }, { height, width });
    return convertFormat(kept, "xyxy", this.boxFormat, { height, width });
  }
}

export interface RandomTranslation extends LayerAttributes<typeof RandomTranslation.options> {}

/**
 * Zooms images by random factors: negative ones zoom in. Without `widthFactor` the ratio of the sides stays. Keras: keras.layers.RandomZoom
 *
 * ```ts
 * new keras.layers.RandomZoom(0.2, { seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomZoom extends AffineLayer<typeof RandomZoom.options> {
  static override readonly options = imageOptions.extend(["heightFactor", "widthFactor", "fillMode", "interpolation", "seed"], {
    heightFactor: span({ least: -1, most: 1, above: true, strict: true, asGiven: true, low: (factor) => -factor }),
    widthFactor: nullable(span({ least: -1, most: 1, above: true, strict: true, asGiven: true, low: (factor) => -factor })),
    fillMode: fillMode(),
    interpolation: sampling(),
    seed: seed(),
    fillValue: number(0),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const inputShape = this.shapeOf(data);
    const drawn = ([low, high]: readonly [number, number]): Tensor =>
      uniform([inputShape[0]!, 1], { minval: 1 + low, maxval: 1 + high, seed: this.seedGenerator });
    const heightZoom = drawn(this.options.heightFactor);
    const widthZoom = this.options.widthFactor ? drawn(this.options.widthFactor) : heightZoom;
    return { heightZoom, widthZoom, inputShape };
  }

  /** Scale and shift along both axes, each `[batch, 1]`. */
  #map(transformation: Transformation, height: number, width: number) {
    const { heightZoom, widthZoom } = partsOf<{ heightZoom: Tensor; widthZoom: Tensor }>(transformation);
    const shift = (zoom: Tensor, length: number): Tensor => multiply(subtract(1, zoom), (length - 1) / 2);
    return { widthZoom, heightZoom, x: shift(widthZoom, width), y: shift(heightZoom, height) };
  }

  protected override matrixOf(transformation: Transformation, images: Tensor): Tensor {
    const [height, width] = this.sizeOf(images.shape);
    const { widthZoom, heightZoom, x, y } = this.#map(transformation, height, width);
    const zero = zerosLike(x);
    return concatenate([widthZoom, zero, x, zero, heightZoom, y, zero, zero], 1);
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const { inputShape } = partsOf<{ inputShape: readonly number[] }>(transformation);
    const [height, width] = this.sizeOf(inputShape);
    const corners = convertFormat(boundingBoxes.boxes, this.boxFormat, "xyxy", { height, width });
    const map = this.#map(transformation, height, width);
    const wide = (each: Tensor): Tensor => expandDims(each, -1);
    const [left, top] = [wide(map.x), wide(map.y)];
    const [newWidth, newHeight] = [multiply(wide(map.widthZoom), width), multiply(wide(map.heightZoom), height)];
    const [x1, y1, x2, y2] = columnsOf(corners);
    const inside = clipped([subtract(x1, left), subtract(y1, top), subtract(x2, left), subtract(y2, top)], newHeight, newWidth);
    const relative = convertFormat(joined(inside), "xyxy", "rel_xyxy", { height: newHeight, width: newWidth });
    const kept = clipToImageSize({ ...boundingBoxes, boxes: relative }, { boundingBoxFormat: "rel_xyxy" });
    return convertFormat(kept, "rel_xyxy", this.boxFormat, { height, width });
  }
}

export interface RandomZoom extends LayerAttributes<typeof RandomZoom.options> {}

/**
 * Shears images by random factors. Keras: keras.layers.RandomShear
 *
 * ```ts
 * new keras.layers.RandomShear({ xFactor: 0.2, seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomShear extends AffineLayer<typeof RandomShear.options> {
  static override readonly options = imageOptions.extend(["xFactor", "yFactor", "interpolation", "fillMode", "fillValue"], {
    xFactor: span({ least: 0, most: 1, strict: true, low: (factor) => -factor }, 0),
    yFactor: span({ least: 0, most: 1, strict: true, low: (factor) => -factor }, 0),
    interpolation: sampling(),
    fillMode: fillMode(),
    fillValue: number(0),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const inputShape = this.shapeOf(data);
    const drawn = ([minval, maxval]: readonly [number, number]): Tensor =>
      uniform([inputShape[0]!, 1], { minval, maxval, seed: this.seedGenerator });
    const sign = where(greater(drawn([0, 1]), 0.5), -1, 1);
    const [y, x] = [drawn(this.options.yFactor), drawn(this.options.xFactor)];
    return { shearFactor: multiply(concatenate([x, y], 1), sign), inputShape };
  }

  protected override matrixOf(transformation: Transformation): Tensor {
    const { shearFactor } = partsOf<{ shearFactor: Tensor }>(transformation);
    const [x, y] = unstack(shearFactor, 2, 1) as [Tensor, Tensor];
    const [one, zero] = [onesLike(x), zerosLike(x)];
    return stack([one, x, zero, y, one, zero, zero, zero], 1);
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const { shearFactor, inputShape } = partsOf<{ shearFactor: Tensor; inputShape: readonly number[] }>(transformation);
    const [height, width] = this.sizeOf(inputShape);
    const [sx, sy] = split(shearFactor, 2, -1) as [Tensor, Tensor];
    const relative = convertFormat(boundingBoxes.boxes, this.boxFormat, "rel_xyxy", { height, width });
    let [x1, y1, x2, y2] = columnsOf(relative).map((each) => squeeze(each, -1)) as [Tensor, Tensor, Tensor, Tensor];
    const shifted = (value: Tensor, by: Tensor, at: Tensor): Tensor => subtract(value, multiply(by, at));
    const isLeft = less(sx, 0);
    [x1, x2] = [where(isLeft, shifted(x1, sx, y1), shifted(x1, sx, y2)), where(isLeft, shifted(x2, sx, y2), shifted(x2, sx, y1))];
    const isDown = greater(sy, 0);
    [y1, y2] = [where(isDown, shifted(y1, sy, x2), shifted(y1, sy, x1)), where(isDown, shifted(y2, sy, x1), shifted(y2, sy, x2))];
    const kept = clipToImageSize({ ...boundingBoxes, boxes: stack([x1, y1, x2, y2], -1) }, { boundingBoxFormat: "rel_xyxy" });
    return convertFormat(kept, "rel_xyxy", this.boxFormat, { height, width });
  }

  /** Keras writes a factor f as [−f, f], which it does not read itself. */
  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config): T {
    const single = (factor: unknown): unknown => (Array.isArray(factor) && factor[0] < 0 && factor[0] === -factor[1] ? factor[1] : factor);
    return Layer.fromConfig.call(
      this as never,
      { ...config, x_factor: single(config["x_factor"]), y_factor: single(config["y_factor"]) } as Config,
    ) as T;
  }
}

export interface RandomShear extends LayerAttributes<typeof RandomShear.options> {}

/**
 * Shows images from a random angle: each with a probability drawn from `factor`, corners moved by at most half of `scale`. Keras:
 * keras.layers.RandomPerspective
 *
 * ```ts
 * new keras.layers.RandomPerspective({ seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomPerspective extends RandomImageLayer<typeof RandomPerspective.options> {
  static override readonly options = imageOptions.extend(["factor", "scale", "interpolation", "fillValue", "seed"], {
    factor: span({ least: 0, most: 1 }, 1),
    scale: fraction(1),
    interpolation: sampling(),
    fillValue: number(0),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const inputShape = this.shapeOf(data);
    const [height, width] = this.sizeOf(inputShape);
    const { factor, scale } = this.options;
    const [batch] = inputShape;
    const applyPerspective = chosen(batch!, factor, this.seedGenerator);
    const shift = uniform([batch!, 4, 2], { minval: -0.5 * scale, maxval: 0.5 * scale, seed: this.seedGenerator });
    const corners = [[[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]]]; // prettier-ignore
    const startPoints = add(multiply(shift, 0), corners);
    const endPoints = where(expandDims(applyPerspective, [1, 2]), add(startPoints, multiply(startPoints, shift)), startPoints);
    return { applyPerspective, startPoints, endPoints, inputShape };
  }

  #warped(images: Tensor, transformation: Transformation, interpolation: string): Tensor {
    if (transformation === null) return images;
    const { applyPerspective, startPoints, endPoints } =
      partsOf<Record<"applyPerspective" | "startPoints" | "endPoints", Tensor>>(transformation);
    const { fillValue, dataFormat } = this.options;
    const batch = images.rank === 3 ? expandDims(images, 0) : images;
    const seen = image.perspectiveTransform(batch, startPoints, endPoints, { interpolation, fillValue, dataFormat });
    const changed = where(expandDims(applyPerspective, [1, 2, 3]), seen, batch);
    return images.rank === 3 ? squeeze(changed, 0) : changed;
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    return training ? this.#warped(x, transformation, this.options.interpolation) : x;
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#warped(masks, transformation, "nearest") : masks;
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const { applyPerspective, startPoints, endPoints, inputShape } = partsOf<
      Record<"applyPerspective" | "startPoints" | "endPoints", Tensor> & { inputShape: readonly number[] }
    >(transformation);
    const [height, width] = this.sizeOf(inputShape);
    const boxes = convertFormat(boundingBoxes.boxes, this.boxFormat, "xyxy", { height, width });
    const [x1, y1, x2, y2] = columnsOf(boxes);
    const forward = homography(startPoints, endPoints);
    const matrix = reshape(concatenate([forward, onesLike(split(forward, 8, 1)[0]!)], 1), [-1, 3, 3]);
    const back = inv(matrix);
    const corners = [[x1, y1], [x2, y2], [x1, y2], [x2, y1]] as const; // prettier-ignore
    const seen = corners.map(([x, y]) => {
      const points = matmul(back, moveaxis(concatenate([x, y, onesLike(x)], -1), -1, -2));
      const [px, py, depth] = unstack(points, 3, 1) as [Tensor, Tensor, Tensor];
      return [divide(px, depth), divide(py, depth)] as const;
    });
    const xs = stack(seen.map(([x]) => x), -1); // prettier-ignore
    const ys = stack(seen.map(([, y]) => y), -1); // prettier-ignore
    const axis = -1;
    const around = stack([min(xs, { axis }), min(ys, { axis }), max(xs, { axis }), max(ys, { axis })], -1);
    const moved = where(expandDims(applyPerspective, [1, 2]), around, boxes);
    // As in Keras, the boxes stay corners in pixels.
    return clipToImageSize({ ...boundingBoxes, boxes: moved }, { height, width });
  }
}

export interface RandomPerspective extends LayerAttributes<typeof RandomPerspective.options> {}

/**
 * Moves pixels by smooth random fields: each image with a probability drawn from `factor`, as strongly as drawn from `scale`. Keras:
 * keras.layers.RandomElasticTransform
 *
 * ```ts
 * new keras.layers.RandomElasticTransform({ seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomElasticTransform extends RandomImageLayer<typeof RandomElasticTransform.options> {
  static override readonly options = imageOptions.extend(["factor", "scale", "interpolation", "fillMode", "fillValue"], {
    factor: span({ least: 0, most: 1 }, 1),
    scale: span({ least: 0, most: 1 }, 1),
    interpolation: sampling(),
    fillMode: fillModeAnywhere(),
    fillValue: number(0),
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    const { factor, scale } = this.options;
    if (!training || scale[1] === 0 || factor[1] === 0) return null;
    const applyTransform = chosen(this.shapeOf(data)[0]!, factor, this.seedGenerator);
    const distortionFactor = uniform([], { minval: scale[0], maxval: scale[1], seed: this.seedGenerator });
    const shape = this.shapeOf(data);
    const [height, width] = this.sizeOf(shape);
    const sigma = add(multiply(distortionFactor, 0.05 * Math.min(height, width)), 1e-6);
    const size = [shape[0]!, height, width] as const;
    const fields = elasticFields(size, sigma, 0.05 * Math.min(height, width) * scale[1], this.seedGenerator);
    const alpha = multiply(distortionFactor, 0.1 * Math.max(height, width));
    // Masks are moved by the same fields as their images.
    return { applyTransform, distortionFactor, fields: fields.map((field) => multiply(field, alpha)) };
  }

  #warped(images: Tensor, transformation: Transformation, interpolation: string): Tensor {
    if (transformation === null) return images;
    const { applyTransform, fields } = partsOf<{ applyTransform: Tensor; fields: [Tensor, Tensor] }>(transformation);
    const { fillMode, fillValue, dataFormat, valueRange } = this.options;
    const moved = displaced(images, fields, { interpolation, fillMode, fillValue, dataFormat });
    return clip(where(expandDims(applyTransform, [1, 2, 3]), moved, images), ...valueRange);
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    return training ? this.#warped(x, transformation, this.options.interpolation) : x;
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#warped(masks, transformation, "nearest") : masks;
  }
}

export interface RandomElasticTransform extends LayerAttributes<typeof RandomElasticTransform.options> {}

registerClasses("keras.layers", { RandomRotation, RandomTranslation, RandomZoom, RandomShear, RandomPerspective, RandomElasticTransform });
