// The negative, of which many gradients are made: a file of its own, so that these do not import each other in a circle.

import { operation } from "../../core/operation.js";
import { kernels } from "../../generated/kernels/core.js";
import { unaryOfNumbers, type Unary } from "./family.js";

/**
 * −x.
 *
 * ```ts
 * ops.negative([1, -2]); // [-1, 2]
 * ```
 */
export const negative: Unary = operation(
  "numpy.negative(*x)",
  unaryOfNumbers({
    name: "negative",
    float32: kernels.neg_f32,
    int32: kernels.neg_i32,
    refusesTruths: true,
    gradient: (dy) => negative(dy),
  }),
);
