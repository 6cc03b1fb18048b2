// Activations: those with a kernel, and those that are compositions.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ValueError } from "../../core/errors.js";
import { operation } from "../../core/operation.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/activations.js";
import { add, divide, maximum, minimum, multiply, subtract } from "../elementwise/arithmetic.js";
import { clip } from "../elementwise/clip.js";
import { greater, greaterEqual, less, lessEqual } from "../elementwise/comparison.js";
import { exp } from "../elementwise/exponential.js";
import { binary, unary, type BinaryFunction, type Unary, type UnaryFunction } from "../elementwise/family.js";
import { erf } from "../elementwise/error-function.js";
import { abs, negative, sqrt, square } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { asFloat } from "../promotion.js";
import { COSTLY_GRAIN, GRAIN, like } from "../rules.js";
import { splitInHalves } from "../shaping/split.js";

const reluOfFloats = unary({
  name: "relu",
  kernel: kernels.relu_f32,
  keeps: ["y"],
  gradient: (dy, { y }) => reluGrad(dy, y),
  grain: GRAIN,
  isRelu: true,
});

/**
 * max(0, x), in the dtype of x.
 *
 * ```ts
 * ops.relu([-1, 0, 2]); // [0, 0, 2]
 * ```
 */
export const relu: Unary = operation("nn.relu(*x)", (x: TensorLike): Tensor => {
  const tensor = asTensor(x);
  return isFloat(tensor.dtype) ? reluOfFloats(tensor) : maximum(tensor, 0);
});

/** dy where relu's output is positive, else 0. */
const reluGrad: BinaryFunction = binary({
  name: "relu_grad",
  kernels: { float32: kernels.relu_grad_f32 },
  isMask: true,
  keeps: ["b"],
  gradient: { a: (u, { b }) => reluGrad(u, b) },
});

/**
 * min(max(0, x), 6).
 *
 * ```ts
 * keras.activations.relu6([-1, 3, 9]); // [0, 3, 6]
 * ```
 */
export const relu6: Unary = operation(
  "nn.relu6(*x)",
  unary({
    name: "relu6",
    kernel: kernels.relu6_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => relu6Grad(dy, y),
    grain: GRAIN,
  }),
);

const relu6Grad: BinaryFunction = binary({
  name: "relu6_grad",
  kernels: { float32: kernels.relu6_grad_f32 },
  keeps: ["b"],
  gradient: { a: (u, { b }) => relu6Grad(u, b) },
});

/**
 * 1 / (1 + e⁻ˣ).
 *
 * ```ts
 * keras.activations.sigmoid([0, 2]); // [0.5, 0.8808]
 * ```
 */
export const sigmoid: Unary = operation(
  "nn.sigmoid(*x)",
  unary({
    name: "sigmoid",
    kernel: kernels.sigmoid_f32,
    keeps: ["y"],
    gradient: (dy, { y }) => sigmoidGrad(dy, y),
  }),
);

/** dy · y · (1 − y). */
const sigmoidGrad: BinaryFunction = binary({
  name: "sigmoid_grad",
  kernels: { float32: kernels.sigmoid_grad_f32 },
  keeps: ["a", "b"],
  gradient: {
    a: (u, { b }) => sigmoidGrad(u, b),
    b: (u, { a, b }) => multiply(multiply(u, a), subtract(1, multiply(b, 2))),
  },
});

/**
 * The hyperbolic tangent: (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
 *
 * ```ts
 * keras.activations.tanh([-1, 0, 1]); // [-0.7616, 0, 0.7616]
 * ```
 */
export const tanh: Unary = operation(
  "numpy.tanh(*x)",
  unary({ name: "tanh", kernel: kernels.tanh_f32, keeps: ["y"], gradient: (dy, { y }) => tanhGrad(dy, y) }),
);

/** dy · (1 − y²). */
const tanhGrad: BinaryFunction = binary({
  name: "tanh_grad",
  kernels: { float32: kernels.tanh_grad_f32 },
  keeps: ["a", "b"],
  gradient: { a: (u, { b }) => tanhGrad(u, b), b: (u, { a, b }) => multiply(multiply(u, a), multiply(b, -2)) },
});

/**
 * log(1 + eˣ).
 *
 * ```ts
 * keras.activations.softplus([0, 2]); // [0.6931, 2.1269]
 * ```
 */
export const softplus: Unary = operation(
  "nn.softplus(*x)",
  unary({
    name: "softplus",
    kernel: kernels.softplus_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => multiply(dy, sigmoid(x)),
  }),
);

/**
 * log(sigmoid(x)).
 *
 * ```ts
 * keras.activations.logSigmoid([0, 2]); // [-0.6931, -0.1269]
 * ```
 */
export const logSigmoid = operation("nn.logSigmoid(*x)", (x: TensorLike): Tensor => negative(softplus(negative(asFloat(x)))));

/**
 * x · sigmoid(x), called swish too.
 *
 * ```ts
 * keras.activations.silu([-1, 0, 1]); // [-0.2689, 0, 0.7311]
 * ```
 */
