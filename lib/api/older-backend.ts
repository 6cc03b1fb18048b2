// What scripts of Keras 2 call as K (`from tensorflow.keras import backend as K`), and tf.keras still has: operations under older names.

import { epsilon, floatx, imageDataFormat } from "../config/settings.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { type Shape, shapeText, sizeOf } from "../core/shape.js";
import { isSparse } from "../core/sparse.js";
import { Chainable, type NestedArray, type Tensor } from "../core/tensor.js";
import { batchDot as productOf } from "../layers/merging/dot.js";
import { isChannelsFirst } from "../ops/image/layout.js";
import * as ops from "../ops/index.js";
import * as random from "../random/index.js";
import { Variable } from "../variables/variable.js";
import { foldl as tfFoldl, foldr as tfFoldr } from "./tf/functions.js";
import { cond as branch } from "../graph/control/cond.js";
import { map } from "../graph/control/loops.js";

export {
  abs,
  all,
  any,
  binaryCrossentropy,
  cast,
  categoricalCrossentropy,
  cos,
  dot,
  dtype,
  elu,
  equal,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  max,
  maximum,
  mean,
  min,
  minimum,
  ndim,
  notEqual,
  onesLike,
  prod,
  reshape,
  round,
  sigmoid,
  sign,
  sin,
  softplus,
  softsign,
  square,
  stack,
  std,
  sum,
  tanh,
  var,
  zerosLike,
} from "../ops/index.js";
export { normal as randomNormal, truncatedNormal, uniform as randomUniform } from "../random/index.js";
export { nameScope } from "../layers/base/scopes.js";

type Format = string | null;
type Lengths = readonly number[] | number;
type Axis = number | readonly number[] | null;

/** Whether channels come last. @throws ValueError */
const isLast = (where: string, format: Format): boolean => !isChannelsFirst(`backend.${where}`, format ?? imageDataFormat());

/**
 * The places of the largest elements along an axis, by default the last. tf.keras: backend.argmax
 *
 * ```ts
 * keras.backend.argmax([[1, 3, 2]]); // [1]
 * ```
 */
export const argmax = declare("keras.backend.argmax(*x, axis:int=-1)", (x: TensorLike, axis: number): Tensor => ops.argmax(x, axis));

/**
 * The places of the smallest elements along an axis, by default the last. tf.keras: backend.argmin
 *
 * ```ts
 * keras.backend.argmin([[1, 3, 2]]); // [0]
 * ```
 */
export const argmin = declare("keras.backend.argmin(*x, axis:int=-1)", (x: TensorLike, axis: number): Tensor => ops.argmin(x, axis));

/**
 * Whole numbers from start up to stop, or from 0 up to start. tf.keras: backend.arange
 *
 * ```ts
 * keras.backend.arange(3); // [0, 1, 2]
 * ```
 */
export const arange = declare(
  'keras.backend.arange(start:number, stop:number=null, step:number=1, dtype:dtype="int32")',
  (start: number, stop: number | null, step: number, dtype: string): Tensor => ops.arange(start, stop, step, { dtype }),
);

/**
 * Products of samples: `[batch, …]` and `[batch, …]`, summed over an axis of each, by default the last of x and the last but one of y.
 * tf.keras: backend.batch_dot
 *
 * ```ts
 * keras.backend.batchDot([[1, 2]], [[3, 4]]); // [[11]]
 * ```
 *
 * @throws ShapeError, ValueError for the batch axis
 */
export const batchDot = declare("keras.backend.batchDot(*x, *y, axes:ints=null)", (x: TensorLike, y: TensorLike, axes: Axis): Tensor => {
  const [a, b] = [asTensor(x), asTensor(y)];
  const where = "backend.batchDot";
  if (a.rank < 2 || b.rank < 2)
    throw new ShapeError(where, { given: `${shapeText(a.shape)} and ${shapeText(b.shape)}`, expected: "at least two axes each" });
  const given = axes === null ? [a.rank - 1, b.rank === 2 ? 1 : b.rank - 2] : typeof axes === "number" ? [axes, axes] : axes;
  const [first, second] = given.map((axis, i) => (axis < 0 ? axis + [a, b][i]!.rank : axis)) as [number, number];
  if (given.length !== 2 || !(first > 0 && first < a.rank && second > 0 && second < b.rank))
    throw new ValueError(`${where}.axes`, { given: text(axes), expected: "an axis of each behind the batch" });
  const lengths = [a.shape[first], b.shape[second]];
  if (lengths[0] !== lengths[1] && !lengths.includes(null))
    throw new ShapeError(where, {
      given: `${shapeText(a.shape)} and ${shapeText(b.shape)} over ${first} and ${second}`,
      expected: "one length",
    });
  return productOf(a, b, first, second);
});

/**
 * Each sample as a row: `[batch, …]` becomes `[batch, all others]`. tf.keras: backend.batch_flatten
 *
 * ```ts
 * keras.backend.batchFlatten(tf.ones([2, 3, 4])).shape; // [2, 12]
 * ```
 */
export const batchFlatten = declare("keras.backend.batchFlatten(*x)", (x: TensorLike): Tensor => {
  const { shape } = asTensor(x);
  return ops.reshape(x, [-1, sizeOf(shape.slice(1) as number[])]);
});

/**
 * x, moved and scaled by the statistics given. tf.keras: backend.batch_normalization
 *
 * ```ts
 * keras.backend.batchNormalization([[1], [3]], [2], [1], [0], [1], { epsilon: 0 }); // [[-1], [1]]
 * ```
 */
export const batchNormalization = declare(
  "keras.backend.batchNormalization(*x, *mean, *var, *beta=null, *gamma=null, axis:int=-1, epsilon:number=0.001)",
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    beta: TensorLike | null,
    gamma: TensorLike | null,
    _: number,
    epsilon: number,
  ): Tensor => ops.batchNormalization(x, mean, variance, -1, beta, gamma, epsilon),
);

/**
 * x and a bias: one number for each channel, or all of a sample but the batch. tf.keras: backend.bias_add
 *
 * ```ts
 * keras.backend.biasAdd([[1, 2]], [10, 20]); // [[11, 22]]
 * ```
 */
