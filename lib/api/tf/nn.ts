// tf.nn: TensorFlow's names and parameters of what networks are made of.

import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { known, shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { isInReplica, replica, scopeGroup } from "../../core/replicas.js";
import { takeFrom, asIndices } from "../../ops/indexing/take.js";
import { convInputGradient } from "../../ops/convolution/conv.js";
import { outputLength } from "../../ops/convolution/window.js";
import { asFloat } from "../../ops/promotion.js";
import * as ops from "../../ops/index.js";
import { dropout as dropoutOf } from "../../random/index.js";
import { isRagged } from "../../ragged/ragged-tensor.js";
import type { Seed } from "../../variables/seed-generator.js";
import { activation, checkKind, elementwise, sameDtype, withRagged } from "./forms.js";
import { clipByNorm } from "./shapes.js";

export { l2Normalize, inTopK, topK } from "./math.js";
export { sigmoid, tanh } from "./elementwise.js";

type Name = string | null;
type Ints = number | readonly number[];

/**
 * max(0, x), in the dtype of x.
 *
 * ```ts
 * tf.nn.relu([-1, 2]); // [0, 2]
 * ```
 */
export const relu = activation(
  "relu",
  (x) => {
    const tensor = asTensor(x);
    return isFloat(tensor.dtype) ? ops.relu(tensor) : ops.maximum(tensor, 0);
  },
  "numbers",
);
export const relu6 = activation("relu6", ops.relu6, "numbers");
export const elu = activation("elu", (x) => ops.elu(x));
export const selu = activation("selu", ops.selu);
export const softplus = activation("softplus", ops.softplus);
export const softsign = activation("softsign", ops.softsign);

/**
 * x where it is positive, alpha · x elsewhere.
 *
 * ```ts
 * tf.nn.leakyRelu([-1, 2]); // [-0.2, 2]
 * ```
 */
export const leakyRelu = elementwise(
  declare("tf.nn.leakyRelu(*features, alpha:number=0.2, name:string=null)", (features: TensorLike, alpha: number, _: Name): Tensor =>
    ops.leakyRelu(features, { negativeSlope: alpha }),
  ),
);
/**
 * x · Φ(x), Φ being the normal distribution.
 *
 * ```ts
 * tf.nn.gelu([-1, 0, 1]); // [-0.1587, 0, 0.8413]
 * ```
 *
 * @param approximate  by tanh; default false
 */
export const gelu = elementwise(
  declare("tf.nn.gelu(*features, approximate=false, name:string=null)", (features: TensorLike, approximate: boolean, _: Name): Tensor => {
    checkKind("gelu", "floats", features);
    return ops.gelu(features, { approximate });
  }),
);
/**
 * x · sigmoid(beta · x).
 *
 * ```ts
 * tf.nn.silu([-1, 0, 1]); // [-0.2689, 0, 0.7311]
 * ```
 */
export const silu = elementwise(
  declare("tf.nn.silu(*features, beta:number=1)", (features: TensorLike, beta: number): Tensor => {
    checkKind("silu", "floats", features);
    return beta === 1 ? ops.silu(features) : ops.multiply(features, ops.sigmoid(ops.multiply(features, beta)));
  }),
);
export { silu as swish };
/**
 * eˣ divided by its sum along an axis; default: the last one.
 *
 * ```ts
 * tf.nn.softmax([0, 0]); // [0.5, 0.5]
 * ```
 */
export const softmax = declare(
  "tf.nn.softmax(*logits, axis:int=null, name:string=null)",
  (logits: TensorLike, axis: number | null, _: Name): Tensor => {
    checkKind("softmax", "floats", logits);
    const x = asTensor(logits);
    return ops.softmax(x, { axis: checkAxis("softmax", axis ?? -1, x.rank) });
  },
);
export const logSoftmax = declare(
  "tf.nn.logSoftmax(*logits, axis:int=null, name:string=null)",
  (logits: TensorLike, axis: number | null, _: Name): Tensor => {
    checkKind("logSoftmax", "floats", logits);
    const x = asTensor(logits);
    return ops.logSoftmax(x, { axis: checkAxis("logSoftmax", axis ?? -1, x.rank) });
  },
);

/**
 * Each element with probability `rate` 0, the others divided by 1 − rate.
 *
 * ```ts
 * tf.nn.dropout([1, 2], 0); // [1, 2]
 * ```
 *
 * @throws ValueError for a rate outside of [0, 1)
 */
export const dropout = declare(
  "tf.nn.dropout(*x, rate:number, noiseShape:shape=null, seed:any=null, name:string=null)",
  (x: TensorLike, rate: number, noiseShape: Shape | null, seed: Seed | null, _: Name): Tensor => {
    checkKind("dropout", "floats", x);
    if (!(rate >= 0 && rate < 1)) throw new ValueError("dropout.rate", { given: text(rate), expected: "a number from 0 to below 1" });
    return rate === 0 ? asTensor(x) : dropoutOf(x, rate, { noiseShape, seed: seed as Seed });
  },
);

/** Whether channels come first in a format such as "NHWC". */
function channelsFirst(where: string, format: string | null, rank: number): "channels_first" | "channels_last" {
  const spatial = "DHW".slice(5 - rank);
  const names = rank === 3 ? ["NWC", "NCW"] : [`N${spatial}C`, `NC${spatial}`];
  if (format === null || format === names[0] || (rank === 3 && format === "NHC")) return "channels_last";
  if (format === names[1]) return "channels_first";
  throw new ValueError(`${where}.dataFormat`, { given: text(format), expected: names.join(" or ") });
}

/** Values for the spatial axes, from one value, one for each of them, or one for each axis of the input. */
function spatialOf(where: string, given: Ints | null, rank: number, format: string): number[] {
  const values = given === null ? [1] : typeof given === "number" ? [given] : [...given];
  const count = rank - 2;
  if (values.length === 1) return new Array<number>(count).fill(values[0]!);
  if (values.length === count) return values;
  if (values.length === rank) {
    const at = format === "channels_first" ? 2 : 1;
    const others = values.filter((_, i) => (i < at && i !== 0 ? true : i === 0 || i >= at + count));
    if (others.every((value) => value === 1)) return values.slice(at, at + count);
    throw new ValueError(where, { given: text(values), expected: "1 for the batch and the channels" });
  }
  throw new ValueError(where, { given: text(values), expected: `1, ${count} or ${rank} numbers` });
}

type PaddingGiven = string | readonly (readonly number[])[];

function paddingFrom(where: string, padding: PaddingGiven, rank: number, format: string): "valid" | "same" | (readonly [number, number])[] {
  if (typeof padding === "string") {
    const name = padding.toLowerCase();
    if (name === "valid" || name === "same") return name;
    throw new ValueError(`${where}.padding`, { given: text(padding), expected: '"VALID", "SAME", or [before, after] for each axis' });
  }
  const at = format === "channels_first" ? 2 : 1;
  const pairs = padding.length === rank ? padding.slice(at, at + rank - 2) : padding;
  if (pairs.length !== rank - 2 || pairs.some((pair) => pair.length !== 2))
    throw new ValueError(`${where}.padding`, { given: text(padding), expected: `[before, after] for each of ${rank} axes` });
  return pairs.map(([before, after]) => [before!, after!] as const);
}

function convolution(
  where: string,
  input: TensorLike,
  filters: TensorLike,
  strides: Ints,
  padding: PaddingGiven,
  dataFormat: string | null,
  dilations: Ints | null,
): Tensor {
  const x = asTensor(input);
  if (x.rank !== asTensor(filters).rank)
    throw new ShapeError(where, {
      given: `input ${shapeText(x.shape)} and filters ${shapeText(asTensor(filters).shape)}`,
      expected: "equal ranks",
    });
  const format = channelsFirst(where, dataFormat, x.rank);
  return ops.conv(x, filters, {
    strides: spatialOf(`${where}.strides`, strides, x.rank, format),
    padding: paddingFrom(where, padding, x.rank, format) as never,
    dataFormat: format,
    dilationRate: spatialOf(`${where}.dilations`, dilations, x.rank, format),
  });
}

/**
 * A convolution of sequences `[batch, width, channels]` with `[width, channels, filters]`.
 *
 * ```ts
 * tf.nn.conv1d([[[1], [2], [3]]], [[[1]], [[1]]], 1, "VALID"); // [[[3], [5]]]
 * ```
 */
export const conv1d = declare(
  'tf.nn.conv1d(*input, *filters, stride:ints, padding:any, dataFormat="NWC", dilations:ints=null, name:string=null)',
  (
    input: TensorLike,
    filters: TensorLike,
    stride: Ints,
    padding: PaddingGiven,
    dataFormat: string,
    dilations: Ints | null,
    _: Name,
  ): Tensor => convolution("conv1d", input, filters, stride, padding, dataFormat, dilations),
);
/**
 * A convolution of images `[batch, height, width, channels]` with `[height, width, channels, filters]`.
 *
 * ```ts
 * tf.nn.conv2d([[[[1], [2]], [[3], [4]]]], tf.ones([2, 2, 1, 1]), 1, "VALID"); // [[[[10]]]]
 * ```
 */
export const conv2d = declare(
  'tf.nn.conv2d(*input, *filters, strides:ints, padding:any, dataFormat="NHWC", dilations:ints=null, name:string=null)',
  (
    input: TensorLike,
    filters: TensorLike,
    strides: Ints,
    padding: PaddingGiven,
    dataFormat: string,
    dilations: Ints | null,
    _: Name,
  ): Tensor => convolution("conv2d", input, filters, strides, padding, dataFormat, dilations),
);
/**
 * A convolution of volumes `[batch, depth, height, width, channels]` with `[depth, height, width, channels, filters]`.
 *
 * ```ts
 * tf.nn.conv3d(tf.ones([1, 2, 2, 2, 1]), tf.ones([2, 2, 2, 1, 1]), [1, 1, 1, 1, 1], "VALID"); // [[[[[8]]]]]
 * ```
 */
export const conv3d = declare(
  'tf.nn.conv3d(*input, *filters, strides:ints, padding:any, dataFormat="NDHWC", dilations:ints=null, name:string=null)',
  (
    input: TensorLike,
    filters: TensorLike,
    strides: Ints,
    padding: PaddingGiven,
    dataFormat: string,
    dilations: Ints | null,
    _: Name,
  ): Tensor => convolution("conv3d", input, filters, strides, padding, dataFormat, dilations),
);

/**
 * The transpose of a convolution: `[batch, height, width, channels]` with `[height, width, filters, channels]` gives outputShape.
 *
 * ```ts
 * tf.nn.conv2dTranspose([[[[7]]]], tf.ones([2, 2, 1, 1]), [1, 2, 2, 1], 2); // [[[[7], [7]], [[7], [7]]]]
 * ```
 *
 * @throws ShapeError where a convolution of the outputShape would not give the shape of the input
 */
export const conv2dTranspose = declare(
  'tf.nn.conv2dTranspose(*input, *filters, outputShape:ints, strides:ints, padding:any="SAME", dataFormat="NHWC", dilations:ints=null, name:string=null)',
  (
    input: TensorLike,
    filters: TensorLike,
    outputShape: Ints,
    strides: Ints,
    padding: PaddingGiven,
    dataFormat: string,
    dilations: Ints | null,
    _: Name,
  ): Tensor => {
    const where = "conv2dTranspose";
    const [given, kernel] = [asFloat(input), asFloat(filters)];
    if (given.rank !== 4 || kernel.rank !== 4)
      throw new ShapeError(where, {
        given: `input ${shapeText(given.shape)} and filters ${shapeText(kernel.shape)}`,
        expected: "rank 4",
      });
    const format = channelsFirst(where, dataFormat, 4);
    const isFirst = format === "channels_first";
    const x = isFirst ? ops.transpose(given, [0, 2, 3, 1]) : given;
    const size = Array.from(asTensor(outputShape, "int32").view());
    const wanted = size.length === 2 ? [x.shape[0]!, ...size, kernel.shape[2]!] : isFirst ? [0, 2, 3, 1].map((i) => size[i]!) : size;
    const walking = {
      strides: spatialOf(`${where}.strides`, strides, 4, format),
      padding: paddingFrom(where, padding, 4, format),
      dilation: spatialOf(`${where}.dilations`, dilations, 4, format),
    };
    const made = wanted.slice(1, 3).map((length, i) => {
      const span = (kernel.shape[i]! - 1) * walking.dilation[i]! + 1;
      return outputLength(walking.padding as never, i, length, span, walking.strides[i]!);
    });
    if (
      wanted.length !== 4 ||
      made.some((length, i) => length !== x.shape[i + 1]) ||
      wanted[3] !== kernel.shape[2] ||
      x.shape[3] !== kernel.shape[3]
    )
      throw new ShapeError(where, {
        given: `input ${shapeText(x.shape)}, filters ${shapeText(kernel.shape)} and outputShape ${shapeText(wanted)}`,
        expected: "the shape that a convolution of outputShape gives, and filters [height, width, filters, channels]",
      });
    const y = convInputGradient(x, kernel, ops.zeros(wanted), walking as never);
    return isFirst ? ops.transpose(y, [0, 3, 1, 2]) : y;
  },
);

/**
 * A convolution of each channel by itself with `[height, width, channels, multiplier]`.
 *
 * ```ts
 * tf.nn.depthwiseConv2d(tf.ones([1, 4, 4, 3]), tf.ones([2, 2, 3, 1]), [1, 1, 1, 1], "VALID").shape; // [1, 3, 3, 3]
 * ```
 */
export const depthwiseConv2d = declare(
  "tf.nn.depthwiseConv2d(*input, *filter, strides:ints, padding:any, dataFormat:string=null, dilations:ints=null, name:string=null)",
  (
    input: TensorLike,
    filter: TensorLike,
    strides: Ints,
    padding: PaddingGiven,
    dataFormat: string | null,
    dilations: Ints | null,
    _: Name,
  ): Tensor => {
    const format = channelsFirst("depthwiseConv2d", dataFormat, 4);
    return ops.depthwiseConv(input, filter, {
      strides: spatialOf("depthwiseConv2d.strides", strides, 4, format),
      padding: paddingFrom("depthwiseConv2d", padding, 4, format) as never,
      dataFormat: format,
      dilationRate: spatialOf("depthwiseConv2d.dilations", dilations, 4, format),
    });
  },
);

/**
 * A convolution of each channel by itself, then one of each position by itself.
 *
 * ```ts
 * const made = tf.nn.separableConv2d(tf.ones([1, 4, 4, 3]), tf.ones([2, 2, 3, 1]), tf.ones([1, 1, 3, 5]), [1, 1, 1, 1], "VALID");
 * made.shape; // [1, 3, 3, 5]
 * ```
 */
export const separableConv2d = declare(
  "tf.nn.separableConv2d(*input, *depthwiseFilter, *pointwiseFilter, strides:ints, padding:any, dataFormat:string=null, dilations:ints=null, name:string=null)",
  (
    input: TensorLike,
    depthwiseFilter: TensorLike,
    pointwiseFilter: TensorLike,
    strides: Ints,
    padding: PaddingGiven,
    dataFormat: string | null,
    dilations: Ints | null,
    _: Name,
  ): Tensor => {
    const format = channelsFirst("separableConv2d", dataFormat, 4);
    return ops.separableConv(input, depthwiseFilter, pointwiseFilter, {
      strides: spatialOf("separableConv2d.strides", strides, 4, format),
      padding: paddingFrom("separableConv2d", padding, 4, format) as never,
      dataFormat: format,
      dilationRate: spatialOf("separableConv2d.dilations", dilations, 4, format),
    });
  },
);

type Pool = typeof ops.maxPool | typeof ops.averagePool;

function pooled(
  where: string,
  pool: Pool,
  input: TensorLike,
  ksize: Ints,
  strides: Ints,
  padding: PaddingGiven,
  dataFormat: string | null,
): Tensor {
  const x = asTensor(input);
  if (x.rank < 3 || x.rank > 5) throw new ShapeError(where, { given: shapeText(x.shape), expected: "rank 3, 4 or 5" });
  const format = channelsFirst(where, dataFormat, x.rank);
  return pool(x, spatialOf(`${where}.ksize`, ksize, x.rank, format), {
    strides: spatialOf(`${where}.strides`, strides, x.rank, format),
    padding: paddingFrom(where, padding, x.rank, format) as "valid",
    dataFormat: format,
  });
}

const pooling = <const N extends string>(name: N, pool: Pool) =>
  declare(
    `tf.nn.${name}(*input, ksize:ints, strides:ints, padding:any, dataFormat:string=null, name:string=null)` as const,
    (input: TensorLike, ksize: Ints, strides: Ints, padding: PaddingGiven, dataFormat: string | null, _: Name): Tensor =>
      pooled(name, pool, input, ksize, strides, padding, dataFormat),
  );
const poolingOf = <const N extends string, const D extends string>(name: N, format: D, pool: Pool) =>
  declare(
    `tf.nn.${name}(*input, ksize:ints, strides:ints, padding:any, dataFormat="${format}", name:string=null)` as const,
    (input: TensorLike, ksize: Ints, strides: Ints, padding: PaddingGiven, dataFormat: string, _: Name): Tensor =>
      pooled(name, pool, input, ksize, strides, padding, dataFormat),
  );
/**
 * The largest element of each window.
 *
 * ```ts
 * tf.nn.maxPool([[[1], [3], [5], [7]]], 2, 2, "VALID"); // [[[3], [7]]]
 * ```
 */
export const maxPool = pooling("maxPool", ops.maxPool);
/**
 * The largest element of each window along one axis, of `[batch, width, channels]`. TensorFlow: tf.nn.max_pool1d
 *
 * ```ts
 * tf.nn.maxPool1d([[[1], [3], [5], [7]]], 2, 2, "VALID"); // [[[3], [7]]]
 * ```
 */
export const maxPool1d = poolingOf("maxPool1d", "NWC", ops.maxPool);
/**
 * The largest element of each window, of `[batch, height, width, channels]`. TensorFlow: tf.nn.max_pool2d
 *
 * ```ts
 * tf.nn.maxPool2d([[[[1], [2]], [[3], [4]]]], 2, 2, "VALID"); // [[[[4]]]]
 * ```
 */
export const maxPool2d = poolingOf("maxPool2d", "NHWC", ops.maxPool);
/**
 * The largest element of each window, of `[batch, depth, height, width, channels]`. TensorFlow: tf.nn.max_pool3d
 *
 * ```ts
 * tf.nn.maxPool3d(tf.ones([1, 2, 2, 2, 1]), 2, 2, "VALID").shape; // [1, 1, 1, 1, 1]
 * ```
 */
export const maxPool3d = poolingOf("maxPool3d", "NDHWC", ops.maxPool);
/**
 * The mean of each window.
 *
 * ```ts
 * tf.nn.avgPool([[[1], [3], [5], [7]]], 2, 2, "VALID"); // [[[2], [6]]]
 * ```
 */
export const avgPool = pooling("avgPool", ops.averagePool);
/**
 * The mean of each window along one axis, of `[batch, width, channels]`. TensorFlow: tf.nn.avg_pool1d
 *
 * ```ts
 * tf.nn.avgPool1d([[[1], [3], [5], [7]]], 2, 2, "VALID"); // [[[2], [6]]]
 * ```
 */
export const avgPool1d = poolingOf("avgPool1d", "NWC", ops.averagePool);
/**
 * The mean of each window, of `[batch, height, width, channels]`. TensorFlow: tf.nn.avg_pool2d
 *
 * ```ts
 * tf.nn.avgPool2d([[[[1], [2]], [[3], [4]]]], 2, 2, "VALID"); // [[[[2.5]]]]
 * ```
 */
export const avgPool2d = poolingOf("avgPool2d", "NHWC", ops.averagePool);
/**
 * The mean of each window, of `[batch, depth, height, width, channels]`. TensorFlow: tf.nn.avg_pool3d
 *
 * ```ts
 * tf.nn.avgPool3d(tf.ones([1, 2, 2, 2, 1]), 2, 2, "VALID").shape; // [1, 1, 1, 1, 1]
 * ```
 */
export const avgPool3d = poolingOf("avgPool3d", "NDHWC", ops.averagePool);

/**
 * value + bias along the channels.
 *
 * ```ts
 * tf.nn.biasAdd([[1, 2]], [10, 20]); // [[11, 22]]
 * ```
 */
export const biasAdd = declare(
  "tf.nn.biasAdd(*value, *bias, dataFormat:string=null, name:string=null)",
  (value: TensorLike, bias: TensorLike, dataFormat: string | null, _: Name): Tensor => {
    const [x, b] = [asTensor(value), asTensor(bias)];
    if (dataFormat !== null && !/^N(C.*|.*C)$/.test(dataFormat))
      throw new ValueError("biasAdd.dataFormat", { given: text(dataFormat), expected: "N…C or NC…" });
    if (x.rank < 2) throw new ShapeError("biasAdd.value", { given: shapeText(x.shape), expected: "a rank of at least 2" });
    const isFirst = dataFormat !== null && dataFormat.startsWith("NC") && x.rank > 2;
    const axis = isFirst ? 1 : x.rank - 1;
    if (b.rank !== 1 || (b.shape[0] !== x.shape[axis] && x.shape[axis] !== null))
      throw new ShapeError("biasAdd", {
        given: `value ${shapeText(x.shape)} and bias ${shapeText(b.shape)}`,
        expected: "a number for each channel",
      });
    return ops.add(x, isFirst ? ops.reshape(b, [-1, ...x.shape.slice(2).map(() => 1)]) : b);
  },
);

/**
 * Mean and variance over axes.
 *
 * ```ts
 * tf.nn.moments([[1, 2], [3, 4]], [0]); // [[2, 3], [1, 1]]
 * ```
 */
export const moments = declare(
  "tf.nn.moments(*x, axes:ints, shift:any=null, keepdims=false, name:string=null)",
  (x: TensorLike, axes: Ints, _shift: unknown, keepdims: boolean, _: Name): [mean: Tensor, variance: Tensor] =>
    ops.moments(x, axes, { keepdims }) as unknown as [Tensor, Tensor],
);

/**
 * (x − mean) / √(variance + varianceEpsilon) · scale + offset, broadcast.
 *
 * ```ts
 * tf.nn.batchNormalization([[1, 4]], [1, 2], [1, 4], [0, 1], [1, 1], 0); // [[0, 2]]
 * ```
 */
export const batchNormalization = declare(
  "tf.nn.batchNormalization(*x, *mean, *variance, *offset:tensor|null, *scale:tensor|null, varianceEpsilon:number, name:string=null)",
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    offset: TensorLike | null,
    scale: TensorLike | null,
    varianceEpsilon: number,
    _: Name,
  ): Tensor => {
    const inverse = ops.rsqrt(ops.add(variance, varianceEpsilon));
    const factor = scale === null ? inverse : ops.multiply(inverse, scale);
    const shift = ops.multiply(mean, factor);
    return ops.add(ops.multiply(x, factor), offset === null ? ops.negative(shift) : ops.subtract(offset, shift));
  },
);

