// Python's `x[…]`: indices, slices, new axes and ellipses as views and gathers.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { known, type Shape, shapeText, sizeOf } from "../../core/shape.js";
import { isRecord } from "../../core/tree.js";
import { broadcastShapes } from "../broadcasting.js";
import { add, multiply } from "../elementwise/arithmetic.js";
import { stack } from "../shaping/concatenate.js";
import { expandDims, reshape, squeeze } from "../shaping/reshape.js";
import { everything, resolved, stridedOf, type Range } from "../shaping/slice.js";
import { transpose } from "../shaping/transpose.js";
import { nonzero } from "./nonzero.js";
import { asIndices, take } from "./take.js";
import { placesOf } from "./places.js";

/** Elements from `start` up to `stop` by `step`, as Python's slice: null is from the beginning, to the end, by 1. */
export interface Slice {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** `"1:"`, `"::-1"`: a slice as Python writes it. */
export function sliceFrom(key: string): Slice {
  const found = /^\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(-?\d*)\s*)?$/.exec(key);
  if (!found) throw new ValueError("at", { given: text(key), expected: 'a slice, as "1:", ":-1", "::2", or "..."' });
  const [start, stop, step] = found.slice(1).map((part) => (part ? Number(part) : null));
  return { start: start!, stop: stop!, step: step! };
}

/** One part of a key: an index, a slice, null for a new axis, "..." for all axes between, indices as a tensor, or a mask of booleans. */
export type Key = number | Slice | null | "..." | TensorLike;

const isSlice = (key: Key): key is Slice =>
  typeof key === "object" && key !== null && !(key instanceof Chainable) && !Array.isArray(key) && !ArrayBuffer.isView(key);

const isPartOfSlice = ([name, value]: [string, unknown]): boolean =>
  ["start", "stop", "step"].includes(name) && (value === null || value === undefined || Number.isInteger(value));

const noKey = (key: unknown): ArgumentError =>
  new ArgumentError("getItem", { given: text(key), expected: 'whole numbers, slices { start, stop, step }, null, "...", or tensors' });

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

/** A mask of booleans as the indices of what it lets through, one tensor for each axis that it stands for. */
function indicesOf(mask: Tensor, shape: Shape, axis: number): Tensor[] {
  const covered = shape.slice(axis, axis + mask.rank);
  if (
    mask.rank === 0 ||
    covered.length < mask.rank ||
    covered.some((length, i) => length !== null && mask.shape[i] !== null && length !== mask.shape[i])
  ) {
    throw new ShapeError("getItem", {
      given: `a mask ${shapeText(mask.shape)} from axis ${axis} of ${shapeText(shape)} on`,
      expected: "the lengths of the axes that it stands for, at least one",
    });
  }
  return nonzero(mask);
}

const isIndices = (key: Key): key is TensorLike =>
  key instanceof Chainable || Array.isArray(key) || ArrayBuffer.isView(key) || typeof key === "boolean" || typeof key === "bigint";

/** The parts with every mask as the indices that it stands for, and lists as tensors. */
function withoutMasks(keys: readonly Key[], shape: Shape): Key[] {
  const used = (key: Key): number => {
    if (key === null || key === "...") return 0;
    if (!isIndices(key)) return 1;
    const tensor = asTensor(key);
    return tensor.dtype === "bool" ? tensor.rank : 1;
  };
  const all = keys.reduce<number>((sum, key) => sum + used(key), 0);
  let axis = 0;
  return keys.flatMap((key): Key[] => {
    const here = axis;
    axis += key === "..." ? Math.max(0, shape.length - all) : used(key);
    if (!isIndices(key)) return [key];
    const tensor = asTensor(key);
    return tensor.dtype === "bool" ? indicesOf(tensor, shape, here) : [tensor];
  });
}

/**
 * A part of x, as x[key] in NumPy: `getItem(x, [{ start: 1 }, "...", -1])` is x[1:, ..., −1].
 *
 * Several tensors of indices are broadcast together and name elements, as in NumPy; a mask of booleans is the indices of what it lets
 * through. Where such tensors stand side by side their axes take that place in the result, else they come first.
 *
 * ```ts
 * ops.getItem([[1, 2], [3, 4]], 1); // [3, 4]
 * ```
 *
 * @param key  one part, or a list of parts
 * @throws ShapeError for too many parts or an index outside; ValueError for an index outside among a tensor's, when it runs
 */
export const getItem = operation("numpy.getItem(*x, *key:tree)", (x: TensorLike, key: Key | readonly Key[]): Tensor => {
  const tensor = asTensor(x);
  const keys = withoutMasks(Array.isArray(key) ? (key as readonly Key[]) : [key as Key], tensor.shape);
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
      if (!Number.isInteger(each)) throw noKey(each);
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
      if (!isRecord(each) || !Object.entries(each).every(isPartOfSlice)) throw noKey(each);
      ranges.push(rangeOf(each, length!));
      place++;
    } else if (!(each instanceof Chainable)) throw noKey(each);
    else {
      picked.push({ axis: place++, indices: each });
      ranges.push(everything(length!));
    }
  }
  const kept = squeeze(stridedOf(tensor, ranges), dropped);
  if (picked.length > 0 && picked.length + dropped.length > 1) return pickedTogether(tensor, keys);
  const axisOf = (at: number): number => at - added.filter((other) => other < at).length;
  return expandDims(
    picked.reduce((y, { axis, indices }) => take(y, indices, axisOf(axis)), kept),
    added,
  );
});

/** Several tensors of indices: numbers count among them, and what they name is one axis of the flattened axes that they stand for. */
function pickedTogether(tensor: Tensor, keys: readonly Key[]): Tensor {
  const isPick = (each: Key): boolean => typeof each === "number" || isIndices(each);
  const first = keys.findIndex(isPick);
  const last = keys.findLastIndex(isPick);
  const areNeighbours = keys.slice(first, last + 1).every(isPick);
  // Slices and new axes first, with the picked axes whole; then the axes of the picks moved together.
  const rest = getItem(tensor, keys.map((each) => (isPick(each) ? {} : each)));
  const axes = keys.flatMap((each, i) => (isPick(each) ? [i] : []));
  const at = areNeighbours ? first : 0;
  const others = keys.flatMap((each, i) => (isPick(each) ? [] : [i]));
  const order = [...others.slice(0, at), ...axes, ...others.slice(at)];
  const lengths = known(axes.map((axis) => rest.shape[axis]!), "getItem");
  const moved = transpose(rest, order);
  const flat = reshape(moved, [...moved.shape.slice(0, at), sizeOf(lengths), ...moved.shape.slice(at + axes.length)]);
  const indices = axes.map((axis) => asIndices(asTensor(keys[axis] as TensorLike, typeof keys[axis] === "number" ? "int32" : undefined)));
  const shape = indices.map((each) => each.shape).reduce((a, b) => broadcastShapes("getItem", a, b));
  const zeros = indices.map((each) => multiply(each, 0)).reduce((a, b) => add(a, b));
  const together = stack(indices.map((each) => add(each, zeros)), -1); // broadcast
  const places = placesOf("getItem", reshape(together, [-1, axes.length]), lengths);
  return take(flat, shape.length === 1 ? places : reshape(places, known(shape, "getItem")), at);
} // prettier-ignore
