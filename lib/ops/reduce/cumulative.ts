// Running sums and products.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import { known, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/arrays.js";
import { add, multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { as } from "../promotion.js";
import { like } from "../rules.js";
import { integers, type Integers } from "../static.js";
import { concatenate } from "../shaping/concatenate.js";
import { ones } from "../shaping/create.js";
import { ravel, reshape } from "../shaping/reshape.js";
import { flip, slice } from "../shaping/slice.js";
import { transpose } from "../shaping/transpose.js";

export interface CumulativeOptions {
  /** The axis to run along. Default: the flattened tensor. */
  axis?: Integers | null;
  /** dtype of the result. Default: that of x, int32 for bool. */
  dtype?: string | null;
}

interface ScanAttrs {
  readonly axis: number;
  /** Runs from the end to the beginning. */
  readonly reverse: boolean;
}

const WORK = 1 << 15;

function scan(name: string, ofFloats: typeof kernels.cumsum_f32, ofIntegers: typeof kernels.cumsum_i32) {
  return {
    name,
    inputs: ["x"],
    infer: like,
    lower: ({ x }: { x: Tensor }, { y }: { y: Tensor }, { axis, reverse }: ScanAttrs) => {
      const shape = known(x.shape);
      const length = shape[axis]!;
      const args = { x, y, length, inner: sizeOf(shape.slice(axis + 1)), reverse: reverse ? 1 : 0 };
      return (x.dtype === "float32" ? ofFloats : ofIntegers)(
        args,
        length === 0 ? 0 : y.size / length,
        Math.ceil(WORK / Math.max(1, length)),
      );
    },
  } as const;
}

const cumsumOp = primitive({
  ...scan("cumsum", kernels.cumsum_f32, kernels.cumsum_i32),
  gradient: (dy, _, { attrs }) => ({ x: () => cumsumOf(dy, attrs.axis, !attrs.reverse) }),
});

const cumprodOp = primitive({
  ...scan("cumprod", kernels.cumprod_f32, kernels.cumprod_i32),
  keeps: ["x"],
  gradient: (dy, { x }, { attrs: { axis, reverse } }) => ({
    x: () => (reverse ? flip(cumprodGradient(flip(dy, axis), flip(x, axis), axis), axis) : cumprodGradient(dy, x, axis)),
  }),
});

/** Sums along an axis, of a tensor whose dtype is fine already. */
export const cumsumOf = (x: Tensor, axis: number, reverse = false): Tensor => cumsumOp.apply({ x }, { axis, reverse });
const cumprodOf = (x: Tensor, axis: number, reverse = false): Tensor => cumprodOp.apply({ x }, { axis, reverse });

function prepared(where: string, x: TensorLike, { axis = null, dtype }: CumulativeOptions): { x: Tensor; axis: number; dtype: Dtype } {
  const given = asTensor(x);
  const wanted = dtype === undefined || dtype === null ? given : cast(given, dtype);
  const tensor = as(wanted, wanted.dtype === "float32" ? "float32" : "int32");
  // Sums of narrow integers wrap, as in NumPy on their dtype.
  const kept = wanted.dtype === "bool" ? "int32" : wanted.dtype;
  return axis === null
    ? { x: ravel(tensor), axis: 0, dtype: kept }
    : { x: tensor, axis: checkAxis(where, integers(axis)[0] ?? 0, tensor.rank), dtype: kept };
}

/**
 * The sums of the elements up to each one, along an axis.
 *
 * ```ts
 * ops.cumsum([1, 2, 3]); // [1, 3, 6]
 * ```
 */
export const cumsum = operation(
  "numpy.cumsum(*x, axis:ints=null, dtype:dtype=null)",
  (x: TensorLike, axis: Integers | null, dtype: string | null): Tensor => {
    const of = prepared("cumsum", x, { axis, dtype });
    return cast(cumsumOf(of.x, of.axis), of.dtype);
  },
);

/**
 * The products of the elements up to each one, along an axis.
 *
 * ```ts
 * ops.cumprod([1, 2, 3]); // [1, 2, 6]
 * ```
 */
export const cumprod = operation(
  "numpy.cumprod(*x, axis:ints=null, dtype:dtype=null)",
  (x: TensorLike, axis: Integers | null, dtype: string | null): Tensor => {
    const of = prepared("cumprod", x, { axis, dtype });
    return cast(cumprodOf(of.x, of.axis), of.dtype);
  },
);

/** Products along an axis of the elements before each one (or after it): a one first, and the last element left out. */
function productsBefore(x: Tensor, axis: number, reverse: boolean): Tensor {
  const shape = known(x.shape);
  const length = shape[axis]!;
  const one = ones(shape.map((size, i) => (i === axis ? 1 : size)));
  const begin = shape.map((_, i) => (i === axis && reverse ? 1 : 0));
  const rest = slice(
    x,
    begin,
    shape.map((size, i) => (i === axis ? length - 1 : size)),
  );
  const products = cumprodOf(rest, axis, reverse);
  return concatenate(reverse ? [products, one] : [one, products], axis);
}

/** For each element, the product of all others along the axes: right where some are zero, too. */
export function productsOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const shape = known(x.shape);
  const others = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...others, ...axes];
  const moved = transpose(x, order);
  const flat = reshape(moved, [...others.map((i) => shape[i]!), sizeOf(axes.map((i) => shape[i]!))]);
  const axis = others.length;
  const products = multiply(productsBefore(flat, axis, false), productsBefore(flat, axis, true));
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(
    reshape(
      products,
      order.map((i) => shape[i]!),
    ),
    back,
  );
}

/** Σ over later elements j of dy_j · Π of the others up to j, as a recurrence that never divides: done by blocks of the triangle. */
function cumprodGradient(dy: Tensor, x: Tensor, axis: number): Tensor {
  const shape = known(x.shape);
  const length = shape[axis]!;
  const before = productsBefore(x, axis, false);
  // From the end: after_i = dy_i + x_{i+1} · after_{i+1}, and the gradient is before_i · after_i.
  const at = (t: Tensor, i: number): Tensor =>
    slice(
      t,
      shape.map((_, a) => (a === axis ? i : 0)),
      shape.map((size, a) => (a === axis ? 1 : size)),
    );
  const after: Tensor[] = new Array<Tensor>(length);
  for (let i = length - 1; i >= 0; i--) {
    after[i] = i === length - 1 ? at(dy, i) : add(at(dy, i), multiply(at(x, i + 1), after[i + 1]!));
  }
  return multiply(before, concatenate(after, axis));
}
