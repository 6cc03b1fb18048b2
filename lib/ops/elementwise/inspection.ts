// Which elements are NaN, infinite, finite.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/arrays.js";
import { GRAIN } from "../rules.js";
import { full } from "../shaping/create.js";
import { equal } from "./comparison.js";

function inspection(name: string, kernel: typeof kernels.isnan_f32, ofIntegers: boolean) {
  const op = primitive({
    name,
    inputs: ["x"],
    infer: ({ x }): Spec => ({ shape: x.shape, dtype: "bool" }),
    lower: ({ x }, { y }) => kernel({ x, y }, y.size, GRAIN),
    fusible: "elementwise",
  });
  return (x: TensorLike): Tensor => {
    const tensor = asTensor(x);
    return tensor.dtype === "float32" ? op.apply({ x: tensor }) : full(tensor.shape, ofIntegers, { dtype: "bool" });
  };
}

/**
 * Whether x is NaN, bool.
 *
 * ```ts
 * ops.isnan([1, NaN]); // [false, true]
 * ```
 */
export const isnan = operation("numpy.isnan(*x)", inspection("isnan", kernels.isnan_f32, false));

/**
 * Whether x is Infinity or −Infinity, bool.
 *
 * ```ts
 * ops.isinf([1, NaN, -Infinity]); // [false, false, true]
 * ```
 */
export const isinf = operation("numpy.isinf(*x)", inspection("isinf", kernels.isinf_f32, false));

/**
 * Whether x is neither NaN nor an infinity, bool.
 *
 * ```ts
 * ops.isfinite([1, NaN, Infinity]); // [true, false, false]
 * ```
 */
export const isfinite = operation("numpy.isfinite(*x)", inspection("isfinite", kernels.isfinite_f32, true));

/**
 * Whether x is Infinity, bool.
 *
 * ```ts
 * ops.isposinf([Infinity, -Infinity]); // [true, false]
 * ```
 */
export const isposinf = operation("numpy.isposinf(*x)", (x: TensorLike): Tensor => equal(x, Infinity));

/**
 * Whether x is −Infinity, bool.
 *
 * ```ts
 * ops.isneginf([Infinity, -Infinity]); // [false, true]
 * ```
 */
export const isneginf = operation("numpy.isneginf(*x)", (x: TensorLike): Tensor => equal(x, -Infinity));
