import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { subtract } from "../elementwise/arithmetic.js";
import { sqrt, square } from "../elementwise/powers.js";
import { asFloat } from "../promotion.js";
import type { ReductionOptions } from "./family.js";
import { mean } from "./sum.js";

/** Mean of the squared distances from the mean; over everything, or along `axis`. */
export function variance(x: TensorLike, options: ReductionOptions = {}): Tensor {
  const tensor = asFloat(x);
  return mean(square(subtract(tensor, mean(tensor, { ...options, keepdims: true }))), options);
}

/** Root of the variance. */
export const std = (x: TensorLike, options: ReductionOptions = {}): Tensor => sqrt(variance(x, options));
