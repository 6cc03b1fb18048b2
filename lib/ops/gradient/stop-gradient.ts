// Where gradients end, and values that are tied to others.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";

const stopOp = primitive({
  name: "stopGradient",
  inputs: ["x"],
  infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
  alias: "x",
});

/**
 * The same values, through which no gradient flows. Keras: keras.ops.stop_gradient.
 *
 * ```ts
 * const v = tf.variable([3]);
 * const tape = new tf.GradientTape();
 * const y = tape.record(() => v.mul(ops.stopGradient(v)));
 * tape.gradient(y, v); // [3]
 * ```
 */
export const stopGradient = operation("core.stopGradient(*variable)", (x: TensorLike): Tensor => stopOp.apply({ x: asTensor(x) }));

const identityOp = primitive({
  name: "identity",
  inputs: ["x"],
  infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
  alias: "x",
  gradient: (dy) => ({ x: () => dy }),
});

/** The same values as a tensor of its own. TensorFlow: tf.identity. */
export const identity = (x: TensorLike): Tensor => identityOp.apply({ x: asTensor(x) });

const afterOp = primitive({
  name: "after",
  inputs: ["x", "...others"],
  infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
  alias: "x",
  gradient: (dy) => ({ x: () => dy }),
});

/** The same values, which are there only once the others are: what is computed of them is no equal of what was computed of x. */
export const after = (x: Tensor, others: readonly Tensor[]): Tensor => afterOp.apply({ x, others });
