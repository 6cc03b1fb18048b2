// Largest elements and means of windows, along any number of axes.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/convolution.js";
import {
  channelsLast,
  outputLength,
  padBefore,
  paddingOf,
  perAxis,
  spatial,
  spatialRank,
  three,
  type DataFormat,
  type PerAxis,
} from "../convolution/window.js";
import { asFloat } from "../promotion.js";

export interface PoolOptions {
  /** Steps of the window along each spatial axis. Default: the pool size. */
  strides?: PerAxis | null;
  /** "valid": windows lie inside; "same": ceil(length / stride) windows, of which only the cells inside count. Default: "valid". */
  padding?: "valid" | "same";
  /** Where the channels stand. Default: "channels_last". */
  dataFormat?: DataFormat | null;
}

export interface AdaptivePoolOptions {
  /** Where the channels stand. Default: "channels_last". */
  dataFormat?: DataFormat | null;
}

/** Windows of `size` cells every `strides`; strides of 0: windows that divide the axis into as many parts as `size` says. */
interface PoolAttrs {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
}

type Pool = (x: Tensor, attrs: PoolAttrs) => Tensor;

function pooled(where: string, inputs: TensorLike, poolSize: PerAxis, options: PoolOptions, pool: Pool): Tensor {
  const x = asFloat(inputs);
  const rank = spatialRank(where, x);
  const size = perAxis(where, "poolSize", poolSize, rank);
  const strides = perAxis(where, "strides", options.strides ?? size, rank);
  const padding = paddingOf(where, options.padding ?? "valid", rank) as "valid" | "same";
  return channelsLast(where, x, options.dataFormat, (x) => pool(x, { size, strides, padding }));
}

function adapted(where: string, inputs: TensorLike, outputSize: PerAxis, options: AdaptivePoolOptions, pool: Pool): Tensor {
  const x = asFloat(inputs);
  const rank = spatialRank(where, x);
  const size = perAxis(where, "outputSize", outputSize, rank);
  return channelsLast(where, x, options.dataFormat, (x) => pool(x, { size, strides: size.map(() => 0), padding: "valid" }));
}

/**
 * The largest element of each window.
 *
 * ```ts
 * ops.maxPool([[[1], [3], [5], [7]]], 2, { strides: 2 }); // [[[3], [7]]]
 * ```
 *
 * @param inputs    `[batch, ...spatial, channels]`, one to three spatial axes
 * @param poolSize  length of the window, for all spatial axes or for each
 * @see keras.ops.max_pool
 */
export const maxPool = operation(
  'nn.maxPool(*inputs, poolSize:ints, strides:ints=null, padding="valid", dataFormat:string=null)',
  (inputs: TensorLike, poolSize: PerAxis, strides: PerAxis | null, padding: "valid" | "same", dataFormat: DataFormat | null): Tensor => {
    return pooled("maxPool", inputs, poolSize, { strides, padding, dataFormat }, (x, attrs) => maxPoolOp.apply({ x }, attrs));
  },
);

/**
 * The mean of each window; cells of the padding don't count.
 *
 * ```ts
 * ops.averagePool([[[1], [3], [5], [7]]], 2, { strides: 2 }); // [[[2], [6]]]
 * ```
 *
 * @param inputs    `[batch, ...spatial, channels]`, one to three spatial axes
 * @param poolSize  length of the window, for all spatial axes or for each
 * @see keras.ops.average_pool
 */
export const averagePool = operation(
  'nn.averagePool(*inputs, poolSize:ints, strides:ints=null, padding="valid", dataFormat:string=null)',
  (inputs: TensorLike, poolSize: PerAxis, strides: PerAxis | null, padding: "valid" | "same", dataFormat: DataFormat | null): Tensor => {
    return pooled("averagePool", inputs, poolSize, { strides, padding, dataFormat }, (x, attrs) => averageOf(x, attrs));
  },
);

