import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { less } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { max } from "../reduce/extrema.js";
import { full } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { addAt, asIndices } from "./take.js";
import { scatterUpdate } from "./update.js";

export interface SegmentOptions {
  /** How many segments. Default: the largest id plus 1, which is read from the tensor. */
  numSegments?: number | null;
  /** Whether the ids ascend: only a hint. */
  sorted?: boolean;
}

function prepared(where_: string, data: TensorLike, segmentIds: TensorLike, numSegments: number | null | undefined) {
  const rows = asTensor(data);
  const ids = asIndices(segmentIds);
  if (ids.rank !== 1 || (ids.shape[0] !== rows.shape[0] && ids.shape[0] !== null && rows.shape[0] !== null)) {
    throw new ShapeError(where_, {
      given: `data ${shapeText(rows.shape)} and ids ${shapeText(ids.shape)}`,
      expected: "one id for each row",
    });
  }
  const count = numSegments ?? (ids.isSymbolic ? null : add(max(ids), 1).item());
  // An id outside is left out; those below 0 must not count from the end.
  return { rows, ids: where(less(ids, 0), 0x7fffffff, ids), count };
}

/** The sums of the rows of each segment. */
export function segmentSum(data: TensorLike, segmentIds: TensorLike, { numSegments }: SegmentOptions = {}): Tensor {
  const { rows, ids, count } = prepared("segmentSum", data, segmentIds, numSegments);
  const wide = rows.dtype === "float32" ? rows : cast(rows, "int32");
  return cast(addAt(wide, ids, [count, ...rows.shape.slice(1)]), rows.dtype);
}

function reduced(name: string, neutral: number, reduction: string) {
  return (data: TensorLike, segmentIds: TensorLike, { numSegments }: SegmentOptions = {}): Tensor => {
    const { rows, ids, count } = prepared(name, data, segmentIds, numSegments);
    const least = Math.max(-2147483648, Math.min(2147483647, neutral));
    const base = full([count, ...rows.shape.slice(1)], rows.dtype === "float32" ? neutral : least, {
      dtype: rows.dtype === "float32" ? "float32" : "int32",
    });
    return cast(scatterUpdate(base, expandDims(ids, -1), rows, reduction), rows.dtype);
  };
}

/** The largest of the rows of each segment; −Infinity where there is none. */
export const segmentMax = reduced("segmentMax", -Infinity, "max");

/** The smallest of the rows of each segment; Infinity where there is none. */
export const segmentMin = reduced("segmentMin", Infinity, "min");

/** The products of the rows of each segment; 1 where there is none. */
export const segmentProd = reduced("segmentProd", 1, "mul");
