// tf.nn: TensorFlow's names and parameters of what networks are made of. Images are `[batch, height, width, channels]`.

import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import {
  add, averagePool, binaryCrossentropy, batchNormalization as normalizeBatch, categoricalCrossentropy, conv, convTranspose, depthwiseConv, leakyRelu as leaky, maxPool, maximum, multiply, rsqrt,
  sparseCategoricalCrossentropy, square, sum, take,
} from "../../ops/index.js"; // prettier-ignore
import { dropout as dropoutOf } from "../../random/index.js";
import type { Seed } from "../../variables/seed-generator.js";

export {
  elu,
  gelu,
  logSoftmax,
  moments,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  silu as swish,
  tanh,
} from "../../ops/index.js";

type Padding = "valid" | "same" | "VALID" | "SAME";
type PerAxis = number | readonly number[];
const lower = (padding: Padding) => padding.toLowerCase() as "valid" | "same";

/** x where it is positive, alpha · x elsewhere. @param options.alpha  default 0.2 */
export const leakyRelu = (features: TensorLike, { alpha = 0.2 }: { alpha?: number } = {}): Tensor => leaky(features, alpha);

/** value + bias along the last axis. */
export const biasAdd = (value: TensorLike, bias: TensorLike): Tensor => add(value, bias);

/** A convolution of images with `[height, width, channels, filters]`. */
export const conv2d = (
  input: TensorLike,
  filters: TensorLike,
  { strides = 1, padding = "valid", dilations = 1 }: { strides?: PerAxis; padding?: Padding; dilations?: PerAxis } = {},
): Tensor => conv(input, filters, { strides, padding: lower(padding), dilationRate: dilations });

/** The convolution's transpose: `[height, width, filters, channels]` maps `[…, channels]` to `[…, filters]`. */
export const conv2dTranspose = (
  input: TensorLike,
  filters: TensorLike,
  { strides = 1, padding = "valid" }: { strides?: PerAxis; padding?: Padding } = {},
): Tensor => convTranspose(input, filters, { strides, padding: lower(padding) });

/** A convolution of each channel by itself with `[height, width, channels, multiplier]`. */
export const depthwiseConv2d = (
  input: TensorLike,
  filter: TensorLike,
  { strides = 1, padding = "valid", dilations = 1 }: { strides?: PerAxis; padding?: Padding; dilations?: PerAxis } = {},
): Tensor => depthwiseConv(input, filter, { strides, padding: lower(padding), dilationRate: dilations });

interface PoolOptions {
  /** Default: ksize. */
  strides?: PerAxis;
  padding?: Padding;
}

/** The largest element of each window. */
export const maxPool2d = (input: TensorLike, ksize: PerAxis, { strides = ksize, padding = "valid" }: PoolOptions = {}): Tensor =>
  maxPool(input, ksize, { strides, padding: lower(padding) });

/** The mean of each window. */
export const avgPool2d = (input: TensorLike, ksize: PerAxis, { strides = ksize, padding = "valid" }: PoolOptions = {}): Tensor =>
  averagePool(input, ksize, { strides, padding: lower(padding) });

/** Each element with probability `rate` 0, the others divided by 1 − rate. */
export const dropout = (x: TensorLike, rate: number, { seed }: { seed?: Seed } = {}): Tensor => dropoutOf(x, rate, { seed });

/** −Σ labels · log softmax(logits) along the last axis. */
export const softmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  categoricalCrossentropy(labels, logits, { fromLogits: true });

/** −log softmax(logits)[label] along the last axis. */
export const sparseSoftmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  sparseCategoricalCrossentropy(labels, logits, { fromLogits: true });

/** The cross-entropy of each element on its own, of logits. */
export const sigmoidCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  binaryCrossentropy(labels, logits, { fromLogits: true });

/** (x − mean) / √(variance + epsilon) · scale + offset along the last axis. */
export const batchNormalization = (
  x: TensorLike,
  mean: TensorLike,
  variance: TensorLike,
  offset: TensorLike | null,
  scale: TensorLike | null,
  varianceEpsilon: number,
): Tensor =>
  normalizeBatch(x, mean, variance, -1, { ...(offset !== null && { offset }), ...(scale !== null && { scale }), epsilon: varianceEpsilon });

/** x divided by its Euclidean length along an axis. */
export const l2Normalize = (
  x: TensorLike,
  { axis = -1, epsilon = 1e-12 }: { axis?: number | readonly number[]; epsilon?: number } = {},
): Tensor => multiply(x, rsqrt(maximum(sum(square(x), { axis, keepdims: true }), epsilon)));

/** Rows of a table. */
export const embeddingLookup = (params: TensorLike, ids: TensorLike): Tensor => take(params, ids, 0);
