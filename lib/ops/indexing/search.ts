// Where values belong in order, and how many fall where.

import { isFloat } from "../../core/dtype.js";
import { isnan } from "../elementwise/inspection.js";
import { inForm } from "../../core/sparse.js";
import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { checkLengths, known, shapeText, sizeOf, stridesOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, floorDivide, maximum, minimum, mod, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal, greaterEqual, less, lessEqual } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { logicalAnd, logicalNot, logicalOr } from "../elementwise/logical.js";
import { floor } from "../elementwise/rounding.js";
import { operands } from "../promotion.js";
import { any } from "../reduce/logical.js";
import { max, min } from "../reduce/extrema.js";
import { sum } from "../reduce/sum.js";
import { progression } from "../shaping/create.js";
import { linspace } from "../shaping/sequences.js";
import { expandDims, ravel, reshape } from "../shaping/reshape.js";
import { flip } from "../shaping/slice.js";
import { getItem } from "./get-item.js";
import { filledRows } from "./rows.js";
import { argsort } from "./sort.js";
import { addAt, asIndices } from "./take.js";

/**
 * Where each value belongs in an ascending sequence.
 *
 * ```ts
 * ops.searchsorted([1, 3, 5], [0, 3, 6]); // [0, 1, 3]
 * ```
 *
 * @param side  "left" (default): before elements equal to it; "right": after them
 */
export const searchsorted = operation(
  'numpy.searchsorted(*sortedSequence, *values, side="left")',
  (sortedSequence: TensorLike, values: TensorLike, side: string): Tensor => {
    if (side !== "left" && side !== "right")
      throw new ValueError("searchsorted", { given: `side ${text(side)}`, expected: "left or right" });
    const [sequence, wanted] = operands(sortedSequence, values);
    if (sequence.rank !== 1)
      throw new ShapeError("searchsorted", { given: `a sequence of shape ${shapeText(sequence.shape)}`, expected: "a vector" });
    const column = expandDims(wanted, -1);
    const isBefore = side === "left" ? less(sequence, column) : lessEqual(sequence, column);
    // NaN stands behind every number, as sorting puts it.
    return sum(cast(isFloat(wanted.dtype) ? logicalOr(isBefore, isnan(column)) : isBefore, "int32"), { axis: -1 });
  },
  { className: "SearchSorted" },
);

/**
 * For each element, the number of the bin it falls into: bins are given by their edges, which ascend or descend.
 *
 * ```ts
 * ops.digitize([0.5, 1, 7], [1, 5]); // [0, 1, 2]
 * ```
 */
export const digitize = operation("numpy.digitize(*x, *bins)", (x: TensorLike, bins: TensorLike): Tensor => {
  const edges = asTensor(bins);
  const ascending = searchsorted(edges, x, "right");
  if (edges.shape[0] === null || edges.size < 2) return ascending;
  // Edges that descend count from their end.
  const isAscending = lessEqual(getItem(edges, 0), getItem(edges, -1));
  return where(isAscending, ascending, subtract(edges.size, searchsorted(flip(edges), x, "right")));
});

/**
 * Whether each element of x1 is among those of x2, bool.
 *
 * ```ts
 * ops.isin([1, 2, 3], [2, 5]); // [false, true, false]
 * ```
 *
 * @param options.invert  whether it is not
 */
export const isin = operation(
  "numpy.isin(*x1, *x2, assumeUnique=false, invert=false)",
  (x1: TensorLike, x2: TensorLike, assumeUnique: boolean, invert: boolean): Tensor => {
    const [a, b] = operands(x1, x2);
    const found = any(equal(expandDims(a, -1), ravel(b)), { axis: -1 });
    return invert ? logicalNot(found) : found;
  },
  { className: "IsIn" },
);

/**
 * Coordinates in a shape from places in its flattened form: one tensor for each axis.
 *
 * ```ts
 * ops.unravelIndex([3, 5], [2, 3]); // [[1, 1], [0, 2]]
 * ```
 */
