// The softmax that gives exact zeros.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, maximum, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greater } from "../elementwise/comparison.js";
import { negative } from "../elementwise/powers.js";
import { sort } from "../indexing/sort.js";
import { asFloat } from "../promotion.js";
import { cumsum } from "../reduce/cumulative.js";
import { sum } from "../reduce/sum.js";
import { arange } from "../shaping/create.js";
import { moveaxis } from "../shaping/transpose.js";

/**
 * The distribution nearest to x: like softmax, but with exact zeros.
 *
 * ```ts
 * keras.activations.sparsemax([[2, 0.5, -2]]); // [[1, 0, 0]]
 * ```
 *
 * @see Martins and Astudillo, From Softmax to Sparsemax, 2016
 */
export const sparsemax = operation("nn.sparsemax(*x, axis:ints=-1)", (x: TensorLike, axis: number): Tensor => {
  const logits = moveaxis(asFloat(x), axis, -1);
  const sorted = negative(sort(negative(logits)));
  const ranks = add(cast(arange(logits.shape.at(-1)!), "float32"), 1);
  const sums = cumsum(sorted, { axis: -1 });
  const isSupport = cast(greater(multiply(sorted, ranks), subtract(sums, 1)), "float32");
  const total = (values: Tensor): Tensor => sum(values, { axis: -1, keepdims: true });
  // The paper takes the last of these sums; Keras adds them up, and so do we.
  const limit = divide(subtract(total(multiply(sums, isSupport)), 1), total(isSupport));
  return moveaxis(maximum(subtract(logits, limit), 0), -1, axis);
});