/**
 * The largest element of each of outputSize windows: window i of n over a length l covers floor(i · l / n) … ceil((i + 1) · l / n) − 1.
 *
 * ```ts
 * ops.adaptiveMaxPool([[[1], [2], [3], [4]]], 2); // [[[2], [4]]]
 * ```
 *
 * @see keras.ops.adaptive_max_pool
 */
export const adaptiveMaxPool = operation(
  "nn.adaptiveMaxPool(*inputs, outputSize:ints, dataFormat:string=null)",
  (inputs: TensorLike, outputSize: PerAxis, dataFormat: DataFormat | null): Tensor => {
    return adapted("adaptiveMaxPool", inputs, outputSize, { dataFormat }, (x, attrs) => maxPoolOp.apply({ x }, attrs));
  },
);

/**
 * The mean of each of outputSize windows: window i of n over a length l covers floor(i · l / n) … ceil((i + 1) · l / n) − 1.
 *
 * ```ts
 * ops.adaptiveAveragePool([[[1], [2], [3], [4]]], 2); // [[[1.5], [3.5]]]
 * ```
 *
 * @see keras.ops.adaptive_average_pool
 */
export const adaptiveAveragePool = operation(
  "nn.adaptiveAveragePool(*inputs, outputSize:ints, dataFormat:string=null)",
  (inputs: TensorLike, outputSize: PerAxis, dataFormat: DataFormat | null): Tensor => {
    return adapted("adaptiveAveragePool", inputs, outputSize, { dataFormat }, (x, attrs) => averageOf(x, attrs));
  },
);

function infer({ x }: { x: Tensor }, { size, strides, padding }: PoolAttrs): Spec {
  const positions = spatial(x.shape).map((length, i) =>
    strides[i] === 0 ? size[i]! : outputLength(padding, i, length, size[i]!, strides[i]!),
  );
  if (positions.some((length) => length !== null && length <= 0)) {
    throw new ShapeError("pooling", {
      given: `inputs ${shapeText(x.shape)} and windows ${shapeText(size)}`,
      expected: "windows that fit into the inputs at least once",
      hint: 'Use padding "same" or a smaller pool size.',
    });
  }
  return { shape: [x.shape[0]!, ...positions, x.shape.at(-1)!], dtype: "float32" };
}

/** The windows as the kernels take them. */
function windowsOf(x: Shape, y: Shape, { size, strides, padding }: PoolAttrs) {
  const [input, output] = [known(spatial(x)), known(spatial(y))];
  const before = input.map((length, i) => (strides[i] === 0 ? 0 : padBefore(padding, i, length, size[i]!, strides[i]!)));
  return {
    batch: x[0]!,
    in: three(input, 1),
    out: three(output, 1),
    window: three(size, 1),
    stride: three(strides, 1),
    padding: three(before, 0),
    channels: x.at(-1)!,
  };
}

/** Elements of x that one claim of a thread reads, some 30 µs of work. */
const GRAIN = 1 << 16;

/** Units of a kernel that works on rows of outputs, and of one that works on images. */
function rowsOf(x: Tensor, y: Tensor): [size: number, grain: number] {
  const [batch, , , depth, height] = [y.shape[0]!, 0, 0, ...three(known(spatial(y.shape)), 1)];
  const rows = batch * depth! * height!;
  return [rows, Math.ceil((GRAIN * rows) / Math.max(1, x.size))];
}

function imagesOf(x: Tensor): [size: number, grain: number] {
  const batch = x.shape[0]!;
  return [batch, Math.ceil((GRAIN * batch) / 2 / Math.max(1, x.size))];
}

const maxPoolOp = primitive({
  name: "max_pool",
  inputs: ["x"],
  rows: ["x"],
  picks: true,
  infer,
  lower: ({ x }, { y }, attrs) => kernels.max_pool_f32({ ...windowsOf(x.shape, y.shape, attrs), x, y }, ...rowsOf(x, y)),
  keeps: ["x", "y"],
  gradient: (dy, { x, y }, { attrs }) => ({ x: () => maxPoolGradient(x, y, dy, attrs) }),
});

