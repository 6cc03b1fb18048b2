// Elements of one tensor or another, by a condition.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { dtypes } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { broadcastShapes, walk } from "../broadcasting.js";
import { sumTo } from "../shaping/broadcast.js";
import { operands } from "../promotion.js";
import { GRAIN } from "../rules.js";
import { nonzero } from "../indexing/nonzero.js";
import { cast } from "./cast.js";

/**
 * x1 where the condition is true (not zero), x2 elsewhere. All three broadcast. Without x1 and x2: the places where the condition is
 * true, as `nonzero` gives them.
 *
 * ```ts
 * ops.where([true, false], [1, 2], [8, 9]); // [1, 9]
 * ```
 *
 * @returns the dtype in which x1 and x2 meet
 */
export const where = operation(
  "numpy.where(*condition, *x1=null, *x2=null)",
  (condition: TensorLike, x1: TensorLike | null, x2: TensorLike | null): Tensor => {
    if (x1 === null && x2 === null) return nonzero(condition) as unknown as Tensor;
    if (x1 === null || x2 === null) throw new ArgumentError("where", { given: "one of x1 and x2", expected: "both, or none of them" });
    const [a, b] = operands(x1, x2);
    return whereOp.apply({ c: cast(condition, "bool"), a, b });
  },
);

const whereOp = primitive({
  name: "where",
  moves: true,
  inputs: ["c", "a", "b"],
  infer: ({ c, a, b }): Spec => ({ shape: broadcastShapes("where", c.shape, a.shape, b.shape), dtype: a.dtype }),
  lower: ({ c, a, b }, { y }) => {
    const { sizes, strides } = walk("where", known(y.shape), [known(a.shape), known(b.shape), known(c.shape)]);
    const kernel = dtypes[a.dtype].bytes === 4 ? kernels.where_32 : kernels.where_8;
    return kernel({ a, b, y, sizes, aStrides: strides[0]!, bStrides: strides[1]!, c, cStrides: strides[2]! }, y.size, GRAIN);
  },
  fusible: "elementwise",
  keeps: ["c"],
  gradient: (dy, { c }, { specs }) => ({
    a: () => sumTo(where(c, dy, zeroOf(dy)), specs.a.shape),
    b: () => sumTo(where(c, zeroOf(dy), dy), specs.b.shape),
  }),
});

/** A scalar zero of the dtype of x. */
const zeroOf = (x: Tensor): Tensor => asTensor(0, x.dtype);