/**
 * Σ t² / 2.
 *
 * ```ts
 * tf.nn.l2Loss([3, 4]); // 12.5
 * ```
 */
export const l2Loss = declare("tf.nn.l2Loss(*t, name:string=null)", (t: TensorLike, _: Name): Tensor => {
  checkKind("l2Loss", "floats", t);
  return ops.divide(ops.sum(ops.square(t)), 2);
});

/**
 * −Σ labels · log softmax(logits) along an axis.
 *
 * ```ts
 * tf.nn.softmaxCrossEntropyWithLogits([[0, 1]], [[0, 2]]); // [0.1269]
 * ```
 */
export const softmaxCrossEntropyWithLogits = declare(
  "tf.nn.softmaxCrossEntropyWithLogits(*labels, *logits, axis:int=-1, name:string=null)",
  (labels: TensorLike, logits: TensorLike, axis: number, _: Name): Tensor =>
    axis === -1
      ? ops.categoricalCrossentropy(labels, logits, { fromLogits: true })
      : ops.negative(ops.sum(ops.multiply(labels, ops.logSoftmax(logits, { axis })), { axis })),
);

/**
 * −log softmax(logits)[label] along the last axis.
 *
 * ```ts
 * tf.nn.sparseSoftmaxCrossEntropyWithLogits([1], [[0, 2]]); // [0.1269]
 * ```
 *
 * @throws ValueError for a label that is no class
 */