/** dy of each window at the first of its largest elements. */
const maxPoolGradient = (x: Tensor, largest: Tensor, dy: Tensor, attrs: PoolAttrs): Tensor =>
  maxPoolGradientOp.apply({ x, largest, dy }, { ...attrs, positive: false });

interface MaxPoolGradientAttrs extends PoolAttrs {
  /** Only windows whose largest element is positive count: x is relu's output, and this is the gradient before it. */
  readonly positive: boolean;
}

const maxPoolGradientOp = primitive({
  name: "max_pool_gradient",
  inputs: ["x", "largest", "dy"],
  rows: ["x", "largest", "dy"],
  infer: ({ x }, _: MaxPoolGradientAttrs): Spec => ({ shape: x.shape, dtype: "float32" }),
  lower: ({ x, largest, dy }, { y }, attrs) =>
    kernels.max_pool_gradient_f32(
      { ...windowsOf(x.shape, largest.shape, attrs), x, y: largest, dy, dx: y, positive: attrs.positive ? 1 : 0 },
      ...imagesOf(x),
    ),
  absorbs: (inputs, attrs, follower) =>
    follower.kind === "positive" && follower.by === inputs.x ? { inputs, attrs: { ...attrs, positive: true } } : null,
  keeps: ["x", "largest"],
  gradient: (u, { x, largest }, { attrs: { size, strides, padding } }) => ({
    dy: () => maxPoolPick(x, largest, u, { size, strides, padding }),
  }),
});

/** The element of `values` at the first of each window's largest elements: the transpose of the map from dy above. */
const maxPoolPick = (x: Tensor, largest: Tensor, values: Tensor, attrs: PoolAttrs): Tensor =>
  maxPoolPickOp.apply({ x, largest, values }, attrs);

const maxPoolPickOp = primitive({
  name: "max_pool_pick",
  inputs: ["x", "largest", "values"],
  infer: ({ largest }, _: PoolAttrs): Spec => ({ shape: largest.shape, dtype: "float32" }),
  lower: ({ x, largest, values }, { y }, attrs) =>
    kernels.max_pool_pick_f32({ ...windowsOf(x.shape, largest.shape, attrs), x, y: largest, values, picked: y }, ...imagesOf(x)),
  keeps: ["x", "largest"],
  gradient: (u, { x, largest }, { attrs }) => ({ values: () => maxPoolGradient(x, largest, u, attrs) }),
});

const averageOf = (x: Tensor, attrs: PoolAttrs): Tensor => averagePoolOp.apply({ x }, attrs);

const averagePoolOp = primitive({
  name: "average_pool",
  inputs: ["x"],
  rows: ["x"],
  infer,
  lower: ({ x }, { y }, attrs) => kernels.average_pool_f32({ ...windowsOf(x.shape, y.shape, attrs), x, y }, ...rowsOf(x, y)),
  gradient: (dy, _, { attrs, specs }) => ({
    x: () => averagePoolGradientOp.apply({ dy }, { ...attrs, inputs: spatial(specs.x.shape) }),
  }),
});

interface AveragePoolGradientAttrs extends PoolAttrs {
  /** Lengths of the spatial axes of x. */
  readonly inputs: Shape;
}

const averagePoolGradientOp = primitive({
  name: "average_pool_gradient",
  inputs: ["dy"],
  rows: ["dy"],
  infer: ({ dy }, { inputs }: AveragePoolGradientAttrs): Spec => ({
    shape: [dy.shape[0]!, ...inputs, dy.shape.at(-1)!],
    dtype: "float32",
  }),
  lower: ({ dy }, { y }, attrs) => kernels.average_pool_gradient_f32({ ...windowsOf(y.shape, dy.shape, attrs), dy, dx: y }, ...imagesOf(y)),
  gradient: (u, _, { attrs: { size, strides, padding } }) => ({ dy: () => averageOf(u, { size, strides, padding }) }),
});
