// The incomplete gamma function, elementwise.

import { operation } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import type { TensorLike } from "../../core/convert.js";
import { kernels } from "../../generated/kernels/functions.js";
import { asFloat } from "../promotion.js";
import { divide, multiply, subtract } from "./arithmetic.js";
import { binary, type Binary, type BinaryFunction } from "./family.js";

/** A kernel that takes some hundred steps for an element. */
const GRAIN = 1 << 9;

const gammaincOp: BinaryFunction = binary({
  name: "gammainc",
  kernels: { float32: kernels.gammainc_f32 },
  keeps: ["a", "b"],
  gradient: { b: (dy, { a, b }) => multiply(dy, density(a, b)) },
  grain: GRAIN,
});

/** The density of the gamma distribution of shape a at b. */
const density: BinaryFunction = binary({
  name: "gamma_density",
  kernels: { float32: kernels.gamma_density_f32 },
  keeps: ["a", "b", "y"],
  gradient: { b: (dy, { a, b, y }) => multiply(dy, multiply(y, subtract(divide(subtract(a, 1), b), 1))) },
  grain: GRAIN,
});

/**
 * The regularized lower incomplete gamma function: the part of the gamma distribution of shape x1 below x2.
 *
 * ```ts
 * ops.gammainc([1, 2], [1, 1]); // [0.6321, 0.2642]
 * ```
 */
export const gammainc = operation("math.gammainc(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  gammaincOp(asFloat(x1), asFloat(x2)),
);
