// Gradients cut to a norm, one by one or all together.

import type { Tensor } from "../core/tensor.js";
import { add, clip, divide, greater, maximum, minimum, multiply, onesLike, sqrt, square, subtract, sum, where } from "../ops/index.js";
import type { Common } from "./options.js";

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

/** Gradients within the limit that the options set; themselves where they set none. */
export function clipped(gradients: readonly Tensor[], { clipnorm, globalClipnorm, clipvalue }: Common): readonly Tensor[] {
  if (clipnorm !== null && clipnorm > 0) return gradients.map((gradient) => clipByNorm(gradient, clipnorm));
  if (globalClipnorm !== null && globalClipnorm > 0) return clipByGlobalNorm(gradients, globalClipnorm);
  if (clipvalue !== null && clipvalue > 0) return gradients.map((gradient) => clip(gradient, -clipvalue, clipvalue));
  return gradients;
}
