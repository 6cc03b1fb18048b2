// Layers that change colours of images at random.

import type { LayerAttributes } from "../base/options.js";
import { integer, nullable, registerClasses, fraction } from "../../config/index.js";
import { epsilon } from "../../config/settings.js";
import type { Tensor } from "../../core/tensor.js";
import { randint, uniform } from "../../random/index.js";
import {
  add,
  bitwiseLeftShift,
  bitwiseRightShift,
  cast,
  clip,
  divide,
  expandDims,
  full,
  greater,
  image,
  less,
  mean,
  multiply,
  reshape,
  stack,
  subtract,
  unstack,
  where,
} from "../../ops/index.js";
import {
  ImageLayer,
  partsOf,
  RandomImageLayer,
  rescaled,
  type ImageData,
  type Transformation,
  type TransformOptions,
} from "./image-layer.js";
import { imageOptions, span, valueRange } from "./options.js";

const seed = () => nullable(integer());

/** A value for each image, in a shape that broadcasts with the batch. */
const forEachImage = (values: Tensor): Tensor => (values.rank === 1 ? expandDims(values, [1, 2, 3]) : values);

/**
 * Adds one random number to all pixels of an image: `factor` is a part of the value range. Keras: keras.layers.RandomBrightness
 *
 * ```ts
 * const layer = new keras.layers.RandomBrightness(0.2, { valueRange: [0, 1], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomBrightness extends RandomImageLayer<typeof RandomBrightness.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "seed"], {
    factor: span({ least: -1, most: 1 }),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    const shape = [this.shapeOf(data)[0]!, 1, 1, 1];
    if (!training) return { rgbDelta: full([1, 1, 1, 1], 0) };
    const { factor, valueRange } = this.options;
    const delta = uniform(shape, { minval: factor[0], maxval: factor[1], seed: this.seedGenerator });
    return { rgbDelta: multiply(delta, valueRange[1] - valueRange[0]) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { rgbDelta } = partsOf<{ rgbDelta: Tensor }>(transformation);
    const { valueRange } = this.options;
    return clip(add(this.floats(images), rgbDelta), valueRange[0], valueRange[1]);
  }
}

export interface RandomBrightness extends LayerAttributes<typeof RandomBrightness.options> {}

/**
 * Moves pixels away from or towards the mean of their image and channel by a random factor. Keras: keras.layers.RandomContrast
 *
 * ```ts
 * const layer = new keras.layers.RandomContrast(0.5, { valueRange: [0, 1], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomContrast extends RandomImageLayer<typeof RandomContrast.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "seed"], {
    factor: span({ least: 0, most: 1 }),
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return { contrastFactor: full([1, 1, 1, 1], 0) };
    const [low, high] = this.options.factor;
    const shape = [this.shapeOf(data)[0]!, 1, 1, 1];
    return { contrastFactor: uniform(shape, { minval: 1 - low, maxval: 1 + high, seed: this.seedGenerator }) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { contrastFactor } = partsOf<{ contrastFactor: Tensor }>(transformation);
    const { height, width } = this.axes;
    const x = this.floats(images);
    const middle = mean(mean(x, { axis: height, keepdims: true }), { axis: width, keepdims: true });
    return clip(add(multiply(subtract(x, middle), contrastFactor), middle), ...this.options.valueRange);
  }
}

export interface RandomContrast extends LayerAttributes<typeof RandomContrast.options> {}

/**
 * Draws colours towards grey by a random factor: 1 is grey. Keras: keras.layers.RandomColorDegeneration
 *
 * ```ts
 * new keras.layers.RandomColorDegeneration(0.5, { seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomColorDegeneration extends RandomImageLayer<typeof RandomColorDegeneration.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "dataFormat", "seed"], {
    factor: span({ least: -1, most: 1 }),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const [minval, maxval] = this.options.factor;
    return { factor: uniform([this.shapeOf(data)[0]!, 1, 1, 1], { minval, maxval, seed: this.seedGenerator }) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { factor } = partsOf<{ factor: Tensor }>(transformation);
    const x = this.floats(images);
    const gray = image.rgbToGrayscale(x, { dataFormat: this.options.dataFormat });
    return clip(add(x, multiply(forEachImage(factor), subtract(gray, x))), ...this.options.valueRange);
  }
}

export interface RandomColorDegeneration extends LayerAttributes<typeof RandomColorDegeneration.options> {}

/**
 * Makes images grey, each with probability `factor`. Keras: keras.layers.RandomGrayscale
 *
 * ```ts
 * new keras.layers.RandomGrayscale({ factor: 1 })([[[[1, 0, 0]]]], { training: true }); // [[[[0.2989, 0.2989, 0.2989]]]]
 * ```
 */