export const unravelIndex = operation(
  "numpy.unravelIndex(*indices, shape:list)",
  (indices: TensorLike, shape: readonly number[]): Tensor[] => {
    const places = asIndices(indices);
    const size = sizeOf(shape);
    const positive = mod(places, size);
    return stridesOf(shape).map((stride, axis) => cast(mod(floorDivide(positive, stride), shape[axis]!), asTensor(indices).dtype));
  },
);

/**
 * An order in which the element at place kth is the one that sorting would put there, smaller ones before and larger ones after it.
 *
 * ```ts
 * ops.argpartition([3, 1, 2], 0); // [1, 2, 0]
 * ```
 *
 * @param axis  default −1
 */
export const argpartition = operation(
  "numpy.argpartition(*x, kth:int, axis:ints=-1)",
  (x: TensorLike, kth: number, axis: number | null): Tensor => {
    const tensor = asTensor(x);
    if (axis !== null) checkAxis("argpartition", axis, tensor.rank);
    if (!Number.isInteger(kth)) throw new ValueError("argpartition", { given: `kth ${kth}`, expected: "a whole number" });
    return argsort(tensor, axis);
  },
);

/**
 * How often each whole number from 0 on occurs along the last axis.
 *
 * ```ts
 * ops.bincount([0, 2, 2, 3]); // [1, 0, 2, 1]
 * ```
 *
 * @param options.weights    what each occurrence counts; default 1
 * @param options.minlength  the least length of the result; it is longer where x holds larger numbers
 */
export const bincount = operation(
  "numpy.bincount(*x, weights:tensor=null, minlength:int=0, sparse=false)",
  (x: TensorLike, weights: TensorLike | null, minlength: number, sparse: boolean): Tensor => {
    checkLengths([minlength], "bincount");
    const numbers = asIndices(x);
    const least = numbers.size === 0 ? asTensor(minlength, "int32") : maximum(add(max(numbers), 1), minlength);
    const given = weights === null ? null : asTensor(weights);
    const ones = given ?? progression(1, 0, numbers.size, "int32");
    const counted = ones.dtype === "float32" ? ones : cast(ones, "int32");
    if (numbers.rank === 1) return inForm("bincount", sparse, addAt(ravel(counted), numbers, filledRows(least, [], 0, "int32")));
    const rows = known(numbers.shape, "bincount")[0]!;
    const starts = expandDims(multiply(progression(0, 1, rows, "int32"), least), 1);
    const counts = addAt(ravel(counted), ravel(add(numbers, starts)), filledRows(multiply(least, rows), [], 0, "int32"));
    return inForm("bincount", sparse, reshape(counts, [rows, -1]));
  },
);

/**
 * How many elements fall into each of equal bins.
 *
 * ```ts
 * ops.histogram([1, 2, 2, 5], 2); // [[3, 1], [1, 3, 5]]
 * ```
 *
 * @param options.bins   default 10
 * @param options.range  the edges of the first and the last bin; default: the smallest and largest element (0 and 1 of none); one value v
 * stands for v ± 0.5
 * @returns              [counts, edges]
 */
export const histogram = operation(
  "numpy.histogram(*x, bins:int=10, range:any=null)",
  (x: TensorLike, bins: number, range: readonly [number, number] | null): [counts: Tensor, edges: Tensor] => {
    const values = ravel(cast(x, "float32"));
    const isEmpty = values.shape[0] === 0;
    const least = range ? asTensor(range[0]) : isEmpty ? asTensor(0) : min(values);
    const most = range ? asTensor(range[1]) : isEmpty ? asTensor(1) : max(values);
    // One value stands in the middle of a range of length 1.
    const isPoint = equal(least, most);
    const low = where(isPoint, subtract(least, 0.5), least);
    const high = where(isPoint, add(most, 0.5), most);
    const width = divide(subtract(high, low), bins);
    const bin = floor(divide(subtract(values, low), width));
    const inside = logicalAnd(greaterEqual(values, low), lessEqual(values, high));
    // The last bin contains its upper edge.
    const last = cast(minimum(maximum(bin, 0), bins - 1), "int32");
    const counts = addAt(cast(inside, "float32"), last, [bins]);
    return [counts, linspace(low, high, bins + 1)];
  },
);