export const biasAdd = declare(
  "keras.backend.biasAdd(*x, *bias, dataFormat:string=null)",
  (x: TensorLike, bias: TensorLike, dataFormat: Format): Tensor => {
    const [tensor, added] = [asTensor(x), asTensor(bias)];
    if (added.rank !== 1 && added.rank !== tensor.rank - 1)
      throw new ShapeError("backend.biasAdd", { given: shapeText(added.shape), expected: `1 or ${tensor.rank - 1} axes` });
    if (isLast("biasAdd", dataFormat)) return ops.add(tensor, added);
    const isRow = added.rank === 1;
    const shape = isRow ? [...added.shape, ...Array<number>(tensor.rank - 2).fill(1)] : [added.shape.at(-1)!, ...added.shape.slice(0, -1)];
    return ops.add(tensor, ops.reshape(added, shape));
  },
);

/**
 * The focal crossentropy of each element. tf.keras: backend.binary_focal_crossentropy
 *
 * ```ts
 * keras.backend.binaryFocalCrossentropy([1], [0.5]); // [0.1733]
 * ```
 */
export const binaryFocalCrossentropy = declare(
  "keras.backend.binaryFocalCrossentropy(*target, *output, applyClassBalancing=false, alpha:number=0.25, gamma:number=2, fromLogits=false)",
  (target: TensorLike, output: TensorLike, isBalanced: boolean, alpha: number, gamma: number, fromLogits: boolean): Tensor => {
    const y = ops.cast(target, asTensor(output).dtype);
    const p = fromLogits ? ops.sigmoid(output) : asTensor(output);
    const of = (a: TensorLike, b: TensorLike): Tensor => ops.add(ops.multiply(y, a), ops.multiply(ops.subtract(1, y), b));
    const loss = ops.multiply(ops.power(ops.subtract(1, of(p, ops.subtract(1, p))), gamma), ops.binaryCrossentropy(y, output, fromLogits));
    return isBalanced ? ops.multiply(of(alpha, 1 - alpha), loss) : loss;
  },
);

/**
 * x in the dtype that keras.config.floatx says. tf.keras: backend.cast_to_floatx
 *
 * ```ts
 * keras.backend.castToFloatx([1, 2]).dtype; // "float32"
 * ```
 */
export const castToFloatx = declare("keras.backend.castToFloatx(*x)", (x: TensorLike): Tensor => ops.cast(x, floatx()));

/**
 * The focal crossentropy of each row. tf.keras: backend.categorical_focal_crossentropy
 *
 * ```ts
 * keras.backend.categoricalFocalCrossentropy([[0, 1]], [[0.5, 0.5]]); // [0.0433]
 * ```
 */
export const categoricalFocalCrossentropy = declare(
  "keras.backend.categoricalFocalCrossentropy(*target, *output, alpha:number=0.25, gamma:number=2, fromLogits=false, axis:int=-1)",
  (target: TensorLike, output: TensorLike, alpha: number, gamma: number, fromLogits: boolean, axis: number): Tensor => {
    const given = fromLogits ? ops.softmax(output, axis) : asTensor(output);
    const p = clip(ops.divide(given, ops.sum(given, { axis, keepdims: true })), epsilon(), 1 - epsilon());
    const factor = ops.multiply(ops.power(ops.subtract(1, p), gamma), alpha);
    return ops.sum(ops.multiply(factor, ops.negative(ops.multiply(target, ops.log(p)))), { axis });
  },
);

/**
 * x between two values; null is no limit. The lower one counts where they cross. tf.keras: backend.clip
 *
 * ```ts
 * keras.backend.clip([1, 5], 2, 3); // [2, 3]
 * ```
 */
export const clip = declare(
  "keras.backend.clip(*x, minValue:any, maxValue:any)",
  (x: TensorLike, minValue: TensorLike | null, maxValue: TensorLike | null): Tensor => {
    const crossed = typeof minValue === "number" && typeof maxValue === "number" && maxValue < minValue;
    const below = maxValue === null ? asTensor(x) : ops.minimum(x, crossed ? minValue : maxValue);
    return minValue === null ? below : ops.maximum(below, minValue);
  },
);

/**
 * Tensors joined along an axis, by default the last. tf.keras: backend.concatenate
 *
 * ```ts
 * keras.backend.concatenate([[[1]], [[2]]]); // [[1, 2]]
 * ```
 */
export const concatenate = declare(
  "keras.backend.concatenate(*tensors:tensors, axis:int=-1)",
  (tensors: readonly TensorLike[], axis: number): Tensor => ops.concatenate(tensors, axis),
);

/**
 * A tensor of values, in floatx where no dtype is given. tf.keras: backend.constant
 *
 * ```ts
 * keras.backend.constant(2, { shape: [2] }); // [2, 2]
 * ```
 */
export const constant = declare(
  "keras.backend.constant(value:any, dtype:dtype=null, shape:shape=null, name:string=null)",
  (value: TensorLike, dtype: string | null, shape: readonly number[] | null, _: string | null): Tensor => {
    const made = ops.cast(value, dtype ?? floatx());
    return shape === null ? made : made.size === 1 ? ops.broadcastTo(ops.reshape(made, []), shape) : ops.reshape(made, shape);
  },
);

/**
 * A convolution over 1 axis. "causal" pads in front. tf.keras: backend.conv1d
 *
 * ```ts
 * keras.backend.conv1d(tf.ones([1, 4, 1]), tf.ones([2, 1, 1])).shape; // [1, 3, 1]
 * ```
 */
export const conv1d = declare(
  'keras.backend.conv1d(*x, *kernel, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (x: TensorLike, kernel: TensorLike, strides: Lengths, padding: string, dataFormat: Format, dilationRate: Lengths): Tensor =>
    convolved("conv1", 1, { x, kernel, strides, padding, dataFormat, dilationRate }),
);

/**
 * A convolution over 2 axes. tf.keras: backend.conv2d
 *
 * ```ts
 * keras.backend.conv2d(tf.ones([1, 4, 4, 1]), tf.ones([2, 2, 1, 1])).shape; // [1, 3, 3, 1]
 * ```
 */