export class RandomGrayscale extends RandomImageLayer<typeof RandomGrayscale.options> {
  static override readonly options = imageOptions.extend(["factor", "dataFormat", "seed"], {
    factor: fraction(0.5),
    seed: { ...seed(), serialize: () => undefined },
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const drawn = uniform([this.shapeOf(data)[0]!], { seed: this.seedGenerator });
    return expandDims(less(drawn, this.options.factor), [1, 2, 3]);
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const gray = image.rgbToGrayscale(images, { dataFormat: this.options.dataFormat });
    return where((transformation ?? this.getRandomTransformation(images)) as Tensor, gray, images);
  }
}

export interface RandomGrayscale extends LayerAttributes<typeof RandomGrayscale.options> {}

/** The first channel, the second and the third, changed one by one. */
function withPlane(x: Tensor, axis: number, index: number, change: (plane: Tensor) => Tensor): Tensor {
  const planes = unstack(x, 3, axis);
  planes[index] = change(planes[index]!);
  return stack(planes, axis);
}

/**
 * Turns the hue of images by a random part of the colour circle, at most half of `factor`. Keras: keras.layers.RandomHue
 *
 * ```ts
 * new keras.layers.RandomHue(0.2, { valueRange: [0, 1], seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomHue extends RandomImageLayer<typeof RandomHue.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "dataFormat", "seed"], {
    factor: span({ least: 0, most: 1 }),
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const [batch] = this.shapeOf(data);
    const sign = where(greater(uniform([batch!], { seed: this.seedGenerator }), 0.5), -1, 1);
    const [minval, maxval] = this.options.factor;
    return { factor: multiply(multiply(sign, uniform([batch!], { minval, maxval, seed: this.seedGenerator })), 0.5) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { factor } = partsOf<{ factor: Tensor }>(transformation);
    const { dataFormat, valueRange } = this.options;
    const hsv = image.rgbToHsv(rescaled(this.floats(images), valueRange, [0, 1]), { dataFormat });
    const turned = withPlane(hsv, this.axes.channels, 0, (hue) => {
      const moved = add(hue, expandDims(factor, [1, 2]));
      const down = where(greater(moved, 1), subtract(moved, 1), moved);
      return where(less(down, 0), add(down, 1), down);
    });
    return rescaled(clip(image.hsvToRgb(turned, { dataFormat }), 0, 1), [0, 1], valueRange);
  }
}

export interface RandomHue extends LayerAttributes<typeof RandomHue.options> {}

/**
 * Multiplies the saturation of images by f / (1 − f) for a random f: 0.5 changes nothing, 0 is grey. Keras: keras.layers.RandomSaturation
 *
 * ```ts
 * const layer = new keras.layers.RandomSaturation(0.5, { valueRange: [0, 1], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomSaturation extends RandomImageLayer<typeof RandomSaturation.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "dataFormat", "seed"], {
    factor: span({ least: -1, most: 1 }),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const [minval, maxval] = this.options.factor;
    const factor = uniform([this.shapeOf(data)[0]!], { minval, maxval, seed: this.seedGenerator });
    return { factor: divide(factor, add(subtract(1, factor), epsilon())) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { factor } = partsOf<{ factor: Tensor }>(transformation);
    const { dataFormat, valueRange } = this.options;
    const hsv = image.rgbToHsv(this.floats(images), { dataFormat });
    const changed = withPlane(hsv, this.axes.channels, 1, (saturation) =>
      clip(multiply(saturation, expandDims(factor, [1, 2])), ...valueRange),
    );
    return image.hsvToRgb(changed, { dataFormat });
  }
}

export interface RandomSaturation extends LayerAttributes<typeof RandomSaturation.options> {}

/**
 * Random brightness, contrast, saturation and hue, one after the other. Keras: keras.layers.RandomColorJitter
 *
 * ```ts
 * const layer = new keras.layers.RandomColorJitter({ valueRange: [0, 1], brightnessFactor: 0.2, hueFactor: 0.1, seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomColorJitter extends RandomImageLayer<typeof RandomColorJitter.options> {
  static override readonly options = imageOptions.extend(
    ["valueRange", "brightnessFactor", "contrastFactor", "saturationFactor", "hueFactor"],
    {
      valueRange: valueRange(false),
      brightnessFactor: nullable(span({ least: -1, most: 1, asGiven: true })),
      contrastFactor: nullable(span({ least: 0, most: 1, asGiven: true })),
      saturationFactor: nullable(span({ least: -1, most: 1, asGiven: true })),
      hueFactor: nullable(span({ least: 0, most: 1, asGiven: true })),
      seed: seed(),
    },
  );

  readonly steps: readonly ImageLayer<never>[] = this.#steps();

  #steps(): readonly ImageLayer<never>[] {
    const { valueRange, dataFormat, brightnessFactor, contrastFactor, saturationFactor, hueFactor, seed } = this.options;
    const made = ([Class, factor]: readonly [typeof RandomBrightness, readonly number[] | null]) =>
      factor === null ? [] : [new Class({ factor, valueRange, dataFormat, seed })];
    return (
      [
        [RandomBrightness, brightnessFactor],
        [RandomContrast, contrastFactor],
        [RandomSaturation, saturationFactor],
        [RandomHue, hueFactor],
      ] as unknown as (readonly [typeof RandomBrightness, readonly number[] | null])[]
    ).flatMap(made) as unknown as ImageLayer<never>[];
  }

  override transformImages(images: Tensor, _transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    return this.steps.reduce((x, step) => step.transformImages(x, step.getRandomTransformation(x)), this.floats(images));
  }
}

export interface RandomColorJitter extends LayerAttributes<typeof RandomColorJitter.options> {}

/**
 * Inverts images, each with a random probability drawn from `factor`. Keras: keras.layers.RandomInvert
 *
 * ```ts
 * new keras.layers.RandomInvert({ factor: [1, 1], valueRange: [0, 1] })([[[[0.25, 1, 0]]]], { training: true }); // [[[[0.75, 0, 1]]]]
 * ```
 */
export class RandomInvert extends RandomImageLayer<typeof RandomInvert.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "seed", "dataFormat"], {
    factor: span({ least: 0, most: 1 }, 1),
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    return { applyInversion: chosen(this.shapeOf(data)[0]!, this.options.factor, this.seedGenerator) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { applyInversion } = partsOf<{ applyInversion: Tensor }>(transformation);
    const x = this.floats(images);
    return where(forEachImage(applyInversion), subtract(this.options.valueRange[1], x), x);
  }
}

