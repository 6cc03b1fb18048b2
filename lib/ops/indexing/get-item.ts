import { asTensor, type TensorLike } from "../../core/convert.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { ShapeError, text } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import { expandDims, squeeze } from "../shaping/reshape.js";
import { everything, stridedOf, type Range } from "../shaping/slice.js";
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

/** What Python's slice means for an axis. */
function rangeOf({ start, stop, step }: Slice, length: number | null): Range {
  const by = step ?? 1;
  if (length === null) return { begin: start ?? 0, step: by, count: null };
  const clamp = (at: number, low: number, high: number): number => Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const first = by > 0 ? clamp(start ?? 0, 0, length) : start === undefined || start === null ? length - 1 : clamp(start, -1, length - 1);
  const last = by > 0 ? clamp(stop ?? length, 0, length) : stop === undefined || stop === null ? -1 : clamp(stop, -1, length - 1);
  const count = Math.max(0, Math.ceil((last - first) / by));
  return { begin: count === 0 ? 0 : first, step: by, count };
}

/**
 * A part of x, as x[key] in Python: `getItem(x, [{ start: 1 }, "...", -1])` is x[1:, ..., −1].
 *
 * @param key  one part, or a list of parts
 */
export function getItem(x: TensorLike, key: Key | readonly Key[]): Tensor {
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
      const at = each < 0 && length !== null ? each + length! : each;
      if (length !== null && (at < 0 || at >= length!)) {
        throw new ShapeError("getItem", {
          given: `index ${each} along axis ${axis} of ${shapeText(tensor.shape)}`,
          expected: `−${length} to ${length! - 1}`,
        });
      }
      ranges.push({ begin: at, step: 1, count: 1 });
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
}