export const conv2d = declare(
  'keras.backend.conv2d(*x, *kernel, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (x: TensorLike, kernel: TensorLike, strides: Lengths, padding: string, dataFormat: Format, dilationRate: Lengths): Tensor =>
    convolved("conv2", 2, { x, kernel, strides, padding, dataFormat, dilationRate }),
);

/**
 * A convolution over 3 axes. tf.keras: backend.conv3d
 *
 * ```ts
 * keras.backend.conv3d(tf.ones([1, 4, 4, 4, 1]), tf.ones([2, 2, 2, 1, 1])).shape; // [1, 3, 3, 3, 1]
 * ```
 */
export const conv3d = declare(
  'keras.backend.conv3d(*x, *kernel, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (x: TensorLike, kernel: TensorLike, strides: Lengths, padding: string, dataFormat: Format, dilationRate: Lengths): Tensor =>
    convolved("conv3", 3, { x, kernel, strides, padding, dataFormat, dilationRate }),
);

interface Convolution {
  readonly x: TensorLike;
  readonly kernel: TensorLike;
  readonly strides: Lengths;
  readonly padding: string;
  readonly dataFormat: Format;
  readonly dilationRate: Lengths;
}

function convolved(where: string, axes: number, { x, kernel, strides, padding, dataFormat, dilationRate }: Convolution): Tensor {
  const last = isLast(where, dataFormat);
  const tensor = asTensor(x);
  if (tensor.rank !== axes + 2)
    throw new ShapeError(`backend.${where}`, {
      given: shapeText(tensor.shape),
      expected: `${axes + 2} axes: a batch, ${axes}, and channels`,
    });
  const options = {
    strides: strides as number,
    dataFormat: last ? ("channels_last" as const) : ("channels_first" as const),
    dilationRate: dilationRate as number,
  };
  if (axes !== 1 || padding !== "causal") return ops.conv(tensor, kernel, { ...options, padding: padding as "valid" | "same" });
  const before = [(asTensor(kernel).shape[0]! - 1) * [dilationRate].flat()[0]!, 0] as [number, number];
  return ops.conv(ops.pad(tensor, last ? [[0, 0], before, [0, 0]] : [[0, 0], [0, 0], before]), kernel, { ...options, padding: "valid" });
}

/**
 * A transposed convolution with an output of a shape, `[batch, rows, columns, channels]`. tf.keras: backend.conv2d_transpose
 *
 * ```ts
 * keras.backend.conv2dTranspose([[[[7]]]], tf.ones([2, 2, 1, 1]), [1, 2, 2, 1], [2, 2]).shape; // [1, 2, 2, 1]
 * ```
 */
export const conv2dTranspose = declare(
  'keras.backend.conv2dTranspose(*x, *kernel, outputShape:shape, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (
    x: TensorLike,
    kernel: TensorLike,
    outputShape: readonly (number | null)[],
    strides: Lengths,
    padding: string,
    dataFormat: Format,
    dilationRate: Lengths,
  ): Tensor => {
    const last = isLast("conv2dTranspose", dataFormat);
    const [tensor, window] = [asTensor(x), asTensor(kernel)];
    const along = (lengths: Shape): (number | null)[] => (last ? lengths.slice(1, 3) : lengths.slice(2, 4));
    const each = (given: Lengths): number[] => (typeof given === "number" ? [given, given] : [...given]);
    const [steps, rates] = [each(strides), each(dilationRate)];
    const added = along(outputShape).map((length, i) => {
      const width = (window.shape[i]! - 1) * rates[i]! + 1;
      return length! - ((along(tensor.shape)[i]! - 1) * steps[i]! + width - (padding === "same" ? 2 * (width >> 1) : 0));
    });
    return ops.convTranspose(tensor, window, steps, padding as "valid" | "same", added, last ? "channels_last" : "channels_first", rates);
  },
);

/**
 * How many elements a tensor or variable has. tf.keras: backend.count_params
 *
 * ```ts
 * keras.backend.countParams(tf.ones([2, 3])); // 6
 * ```
 */
export const countParams = (x: Tensor | Variable): number => sizeOf(asTensor(x).shape as number[]);

/**
 * The loss of connectionist temporal classification, `[batch, 1]`, of probabilities `[batch, time, classes]` whose last class is the
 * blank. tf.keras: backend.ctc_batch_cost
 *
 * ```ts
 * keras.backend.ctcBatchCost([[0]], [[[0.5, 0.5]]], [[1]], [[1]]); // [[0.6931]]
 * ```
 */
export const ctcBatchCost = declare(
  "keras.backend.ctcBatchCost(*yTrue, *yPred, *inputLength, *labelLength)",
  (yTrue: TensorLike, yPred: TensorLike, inputLength: TensorLike, labelLength: TensorLike): Tensor => {
    const blank = (asTensor(yPred).shape.at(-1) ?? 1) - 1;
    const lengths = (given: TensorLike): Tensor => ops.cast(ops.squeeze(given, -1), "int32");
    const loss = ops.ctcLoss(yTrue, logarithms(yPred), lengths(labelLength), lengths(inputLength), { maskIndex: blank });
    return ops.expandDims(loss, 1);
  },
);

type Fold = (accumulated: Tensor, element: Tensor) => TensorLike;

/**
 * What a function makes of all elements of the first axis, one after the other. tf.keras: backend.foldl
 *
 * ```ts
 * keras.backend.foldl((sum, each) => sum.mul(10).add(each), [1, 2, 3]); // 123
 * ```
 */
export const foldl = (fn: Fold, elems: TensorLike, initializer: TensorLike | null = null): Tensor =>
  tfFoldl(fn as never, asTensor(elems), { initializer }) as Tensor;

/**
 * What a function makes of all elements of the first axis, from the last one on. tf.keras: backend.foldr
 *
 * ```ts
 * keras.backend.foldr((sum, each) => sum.mul(10).add(each), [1, 2, 3]); // 321
 * ```
 */
export const foldr = (fn: Fold, elems: TensorLike, initializer: TensorLike | null = null): Tensor =>
  tfFoldr(fn as never, asTensor(elems), { initializer }) as Tensor;