export const sparseSoftmaxCrossEntropyWithLogits = declare(
  "tf.nn.sparseSoftmaxCrossEntropyWithLogits(*labels, *logits, name:string=null)",
  (labels: TensorLike, logits: TensorLike, _: Name): Tensor => {
    const [classes, scores] = [asIndices(labels), asTensor(logits)];
    if (classes.rank !== scores.rank - 1)
      throw new ShapeError("sparseSoftmaxCrossEntropyWithLogits", {
        given: `labels ${shapeText(classes.shape)} and logits ${shapeText(scores.shape)}`,
        expected: "labels without the last axis of the logits",
      });
    return ops.sparseCategoricalCrossentropy(classes, scores, { fromLogits: true });
  },
);

/**
 * The cross-entropy of each element on its own, of logits.
 *
 * ```ts
 * tf.nn.sigmoidCrossEntropyWithLogits([1, 0], [2, -2]); // [0.1269, 0.1269]
 * ```
 */
export const sigmoidCrossEntropyWithLogits = declare(
  "tf.nn.sigmoidCrossEntropyWithLogits(*labels=null, *logits=null, name:string=null)",
  (labels: TensorLike | null, logits: TensorLike | null, _: Name): Tensor => {
    if (labels === null || logits === null)
      throw new ValueError("sigmoidCrossEntropyWithLogits", { given: `no ${labels === null ? "labels" : "logits"}`, expected: "both" });
    const x = asTensor(logits);
    checkPair("sigmoidCrossEntropyWithLogits", labels, x);
    const rest = ops.log1p(ops.exp(ops.negative(ops.abs(x))));
    return ops.add(ops.subtract(ops.relu(x), ops.multiply(x, labels)), rest);
  },
);

