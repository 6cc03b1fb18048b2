// A tensor as several pieces.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { integerOrList, type Integers } from "../static.js";
import { squeeze } from "./reshape.js";
import { embedded, everything, stridedOf, viewOf, type Range } from "./slice.js";
import { gatherView } from "./views.js";

interface Piece {
  readonly axis: number;
  /** Which of how many pieces. */
  readonly index: number;
  readonly sections: number;
}

/** Where a piece begins: the first ones are longer where the length cannot be divided. */
const startOf = (index: number, sections: number, length: number): number =>
  index * Math.floor(length / sections) + Math.min(index, length % sections);

function rangesOf(shape: readonly number[], { axis, index, sections }: Piece): Range[] {
  const begin = startOf(index, sections, shape[axis]!);
  const count = startOf(index + 1, sections, shape[axis]!) - begin;
  return shape.map((length, i) => (i === axis ? { begin, step: 1, count } : everything(length)));
}

/** One of several pieces of about equal length: the cut depends on a length that may not be known yet. */
const pieceOp = primitive({
  name: "piece",
  inputs: ["x"],
  infer: ({ x }, piece: Piece): Spec => ({
    shape: x.shape.map((length, i) => {
      if (i !== piece.axis || length === null) return length;
      return startOf(piece.index + 1, piece.sections, length) - startOf(piece.index, piece.sections, length);
    }),
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, piece) => gatherView(x, y, viewOf(known(x.shape), rangesOf(known(x.shape), piece))),
  gradient: (dy, _, { specs, attrs }) => ({ x: () => embedded(dy, specs.x.shape, rangesOf(known(specs.x.shape, "split"), attrs)) }),
});

/**
 * The tensor in pieces along an axis.
 *
 * ```ts
 * ops.split([1, 2, 3, 4], 2); // [[1, 2], [3, 4]]
 * ```
 *
 * @param indicesOrSections  a number of equal pieces, or the places to cut at
 * @param axis  default 0
 * @throws ShapeError where equal pieces are not possible
 */
export const split = operation(
  "numpy.split(*x, indicesOrSections:ints, axis:ints=0)",
  (x: TensorLike, indicesOrSections: Integers, axis: number): Tensor[] => {
    const tensor = asTensor(x);
    const along = checkAxis("split", axis, tensor.rank);
    const length = tensor.shape[along]!;
    const sections = integerOrList(indicesOrSections);
    if (typeof sections !== "number") return cutAt(tensor, sections, along);
    if (!Number.isInteger(sections) || sections < 1)
      throw new ValueError("split", { given: `${sections} sections`, expected: "a positive number" });
    if (length !== null && length % sections !== 0) {
      throw new ShapeError("split", { given: `${length} elements along axis ${along} in ${sections} pieces`, expected: "equal pieces" });
    }
    return arraySplit(tensor, sections, along);
  },
);

function cutAt(x: Tensor, places: readonly number[], axis: number): Tensor[] {
  const length = x.shape[axis]!;
  const clamped = places.map((at) => (length === null ? at : Math.min(Math.max(at < 0 ? at + length : at, 0), length)));
  return [0, ...clamped].map((begin, i) => {
    const end = i < clamped.length ? clamped[i]! : length;
    const count = end === null ? null : Math.max(0, end - begin);
    return stridedOf(
      x,
      x.shape.map((size, each) => (each === axis ? { begin, step: 1, count } : everything(size))),
    );
  });
}

/**
 * As `split`, but the first pieces may be one longer than the others.
 *
 * ```ts
 * ops.arraySplit([1, 2, 3, 4, 5], 2); // [[1, 2, 3], [4, 5]]
 * ```
 */
export const arraySplit = operation(
  "numpy.arraySplit(*x, indicesOrSections:ints, axis:ints=0)",
  (x: TensorLike, indicesOrSections: Integers, axis: number): Tensor[] => {
    const sections = integerOrList(indicesOrSections);
    if (typeof sections !== "number") return split(x, sections, axis);
    const tensor = asTensor(x);
    const along = checkAxis("arraySplit", axis, tensor.rank);
    return Array.from({ length: sections }, (_, index) => pieceOp.apply({ x: tensor }, { axis: along, index, sections }));
  },
);

/** The two halves of a tensor along an axis. */
export const splitInHalves = (x: Tensor, axis: number): [Tensor, Tensor] => split(x, 2, axis) as [Tensor, Tensor];

/**
 * The slices along an axis, without it.
 *
 * ```ts
 * ops.unstack([[1, 2], [3, 4]]); // [[1, 2], [3, 4]]
 * ```
 *
 * @param num  how many; default: the length of the axis
 */
export const unstack = operation(
  "core.unstack(*x, num:int=null, axis:ints=0)",
  (x: TensorLike, num: number | null, axis: number): Tensor[] => {
    const tensor = asTensor(x);
    const along = checkAxis("unstack", axis, tensor.rank);
    const length = num ?? tensor.shape[along]!;
    if (length === null)
      throw new ShapeError("unstack", { given: shapeText(tensor.shape), expected: `a known length of axis ${along}, or num` });
    return Array.from({ length }, (_, begin) =>
      squeeze(
        stridedOf(
          tensor,
          tensor.shape.map((size, each) => (each === along ? { begin, step: 1, count: 1 } : everything(size))),
        ),
        along,
      ),
    );
  },
);
