// Softmax and its logarithm, along one axis or several.

import { operation } from "../../core/operation.js";
import { type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/activations.js";
import { multiply, subtract } from "../elementwise/arithmetic.js";
import { exp } from "../elementwise/exponential.js";
import { asFloat } from "../promotion.js";
import { sum } from "../reduce/sum.js";
import { like } from "../rules.js";
import { alongAxes, rowGrain, rowsOf } from "./rows.js";
import { expandDims } from "../shaping/reshape.js";

/**
 * eˣ / Σ eˣ along an axis (or several, taken as one): positive numbers that sum to 1.
 *
 * ```ts
 * keras.activations.softmax([[0, 0], [0, 1]]); // [[0.5, 0.5], [0.2689, 0.7311]]
 * ```
 *
 * @param axis  default −1
 */
export const softmax = operation("nn.softmax(*x, axis:ints=-1)", (x: TensorLike, axis: number | readonly number[]): Tensor => {
  return alongAxes("softmax", asRow(x), axis, (rows) => softmaxOp.apply({ x: rows }));
});

/**
 * log(softmax(x)) along an axis.
 *
 * ```ts
 * keras.activations.logSoftmax([[0, 0]]); // [[-0.6931, -0.6931]]
 * ```
 *
 * @param axis  default −1
 */
export const logSoftmax = operation("nn.logSoftmax(*x, axis:ints=-1)", (x: TensorLike, axis: number | readonly number[]): Tensor => {
  return alongAxes("logSoftmax", asRow(x), axis, (rows) => logSoftmaxOp.apply({ x: rows }));
});

/** A scalar counts as a row of one. */
function asRow(x: TensorLike): Tensor {
  const tensor = asFloat(x);
  return tensor.rank === 0 ? expandDims(tensor, 0) : tensor;
}

const softmaxOp = primitive({
  name: "softmax",
  inputs: ["x"],
  infer: like,
  lower: ({ x }, { y }) => {
    const { rows, columns } = rowsOf(x);
    return kernels.softmax_f32({ x, y, columns }, rows, rowGrain(columns));
  },
  keeps: ["y"],
  gradient: (dy, { y }) => ({ x: () => softmaxGradient(y, dy) }),
});

/** p · (dy − Σ p · dy) along the last axis: the gradient dy of softmax's output p, brought to its input. */
export const softmaxGradient = (p: Tensor, dy: Tensor): Tensor => softmaxGradientOp.apply({ p, dy });

const total = (x: Tensor): Tensor => sum(x, { axis: -1, keepdims: true });

const softmaxGradientOp = primitive({
  name: "softmax_gradient",
  inputs: ["p", "dy"],
  infer: ({ p }): Spec => ({ shape: p.shape, dtype: p.dtype }),
  lower: ({ p, dy }, { y }) => {
    const { rows, columns } = rowsOf(p);
    return kernels.softmax_grad_f32({ y: p, dy, dx: y, columns }, rows, rowGrain(columns));
  },
  keeps: ["p", "dy"],
  gradient: (u, { p, dy }) => ({
    p: () => subtract(multiply(u, subtract(dy, total(multiply(p, dy)))), multiply(dy, total(multiply(u, p)))),
    dy: () => softmaxGradient(p, u),
  }),
});

const logSoftmaxOp = primitive({
  name: "log_softmax",
  inputs: ["x"],
  infer: like,
  lower: ({ x }, { y }) => {
    const { rows, columns } = rowsOf(x);
    return kernels.log_softmax_f32({ x, y, columns }, rows, rowGrain(columns));
  },
  keeps: ["y"],
  gradient: (dy, { y }) => ({ x: () => subtract(dy, multiply(exp(y), total(dy))) }),
});
