// Sums, products and extrema of segments of rows.

import { operation } from "../../core/operation.js";
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
import { filledRows } from "./rows.js";
import { addAt, asIndices } from "./take.js";
import { scatterUpdateRows } from "./update.js";

function prepared(where_: string, data: TensorLike, segmentIds: TensorLike, numSegments: number | null | undefined) {
  const rows = asTensor(data);
  const ids = asIndices(segmentIds);
  if (ids.rank !== 1 || (ids.shape[0] !== rows.shape[0] && ids.shape[0] !== null && rows.shape[0] !== null)) {
    throw new ShapeError(where_, {
      given: `data ${shapeText(rows.shape)} and ids ${shapeText(ids.shape)}`,
      expected: "one id for each row",
    });
  }
  /** What the segments are put together on. */
  const base = (value: number, dtype: "float32" | "int32"): Tensor => {
    const row = rows.shape.slice(1);
    return typeof numSegments === "number"
      ? full([numSegments, ...row], value, { dtype })
      : filledRows(add(max(ids, { initial: -1 }), 1), row, value, dtype);
  };
  // An id outside is left out; those below 0 must not count from the end.
  return { rows, ids: where(less(ids, 0), 0x7fffffff, ids), base };
}

/** All four take the same arguments. */
const segments = <const N extends string>(name: N): `math.${N}(*data, *segmentIds, numSegments:int=null, sorted=false)` =>
  `math.${name}(*data, *segmentIds, numSegments:int=null, sorted=false)`;

/**
 * The sums of the rows of each segment.
 *
 * ```ts
 * ops.segmentSum([1, 5, 2], [0, 0, 1], 2); // [6, 2]
 * ```
 *
 * @param segmentIds   the segment of each row
 * @param numSegments  how many segments; default: the largest id plus 1
 * @param sorted       whether the ids ascend: only a hint
 */
export const segmentSum = operation(
  segments("segmentSum"),
  (data: TensorLike, segmentIds: TensorLike, numSegments: number | null, _sorted: boolean): Tensor => {
    const { rows, ids, base } = prepared("segmentSum", data, segmentIds, numSegments);
    const wide = rows.dtype === "float32" ? rows : cast(rows, "int32");
    return cast(addAt(wide, ids, base(0, "int32")), rows.dtype);
  },
);

function reduced<const N extends string>(name: N, neutral: number, reduction: "max" | "min" | "mul") {
  return operation(segments(name), (data: TensorLike, segmentIds: TensorLike, numSegments: number | null, _sorted: boolean): Tensor => {
    const { rows, ids, base } = prepared(name, data, segmentIds, numSegments);
    const least = Math.max(-2147483648, Math.min(2147483647, neutral));
    const wide = rows.dtype === "float32" ? rows : cast(rows, "int32");
    const start = rows.dtype === "float32" ? base(neutral, "float32") : base(least, "int32");
    return cast(scatterUpdateRows(start, ids, wide, reduction), rows.dtype);
  });
}

/**
 * The largest of the rows of each segment; −Infinity where there is none.
 *
 * ```ts
 * ops.segmentMax([1, 5, 2], [0, 0, 1], 2); // [5, 2]
 * ```
 */
export const segmentMax = reduced("segmentMax", -Infinity, "max");

/**
 * The smallest of the rows of each segment; Infinity where there is none.
 *
 * ```ts
 * ops.segmentMin([1, 5, 2], [0, 0, 1], 2); // [1, 2]
 * ```
 */
export const segmentMin = reduced("segmentMin", Infinity, "min");

/**
 * The products of the rows of each segment; 1 where there is none.
 *
 * ```ts
 * ops.segmentProd([2, 5, 3], [0, 0, 1], 2); // [10, 3]
 * ```
 */
export const segmentProd = reduced("segmentProd", 1, "mul");
