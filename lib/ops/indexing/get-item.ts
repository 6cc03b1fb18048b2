// Python's `x[…]`: indices, slices, new axes and ellipses as views and gathers.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { ShapeError, text } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import { expandDims, squeeze } from "../shaping/reshape.js";
import { everything, resolved, stridedOf, type Range } from "../shaping/slice.js";
import { take } from "./take.js";

/** Elements from `start` up to `stop` by `step`, as Python's slice: null is from the beginning, to the end, by 1. */
export interface Slice {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** One part of a key: an index, a slice, null for a new axis, "..." for all axes between, or indices as a tensor. */
export type Key = number | Slice | null | "..." | TensorLike;

const isSlice = (key: Key): key is Slice =>
  typeof key === "object" && key !== null && !(key instanceof Chainable) && !Array.isArray(key) && !ArrayBuffer.isView(key);

/** What Python's slice means for an axis; of one that is not known yet, when it is. */
function rangeOf({ start = null, stop = null, step }: Slice, length: number | null): Range {
  const range = { begin: start, step: step ?? 1, count: null, stop };
  return length === null ? range : resolved(range, length);
}

/** One element of an axis, counted from the end where the index is negative. */
function elementOf(index: number, length: number | null): Range {
  if (index >= 0 || length !== null) return { begin: index < 0 ? index + length! : index, step: 1, count: 1 };
  return { begin: index, step: 1, count: null, stop: index === -1 ? null : index + 1 };
}

/**
 * A part of x, as x[key] in Python: `getItem(x, [{ start: 1 }, "...", -1])` is x[1:, ..., −1].
 *
 * @param key  one part, or a list of parts
 */
export const getItem = operation("numpy.getItem(*x, *key:tree)", (x: TensorLike, key: Key | readonly Key[]): Tensor => {
  const tensor = asTensor(x);
  const keys = Array.isArray(key) ? [...(key as readonly Key[])] : [key as Key];
  const used = keys.filter((each) => each !== null && each !== "...").length;
  if (used > tensor.rank) {
    throw new ShapeError("getItem", {
      given: `${used} indices for a tensor of shape ${shapeText(tensor.shape)}`,
      expected: `at most ${tensor.rank}`,
    });
  }
  const dots = keys.indexOf("...");
  const rest = Array.from({ length: tensor.rank - used }, (): Key => ({}));
  keys.splice(dots < 0 ? keys.length : dots, dots < 0 ? 0 : 1, ...rest);

  const ranges: Range[] = [];
  const dropped: number[] = [];
  const added: number[] = [];
  const picked: { axis: number; indices: TensorLike }[] = [];
  let place = 0; // of the axis in the result
  for (const each of keys) {
    const axis = ranges.length;
    const length = tensor.shape[axis];
    if (each === null) added.push(place++);
    else if (typeof each === "number") {
      if (length !== null && (each < -length! || each >= length!)) {
        throw new ShapeError("getItem", {
          given: `index ${each} along axis ${axis} of ${shapeText(tensor.shape)}`,
          expected: `−${length} to ${length! - 1}`,
        });
      }
      ranges.push(elementOf(each, length!));
      dropped.push(axis);
    } else if (each === "...") throw new ShapeError("getItem", { given: text(key), expected: "at most one ..." });
    else if (isSlice(each)) {
      ranges.push(rangeOf(each, length!));
      place++;
    } else {
      picked.push({ axis: place++, indices: each });
      ranges.push(everything(length!));
    }
  }
  const kept = squeeze(stridedOf(tensor, ranges), dropped);
  const axisOf = (at: number): number => at - added.filter((other) => other < at).length;
  return expandDims(
    picked.reduce((y, { axis, indices }) => take(y, indices, axisOf(axis)), kept),
    added,
  );
});