export const silu: Unary = operation(
  "nn.silu(*x)",
  unary({
    name: "silu",
    kernel: kernels.silu_f32,
    keeps: ["x"],
    gradient: (dy, { x }) => {
      const s = sigmoid(x);
      return multiply(dy, multiply(s, add(1, multiply(x, subtract(1, s)))));
    },
  }),
);

const exactGelu: UnaryFunction = unary({
  name: "gelu",
  kernel: kernels.gelu_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => {
    const below = multiply(add(erf(multiply(x, Math.SQRT1_2)), 1), 0.5);
    const density = multiply(exp(multiply(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return multiply(dy, add(below, multiply(x, density)));
  },
});

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

const tanhGelu: UnaryFunction = unary({
  name: "gelu_tanh",
  kernel: kernels.gelu_tanh_f32,
  keeps: ["x"],
  gradient: (dy, { x }) => {
    const s = square(x);
    const t = tanh(multiply(multiply(x, add(multiply(s, 0.044715), 1)), SQRT_2_OVER_PI));
    const slope = multiply(subtract(1, square(t)), multiply(add(multiply(s, 3 * 0.044715), 1), SQRT_2_OVER_PI));
    return multiply(multiply(dy, 0.5), add(add(t, 1), multiply(x, slope)));
  },
});

/**
 * x · Φ(x), Φ the normal distribution.
 *
 * ```ts
 * ops.gelu([-1, 0, 1]); // [-0.1588, 0, 0.8412]
 * ```
 *
 * @param approximate  by a tanh, Keras's default
 */
export const gelu = operation("nn.gelu(*x, approximate=true)", (x: TensorLike, approximate: boolean): Tensor =>
  approximate ? tanhGelu(x) : exactGelu(x),
);

const eluOp = primitive({
  name: "elu",
  inputs: ["x"],
  infer: (inputs, _: { alpha: number }) => like(inputs),
  lower: ({ x }, { y }, { alpha }) => kernels.elu_f32({ x, y, p: alpha, q: 0 }, y.size, COSTLY_GRAIN),
  fusible: "elementwise",
  keeps: ["x", "y"],
  gradient: (dy, { x, y }, { attrs }) => ({ x: () => multiply(dy, where(greater(x, 0), 1, add(y, attrs.alpha))) }),
});

/**
 * x, and alpha · (eˣ − 1) below 0.
 *
 * ```ts
 * ops.elu([-1, 0, 2]); // [-0.6321, 0, 2]
 * ```
 */
export const elu = operation("nn.elu(*x, alpha=1.0)", (x: TensorLike, alpha: number): Tensor => eluOp.apply({ x: asFloat(x) }, { alpha }));

/**
 * x, and alpha · (e^(x / alpha) − 1) below 0.
 *
 * ```ts
 * ops.celu([-1, 0, 2]); // [-0.6321, 0, 2]
 * ```
 */
export const celu = operation("nn.celu(*x, alpha=1.0)", (x: TensorLike, alpha: number): Tensor => {
  const tensor = asFloat(x);
  return add(maximum(tensor, 0), multiply(alpha, elu(minimum(divide(tensor, alpha), 0))));
});

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/**
 * scale · elu(x, alpha) with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017).
 *
 * ```ts
 * keras.activations.selu([-1, 0, 1]); // [-1.1113, 0, 1.0507]
 * ```
 */
export const selu = operation("nn.selu(*x)", (x: TensorLike): Tensor => multiply(elu(x, SELU.alpha), SELU.scale));

const leakyReluOp = primitive({
  name: "leaky_relu",
  inputs: ["x"],
  infer: (inputs, _: { slope: number }) => like(inputs),
  lower: ({ x }, { y }, { slope }) => kernels.leaky_relu_f32({ x, y, p: slope, q: 0 }, y.size, GRAIN),
  fusible: "elementwise",
  keeps: ["x"],
  gradient: (dy, { x }, { attrs: { slope } }) => ({ x: () => multiply(dy, where(greater(x, 0), 1, slope)) }),
});

/**
 * x, and negativeSlope · x below 0.
 *
 * ```ts
 * ops.leakyRelu([-1, 2]); // [-0.2, 2]
 * ```
 */
export const leakyRelu = operation("nn.leakyRelu(*x, negativeSlope=0.2)", (x: TensorLike, negativeSlope: number): Tensor =>
  leakyReluOp.apply({ x: asFloat(x) }, { slope: negativeSlope }),
);

/**
 * relu6(x + 3) / 6.
 *
 * ```ts
 * keras.activations.hardSigmoid([-4, 0, 1]); // [0, 0.5, 0.6667]
 * ```
 */
export const hardSigmoid = operation("nn.hardSigmoid(*x)", (x: TensorLike): Tensor => divide(relu6(add(asFloat(x), 3)), 6));

/**
 * x · hardSigmoid(x), called hardSwish too.
 *
 * ```ts
 * keras.activations.hardSilu([-4, 1, 4]); // [0, 0.6667, 4]
 * ```
 */
export const hardSilu = operation("nn.hardSilu(*x)", (x: TensorLike): Tensor => multiply(asFloat(x), hardSigmoid(x)));

/**
 * x limited to [−1, 1].
 *
 * ```ts
 * keras.activations.hardTanh([-2, 0.5, 2]); // [-1, 0.5, 1]
 * ```
 */
export const hardTanh = operation("nn.hardTanh(*x)", (x: TensorLike): Tensor => clip(asFloat(x), -1, 1));

/**
 * x, and 0 within the threshold of 0.
 *
 * ```ts
 * ops.hardShrink([-1, 0.3, 2]); // [-1, 0, 2]
 * ```
 */
export const hardShrink = operation("nn.hardShrink(*x, threshold=0.5)", (x: TensorLike, threshold: number): Tensor => {
  const tensor = asFloat(x);
  return where(lessEqual(abs(tensor), threshold), 0, tensor);
});

/**
 * x moved by the threshold towards 0, and 0 within it.
 *
 * ```ts
 * ops.softShrink([-1, 0.3, 2]); // [-0.5, 0, 1.5]
 * ```
 */
export const softShrink = operation("nn.softShrink(*x, threshold=0.5)", (x: TensorLike, threshold: number): Tensor => {
  const tensor = asFloat(x);
  return where(greater(tensor, threshold), subtract(tensor, threshold), where(less(tensor, -threshold), add(tensor, threshold), 0));
});

/**
 * x − tanh(x).
 *
 * ```ts
 * keras.activations.tanhShrink([-1, 0, 1]); // [-0.2384, 0, 0.2384]
 * ```
 */
export const tanhShrink = operation("nn.tanhShrink(*x)", (x: TensorLike): Tensor => subtract(asFloat(x), tanh(x)));

/**
 * x / (1 + |x|).
 *
 * ```ts
 * keras.activations.softsign([-1, 0, 3]); // [-0.5, 0, 0.75]
 * ```
 */
export const softsign = operation("nn.softsign(*x)", (x: TensorLike): Tensor => {
  const tensor = asFloat(x);
  return divide(tensor, add(abs(tensor), 1));
});

/**
 * (x + √(x² + b)) / 2.
 *
 * ```ts
 * ops.squareplus([-1, 0, 2]); // [0.6180, 1, 2.4142]
 * ```
 */
export const squareplus = operation("nn.squareplus(*x, b=4)", (x: TensorLike, b: number): Tensor => {
  const tensor = asFloat(x);
  return multiply(add(tensor, sqrt(add(square(tensor), b))), 0.5);
});

/**
 * 0 up to −1, (x + 1)² / 4 up to 1, x beyond.
 *
 * ```ts
 * keras.activations.sparsePlus([-2, 0, 2]); // [0, 0.25, 2]
 * ```
 */
export const sparsePlus = operation("nn.sparsePlus(*x)", (x: TensorLike): Tensor => {
  const tensor = asFloat(x);
  return where(lessEqual(tensor, -1), 0, where(less(tensor, 1), multiply(square(add(tensor, 1)), 0.25), tensor));
});

/**
 * 0 up to −1, (x + 1) / 2 up to 1, 1 beyond; NaN stays.
 *
 * ```ts
 * keras.activations.sparseSigmoid([-2, 0.5, 2]); // [0, 0.75, 1]
 * ```
 */
export const sparseSigmoid = operation("nn.sparseSigmoid(*x)", (x: TensorLike): Tensor => {
  const tensor = asFloat(x);
  return where(lessEqual(tensor, -1), 0, where(greaterEqual(tensor, 1), 1, multiply(add(tensor, 1), 0.5)));
});

/**
 * x where it is above the threshold, the default value elsewhere.
 *
 * ```ts
 * ops.threshold([1, 2, 3], 1.5, 0); // [0, 2, 3]
 * ```
 */
export const threshold = operation(
  "nn.threshold(*x, threshold:number, defaultValue:number)",
  (x: TensorLike, threshold: number, defaultValue: number): Tensor => {
    const tensor = asFloat(x);
    return where(greater(tensor, threshold), tensor, defaultValue);
  },
);

/**
 * One half of x along an axis, times the sigmoid of the other.
 *
 * ```ts
 * ops.glu([1, 2, 0, 0]); // [0.5, 1]
 * ```
 *
 * @throws ValueError for an odd length
 */
export const glu = operation("nn.glu(*x, axis:ints=-1)", (x: TensorLike, axis: number): Tensor => {
  const tensor = asFloat(x);
  const length = tensor.shape.at(axis);
  if (typeof length === "number" && length % 2 !== 0) {
    throw new ValueError("glu", { given: `${length} elements along axis ${axis}`, expected: "an even number" });
  }
  const [a, b] = splitInHalves(tensor, axis);
  return multiply(a, sigmoid(b));
});
