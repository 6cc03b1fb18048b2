// Layer and RMS normalization as primitives: each row by itself.

import { defaults } from "../../core/defaults.js";
import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as normalizationKernels } from "../../generated/kernels/normalization.js";
import { scratch } from "../../runtime/command.js";
import { sumTo } from "../shaping/broadcast.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { rsqrt, square } from "../elementwise/powers.js";
import { alongAxes, rowGrain, rowsOf } from "../nn/rows.js";
import { asFloat } from "../promotion.js";
import { checkAxes, type Axis } from "../reduce/family.js";
import { mean } from "../reduce/sum.js";
import { variance } from "../reduce/variance.js";
import { checkEpsilon, like } from "../rules.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { reshape } from "../shaping/reshape.js";
import { total } from "./moments.js";

interface RowsAttrs {
  readonly centered: boolean;
  readonly epsilon: number;
}

/** Factors of the columns, of the shape [columns]. */
interface Factors {
  readonly gamma?: Tensor | undefined;
  readonly beta?: Tensor | undefined;
}

const normalizeRows = (x: Tensor, attrs: RowsAttrs, { gamma, beta }: Factors = {}): Tensor =>
  normalizeRowsOp.apply({ x, gamma, beta }, attrs);

/** Along the last axis: (x − mean) / √(variance + epsilon), or x / √(mean square + epsilon); times gamma, plus beta. */
const normalizeRowsOp = primitive({
  name: "normalize_rows",
  inputs: ["x", "gamma?", "beta?"],
  infer: (inputs, _: RowsAttrs) => like(inputs),
  lower: ({ x, gamma = null, beta = null }, { y }, { centered, epsilon }) => {
    const { rows, columns } = rowsOf(x);
    return normalizationKernels.normalize_rows_f32(
      { x, gamma, beta, y, columns, centered: centered ? 1 : 0, epsilon },
      rows,
      rowGrain(columns),
    );
  },
  keeps: ["x", "gamma"],
  gradient: (dy, { x, gamma }, { attrs }) => {
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientsOp.apply({ x, dy, gamma }, attrs));
    return { x: () => (gamma ? all().dx : gradientOf(x, dy, gamma, attrs)), gamma: () => all().dgamma, beta: () => all().dbeta };
  },
});

interface Gradients {
  readonly dx: Tensor;
  readonly dgamma: Tensor;
  readonly dbeta: Tensor;
}

/** Rows that a unit of the kernel takes: so many that the sums over them are little beside them, and stay accurate. */
const blockOf = (columns: number): number => Math.min(256, Math.max(16, Math.ceil((1 << 16) / Math.max(1, columns))));

const rowMean = (x: Tensor): Tensor => mean(x, { axis: -1, keepdims: true });

const gradientOp = primitive({
  name: "normalize_rows_gradient",
  inputs: ["x", "dy", "gamma?"],
  infer: ({ x }, _: RowsAttrs): Spec => ({ shape: x.shape, dtype: "float32" }),
  lower: ({ x, dy, gamma = null }, { y }, { centered, epsilon }) => {
    const { rows, columns } = rowsOf(x);
    const args = { x, dy, gamma, dx: y, dots: null, sums: null, rows, columns, block: 1, centered: centered ? 1 : 0, epsilon };
    return normalizationKernels.normalize_rows_grad_f32(args, rows, rowGrain(columns));
  },
  keeps: ["x", "dy", "gamma"],
  gradient: (u, { x, dy, gamma }, { attrs }) => ({
    dy: () => timesGamma(gradientOf(x, u, undefined, attrs), gamma),
    gamma: () => sumTo(multiply(gradientOf(x, u, undefined, attrs), dy), gamma!.shape),
    x: () => secondGradient(u, x, timesGamma(dy, gamma), attrs),
  }),
});

