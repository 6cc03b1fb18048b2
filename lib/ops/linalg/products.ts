// Dot, inner, outer, tensor, Kronecker and cross products: compositions of the matrix product.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { checkAxis } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { operands } from "../promotion.js";
import { sum } from "../reduce/sum.js";
import { expandDims, mergeAxes, ravel } from "../shaping/reshape.js";
import { stack } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { unstack } from "../shaping/split.js";
import { moveaxis } from "../shaping/transpose.js";
import { contract } from "./contraction.js";

/** Both as tensors of one dtype in which products are computed, and the dtype to give back. */
function prepared(x1: TensorLike, x2: TensorLike): { a: Tensor; b: Tensor; back: (y: Tensor) => Tensor } {
  const [a, b] = operands(x1, x2);
  if (a.dtype === "float32" || a.dtype === "int32") return { a, b, back: (y) => y };
  return { a: cast(a, "int32"), b: cast(b, "int32"), back: (y) => cast(y, a.dtype) };
}

/** Sums a · b over pairs of axes; the others of a come first, then those of b. */
function dotOver(where: string, a: Tensor, b: Tensor, ofA: readonly number[], ofB: readonly number[]): Tensor {
  const namesA = a.shape.map((_, i) => `a${i}`);
  const namesB = b.shape.map((_, i) => {
    const at = ofB.indexOf(i);
    return at < 0 ? `b${i}` : namesA[ofA[at]!]!;
  });
  const keep = new Set([...namesA.filter((_, i) => !ofA.includes(i)), ...namesB.filter((_, i) => !ofB.includes(i))]);
  return contract(where, { tensor: a, axes: namesA }, { tensor: b, axes: namesB }, keep).tensor;
}

/**
 * The sum of products over some axes of x1 and as many of x2.
 *
 * ```ts
 * ops.tensordot([[1, 2], [3, 4]], [1, 10], { axes: 1 }); // [21, 43]
 * ```
 *
 * @param axes  how many: the last ones of x1 and the first ones of x2 (default 2), or a list for each
 */
export const tensordot = operation(
  "numpy.tensordot(*x1, *x2, axes:ints|pairs=2)",
  (x1: TensorLike, x2: TensorLike, axes: number | readonly (number | readonly number[])[]): Tensor => {
    const { a, b, back } = prepared(x1, x2);
    const lists =
      typeof axes === "number"
        ? [Array.from({ length: axes }, (_, i) => a.rank - axes + i), Array.from({ length: axes }, (_, i) => i)]
        : axes.map((each) => [each].flat() as number[]);
    if (lists.length !== 2)
      throw new ValueError("tensordot.axes", { given: text(axes), expected: "how many axes, or a list of axes for each of x1 and x2" });
    const [ofA, ofB] = [
      lists[0]!.map((axis) => checkAxis("tensordot", axis, a.rank)),
      lists[1]!.map((axis) => checkAxis("tensordot", axis, b.rank)),
    ];
    if (ofA.length !== ofB.length)
      throw new ValueError("tensordot", { given: `${ofA.length} and ${ofB.length} axes`, expected: "as many of both" });
    return back(dotOver("tensordot", a, b, ofA, ofB));
  },
);

/**
 * NumPy's dot: the last axis of x1 with the second to last of x2 (the only one of a vector); a scalar multiplies.
 *
 * ```ts
 * ops.dot([1, 2], [3, 4]); // 11
 * ```
 */
export const dot = operation("numpy.dot(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const { a, b, back } = prepared(x1, x2);
  if (a.rank === 0 || b.rank === 0) return back(multiply(a, b));
  return back(dotOver("dot", a, b, [a.rank - 1], [Math.max(0, b.rank - 2)]));
});

/**
 * The last axis of x1 with the last axis of x2; a scalar multiplies.
 *
 * ```ts
 * ops.inner([1, 2], [3, 4]); // 11
 * ```
 */
export const inner = operation("numpy.inner(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const { a, b, back } = prepared(x1, x2);
  if (a.rank === 0 || b.rank === 0) return back(multiply(a, b));
  return back(dotOver("inner", a, b, [a.rank - 1], [b.rank - 1]));
});

/**
 * The product of both, flattened, as vectors.
 *
 * ```ts
 * ops.vdot([1, 2], [3, 4]); // 11
 * ```
 */
export const vdot = operation("numpy.vdot(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const { a, b, back } = prepared(x1, x2);
  return back(sum(multiply(ravel(a), ravel(b))));
});

/**
 * Every element of x1 times every element of x2, both flattened.
 *
 * ```ts
 * ops.outer([1, 2], [3, 4]); // [[3, 4], [6, 8]]
 * ```
 */
export const outer = operation("numpy.outer(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = operands(x1, x2);
  return multiply(expandDims(ravel(a), 1), ravel(b));
});

/**
 * Kronecker's product: x2 times each element of x1, as blocks.
 *
 * ```ts
 * ops.kron([1, 10], [1, 2]); // [1, 2, 10, 20]
 * ```
 */
export const kron = operation("numpy.kron(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  let [a, b] = operands(x1, x2);
  const rank = Math.max(a.rank, b.rank);
  const front = (x: Tensor): Tensor =>
    expandDims(
      x,
      Array.from({ length: rank - x.rank }, (_, i) => i),
    );
  [a, b] = [front(a), front(b)];
  const at = Array.from({ length: rank }, (_, i) => 2 * i);
  let y = multiply(
    expandDims(
      a,
      at.map((i) => i + 1),
    ),
    expandDims(b, at),
  );
  for (let axis = 0; axis < rank; axis++) y = mergeAxes(y, axis, 2);
  return y;
});

export interface CrossOptions {
  /** The axis of the vectors in x1, in x2 and in the result. Default −1. */
  axisa?: number;
  axisb?: number;
  axisc?: number;
  /** All three. */
  axis?: number | null;
}

/**
 * The vector product of vectors of length 2 or 3; of two of length 2, its third component alone.
 *
 * ```ts
 * ops.cross([1, 0, 0], [0, 1, 0]); // [0, 0, 1]
 * ```
 */
export const cross = operation(
  "numpy.cross(*x1, *x2, axisa:int=-1, axisb:int=-1, axisc:int=-1, axis:ints=null)",
  (x1: TensorLike, x2: TensorLike, axisa: number, axisb: number, axisc: number, axis: number | null): Tensor => {
    const [a, b] = operands(x1, x2);
    const first = moveaxis(a, axis ?? axisa, -1);
    const second = moveaxis(b, axis ?? axisb, -1);
    const lengths = [first.shape.at(-1), second.shape.at(-1)];
    if (lengths.some((length) => length !== 2 && length !== 3)) {
      throw new ShapeError("cross", { given: `${shapeText(a.shape)} and ${shapeText(b.shape)}`, expected: "vectors of length 2 or 3" });
    }
    const parts = (x: Tensor): Tensor[] => {
      const list = unstack(x, null, x.rank - 1);
      return list.length === 3 ? list : [...list, zerosLike(list[0]!)];
    };
    const [p, q] = [parts(first), parts(second)];
    const component = (i: number, j: number): Tensor => subtract(multiply(p[i]!, q[j]!), multiply(p[j]!, q[i]!));
    if (lengths[0] === 2 && lengths[1] === 2) return component(0, 1);
    return moveaxis(stack([component(1, 2), component(2, 0), component(0, 1)], -1), -1, axis ?? axisc);
  },
);
