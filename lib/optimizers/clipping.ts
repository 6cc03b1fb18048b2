// Gradients cut to a norm, one by one or all together.

import type { Tensor } from "../core/tensor.js";
import { add, divide, greater, maximum, minimum, multiply, onesLike, sqrt, square, subtract, sum, where } from "../ops/index.js";

/** Scales a gradient down to a norm of at most `norm`. */
export function clipByNorm(gradient: Tensor, norm: number): Tensor {
  const squares = sum(square(gradient), { keepdims: true });
  const isPositive = greater(squares, 0);
  // The root of 0 has no finite gradient.
  const length = where(isPositive, sqrt(where(isPositive, squares, onesLike(squares))), squares);
  return divide(multiply(gradient, norm), maximum(length, norm));
}

/** Scales all gradients by one factor, so that together they have a norm of at most `norm`. */
export function clipByGlobalNorm(gradients: readonly Tensor[], norm: number): Tensor[] {
  const length = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
  const finite = multiply(minimum(divide(1, length), 1 / norm), norm);
  // Infinite and undefined norms make everything undefined, as in Keras.
  const scale = add(finite, subtract(length, length));
  return gradients.map((gradient) => multiply(gradient, scale));
}