/**
 * What a gradient u of dx is for x. The map from d = dy · gamma to dx is its own transpose; with n = normalized x, r = 1 / deviation and
 * the centred means written out, dx = r · (d − mean(d) − n · mean(d · n)), where n and r depend on x as above.
 */
function secondGradient(u: Tensor, x: Tensor, d: Tensor, attrs: RowsAttrs): Tensor {
  const centre = (t: Tensor): Tensor => (attrs.centered ? subtract(t, rowMean(t)) : t);
  const shifted = centre(x);
  const r = rsqrt(add(rowMean(square(shifted)), attrs.epsilon));
  const n = multiply(shifted, r);
  const [a, b] = [rowMean(multiply(d, n)), rowMean(multiply(u, n))];
  const through = subtract(rowMean(multiply(centre(d), u)), multiply(multiply(a, b), 3));
  const slope = add(add(multiply(centre(u), a), multiply(centre(d), b)), multiply(n, through));
  return multiply(multiply(square(r), slope), -1);
}

/** The gradients of x and of both factors in one pass. */
const gradientsOp = primitive({
  name: "normalize_rows_gradients",
  inputs: ["x", "dy", "gamma?"],
  infer: ({ x }, _: RowsAttrs): { dx: Spec; dgamma: Spec; dbeta: Spec } => {
    const factor: Spec = { shape: [x.shape.at(-1)!], dtype: "float32" };
    return { dx: { shape: x.shape, dtype: "float32" }, dgamma: factor, dbeta: factor };
  },
  lower: ({ x, dy, gamma = null }, { dx, dgamma, dbeta }, { centered, epsilon }) => {
    const { rows, columns } = rowsOf(x);
    const block = blockOf(columns);
    const blocks = Math.ceil(rows / block);
    const [dots, sums] = [scratch(blocks * columns * 4), scratch(blocks * columns * 4)];
    const join = { reduced: blocks, inner: columns, block: Math.max(1, blocks), count: 1 };
    const args = { x, dy, gamma, dx, dots, sums, rows, columns, block, centered: centered ? 1 : 0, epsilon };
    return [
      normalizationKernels.normalize_rows_grad_f32(args, blocks, Math.ceil((1 << 14) / Math.max(1, block * columns))),
      kernels.sum_f32({ x: dots, y: dgamma, ...join }, Math.ceil(columns / 64)),
      kernels.sum_f32({ x: sums, y: dbeta, ...join }, Math.ceil(columns / 64)),
    ];
  },
  keeps: ["x", "dy", "gamma"],
  // dgamma = Σ dy · n and dbeta = Σ dy, n as above: the gradient of n · (dy · v) for x is that of normalizing.
  gradient: ({ dx: u, dgamma: v, dbeta: w }, { x, dy, gamma }, { attrs }) => ({
    dy: () =>
      total([
        u && timesGamma(gradientOf(x, u, undefined, attrs), gamma),
        v && multiply(normalizeRows(x, attrs), v),
        w && broadcastTo(w, dy.shape),
      ]),
    gamma: () => u && sumTo(multiply(gradientOf(x, u, undefined, attrs), dy), gamma!.shape),
    x: () => total([u && secondGradient(u, x, timesGamma(dy, gamma), attrs), v && gradientOf(x, dy, v, attrs)]),
  }),
});

const timesGamma = (dy: Tensor, gamma: Tensor | undefined): Tensor => (gamma ? multiply(dy, gamma) : dy);

const gradientOf = (x: Tensor, dy: Tensor, gamma: Tensor | undefined, attrs: RowsAttrs): Tensor =>
  gradientOp.apply({ x, dy, gamma }, attrs);

/** Whether factors stand for the last axis alone, so that the rows' own operation takes them. */
const isOfColumns = (x: Tensor, axes: readonly number[], factor: Tensor | undefined): boolean =>
  axes.length === 1 &&
  axes[0] === x.rank - 1 &&
  (!factor || (factor.rank === 1 && factor.shape[0] === x.shape.at(-1) && factor.shape[0] !== null));