export interface RandomInvert extends LayerAttributes<typeof RandomInvert.options> {}

/**
 * For each image whether it is changed: with a probability that is drawn itself.
 *
 * ```ts
 * const layer = new keras.layers.RandomPosterization(4, { valueRange: [0, 255], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export function chosen(count: number, [minval, maxval]: readonly [number, number], generator: RandomImageLayer["seedGenerator"]): Tensor {
  const probability = uniform([count], { minval, maxval, seed: generator });
  return less(uniform([count], { seed: generator }), probability);
}

/**
 * Keeps a random number of bits of each pixel, drawn from `factor`. Keras: keras.layers.RandomPosterization
 *
 * ```ts
 * const layer = new keras.layers.RandomPosterization(4, { valueRange: [0, 255], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomPosterization extends RandomImageLayer<typeof RandomPosterization.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "dataFormat", "seed"], {
    factor: span({ least: 1, most: 8, whole: true }),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const [low, high] = this.options.factor;
    const [batch] = this.shapeOf(data);
    const kept = low === high ? full([batch!], low, { dtype: "int32" }) : randint([batch!], low, high, { seed: this.seedGenerator });
    return { shiftFactor: subtract(8, kept) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return images;
    const { shiftFactor } = partsOf<{ shiftFactor: Tensor }>(transformation);
    const { valueRange } = this.options;
    const shift = cast(reshape(shiftFactor, [-1, 1, 1, 1]), "int32");
    const bytes = cast(cast(rescaled(this.floats(images), valueRange, [0, 255]), "uint8"), "int32");
    const kept = bitwiseLeftShift(bitwiseRightShift(bytes, shift), shift);
    return rescaled(cast(kept, this.computeDtype), [0, 255], valueRange);
  }
}

export interface RandomPosterization extends LayerAttributes<typeof RandomPosterization.options> {}

/**
 * Adds a random number to pixels and inverts those above a random threshold. Keras: keras.layers.Solarization
 *
 * ```ts
 * const layer = new keras.layers.Solarization({ thresholdFactor: 0.5, valueRange: [0, 1], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class Solarization extends RandomImageLayer<typeof Solarization.options> {
  static override readonly options = imageOptions.extend(["additionFactor", "thresholdFactor", "valueRange", "seed"], {
    additionFactor: span({ least: 0, most: 1, strict: true, low: () => 0 }, 0),
    thresholdFactor: span({ least: 0, most: 1, strict: true, low: () => 0 }, 0),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const shape = [this.shapeOf(data)[0]!, 1, 1, 1];
    // The low end is no part of 255, as in Keras.
    const drawn = ([low, high]: readonly [number, number]) => uniform(shape, { minval: low, maxval: high * 255, seed: this.seedGenerator });
    return { additions: drawn(this.options.additionFactor), thresholds: drawn(this.options.thresholdFactor) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training || transformation === null) return x;
    const { additions, thresholds } = partsOf<{ additions: Tensor; thresholds: Tensor }>(transformation);
    const { valueRange } = this.options;
    const sum = clip(add(rescaled(x, valueRange, [0, 255]), additions), 0, 255);
    return rescaled(where(less(sum, thresholds), sum, subtract(255, sum)), [0, 255], valueRange);
  }
}

export interface Solarization extends LayerAttributes<typeof Solarization.options> {}

registerClasses("keras.layers", {
  RandomBrightness,
  RandomContrast,
  RandomColorDegeneration,
  RandomGrayscale,
  RandomHue,
  RandomSaturation,
  RandomColorJitter,
  RandomInvert,
  RandomPosterization,
  Solarization,
});
