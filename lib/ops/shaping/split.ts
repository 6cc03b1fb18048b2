import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { squeeze } from "./reshape.js";
import { stridedOf } from "./slice.js";

/** The elements from `begin` up to `end` along an axis. */
function between(x: Tensor, axis: number, begin: number, end: number): Tensor {
  return stridedOf(
    x,
    x.shape.map((length, i) => (i === axis ? { begin, step: 1, count: end - begin } : { begin: 0, step: 1, count: length })),
  );
}

function lengthAlong(where: string, x: Tensor, axis: number): number {
  const length = x.shape[axis];
  if (typeof length === "number") return length;
  throw new ShapeError(where, { given: shapeText(x.shape), expected: `a known length of axis ${axis}` });
}

/**
 * The tensor in pieces along an axis.
 *
 * @param indicesOrSections  a number of equal pieces, or the places to cut at
 * @param axis  default 0
 * @throws ShapeError where equal pieces are not possible
 */
export function split(x: TensorLike, indicesOrSections: number | readonly number[], axis = 0): Tensor[] {
  const tensor = asTensor(x);
  const along = checkAxis("split", axis, tensor.rank);
  const length = lengthAlong("split", tensor, along);
  if (typeof indicesOrSections !== "number") {
    const cuts = [0, ...indicesOrSections.map((at) => Math.min(Math.max(at < 0 ? at + length : at, 0), length)), length];
    return cuts.slice(1).map((end, i) => between(tensor, along, Math.min(cuts[i]!, end), end));
  }
  if (!Number.isInteger(indicesOrSections) || indicesOrSections < 1)
    throw new ValueError("split", { given: `${indicesOrSections} sections`, expected: "a positive number" });
  if (length % indicesOrSections !== 0) {
    throw new ShapeError("split", {
      given: `${length} elements along axis ${along} in ${indicesOrSections} pieces`,
      expected: "equal pieces",
    });
  }
  return arraySplit(tensor, indicesOrSections, along);
}

/** As `split`, but the first pieces may be one longer than the others. */
export function arraySplit(x: TensorLike, indicesOrSections: number | readonly number[], axis = 0): Tensor[] {
  if (typeof indicesOrSections !== "number") return split(x, indicesOrSections, axis);
  const tensor = asTensor(x);
  const along = checkAxis("arraySplit", axis, tensor.rank);
  const length = lengthAlong("arraySplit", tensor, along);
  const least = Math.floor(length / indicesOrSections);
  const longer = length % indicesOrSections;
  const start = (i: number): number => i * least + Math.min(i, longer);
  return Array.from({ length: indicesOrSections }, (_, i) => between(tensor, along, start(i), start(i + 1)));
}

/** The two halves of a tensor along an axis. */
export const splitInHalves = (x: Tensor, axis: number): [Tensor, Tensor] => split(x, 2, axis) as [Tensor, Tensor];

/** The slices along an axis, without it. @param num  how many; default: the length of the axis */
export function unstack(x: TensorLike, num?: number | null, axis = 0): Tensor[] {
  const tensor = asTensor(x);
  const along = checkAxis("unstack", axis, tensor.rank);
  const length = num ?? lengthAlong("unstack", tensor, along);
  return Array.from({ length }, (_, i) => squeeze(between(tensor, along, i, i + 1), along));
}
