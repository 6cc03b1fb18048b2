// Reductions of ragged tensors along any axes. Which elements come together is found on the host, where the ends of rows are known; what
// is done with them is done by segments.

import { checkAxis } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ValueError } from "../core/errors.js";
import { Strings } from "../core/strings.js";
import type { Tensor } from "../core/tensor.js";
import * as ops from "../ops/index.js";
import { expandRagged, lengthsOf, RaggedTensor } from "./ragged-tensor.js";

/** What can be made of the elements that come together. */
export type RaggedReduction = "sum" | "mean" | "max" | "min" | "prod" | "all" | "any" | "logsumexp" | "std" | "variance";

/** What no element is less, or more, than. */
const MOST = 3.4028234663852886e38;

/** Rows of rows, whose innermost are the places of elements among the flat values. */
type Rows = readonly (Rows | number)[];

/** The elements of segments, made into one each. */
type Segments = (x: Tensor, ids: Int32Array, numSegments: number) => Tensor;

const sum: Segments = (x, ids, numSegments) => ops.segmentSum(x, ids, { numSegments });
const countOf = (like: Tensor, ids: Int32Array, count: number): Tensor => {
  const lengths = new Int32Array(count);
  for (const id of ids) lengths[id]!++;
  return ops.reshape(ops.cast(lengths, isFloat(like.dtype) ? like.dtype : "float32"), [count, ...like.shape.slice(1).map(() => 1)]);
};
const mean: Segments = (x, ids, count) => ops.divide(sum(x, ids, count), countOf(x, ids, count));
const variance: Segments = (x, ids, count) => ops.subtract(mean(ops.square(x), ids, count), ops.square(mean(x, ids, count)));
/** The extremum; of no floats, the end of what they can be. */
const extremum =
  (name: "segmentMax" | "segmentMin"): Segments =>
  (x, ids, numSegments) => {
    const made = ops[name](x, ids, { numSegments });
    if (!isFloat(x.dtype) || new Set(ids).size === numSegments) return made;
    return ops.where(ops.greater(countOf(x, ids, numSegments), 0), made, name === "segmentMax" ? -MOST : MOST);
  };
const max = extremum("segmentMax");
const min = extremum("segmentMin");
const holds =
  (of: Segments): Segments =>
  (x, ids, count) =>
    ops.greater(of(ops.cast(x, "int32"), ids, count), 0);

const bySegment: Record<RaggedReduction, Segments> = {
  sum,
  mean,
  max,
  min,
  prod: (x, ids, numSegments) => ops.segmentProd(x, ids, { numSegments }),
  all: holds(min),
  any: holds(max),
  logsumexp: (x, ids, count) => {
    const most = ops.stopGradient(max(x, ids, count));
    return ops.add(ops.log(sum(ops.exp(ops.subtract(x, ops.take(most, ids, 0))), ids, count)), most);
  },
  std: (x, ids, count) => ops.sqrt(variance(x, ids, count)),
  variance,
};

/** The places of all elements, in their rows. */
function rowsOf(x: RaggedTensor): Rows {
  const inner: Rows = x.values instanceof RaggedTensor ? rowsOf(x.values) : Array.from({ length: x.values.shape[0]! }, (_, i) => i);
  return lengthsOf(x.splits).map((_, row) => inner.slice(x.splits[row], x.splits[row + 1]));
}

/** Rows that are put together along the axes; at the end of each path stand the places of what comes together. */
function together(all: readonly Rows[], isReduced: readonly boolean[]): readonly unknown[] {
  const [here, ...inner] = isReduced;
  if (here === undefined) return all as unknown as number[];
  if (here) return together(all.flat() as Rows[], inner);
  const longest = all.reduce((most, rows) => Math.max(most, rows.length), 0);
  return Array.from({ length: longest }, (_, i) =>
    together(all.filter((rows) => i < rows.length).map((rows) => rows[i]!) as Rows[], inner),
  );
}

/**
 * A reduction of all elements (axis null) or along axes. Dense where at most one axis of rows is left. What is left of no elements is what
 * TensorFlow says: the mean is NaN.
 */
export function reduceRagged(
  name: RaggedReduction,
  x: RaggedTensor,
  axis: number | readonly number[] | null,
  keepdims: boolean,
): Tensor | RaggedTensor {
  const flat = x.flatValues;
  if (flat instanceof Strings) throw new ValueError(`ragged ${name}`, { given: "strings", expected: "numbers" });
  const { rank, raggedRank } = x;
  const axes = (axis === null ? Array.from({ length: rank }, (_, i) => i) : [axis].flat()).map((each) =>
    checkAxis(`ragged ${name}`, each as number, rank),
  );
  const depth = raggedRank + 1;
  const isReduced = Array.from({ length: depth }, (_, i) => axes.includes(i));
  const innerAxes = axes.filter((each) => each >= depth).map((each) => each - raggedRank);
  if (innerAxes.length > 0 && isReduced.includes(true))
    throw new ValueError(`ragged ${name}`, { given: `axes ${axes.join(", ")}`, expected: "axes of rows, or axes of their elements" });
  if (innerAxes.length > 0) return x.withFlatValues((ops[name as "sum"] as typeof ops.sum)(flat, { axis: innerAxes, keepdims }));
  // Each path that is left is a segment.
  const ids = new Int32Array(flat.shape[0]!);
  const splits: number[][] = [];
  let level: readonly unknown[] = [together([rowsOf(x)], isReduced)];
  for (const isGone of isReduced) {
    if (isGone) continue;
    splits.push((level as unknown[][]).reduce<number[]>((ends, row) => [...ends, ends.at(-1)! + row.length], [0]));
    level = level.flat();
  }
  (level as number[][]).forEach((places, id) => places.forEach((place) => (ids[place] = id)));
  const made = bySegment[name](flat, ids, level.length);
  const left = splits.length;
  let whole: Tensor | RaggedTensor =
    left === 0
      ? ops.squeeze(made, 0)
      : left === 1
        ? made
        : RaggedTensor.fromNestedRowSplits(
            made,
            splits.slice(1).map((each) => Int32Array.from(each)),
          );
  if (keepdims) for (const each of [...new Set(axes)].sort((a, b) => a - b)) whole = expandRagged(whole, each);
  return whole;
}
