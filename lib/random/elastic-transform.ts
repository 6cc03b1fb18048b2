// Elastic deformations of images, for the operation and the layer.

import { asTensor, type TensorLike } from "../core/convert.js";
import { isTracing } from "../core/interpreter.js";
import { operation } from "../core/operation.js";
import { known } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, multiply, subtract } from "../ops/elementwise/arithmetic.js";
import { exp } from "../ops/elementwise/exponential.js";
import { square } from "../ops/elementwise/powers.js";
import { depthwiseConv } from "../ops/convolution/depthwise.js";
import { asBatch } from "../ops/image/layout.js";
import { identity } from "../ops/gradient/stop-gradient.js";
import { grid, sampled, type TransformOptions } from "../ops/image/sampling.js";
import { sum } from "../ops/reduce/sum.js";
import { progression } from "../ops/shaping/create.js";
import { reshape, squeeze } from "../ops/shaping/reshape.js";
import type { Seed } from "../variables/seed-generator.js";
import { normal } from "./random.js";
import { seedsOf } from "./seeds.js";

/** A bell of `size` numbers that sum to 1. */
export function bell(size: number, sigma: TensorLike): Tensor {
  const at = divide(subtract(progression(0, 1, size, "float32"), (size - 1) / 2), sigma);
  const raw = exp(multiply(square(at), -0.5));
  return divide(raw, sum(raw));
}

/**
 * Smooth random fields `[batch, height, width]`, one for each axis: noise of standard deviation `sigma` under a bell of that width.
 *
 * @param largest  the largest sigma that can come: it decides how large the filter is
 */
export function elasticFields(
  shape: readonly [batch: number, height: number, width: number],
  sigma: TensorLike,
  largest: number,
  seed: Seed | undefined,
): [y: Tensor, x: Tensor] {
  const size = (6 * Math.floor(largest)) | 1;
  const filter = bell(size, sigma);
  const next = seedsOf(seed);
  const field = (): Tensor => {
    const noise = multiply(normal([...shape, 1], { seed: next() }), sigma);
    const rows = depthwiseConv(noise, reshape(filter, [size, 1, 1, 1]), { strides: 1, padding: "same" });
    return squeeze(depthwiseConv(rows, reshape(filter, [1, size, 1, 1]), { strides: 1, padding: "same" }), -1);
  };
  return [field(), field()];
}

/** Images whose pixels are moved by fields. */
export function displaced(images: Tensor, [dy, dx]: readonly [y: Tensor, x: Tensor], options: TransformOptions): Tensor {
  const { x: batch, back } = asBatch("elasticTransform", images, options.dataFormat);
  const [y, x] = grid(batch);
  return back(sampled("elasticTransform", batch, add(y, dy), add(x, dx), options));
}

/**
 * Images whose pixels are moved by smooth random fields: noise of standard deviation `sigma` under a bell of that width, times `alpha`.
 *
 * ```ts
 * ops.image.elasticTransform(tf.ones([8, 8, 3]), { seed: 1 }).shape; // [8, 8, 3]
 * ```
 *
 * @param images   `[height, width, channels]` or a batch of them
 * @param alpha    how far pixels move; default 20
 * @param sigma    how far neighbours move together, in pixels; default 5
 * @param seed     a number, or a SeedGenerator; default: the global one
 * @returns        the shape and dtype of images
 * @see Simard et al. 2003, Best practices for convolutional neural networks. Keras: keras.ops.image.elastic_transform
 */
export const elasticTransform = operation(
  'image.elasticTransform(*images, alpha=20.0, sigma=5.0, interpolation="bilinear", fillMode="reflect", fillValue=0.0, seed=null, dataFormat:string=null)',
  (
    images: TensorLike,
    alpha: number,
    sigma: number,
    interpolation: string,
    fillMode: string,
    fillValue: number,
    seed: Seed | null,
    dataFormat: string | null,
  ): Tensor => {
    const given = asTensor(images);
    const { shape } = asBatch("elasticTransform", given, dataFormat).x;
    // Of a model under construction shapes alone are wanted.
    if (given.isSymbolic && !isTracing()) return identity(given);
    const size = known(shape, "elasticTransform").slice(0, 3) as unknown as [number, number, number];
    const [y, x] = elasticFields(size, sigma, sigma, seed ?? undefined);
    return displaced(given, [multiply(y, alpha), multiply(x, alpha)], { interpolation, fillMode, fillValue, dataFormat });
  },
);
