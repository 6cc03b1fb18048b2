// Operations on truth values.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { GRAIN, like } from "../rules.js";
import { cast } from "./cast.js";
import { binary, type Binary, type BinaryFunction } from "./family.js";

const onBooleans =
  (op: BinaryFunction): BinaryFunction =>
  (x1, x2) =>
    op(cast(x1, "bool"), cast(x2, "bool"));

/**
 * Whether both are true (not zero), bool.
 *
 * ```ts
 * ops.logicalAnd([true, true], [true, false]); // [true, false]
 * ```
 */
export const logicalAnd: Binary = operation(
  "numpy.logicalAnd(*x1, *x2)",
  onBooleans(binary({ name: "logical_and", kernels: { bool: kernels.and_u8 } })),
);

/**
 * Whether one or both are true (not zero), bool.
 *
 * ```ts
 * ops.logicalOr([true, false], [false, false]); // [true, false]
 * ```
 */
export const logicalOr: Binary = operation(
  "numpy.logicalOr(*x1, *x2)",
  onBooleans(binary({ name: "logical_or", kernels: { bool: kernels.or_u8 } })),
);

/**
 * Whether exactly one is true (not zero), bool.
 *
 * ```ts
 * ops.logicalXor([true, true], [true, false]); // [false, true]
 * ```
 */
export const logicalXor: Binary = operation(
  "numpy.logicalXor(*x1, *x2)",
  onBooleans(binary({ name: "logical_xor", kernels: { bool: kernels.xor_u8 } })),
);

/**
 * Whether x is false (zero), bool.
 *
 * ```ts
 * ops.logicalNot([true, false]); // [false, true]
 * ```
 */
export const logicalNot = operation("numpy.logicalNot(*x)", (x: TensorLike): Tensor => notOp.apply({ x: cast(x, "bool") }));

const notOp = primitive({
  name: "logical_not",
  inputs: ["x"],
  infer: like,
  lower: ({ x }, { y }) => kernels.logical_not_u8({ x, y }, y.size, GRAIN),
  fusible: "elementwise",
});