/**
 * A function of each element of the first axis. tf.keras: backend.map_fn
 *
 * ```ts
 * keras.backend.mapFn((each) => each.mul(2), [1, 2, 3]); // [2, 4, 6]
 * ```
 */
export const mapFn = (fn: (element: Tensor) => TensorLike, elems: TensorLike): Tensor => map(fn as never, asTensor(elems)) as Tensor;

const logarithms = (p: TensorLike): Tensor => ops.log(ops.add(p, epsilon()));

/**
 * The sequences that probabilities `[batch, time, classes]` say, and the logarithms of their own, where the last class is the blank: an
 * array of int32 `[batch, time]`, filled up with −1. tf.keras: backend.ctc_decode
 *
 * ```ts
 * keras.backend.ctcDecode([[[0.9, 0.1], [0.2, 0.8]]], [2])[0][0]; // [[0, -1]]
 * ```
 */
export const ctcDecode = declare(
  "keras.backend.ctcDecode(*yPred, *inputLength, greedy=true, beamWidth:int=100, topPaths:int=1)",
  (yPred: TensorLike, inputLength: TensorLike, greedy: boolean, beamWidth: number, topPaths: number): [Tensor[], Tensor] => {
    const strategy = greedy ? "greedy" : "beam_search";
    const [sequences, scores] = ops.ctcDecode(logarithms(yPred), inputLength, { strategy, beamWidth, topPaths, maskIndex: null });
    return [ops.unstack(sequences), scores];
  },
);

/**
 * A convolution of each channel alone. tf.keras: backend.depthwise_conv2d
 *
 * ```ts
 * keras.backend.depthwiseConv2d(tf.ones([1, 4, 4, 2]), tf.ones([2, 2, 2, 1])).shape; // [1, 3, 3, 2]
 * ```
 */
export const depthwiseConv2d = declare(
  'keras.backend.depthwiseConv2d(*x, *depthwiseKernel, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (x: TensorLike, kernel: TensorLike, strides: Lengths, padding: string, dataFormat: Format, dilationRate: Lengths): Tensor =>
    ops.depthwiseConv(x, kernel, strides as number, padding as "valid", dataFormat as null, dilationRate as number),
);

/**
 * A convolution of each channel alone, then one of 1 × 1. tf.keras: backend.separable_conv2d
 *
 * ```ts
 * keras.backend.separableConv2d(tf.ones([1, 4, 4, 2]), tf.ones([2, 2, 2, 1]), tf.ones([1, 1, 2, 3])).shape; // [1, 3, 3, 3]
 * ```
 */
export const separableConv2d = declare(
  'keras.backend.separableConv2d(*x, *depthwiseKernel, *pointwiseKernel, strides:ints=1, padding="valid", dataFormat:string=null, dilationRate:ints=1)',
  (
    x: TensorLike,
    depthwiseKernel: TensorLike,
    pointwiseKernel: TensorLike,
    strides: Lengths,
    padding: string,
    dataFormat: Format,
    dilationRate: Lengths,
  ): Tensor =>
    ops.separableConv(
      x,
      depthwiseKernel,
      pointwiseKernel,
      strides as number,
      padding as "valid",
      dataFormat as null,
      dilationRate as number,
    ),
);

/**
 * Sums of what stands up to each place of an axis, by default the first. tf.keras: backend.cumsum
 *
 * ```ts
 * keras.backend.cumsum([1, 2, 3]); // [1, 3, 6]
 * ```
 */
export const cumsum = declare("keras.backend.cumsum(*x, axis:int=0)", (x: TensorLike, axis: number): Tensor => ops.cumsum(x, axis));

/**
 * Products of what stands up to each place of an axis, by default the first. tf.keras: backend.cumprod
 *
 * ```ts
 * keras.backend.cumprod([1, 2, 3]); // [1, 2, 6]
 * ```
 */
export const cumprod = declare("keras.backend.cumprod(*x, axis:int=0)", (x: TensorLike, axis: number): Tensor => ops.cumprod(x, axis));

/**
 * x with a part of the elements 0 and the others grown, as in training. tf.keras: backend.dropout
 *
 * ```ts
 * keras.backend.dropout([1, 2], 0); // [1, 2]
 * ```
 */
export const dropout = declare(
  "keras.backend.dropout(*x, level:number, noiseShape:shape=null, seed:int=null)",
  (x: TensorLike, level: number, noiseShape: Shape | null, seed: number | null): Tensor =>
    random.dropout(x, level, { noiseShape: noiseShape as null, seed }),
);

/**
 * The values of a tensor or variable as nested arrays; anything else as it is. tf.keras: backend.get_value
 *
 * ```ts
 * keras.backend.getValue(tf.variable([1, 2])); // [1, 2]
 * ```
 */
export const getValue = <T>(x: T): NestedArray | T => (x instanceof Chainable ? x.value().array() : x);

/**
 * The values of a tensor or variable as nested arrays. tf.keras: backend.eval
 *
 * ```ts
 * keras.backend.eval(tf.add(1, 2)); // 3
 * ```
 */
const valuesOf = getValue;
export { valuesOf as eval };

/**
 * The values of several tensors and variables. tf.keras: backend.batch_get_value
 *
 * ```ts
 * keras.backend.batchGetValue([tf.variable([1, 2]), tf.variable(3)]); // [[1, 2], 3]
 * ```
 */
export function batchGetValue(tensors: readonly unknown[]): unknown[] {
  if (!Array.isArray(tensors))
    throw new ArgumentError("keras.backend.batchGetValue", { given: text(tensors), expected: "an array of variables" });
  return tensors.map(getValue);
}

/**
 * Gives a variable a value. tf.keras: backend.set_value
 *
 * ```ts
 * const v = tf.variable([1, 2]);
 * keras.backend.setValue(v, [3, 4]);
 * v.array(); // [3, 4]
 * ```
 */
export function setValue(x: Variable, value: TensorLike): void {
  x.assign(ops.cast(value, x.dtype));
}

