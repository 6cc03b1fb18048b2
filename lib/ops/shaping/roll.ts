// Elements repeated, rolled and turned.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { checkLengths, known, shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { mod, subtract } from "../elementwise/arithmetic.js";
import { equal } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { take } from "../indexing/take.js";
import { sum } from "../reduce/sum.js";
import { integers, isStatic, openIntegers, type Integers } from "../static.js";
import { expandDims, mergeAxes, ravel, reshape } from "./reshape.js";
import { progression } from "./create.js";
import { everything, stridedOf } from "./slice.js";
import { concatenate } from "./concatenate.js";
import { swapaxes } from "./transpose.js";
import { tile } from "./tile.js";

/**
 * Each element of x so many times in a row.
 *
 * ```ts
 * ops.repeat([1, 2], 2); // [1, 1, 2, 2]
 * ```
 *
 * @param repeats  one number for all, or one for each element along the axis
 * @param axis     default: the flattened x
 */
export const repeat = operation(
  "numpy.repeat(*x, repeats:ints|tensor, axis:ints=null)",
  (x: TensorLike, repeats: Integers, axis: number | null): Tensor => {
    const tensor = axis === null ? ravel(x) : asTensor(x);
    const along = checkAxis("repeat", axis ?? 0, tensor.rank);
    const counts = openIntegers(repeats, "repeat");
    checkLengths(counts, "repeat");
    if (counts.length === 1) {
      const doubled = tile(
        expandDims(tensor, along + 1),
        Array.from({ length: tensor.rank + 1 }, (_, i) => (i === along + 1 ? counts[0]! : 1)),
      );
      return mergeAxes(doubled, along, 2);
    }
    const length = tensor.shape[along];
    if (counts.length !== length)
      throw new ValueError("repeat", { given: `${counts.length} repeats for ${length} elements`, expected: "one, or one for each" });
    return take(tensor, Int32Array.from(counts.flatMap((count, i) => Array.from({ length: count! }, () => i))), along);
  },
);

/**
 * The elements moved along axes; those that leave at one end come back at the other.
 *
 * ```ts
 * ops.roll([1, 2, 3, 4], 1); // [4, 1, 2, 3]
 * ```
 *
 * @param shift  for each axis; a tensor may be known only when the operation runs, as may the axes
 * @param axis   default: the flattened x
 */
export const roll = operation(
  "numpy.roll(*x, shift:tensor, axis:tensor|null=null)",
  (x: TensorLike, shift: Integers, axis: Integers | null): Tensor => {
    const tensor = asTensor(x);
    if (axis === undefined || axis === null) {
      if (isOpen(shift)) return reshape(rolledBy(ravel(tensor), sum(asTensor(shift)), 0), tensor.shape);
      const total = integers(shift).reduce((sum, each) => sum + each, 0);
      return tensor.rank <= 1 ? rolled(tensor, total, 0) : reshape(rolled(ravel(tensor), total, 0), tensor.shape);
    }
    if (isOpen(shift) || isOpen(axis)) {
      const [shifts, axes] = [shift, axis].map((each) => asTensor(each, "int32"));
      const forAxis = (a: number) => sum(where(equal(mod(axes!, tensor.rank), a), shifts!, 0));
      return tensor.shape.reduce<Tensor>((y, _, a) => rolledBy(y, forAxis(a), a), tensor);
    }
    const axes = integers(axis);
    const shifts = integers(shift);
    return axes.reduce((y, each, i) => rolled(y, shifts[shifts.length === 1 ? 0 : i]!, checkAxis("roll", each, y.rank)), tensor);
  },
);

const isOpen = (value: Integers): boolean => !isStatic(value) && asTensor(value).isSymbolic;

function rolledBy(x: Tensor, shift: Tensor, axis: number): Tensor {
  const [length] = known([x.shape[axis]!], "roll");
  return take(x, mod(subtract(progression(0, 1, length!, "int32"), shift), length!), axis);
}

/** Along an axis of unknown length: waits for it. */
const rollOp = primitive({
  name: "roll",
  inputs: ["x"],
  infer: ({ x }, _: { shift: number; axis: number }): Spec => ({ shape: x.shape, dtype: x.dtype }),
  expand: ({ x }, { shift, axis }) => ({ y: rolled(x, shift, axis) }),
  gradient: (dy, _, { attrs: { shift, axis } }) => ({ x: () => rolled(dy, -shift, axis) }),
});

function rolled(x: Tensor, shift: number, axis: number): Tensor {
  const length = x.shape[axis];
  if (x.rank === 0 || length === 0) return x;
  if (length === null) return rollOp.apply({ x }, { shift, axis });
  const cut = (((length! - shift) % length!) + length!) % length!;
  if (cut === 0) return x;
  const part = (begin: number, count: number): Tensor =>
    stridedOf(
      x,
      x.shape.map((size, i) => (i === axis ? { begin, step: 1, count } : everything(size))),
    );
  return concatenate([part(cut, length! - cut), part(0, cut)], axis);
}

/**
 * x turned by so many quarter turns in the plane of two axes, from the first towards the second.
 *
 * ```ts
 * ops.rot90([[1, 2], [3, 4]]); // [[2, 4], [1, 3]]
 * ```
 */
export const rot90 = operation(
  "numpy.rot90(*array, k:int=1, axes:list=[0,1])",
  (x: TensorLike, k: number, axes: readonly number[]): Tensor => {
    const tensor = asTensor(x);
    const [a, b] = axes.map((axis) => checkAxis("rot90", axis, tensor.rank));
    if (axes.length !== 2 || a === b) throw new ValueError("rot90", { given: `axes ${shapeText(axes)}`, expected: "two different axes" });
    const reversed = (t: Tensor, axis: number): Tensor =>
      stridedOf(
        t,
        t.shape.map((count, i) => (i === axis ? { begin: Math.max(0, (count ?? 1) - 1), step: -1, count } : everything(count))),
      );
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return tensor;
    if (turns === 2) return reversed(reversed(tensor, a!), b!);
    return turns === 1 ? reversed(swapaxes(tensor, a!, b!), a!) : reversed(swapaxes(tensor, a!, b!), b!);
  },
);