/** Labels and logits have one dtype and one shape. */
function checkPair(where: string, labels: TensorLike, logits: Tensor): void {
  sameDtype(where, labels, logits);
  const { shape } = asTensor(labels);
  if (shape.length !== logits.rank || shape.some((length, i) => length !== logits.shape[i] && length !== null && logits.shape[i] !== null))
    throw new ShapeError(where, { given: `labels ${shapeText(shape)} and logits ${shapeText(logits.shape)}`, expected: "one shape" });
}

/**
 * The same with positive labels counted posWeight times.
 *
 * ```ts
 * tf.nn.weightedCrossEntropyWithLogits([1, 0], [2, -2], 3); // [0.3808, 0.1269]
 * ```
 */
export const weightedCrossEntropyWithLogits = declare(
  "tf.nn.weightedCrossEntropyWithLogits(*labels, *logits, *posWeight, name:string=null)",
  (labels: TensorLike, logits: TensorLike, posWeight: TensorLike, _: Name): Tensor => {
    const x = asTensor(logits);
    checkPair("weightedCrossEntropyWithLogits", labels, x);
    const weight = ops.add(1, ops.multiply(ops.subtract(posWeight, 1), labels));
    const rest = ops.add(ops.log1p(ops.exp(ops.negative(ops.abs(x)))), ops.relu(ops.negative(x)));
    return ops.add(ops.multiply(ops.subtract(1, labels), x), ops.multiply(weight, rest));
  },
);

