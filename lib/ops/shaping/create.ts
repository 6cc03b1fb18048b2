// Tensors of one value and of progressions.

import { defaults } from "../../core/defaults.js";
import { declare, operation } from "../../core/operation.js";
import { asTensor, checkedDtype, checkHeld, type TensorLike } from "../../core/convert.js";
import { isFloat, type Dtype } from "../../core/dtype.js";
import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { isKnown, type Shape } from "../../core/shape.js";
import type { Chainable, Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { cast } from "../elementwise/cast.js";
import { greaterEqual } from "../elementwise/comparison.js";
import { add } from "../elementwise/arithmetic.js";
import { broadcastTo } from "./broadcast.js";
import { openRange } from "./open-range.js";
import { expandDims } from "./reshape.js";
import { fillCommand } from "./slice.js";

const fillOp = primitive({
  name: "full",
  inputs: [],
  infer: (_, { shape, dtype }: { shape: Shape; dtype: Dtype; value: number }): Spec => ({ shape, dtype }),
  lower: (_, { y }, { value }) => fillCommand(y, value),
});

/**
 * A tensor of one value, or of values that broadcast.
 *
 * ```ts
 * ops.full([2, 2], 7); // [[7, 7], [7, 7]]
 * ```
 *
 * @param options.dtype  default: bool for a boolean, else float32
 */
export const full = operation(
  "numpy.full(shape:shape, *fillValue, dtype:dtype=null)",
  (shape: Shape | number, fillValue: TensorLike, dtype: string | null): Tensor => {
    const lengths = typeof shape === "number" ? [shape] : shape;
    if (typeof fillValue !== "number" && typeof fillValue !== "boolean") {
      const value = asTensor(fillValue);
      return broadcastTo(cast(value, dtype ?? defaults.floatx), lengths);
    }
    const to = checkedDtype(dtype ?? undefined) ?? asTensor(fillValue).dtype;
    const value = asTensor(fillValue, to).item();
    return fillOp.apply({}, { shape: lengths, dtype: to, value });
  },
);

/**
 * A tensor of zeros.
 *
 * ```ts
 * ops.zeros([2, 2]); // [[0, 0], [0, 0]]
 * ```
 *
 * @param options.dtype  default float32
 */
export const zeros = declare("numpy.zeros(shape:shape, dtype:dtype=null)", (shape: Shape | number, dtype: string | null): Tensor =>
  full(shape, 0, dtype ?? defaults.floatx),
);

/**
 * A tensor of ones.
 *
 * ```ts
 * ops.ones([2, 2]); // [[1, 1], [1, 1]]
 * ```
 *
 * @param options.dtype  default float32
 */
export const ones = declare("numpy.ones(shape:shape, dtype:dtype=null)", (shape: Shape | number, dtype: string | null): Tensor =>
  full(shape, 1, dtype ?? defaults.floatx),
);

/**
 * One value in the shape and dtype of x.
 *
 * ```ts
 * ops.fullLike([1, 2], 7); // [7, 7]
 * ```
 */
export const fullLike = operation(
  "numpy.fullLike(*x, *fillValue, dtype:dtype=null)",
  (x: TensorLike, fillValue: TensorLike, dtype: string | null): Tensor => {
    const tensor = asTensor(x);
    const to = dtype ?? tensor.dtype;
    if (isKnown(tensor.shape)) return full(tensor.shape, fillValue, { dtype: to });
    const filled = (value: number): Tensor => fullLikeOp.apply({ x: tensor }, { dtype: checkedDtype(to)!, value });
    if (typeof fillValue === "number" || typeof fillValue === "boolean") return filled(Number(fillValue));
    return cast(add(filled(0), cast(fillValue, to)), to);
  },
);

/** Where the shape is known only when values are. */
const fullLikeOp = primitive({
  name: "full_like",
  inputs: ["x"],
  infer: ({ x }, { dtype }: { dtype: Dtype; value: number }): Spec => ({ shape: x.shape, dtype }),
  lower: (_, { y }, { value }) => fillCommand(y, value),
});

/**
 * Zeros in the shape and dtype of x.
 *
 * ```ts
 * ops.zerosLike([5, 6]); // [0, 0]
 * ```
 */
export const zerosLike = operation("numpy.zerosLike(*x, dtype:dtype=null)", (x: TensorLike, dtype: string | null): Tensor => {
  return fullLike(x, 0, { dtype });
});

/**
 * Ones in the shape and dtype of x.
 *
 * ```ts
 * ops.onesLike([5, 6]); // [1, 1]
 * ```
 */
export const onesLike = operation("numpy.onesLike(*x, dtype:dtype=null)", (x: TensorLike, dtype: string | null): Tensor => {
  return fullLike(x, 1, { dtype });
});

interface Progression {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly dtype: "float32" | "int32";
}

const rangeOp = primitive({
  name: "arange",
  inputs: [],
  infer: (_, { count, dtype }: Progression): Spec => ({ shape: [count], dtype }),
  lower: (_, { y }, { start, step, count, dtype }) =>
    (dtype === "float32" ? kernels.range_f32 : kernels.range_i32)({ y, start, step }, count, 1 << 15),
});

/** start, start + step, … so many. */
export const progression = (start: number, step: number, count: number, dtype: "float32" | "int32"): Tensor =>
  rangeOp.apply({}, { start, step, count, dtype });

/**
 * The numbers from start up to stop, which is left out.
 *
 * ```ts
 * ops.arange(2, 10, 3); // [2, 5, 8]
 * ```
 *
 * @param start  a number, or a scalar tensor, as stop and step; with `stop` left out: the stop, and the start is 0
 * @param step   default 1; may be negative
 * @param options.dtype  default: int32 where all are whole numbers, else float32
 */
export const arange = operation(
  "numpy.arange(*start, *stop=null, *step=null, dtype:dtype=null)",
  (start: number | Chainable, stop: number | Chainable | null, step: number | Chainable | null, dtype: string | null): Tensor => {
    const [first, last] = stop === null ? [0, start] : [start, stop];
    const by = step ?? 1;
    if (typeof first !== "number" || typeof last !== "number" || typeof by !== "number") {
      const range = openRange(first, last, by);
      return dtype === null ? range : cast(range, checkedDtype(dtype)!);
    }
    if (by === 0 || ![first, last, by].every(Number.isFinite)) {
      throw new ValueError("arange", { given: `from ${first} to ${last} by ${by}`, expected: "finite numbers and a step that is not 0" });
    }
    const count = Math.max(0, Math.ceil((last - first) / by));
    const to = checkedDtype(dtype ?? undefined) ?? ([first, last, by].every(Number.isInteger) ? "int32" : "float32");
    if (count > 0 && !isFloat(to)) checkHeld("arange", to, first, first + by * (count - 1));
    if (to === "float32" || (to === "int32" && Number.isInteger(first) && Number.isInteger(by))) return progression(first, by, count, to);
    return cast(progression(first, by, count, isFloat(to) || !Number.isInteger(by) ? "float32" : "int32"), to);
  },
);

/**
 * A matrix with ones at and below a diagonal, zeros above.
 *
 * ```ts
 * ops.tri(3); // [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
 * ```
 *
 * @param M  columns; default as many as rows
 * @param k  the diagonal: 0 the main one, positive above it, negative below
 */
export const tri = declare(
  "numpy.tri(N:int, M:int=null, k:int=0, dtype:dtype=null)",
  (N: number, M: number | null, k: number, dtype: string | null): Tensor => {
    const rows = expandDims(add(progression(0, 1, N, "int32"), k), 1);
    return cast(greaterEqual(rows, progression(0, 1, M ?? N, "int32")), dtype ?? defaults.floatx);
  },
);