/** Normalizes along axes; then gamma and beta, of the shape of the axes. */
function normalized(where: string, x: Tensor, axis: Axis, attrs: RowsAttrs, { gamma, beta }: Factors): Tensor {
  const axes = checkAxes(where, axis, x.rank);
  if (isOfColumns(x, axes, gamma) && isOfColumns(x, axes, beta)) return normalizeRows(x, attrs, { gamma, beta });
  let y = alongAxes(where, x, axes, (rows) => normalizeRows(rows, attrs));
  if (gamma) y = multiply(y, along(x, axes, gamma));
  return beta ? add(y, along(x, axes, beta)) : y;
}

/** A factor for the axes, in a shape that broadcasts with x. */
function along(x: Tensor, axes: readonly number[], tensor: Tensor): Tensor {
  if (tensor.rank === x.rank || tensor.rank === 0) return tensor;
  const shape = x.shape.map((length, i) => (axes.includes(i) ? length : 1));
  return reshape(tensor, shape as Shape);
}

/**
 * x normalized by mean and variance of its own along axes, times gamma plus beta.
 *
 * ```ts
 * ops.layerNormalization([[1, 3]]); // [[-1, 1]]
 * ```
 *
 * @param gamma, beta  of the shape of the axes; null: none
 * @param axis         default −1
 * @param epsilon      added to the variance; default Keras's epsilon, 1e-7
 */
export const layerNormalization = operation(
  "nn.layerNormalization(*x, *gamma=null, *beta=null, axis:ints=-1, epsilon:number=null, rmsScaling=false)",
  (x: TensorLike, gamma: TensorLike | null, beta: TensorLike | null, axis: Axis, epsilon: number | null, rmsScaling: boolean): Tensor => {
    const factors = { gamma: gamma === null ? undefined : asFloat(gamma), beta: beta === null ? undefined : asFloat(beta) };
    const tensor = asTensor(x);
    const wide = asFloat(tensor);
    const added = checkEpsilon("layerNormalization", epsilon ?? defaults.epsilon);
    const y = rmsScaling
      ? scaledByDeviation(wide, factors.gamma, axis, added)
      : normalized("layerNormalization", wide, axis, { centered: true, epsilon: added }, factors);
    return cast(y, tensor.dtype);
  },
  { className: "LayerNorm" },
);

/** What Keras's rms_scaling gives: x / √(variance + ε) · gamma, without centering. */
function scaledByDeviation(x: Tensor, gamma: Tensor | undefined, axis: Axis, epsilon: number): Tensor {
  const y = multiply(x, rsqrt(add(variance(x, { axis, keepdims: true }), epsilon)));
  return gamma === undefined ? y : multiply(y, along(x, checkAxes("layerNormalization", axis, x.rank), gamma));
}

/**
 * x divided by its root mean square along axes, times a scale.
 *
 * ```ts
 * ops.rmsNormalization([[3, 4]]); // [[0.8485, 1.1314]]
 * ```
 *
 * @param scale    of the shape of the axes, or a number; default 1
 * @param axis     default −1
 * @param epsilon  added to the mean square; default Keras's epsilon, 1e-7
 */
export const rmsNormalization = operation(
  "nn.rmsNormalization(*x, *scale=null, axis:ints=-1, epsilon:number=null)",
  (x: TensorLike, scale: TensorLike | null, axis: Axis, epsilon: number | null): Tensor => {
    const gamma = scale === null || scale === 1 ? undefined : asFloat(scale);
    const tensor = asTensor(x);
    const attrs = { centered: false, epsilon: checkEpsilon("rmsNormalization", epsilon ?? defaults.epsilon) };
    return cast(normalized("rmsNormalization", asFloat(tensor), axis, attrs, { gamma }), tensor.dtype);
  },
  { className: "RMSNorm" },
);