/**
 * The sum of losses divided by the global batch size.
 *
 * ```ts
 * tf.nn.computeAverageLoss([1, 3], { globalBatchSize: 2 }); // 2
 * ```
 *
 * @param globalBatchSize  default: the number of losses times that of replicas
 */
export const computeAverageLoss = declare(
  "tf.nn.computeAverageLoss(*perExampleLoss, *sampleWeight=null, *globalBatchSize=null)",
  (perExampleLoss: TensorLike, sampleWeight: TensorLike | null, globalBatchSize: TensorLike | null): Tensor => {
    const losses = asTensor(perExampleLoss);
    if (losses.rank === 0) throw new ShapeError("computeAverageLoss", { given: "a scalar", expected: "a loss for each example" });
    const weighted = sampleWeight === null ? losses : ops.multiply(losses, sampleWeight);
    const size = globalBatchSize ?? known(losses.shape, "computeAverageLoss")[0]! * (isInReplica() ? replica().group : scopeGroup()).count;
    return ops.divide(ops.sum(weighted), size);
  },
);

/**
 * The sum of regularization losses divided by the number of replicas: their gradients are summed, and it counts once.
 *
 * ```ts
 * tf.nn.scaleRegularizationLoss(0.5); // 0.5
 * ```
 */
export const scaleRegularizationLoss = declare(
  "tf.nn.scaleRegularizationLoss(*regularizationLoss)",
  (regularizationLoss: TensorLike): Tensor => {
    const { count } = isInReplica() ? replica().group : scopeGroup();
    const loss = ops.sum(asTensor(regularizationLoss));
    return count === 1 ? loss : ops.divide(loss, count);
  },
);

