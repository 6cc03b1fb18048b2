// Layers that sharpen or blur images at random.

import type { LayerAttributes } from "../base/options.js";
import { field, integer, invalid, nullable, registerClasses, withDefault } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, clip, depthwiseConv, expandDims, getItem, multiply, reshape, subtract, tile, where } from "../../ops/index.js";
import { asBatch } from "../../ops/image/layout.js";
import { bell } from "../../random/elastic-transform.js";
import { uniform } from "../../random/index.js";
import { chosen } from "./color.js";
import { partsOf, RandomImageLayer, type ImageData, type Transformation, type TransformOptions } from "./image-layer.js";
import { imageOptions, span, valueRange } from "./options.js";

const seed = () => nullable(integer());

/** Images under a filter `[height, width]`, the same for every channel. */
function filtered(images: Tensor, filter: Tensor): Tensor {
  const [height, width] = filter.shape as [number, number];
  const kernel = tile(reshape(filter, [height, width, 1, 1]), [1, 1, images.shape.at(-1)!, 1]);
  return depthwiseConv(images, kernel, { strides: 1, padding: "same" });
}

/**
 * Sharpens images by a random factor: 0 blurs, 0.5 changes nothing, 1 sharpens. Keras: keras.layers.RandomSharpness
 *
 * ```ts
 * const layer = new keras.layers.RandomSharpness(0.5, { valueRange: [0, 1], seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomSharpness extends RandomImageLayer<typeof RandomSharpness.options> {
  static override readonly options = imageOptions.extend(["factor", "valueRange", "dataFormat", "seed"], {
    factor: span({ least: 0, most: 1 }),
    valueRange: valueRange(),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const [minval, maxval] = this.options.factor;
    return { factor: uniform([this.shapeOf(data)[0]!], { minval, maxval, seed: this.seedGenerator }) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training) return x;
    const { factor } = partsOf<{ factor: Tensor }>(transformation);
    const { x: batch, back } = asBatch(this.name, x, this.options.dataFormat);
    const [a, b] = [1 / 13, 5 / 13];
    const smooth = filtered(batch, reshape([a, a, a, a, b, a, a, a, a], [3, 3]));
    const strength = subtract(1, multiply(reshape(factor, [-1, 1, 1, 1]), 2));
    return back(clip(add(batch, multiply(strength, subtract(smooth, batch))), ...this.options.valueRange));
  }
}

export interface RandomSharpness extends LayerAttributes<typeof RandomSharpness.options> {}

/** Height and width of a filter, both odd. */
const kernelSize = withDefault(
  field<number | readonly number[], readonly number[]>({
    expected: "an odd number, or an array of two",
    parse: (value) => {
      const sizes: unknown = typeof value === "number" ? [value, value] : value;
      const isOdd = (each: unknown): boolean => Number.isInteger(each) && (each as number) > 0 && (each as number) % 2 === 1;
      return Array.isArray(sizes) && sizes.length === 2 && sizes.every(isOdd) ? (sizes as number[]) : invalid;
    },
  }),
  3,
);

/**
 * Blurs images, each with a probability drawn from `factor`, by a bell whose width is drawn from `sigma`. Keras:
 * keras.layers.RandomGaussianBlur
 *
 * ```ts
 * new keras.layers.RandomGaussianBlur({ seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomGaussianBlur extends RandomImageLayer<typeof RandomGaussianBlur.options> {
  static override readonly options = imageOptions.extend(["factor", "kernelSize", "sigma", "valueRange", "dataFormat"], {
    factor: span({ least: 0, most: 1 }, 1),
    kernelSize,
    sigma: span({ least: 0, most: 1 }, 1),
    valueRange: valueRange(false),
    seed: seed(),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const { factor, sigma } = this.options;
    const shouldApplyBlur = chosen(this.shapeOf(data)[0]!, factor, this.seedGenerator);
    return { shouldApplyBlur, blurFactor: add(uniform([2], { minval: sigma[0], maxval: sigma[1], seed: this.seedGenerator }), 1e-6) };
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training || transformation === null) return x;
    const { shouldApplyBlur, blurFactor } = partsOf<{ shouldApplyBlur: Tensor; blurFactor: Tensor }>(transformation);
    const [first, second] = this.options.kernelSize as [number, number];
    const across = bell(first, getItem(blurFactor, 0));
    const down = bell(second, getItem(blurFactor, 1));
    // As Keras has it on TensorFlow, the products [second, first] are read as [first, second]; for square filters that is the same.
    const filter = reshape(multiply(expandDims(down, 1), across), [first, second]);
    const { x: batch, back } = asBatch(this.name, x, this.options.dataFormat);
    const blurred = where(expandDims(shouldApplyBlur, [1, 2, 3]), filtered(batch, filter), batch);
    return back(clip(blurred, ...this.options.valueRange));
  }
}

export interface RandomGaussianBlur extends LayerAttributes<typeof RandomGaussianBlur.options> {}

registerClasses("keras.layers", { RandomSharpness, RandomGaussianBlur });