/**
 * Gives variables values: pairs of both. tf.keras: backend.batch_set_value
 *
 * ```ts
 * const v = tf.variable([1, 2]);
 * keras.backend.batchSetValue([[v, [3, 4]]]);
 * v.array(); // [3, 4]
 * ```
 */
export function batchSetValue(tuples: readonly (readonly [Variable, TensorLike])[]): void {
  for (const [x, value] of tuples) setValue(x, value);
}

/**
 * x with a new axis of length 1, by default the last. tf.keras: backend.expand_dims
 *
 * ```ts
 * keras.backend.expandDims([1, 2]); // [[1], [2]]
 * ```
 */
export const expandDims = declare("keras.backend.expandDims(*x, axis:int=-1)", (x: TensorLike, axis: number): Tensor =>
  ops.expandDims(x, axis),
);

/**
 * A variable that holds the unit matrix. tf.keras: backend.eye
 *
 * ```ts
 * keras.backend.eye(2).array(); // [[1, 0], [0, 1]]
 * ```
 */
export const eye = declare(
  "keras.backend.eye(size:int, dtype:dtype=null, name:string=null)",
  (size: number, dtype: string | null, name: string | null): Variable => variable(ops.eye(size), { dtype, name }),
);

/**
 * All elements in one row. tf.keras: backend.flatten
 *
 * ```ts
 * keras.backend.flatten([[1], [2]]); // [1, 2]
 * ```
 */
export const flatten = declare("keras.backend.flatten(*x)", (x: TensorLike): Tensor => ops.reshape(x, [-1]));

/**
 * Rows by their places. tf.keras: backend.gather
 *
 * ```ts
 * keras.backend.gather([[1], [2]], [1]); // [[2]]
 * ```
 */
export const gather = declare("keras.backend.gather(*reference, *indices)", (reference: TensorLike, indices: TensorLike): Tensor =>
  ops.take(reference, indices, 0),
);

/**
 * 0.2 · x + 0.5 between 0 and 1: older than keras.ops.hardSigmoid, whose slope is 1/6. tf.keras: backend.hard_sigmoid
 *
 * ```ts
 * keras.backend.hardSigmoid([-3, 0, 1]); // [0, 0.5, 0.7]
 * ```
 */
export const hardSigmoid = declare("keras.backend.hardSigmoid(*x)", (x: TensorLike): Tensor =>
  ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0, 1),
);

/**
 * Whether targets are among the k largest predictions of their row. tf.keras: backend.in_top_k
 *
 * ```ts
 * keras.backend.inTopK([[1, 3, 2]], [2], 2); // [true]
 * ```
 */
export const inTopK = declare(
  "keras.backend.inTopK(*predictions, *targets, k:int)",
  (predictions: TensorLike, targets: TensorLike, k: number): Tensor => ops.inTopK(targets, predictions, k),
);

/**
 * The shape, null where a length is not known. tf.keras: backend.int_shape
 *
 * ```ts
 * keras.backend.intShape(tf.ones([2, 3])); // [2, 3]
 * ```
 */
export const intShape = (x: TensorLike): Shape => asTensor(x).shape;

/**
 * The shape as a tensor. tf.keras: backend.shape
 *
 * ```ts
 * keras.backend.shape(tf.ones([2, 3])); // [2, 3]
 * ```
 */
export const shape = declare("keras.backend.shape(*x)", (x: TensorLike): Tensor =>
  ops.stack(ops.shape(x).map((length) => ops.cast(length as number, "int32"))),
);

/**
 * Whether a tensor is sparse. tf.keras: backend.is_sparse
 *
 * ```ts
 * keras.backend.isSparse(tf.ones([2])); // false
 * ```
 */
export { isSparse };

/**
 * A sparse tensor as a dense one, others as they are. tf.keras: backend.to_dense
 *
 * ```ts
 * keras.backend.toDense(tf.ones([2])); // [1, 1]
 * ```
 */
export const toDense = (tensor: TensorLike): Tensor => asTensor(tensor);

/**
 * x divided by its length along an axis, or of all of it. tf.keras: backend.l2_normalize
 *
 * ```ts
 * keras.backend.l2Normalize([3, 4]); // [0.6, 0.8]
 * ```
 */
export const l2Normalize = declare("keras.backend.l2Normalize(*x, axis:ints=null)", (x: TensorLike, axis: Axis): Tensor =>
  ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), { axis: axis as number, keepdims: true }), 1e-12))),
);

/**
 * Moves a variable towards a value: momentum · x + (1 − momentum) · value. tf.keras: backend.moving_average_update
 *
 * ```ts
 * keras.backend.movingAverageUpdate(tf.variable(1), 3, 0.5).array(); // 2
 * ```
 */
export const movingAverageUpdate = (x: Variable, value: TensorLike, momentum: TensorLike): Variable => {
  checkVariable("movingAverageUpdate", x);
  const [target, kept] = [ops.cast(value, x.dtype), ops.cast(momentum, x.dtype)];
  return x.assignSub(ops.multiply(ops.subtract(x, target), ops.subtract(1, kept)));
};

function checkVariable(name: string, x: unknown): Variable {
  if (x instanceof Variable) return x;
  throw new ArgumentError(`keras.backend.${name}.x`, { given: text(x), expected: "a variable" });
}

/**
 * Gives a variable a value, and gives it back. tf.keras: backend.update
 *
 * ```ts
 * keras.backend.update(tf.variable(1), 3).array(); // 3
 * ```
 */
export const update = (x: Variable, newX: TensorLike): Variable => checkVariable("update", x).assign(newX);

/**
 * Adds to a variable. tf.keras: backend.update_add
 *
 * ```ts
 * keras.backend.updateAdd(tf.variable(1), 3).array(); // 4
 * ```
 */
export const updateAdd = (x: Variable, increment: TensorLike): Variable => checkVariable("updateAdd", x).assignAdd(increment);

/**
 * Takes from a variable. tf.keras: backend.update_sub
 *
 * ```ts
 * keras.backend.updateSub(tf.variable(1), 3).array(); // -2
 * ```
 */
export const updateSub = (x: Variable, decrement: TensorLike): Variable => checkVariable("updateSub", x).assignSub(decrement);