const lookup = declare(
  "tf.nn.embeddingLookup(*params, *ids, maxNorm:number=null, name:string=null)",
  (params: TensorLike, ids: TensorLike, maxNorm: number | null, _: Name): Tensor => {
    const rows = takeFrom("embeddingLookup", asTensor(params), asIndices(ids), 0);
    if (maxNorm === null) return rows;
    const inner = asTensor(params).rank - 1;
    return clipByNorm(rows, maxNorm, { axes: Array.from({ length: inner }, (_, i) => i - inner) });
  },
);
/**
 * Rows of a table; of ragged ids ragged rows.
 *
 * ```ts
 * tf.nn.embeddingLookup([[1, 2], [3, 4]], [1, 0]); // [[3, 4], [1, 2]]
 * ```
 *
 * @param maxNorm  rows that are longer are made so long
 * @throws ValueError for an id outside
 */
export const embeddingLookup = withRagged(lookup, ([params, ids, maxNorm]) => {
  if (!isRagged(ids)) throw new ValueError("embeddingLookup", { given: "ragged params", expected: "ragged ids at most" });
  return ids.withFlatValues(lookup(params as TensorLike, ids.flatValues as Tensor, { maxNorm: maxNorm as number | null }));
});

/**
 * Connectionist temporal classification: −log of the probability of a label sequence, summed over all its alignments.
 *
 * ```ts
 * tf.nn.ctcLoss([[1]], [[[0, 0]], [[0, 0]]], [1], [2]).shape; // [1]
 * ```
 *
 * @param labels      dense, [batch, labels]
 * @param logits      [time, batch, classes], or with logitsTimeMajor false [batch, time, classes]
 * @param blankIndex  default 0; below 0 it counts from the last class
 */
