// keras.activations: the functions of keras.ops, their parameters with defaults in one options object.

import { declare } from "../core/operation.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import {
  celu as opCelu,
  clip,
  elu as opElu,
  exp,
  gelu as opGelu,
  glu as opGlu,
  greater,
  hardShrink as opHardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  leakyRelu as opLeakyRelu,
  logSigmoid,
  logSoftmax,
  multiply,
  relu as opRelu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink as opSoftShrink,
  softsign,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  squareplus as opSquareplus,
  subtract,
  tanh,
  tanhShrink,
  threshold as opThreshold,
  where,
} from "../ops/index.js";
import { activations } from "./activation.js";

/**
 * x itself.
 *
 * ```ts
 * keras.activations.linear([-1, 2]); // [-1, 2]
 * ```
 */
export const linear = declare("activations.linear(*x)", (x: TensorLike): Tensor => asTensor(x));

/** What `relu` takes beside x. */
export interface ReluOptions {
  /** Slope below the threshold. */
  readonly negativeSlope?: number;
  /** The largest value; null for none. */
  readonly maxValue?: number | null;
  /** Where it begins to rise. */
  readonly threshold?: number;
}

/**
 * `max(0, x)`; with options `x` above the threshold up to `maxValue`, and `negativeSlope · (x − threshold)` below.
 *
 * ```ts
 * keras.activations.relu([-1, 0.5, 9], { maxValue: 6 }); // [0, 0.5, 6]
 * ```
 */
export const relu = declare(
  "activations.relu(*x, negativeSlope=0.0, maxValue:any=null, threshold=0.0)",
  (x: TensorLike, negativeSlope: number, maxValue: number | null, threshold: number): Tensor => {
    if (negativeSlope !== 0 && maxValue === null && threshold === 0) return opLeakyRelu(x, negativeSlope);
    const tensor = asTensor(x);
    const positive = threshold === 0 ? opRelu(tensor) : where(greater(tensor, threshold), tensor, 0);
    const bounded = maxValue === null ? positive : clip(positive, 0, maxValue);
    if (negativeSlope === 0) return bounded;
    return subtract(bounded, multiply(opRelu(subtract(threshold, tensor)), negativeSlope));
  },
);

/**
 * x above 0, `negativeSlope · x` below.
 *
 * ```ts
 * keras.activations.leakyRelu([-1, 2]); // [-0.2, 2]
 * ```
 */
export const leakyRelu = declare("activations.leakyRelu(*x, negativeSlope=0.2)", (x: TensorLike, negativeSlope: number): Tensor =>
  opLeakyRelu(x, negativeSlope),
);

/**
 * x above 0, `alpha · (eˣ − 1)` below.
 *
 * ```ts
 * keras.activations.elu([-1, 0, 2]); // [-0.6321, 0, 2]
 * ```
 */
export const elu = declare("activations.elu(*x, alpha=1.0)", (x: TensorLike, alpha: number): Tensor => opElu(x, alpha));

/**
 * x above 0, `alpha · (e^(x / alpha) − 1)` below.
 *
 * ```ts
 * keras.activations.celu([-1, 0, 2]); // [-0.6321, 0, 2]
 * ```
 */
export const celu = declare("activations.celu(*x, alpha=1.0)", (x: TensorLike, alpha: number): Tensor => opCelu(x, alpha));

/**
 * `x · Φ(x)`, exact unless `approximate` takes the form with tanh.
 *
 * ```ts
 * keras.activations.gelu([-1, 0, 1]); // [-0.1587, 0, 0.8413]
 * ```
 */
export const gelu = declare("activations.gelu(*x, approximate=false)", (x: TensorLike, approximate: boolean): Tensor =>
  opGelu(x, approximate),
);

/**
 * The first half of an axis times the sigmoid of the second.
 *
 * ```ts
 * keras.activations.glu([1, 2, 0, 0]); // [0.5, 1]
 * ```
 */
export const glu = declare("activations.glu(*x, axis:ints=-1)", (x: TensorLike, axis: number): Tensor => opGlu(x, axis));

/**
 * x moved towards 0 by the threshold, and 0 within it.
 *
 * ```ts
 * keras.activations.softShrink([-1, 0.3, 2]); // [-0.5, 0, 1.5]
 * ```
 */
export const softShrink = declare("activations.softShrink(*x, threshold=0.5)", (x: TensorLike, limit: number): Tensor =>
  opSoftShrink(x, limit),
);

/**
 * x beyond the threshold, 0 within.
 *
 * ```ts
 * keras.activations.hardShrink([-1, 0.3, 2]); // [-1, 0, 2]
 * ```
 */
export const hardShrink = declare("activations.hardShrink(*x, threshold=0.5)", (x: TensorLike, limit: number): Tensor =>
  opHardShrink(x, limit),
);

/**
 * `(x + √(x² + b)) / 2`.
 *
 * ```ts
 * keras.activations.squareplus([-1, 0, 2]); // [0.6180, 1, 2.4142]
 * ```
 */
export const squareplus = declare("activations.squareplus(*x, b=4)", (x: TensorLike, b: number): Tensor => opSquareplus(x, b));

/**
 * x above the threshold, else a constant.
 *
 * ```ts
 * keras.activations.threshold([1, 2, 3], 1.5, 0); // [0, 2, 3]
 * ```
 */
export const threshold = declare(
  "activations.threshold(*x, threshold:any, defaultValue:any)",
  (x: TensorLike, limit: number, defaultValue: number): Tensor => opThreshold(x, limit, defaultValue),
);

/**
 * `x · tanh(softplus(x))`.
 *
 * ```ts
 * keras.activations.mish([-1, 0, 1]); // [-0.3034, 0, 0.8651]
 * ```
 *
 * @see Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019
 */
export const mish = declare("activations.mish(*x)", (x: TensorLike): Tensor => multiply(x, tanh(softplus(x))));

/**
 * `eˣ`.
 *
 * ```ts
 * keras.activations.exponential([0, 1]); // [1, 2.7183]
 * ```
 */
export const exponential = declare("activations.exponential(*x)", (x: TensorLike): Tensor => exp(x));

export {
  hardSigmoid,
  hardSilu,
  hardTanh,
  logSigmoid,
  logSoftmax,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  sparsePlus,
  sparseSigmoid,
  sparsemax,
  tanh,
  tanhShrink,
  hardSilu as hardSwish,
  silu as swish,
};

activations.registerFunction({
  celu,
  elu,
  exponential,
  gelu,
  glu,
  hard_shrink: hardShrink,
  hard_sigmoid: hardSigmoid,
  hard_tanh: hardTanh,
  leaky_relu: leakyRelu,
  linear,
  log_sigmoid: logSigmoid,
  log_softmax: logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  soft_shrink: softShrink,
  softmax,
  softplus,
  softsign,
  sparse_plus: sparsePlus,
  sparse_sigmoid: sparseSigmoid,
  sparsemax,
  squareplus,
  tanh,
  tanh_shrink: tanhShrink,
  threshold: threshold as never,
});
activations.registerFunction({ silu }, "swish");
activations.registerFunction({ hard_silu: hardSilu }, "hard_swish");