/**
 * Whole numbers as rows that are 1 at their place. tf.keras: backend.one_hot
 *
 * ```ts
 * keras.backend.oneHot([1], 3); // [[0, 1, 0]]
 * ```
 */
export const oneHot = declare("keras.backend.oneHot(*indices, numClasses:int)", (indices: TensorLike, numClasses: number): Tensor =>
  ops.oneHot(indices, numClasses),
);

/**
 * A variable, in floatx where no dtype is given. tf.keras: backend.variable
 *
 * ```ts
 * keras.backend.variable([1, 2]).dtype; // "float32"
 * ```
 */
export const variable = declare(
  "keras.backend.variable(value:any, dtype:dtype=null, name:string=null, constraint:any=null)",
  (value: TensorLike, dtype: string | null, name: string | null, constraint: unknown): Variable =>
    new Variable(ops.cast(value, dtype ?? floatx()), {
      dtype: (dtype ?? floatx()) as "float32",
      ...(name !== null && { name }),
      ...(constraint !== null && { constraint: constraint as never }),
    }),
);

/**
 * A variable of ones. tf.keras: backend.ones
 *
 * ```ts
 * keras.backend.ones([2]).array(); // [1, 1]
 * ```
 */
export const ones = declare(
  "keras.backend.ones(shape:shape, dtype:dtype=null, name:string=null)",
  (shape: readonly number[], dtype: string | null, name: string | null): Variable => variable(ops.ones(shape), { dtype, name }),
);

/**
 * A variable of zeros. tf.keras: backend.zeros
 *
 * ```ts
 * keras.backend.zeros([2]).array(); // [0, 0]
 * ```
 */
export const zeros = declare(
  "keras.backend.zeros(shape:shape, dtype:dtype=null, name:string=null)",
  (shape: readonly number[], dtype: string | null, name: string | null): Variable => variable(ops.zeros(shape), { dtype, name }),
);

/**
 * The axes in another order. tf.keras: backend.permute_dimensions
 *
 * ```ts
 * keras.backend.permuteDimensions(tf.ones([2, 3]), [1, 0]).shape; // [3, 2]
 * ```
 */
export const permuteDimensions = declare(
  "keras.backend.permuteDimensions(*x, pattern:list)",
  (x: TensorLike, pattern: readonly number[]): Tensor => ops.transpose(x, pattern),
);

/**
 * The axes the other way around. tf.keras: backend.transpose
 *
 * ```ts
 * keras.backend.transpose(tf.ones([2, 3])).shape; // [3, 2]
 * ```
 */
export const transpose = declare("keras.backend.transpose(*x)", (x: TensorLike): Tensor => ops.transpose(x));

/**
 * The largest ("max") or mean ("avg") elements of windows over 2 axes. tf.keras: backend.pool2d
 *
 * ```ts
 * keras.backend.pool2d(tf.ones([1, 4, 4, 1]), [2, 2]).shape; // [1, 3, 3, 1]
 * ```
 */
export const pool2d = declare(
  'keras.backend.pool2d(*x, poolSize:list, strides:list=null, padding="valid", dataFormat:string=null, poolMode="max")',
  (
    x: TensorLike,
    poolSize: readonly number[],
    strides: readonly number[] | null,
    padding: string,
    dataFormat: Format,
    poolMode: string,
  ): Tensor => pooled("pool2d", 2, { x, poolSize, strides, padding, dataFormat, poolMode }),
);

/**
 * The largest ("max") or mean ("avg") elements of windows over 3 axes. tf.keras: backend.pool3d
 *
 * ```ts
 * keras.backend.pool3d(tf.ones([1, 4, 4, 4, 1]), [2, 2, 2]).shape; // [1, 3, 3, 3, 1]
 * ```
 */
export const pool3d = declare(
  'keras.backend.pool3d(*x, poolSize:list, strides:list=null, padding="valid", dataFormat:string=null, poolMode="max")',
  (
    x: TensorLike,
    poolSize: readonly number[],
    strides: readonly number[] | null,
    padding: string,
    dataFormat: Format,
    poolMode: string,
  ): Tensor => pooled("pool3d", 3, { x, poolSize, strides, padding, dataFormat, poolMode }),
);

interface Pooling {
  readonly x: TensorLike;
  readonly poolSize: readonly number[];
  readonly strides: readonly number[] | null;
  readonly padding: string;
  readonly dataFormat: Format;
  readonly poolMode: string;
}

function pooled(where: string, axes: number, { x, poolSize, strides, padding, dataFormat, poolMode }: Pooling): Tensor {
  const steps = strides ?? Array<number>(axes).fill(1);
  if (poolSize.length !== axes || steps.length !== axes)
    throw new ValueError(`backend.${where}`, { given: text([poolSize, steps]), expected: `${axes} numbers for poolSize and strides` });
  if (poolMode !== "max" && poolMode !== "avg")
    throw new ValueError(`backend.${where}.poolMode`, { given: text(poolMode), expected: "max or avg" });
  const pool = poolMode === "max" ? ops.maxPool : ops.averagePool;
  return pool(x, poolSize, steps, padding as "valid", isLast(where, dataFormat) ? "channels_last" : "channels_first");
}

/**
 * x to a power. tf.keras: backend.pow
 *
 * ```ts
 * keras.backend.pow([2, 3], 2); // [4, 9]
 * ```
 */
export const pow = declare("keras.backend.pow(*x, *a)", (x: TensorLike, a: TensorLike): Tensor => ops.power(x, a));

/**
 * 1 with probability p, else 0. tf.keras: backend.random_bernoulli
 *
 * ```ts
 * keras.backend.randomBernoulli([2], 1); // [1, 1]
 * ```
 */
export const randomBernoulli = declare(
  "keras.backend.randomBernoulli(shape:shape, p:number=0, dtype:dtype=null, seed:int=null)",
  (shape: readonly number[], p: number, dtype: string | null, seed: number | null): Tensor =>
    ops.cast(ops.lessEqual(random.uniform(shape, { seed }), p), dtype ?? floatx()),
);