export const ctcLoss = declare(
  "tf.nn.ctcLoss(*labels, *logits, *labelLength, *logitLength, logitsTimeMajor=true, unique:any=null, blankIndex:int=null, name:string=null)",
  (
    labels: TensorLike,
    logits: TensorLike,
    labelLength: TensorLike,
    logitLength: TensorLike,
    logitsTimeMajor: boolean,
    _unique: unknown,
    blankIndex: number | null,
    _: Name,
  ): Tensor => {
    const scores = asTensor(logits);
    const byBatch = logitsTimeMajor ? ops.transpose(scores, [1, 0, 2]) : scores;
    const classes = known(scores.shape, "ctcLoss").at(-1)!;
    const blank = blankIndex ?? 0;
    return ops.ctcLoss(labels, byBatch, labelLength, logitLength, { maskIndex: blank < 0 ? blank + classes : blank });
  },
);

const block = <const N extends string>(
  name: N,
  run: typeof ops.depthToSpace,
  check: (x: Tensor, size: number, first: boolean) => boolean,
) =>
  declare(
    `tf.nn.${name}(*input, blockSize:int, dataFormat="NHWC", name:string=null)` as const,
    (input: TensorLike, blockSize: number, dataFormat: string, _: Name): Tensor => {
      const x = asTensor(input);
      const format = channelsFirst(name, dataFormat, 4);
      if (x.rank !== 4 || blockSize < 2 || !check(x, blockSize, format === "channels_first"))
        throw new ShapeError(name, { given: `${shapeText(x.shape)} and blocks of ${blockSize}`, expected: "images that can be cut so" });
      return run(x, blockSize, { dataFormat: format });
    },
  );
/**
 * Channels as blocks of pixels.
 *
 * ```ts
 * tf.nn.depthToSpace([[[[1, 2, 3, 4]]]], 2); // [[[[1], [2]], [[3], [4]]]]
 * ```
 */
export const depthToSpace = block("depthToSpace", ops.depthToSpace, (x, size, first) => (x.shape[first ? 1 : 3] ?? 0) % size ** 2 === 0);
/**
 * Blocks of pixels as channels.
 *
 * ```ts
 * tf.nn.spaceToDepth([[[[1], [2]], [[3], [4]]]], 2); // [[[[1, 2, 3, 4]]]]
 * ```
 */
export const spaceToDepth = block("spaceToDepth", ops.spaceToDepth, (x, size, first) =>
  (first ? x.shape.slice(2) : x.shape.slice(1, 3)).every((length) => (length ?? 0) % size === 0),
);