/**
 * A variable of normally distributed numbers. tf.keras: backend.random_normal_variable
 *
 * ```ts
 * keras.backend.randomNormalVariable([2, 3], 0, 1).shape; // [2, 3]
 * ```
 */
export const randomNormalVariable = declare(
  "keras.backend.randomNormalVariable(shape:shape, mean:number, scale:number, dtype:dtype=null, name:string=null, seed:int=null)",
  (shape: readonly number[], mean: number, scale: number, dtype: string | null, name: string | null, seed: number | null): Variable =>
    variable(random.normal(shape, mean, scale, { seed }), { dtype, name }),
);

/**
 * A variable of numbers from low up to high. tf.keras: backend.random_uniform_variable
 *
 * ```ts
 * keras.backend.randomUniformVariable([2, 3], 0, 1).shape; // [2, 3]
 * ```
 */
export const randomUniformVariable = declare(
  "keras.backend.randomUniformVariable(shape:shape, low:number, high:number, dtype:dtype=null, name:string=null, seed:int=null)",
  (shape: readonly number[], low: number, high: number, dtype: string | null, name: string | null, seed: number | null): Variable =>
    variable(random.uniform(shape, low, high, { seed }), { dtype, name }),
);

/**
 * x where it is above the threshold, up to maxValue; alpha · (x − threshold) below. tf.keras: backend.relu
 *
 * ```ts
 * keras.backend.relu([-1, 2, 7], { maxValue: 6 }); // [0, 2, 6]
 * ```
 */
export const relu = declare(
  "keras.backend.relu(*x, alpha:number=0, maxValue:number=null, threshold:number=0)",
  (x: TensorLike, alpha: number, maxValue: number | null, threshold: number): Tensor => {
    const above = ops.where(ops.greater(x, threshold), x, 0);
    const kept = maxValue === null ? above : ops.clip(above, 0, maxValue);
    return alpha === 0 ? kept : ops.subtract(kept, ops.multiply(alpha, ops.relu(ops.subtract(threshold, x))));
  },
);

/**
 * Rows `[batch, features]` repeated in time: `[batch, n, features]`. tf.keras: backend.repeat
 *
 * ```ts
 * keras.backend.repeat([[1, 2]], 2); // [[[1, 2], [1, 2]]]
 * ```
 */
export const repeat = declare("keras.backend.repeat(*x, n:int)", (x: TensorLike, n: number): Tensor => {
  const tensor = asTensor(x);
  if (tensor.rank !== 2) throw new ShapeError("backend.repeat", { given: shapeText(tensor.shape), expected: "[batch, features]" });
  return ops.tile(ops.expandDims(tensor, 1), [1, n, 1]);
});

/**
 * Each element of an axis several times. tf.keras: backend.repeat_elements
 *
 * ```ts
 * keras.backend.repeatElements([1, 2], 2, 0); // [1, 1, 2, 2]
 * ```
 */
export const repeatElements = declare(
  "keras.backend.repeatElements(*x, rep:int, axis:int)",
  (x: TensorLike, rep: number, axis: number): Tensor => ops.repeat(x, rep, axis),
);

/**
 * Images, so many times as high and wide. tf.keras: backend.resize_images
 *
 * ```ts
 * keras.backend.resizeImages(tf.ones([1, 2, 2, 1]), 2, 3, "channels_last").shape; // [1, 4, 6, 1]
 * ```
 */
export const resizeImages = declare(
  'keras.backend.resizeImages(*x, heightFactor:int, widthFactor:int, dataFormat:string=null, interpolation="nearest")',
  (x: TensorLike, heightFactor: number, widthFactor: number, dataFormat: Format, interpolation: string): Tensor => {
    const last = isLast("resizeImages", dataFormat);
    const images = asTensor(x);
    const [height, width] = images.shape.slice(last ? 1 : 2) as [number, number];
    return ops.image.resize(images, [height * heightFactor, width * widthFactor], {
      interpolation: interpolation as "nearest",
      dataFormat: last ? "channels_last" : "channels_first",
    });
  },
);

/**
 * Volumes, so many times as deep, high and wide. tf.keras: backend.resize_volumes
 *
 * ```ts
 * keras.backend.resizeVolumes(tf.ones([1, 2, 2, 2, 1]), 2, 3, 1, "channels_last").shape; // [1, 4, 6, 2, 1]
 * ```
 */
export const resizeVolumes = declare(
  "keras.backend.resizeVolumes(*x, depthFactor:int, heightFactor:int, widthFactor:int, dataFormat:string=null)",
  (x: TensorLike, depthFactor: number, heightFactor: number, widthFactor: number, dataFormat: Format): Tensor => {
    const first = isLast("resizeVolumes", dataFormat) ? 1 : 2;
    return [depthFactor, heightFactor, widthFactor].reduce<Tensor>((made, factor, i) => ops.repeat(made, factor, first + i), asTensor(x));
  },
);

/**
 * The elements of axes the other way around. tf.keras: backend.reverse
 *
 * ```ts
 * keras.backend.reverse([1, 2, 3], 0); // [3, 2, 1]
 * ```
 */
export const reverse = declare("keras.backend.reverse(*x, axes:ints)", (x: TensorLike, axes: Axis): Tensor => ops.flip(x, axes as number));

/**
 * Positive numbers that add up to 1 along an axis. tf.keras: backend.softmax
 *
 * ```ts
 * keras.backend.softmax([[1, 1]]); // [[0.5, 0.5]]
 * ```
 */
export const softmax = declare("keras.backend.softmax(*x, axis:ints=-1)", (x: TensorLike, axis: Axis): Tensor => {
  const tensor = asTensor(x);
  if (tensor.rank < 2) throw new ShapeError("backend.softmax", { given: shapeText(tensor.shape), expected: "at least two axes" });
  return ops.softmax(tensor, axis as number);
});

/**
 * The crossentropy of each row with a whole number for a class. Rows of `ignoreClass` are 0. tf.keras:
 * backend.sparse_categorical_crossentropy
 *
 * ```ts
 * keras.backend.sparseCategoricalCrossentropy([1], [[0.5, 0.5]]); // [0.6931]
 * ```
 */
export const sparseCategoricalCrossentropy = declare(
  "keras.backend.sparseCategoricalCrossentropy(*target, *output, fromLogits=false, axis:int=-1, ignoreClass:int=null)",
  (target: TensorLike, output: TensorLike, fromLogits: boolean, axis: number, ignoreClass: number | null): Tensor => {
    const logits = fromLogits ? asTensor(output) : ops.log(clip(output, epsilon(), 1 - epsilon()));
    if (ignoreClass === null) return ops.sparseCategoricalCrossentropy(target, logits, true, axis);
    const counts = ops.notEqual(target, ignoreClass);
    const loss = ops.sparseCategoricalCrossentropy(ops.where(counts, target, 0), logits, true, axis);
    return ops.where(ops.reshape(counts, loss.shape as number[]), loss, 0);
  },
);

type Around = readonly (readonly [number, number])[];

function padded(where: string, x: TensorLike, padding: Around, dataFormat: Format): Tensor {
  const tensor = asTensor(x);
  if (padding.length !== tensor.rank - 2 || padding.some((pair) => pair.length !== 2))
    throw new ValueError(`backend.${where}.padding`, { given: text(padding), expected: `a pair for each of ${tensor.rank - 2} axes` });
  const none = [0, 0] as const;
  return ops.pad(tensor, isLast(where, dataFormat) ? [none, ...padding, none] : [none, none, ...padding]);
}

/**
 * Sequences with zeros before and after. tf.keras: backend.temporal_padding
 *
 * ```ts
 * keras.backend.temporalPadding([[[1], [2]]], [1, 0]); // [[[0], [1], [2]]]
 * ```
 */
export const temporalPadding = declare(
  "keras.backend.temporalPadding(*x, padding:list=null)",
  (x: TensorLike, padding: readonly number[] | null): Tensor =>
    padded("temporalPadding", x, [(padding ?? [1, 1]) as readonly [number, number]], "channels_last"),
);

/**
 * Images with zeros around, by default one on each side. tf.keras: backend.spatial_2d_padding
 *
 * ```ts
 * keras.backend.spatial2dPadding(tf.ones([1, 2, 2, 1])).shape; // [1, 4, 4, 1]
 * ```
 */
export const spatial2dPadding = declare(
  "keras.backend.spatial2dPadding(*x, padding:pairs=null, dataFormat:string=null)",
  (x: TensorLike, padding: Around | null, dataFormat: Format): Tensor =>
    padded("spatial2dPadding", x, padding ?? Array<readonly [number, number]>(2).fill([1, 1]), dataFormat),
);

/**
 * Volumes with zeros around, by default one on each side. tf.keras: backend.spatial_3d_padding
 *
 * ```ts
 * keras.backend.spatial3dPadding(tf.ones([1, 2, 2, 2, 1])).shape; // [1, 4, 4, 4, 1]
 * ```
 */
export const spatial3dPadding = declare(
  "keras.backend.spatial3dPadding(*x, padding:pairs=null, dataFormat:string=null)",
  (x: TensorLike, padding: Around | null, dataFormat: Format): Tensor =>
    padded("spatial3dPadding", x, padding ?? Array<readonly [number, number]>(3).fill([1, 1]), dataFormat),
);

/**
 * The square root, 0 for what is negative. tf.keras: backend.sqrt
 *
 * ```ts
 * keras.backend.sqrt([-1, 4]); // [0, 2]
 * ```
 */
export const sqrt = declare("keras.backend.sqrt(*x)", (x: TensorLike): Tensor => ops.sqrt(ops.maximum(x, 0)));

/**
 * x without an axis of length 1. tf.keras: backend.squeeze
 *
 * ```ts
 * keras.backend.squeeze([[1, 2]], 0); // [1, 2]
 * ```
 */
export const squeeze = declare("keras.backend.squeeze(*x, axis:int)", (x: TensorLike, axis: number): Tensor => ops.squeeze(x, axis));

/**
 * A tensor, or several, through which no gradient goes. tf.keras: backend.stop_gradient
 *
 * ```ts
 * keras.backend.stopGradient([1, 2]); // [1, 2]
 * ```
 */
export const stopGradient = ((variables: TensorLike | readonly Tensor[]) =>
  Array.isArray(variables) && variables.some((each) => each instanceof Chainable)
    ? variables.map((each) => ops.stopGradient(each as Tensor))
    : ops.stopGradient(variables as TensorLike)) as { (variables: readonly Tensor[]): Tensor[]; (variables: TensorLike): Tensor };

type Branch = TensorLike | (() => TensorLike);

/**
 * One of two values, or of what two functions give: for a scalar as a branch, else element by element. tf.keras: backend.switch
 *
 * ```ts
 * keras.backend.switch([true, false], [1, 2], [3, 4]); // [1, 4]
 * ```
 *
 * @throws ShapeError for a condition with more axes than the values
 */
function oneOf(condition: TensorLike, thenExpression: Branch, elseExpression: Branch): Tensor {
  const decides = ops.cast(condition, "bool");
  const made = (given: Branch): Tensor => asTensor(typeof given === "function" ? given() : given);
  if (decides.rank === 0) return branch(decides, () => made(thenExpression), () => made(elseExpression)); // prettier-ignore
  const [yes, no] = [made(thenExpression), made(elseExpression)];
  if (decides.rank > yes.rank)
    throw new ShapeError("backend.switch", { given: shapeText(decides.shape), expected: `at most the axes of ${shapeText(yes.shape)}` });
  if (decides.rank === 1) return ops.where(decides, yes, no);
  const shape = [...decides.shape, ...Array<number>(yes.rank - decides.rank).fill(1)] as number[];
  return ops.where(ops.reshape(decides, shape), yes, no);
}
export { oneOf as switch };

/**
 * x several times along each axis. tf.keras: backend.tile
 *
 * ```ts
 * keras.backend.tile([1, 2], 2); // [1, 2, 1, 2]
 * ```
 */
export const tile = declare("keras.backend.tile(*x, n:ints)", (x: TensorLike, n: Lengths): Tensor => ops.tile(x, [n].flat()));
