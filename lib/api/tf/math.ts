// tf.math: what is done element by element, reductions, and what counts, ranks and segments.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { bytesIn, known, shapeText } from "../../core/shape.js";
import { isFloat, type TypedArray } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import { adoptTensor, Chainable, type Spec, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { filledRows } from "../../ops/indexing/rows.js";
import { addAt, asIndices } from "../../ops/indexing/take.js";
import type { Complex } from "../../ops/elementwise/complex.js";
import * as ops from "../../ops/index.js";
import { type Axes, checkKind } from "./forms.js";

export * from "./elementwise.js";
export { addN } from "./lists.js";

type Name = string | null;

/**
 * The k largest elements along the last axis, the largest first, and where they stood.
 *
 * ```ts
 * tf.math.topK([3, 1, 4, 2], 2); // [[4, 3], [2, 0]]
 * ```
 *
 * @throws ValueError for a k above the length
 */
export const topK = declare(
  'tf.math.topK(*input, k:int=1, sorted=true, indexType:dtype="int32", name:string=null)',
  (input: TensorLike, k: number, sorted: boolean, indexType: string, _: Name): [values: Tensor, indices: Tensor] => {
    const tensor = asTensor(input);
    const length = tensor.shape.at(-1);
    if (length === undefined) throw new ShapeError("topK", { given: "a scalar", expected: "a tensor with an axis" });
    if (k < 0 || (length !== null && k > length))
      throw new ValueError("topK.k", { given: String(k), expected: `a number from 0 to ${length ?? "the length of the last axis"}` });
    const [values, indices] = ops.topK(tensor, k, { sorted }) as unknown as [Tensor, Tensor];
    return [values, ops.cast(indices, indexType)];
  },
);

/**
 * Whether the target class is among the k classes with the largest predictions.
 *
 * ```ts
 * tf.math.inTopK([2, 0], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], 2); // [true, false]
 * ```
 */
export const inTopK = declare(
  "tf.math.inTopK(*targets, *predictions, k:int, name:string=null)",
  (targets: TensorLike, predictions: TensorLike, k: number, _: Name): Tensor =>
    // A class that is none is not among them, and rows with what is no number have no order.
    ops.logicalAnd(
      ops.inTopK(targets, predictions, k),
      ops.logicalAnd(ops.greaterEqual(targets, 0), ops.all(ops.isfinite(predictions), { axis: -1 })),
    ),
);

/**
 * x divided by its Euclidean length along axes: √max(Σx², epsilon). Default: all axes.
 *
 * ```ts
 * tf.math.l2Normalize([3, 4]); // [0.6, 0.8]
 * ```
 */
export const l2Normalize = declare(
  "tf.math.l2Normalize(*x, axis:ints=null, epsilon:number=1e-12, dim:ints=null, name:string=null)",
  (x: TensorLike, axis: Axes, epsilon: number, dim: Axes, _: Name): Tensor => {
    checkKind("l2Normalize", "floats", x);
    const squares = ops.sum(ops.square(x), { axis: axis ?? dim, keepdims: true });
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)));
  },
);

/**
 * How many elements are not zero.
 *
 * ```ts
 * tf.math.countNonzero([[0, 1], [7, 2]]); // 3
 * ```
 */
export const countNonzero = declare(
  'tf.math.countNonzero(*input, axis:ints=null, keepdims:bool|null=null, dtype:dtype="int64", name:string=null)',
  (input: TensorLike, axis: Axes, keepdims: boolean | null, dtype: string, _: Name): Tensor =>
    ops.cast(ops.sum(ops.cast(ops.notEqual(input, 0), "int32"), { axis, keepdims: keepdims ?? false }), dtype),
);

/**
 * How often each whole number occurs.
 *
 * ```ts
 * tf.math.bincount([0, 2, 2, 3]); // [1, 0, 2, 1]
 * ```
 *
 * @param weights       what each occurrence counts; default 1
 * @param minlength     least length of the result; maxlength: numbers from there on are not counted
 * @param axis          null: one count of all; −1: one for each row
 * @param binaryOutput  whether a number occurs, as 1 or 0
 */
export const bincount = declare(
  'tf.math.bincount(*arr, *weights=null, minlength:int=null, maxlength:int=null, dtype:dtype="int32", name:string=null, axis:int=null, binaryOutput=false)',
  (
    arr: TensorLike,
    weights: TensorLike | null,
    minlength: number | null,
    maxlength: number | null,
    dtype: string,
    _: Name,
    axis: number | null,
    binaryOutput: boolean,
  ): Tensor => {
    const numbers = asIndices(arr);
    const rank = numbers.rank;
    if (axis !== null && axis !== 0 && !(axis === -1 && rank > 0 && rank <= 2))
      throw new ValueError("bincount.axis", { given: String(axis), expected: "null, 0, or −1 of a vector or matrix" });
    const byRow = axis === -1 && rank === 2;
    const rows = byRow ? known(numbers.shape, "bincount")[0]! : 1;
    const flat = ops.reshape(numbers, [-1]);
    checkOnHost("bincount", [flat], ([values]) => {
      const least = Array.from(values!.view()).reduce((a, b) => Math.min(a, b), 0);
      if (least < 0) throw new ValueError("bincount", { given: String(least), expected: "numbers of at least 0" });
    });
    const needed = ops.maximum(ops.add(ops.max(flat, { initial: -1 }), 1), minlength ?? 0);
    const count = maxlength === null ? needed : ops.minimum(needed, maxlength);
    if (weights !== null && shapeText(asTensor(weights).shape) !== shapeText(numbers.shape))
      throw new ShapeError("bincount.weights", { given: shapeText(asTensor(weights).shape), expected: shapeText(numbers.shape) });
    const kept = weights === null ? ops.onesLike(flat) : ops.reshape(asTensor(weights), [-1]);
    // Weights are added up in their own dtype.
    const made = weights instanceof Chainable ? kept.dtype : weights === null ? dtype : "float32";
    const counted = maxlength === null ? kept : ops.where(ops.less(flat, maxlength), kept, ops.zerosLike(kept));
    const places = maxlength === null ? flat : ops.minimum(flat, ops.maximum(ops.subtract(count, 1), 0));
    const wide = counted.dtype === "float32" ? "float32" : "int32";
    if (!byRow) return ops.cast(finished(addAt(ops.cast(counted, wide), places, filledRows(count, [], 0, wide)), binaryOutput), made);
    const width = flat.shape[0]! / rows;
    const row = Int32Array.from({ length: rows * width }, (_, i) => Math.floor(i / width));
    const total = ops.multiply(count, rows);
    const sums = addAt(ops.cast(counted, wide), ops.add(places, ops.multiply(asTensor(row), count)), filledRows(total, [], 0, wide));
    return ops.cast(ops.reshape(finished(sums, binaryOutput), [rows, -1]), made);
  },
);

const finished = (counts: Tensor, binary: boolean): Tensor => (binary ? ops.cast(ops.notEqual(counts, 0), counts.dtype) : counts);

/**
 * How often the class in a row was taken for the class in a column: [classes, classes].
 *
 * ```ts
 * tf.math.confusionMatrix([0, 1, 1], [0, 1, 0]); // [[1, 0], [1, 1]]
 * ```
 */
export const confusionMatrix = declare(
  'tf.math.confusionMatrix(*labels, *predictions, numClasses:int=null, *weights=null, dtype:dtype="int32", name:string=null)',
  (labels: TensorLike, predictions: TensorLike, numClasses: number | null, weights: TensorLike | null, dtype: string, _: Name): Tensor => {
    const [truth, guess] = [asIndices(labels), asIndices(predictions)].map((x) => ops.reshape(x, [-1])) as [Tensor, Tensor];
    if (truth.shape[0] !== guess.shape[0] && truth.shape[0] !== null && guess.shape[0] !== null)
      throw new ShapeError("confusionMatrix", {
        given: `labels ${shapeText(truth.shape)} and predictions ${shapeText(guess.shape)}`,
        expected: "one prediction for each label",
      });
    const counted = weights === null ? ops.onesLike(truth) : ops.reshape(asTensor(weights), [-1]);
    return ops.cast(
      confusionOp.apply({ labels: truth, predictions: guess, weights: ops.cast(counted, "float32") }, { classes: numClasses }),
      dtype,
    );
  },
);

const confusionOp = primitive({
  name: "confusion_matrix",
  inputs: ["labels", "predictions", "weights"],
  infer: (_, { classes }: { classes: number | null }): Spec => ({ shape: [classes, classes], dtype: "float32" }),
  host: ({ labels, predictions, weights }, { classes }) => {
    const [a, b, w] = [labels, predictions, weights].map((x) => x.view("confusionMatrix")) as [TypedArray, TypedArray, TypedArray];
    const all = [...a, ...b];
    const count = classes ?? all.reduce((most, each) => Math.max(most, each), -1) + 1;
    const outside = all.find((each) => each < 0 || each >= count);
    if (outside !== undefined)
      throw new ValueError("confusionMatrix", { given: `the class ${outside}`, expected: `a class from 0 to ${count - 1}` });
    bytesIn({ shape: [count, count], dtype: "float32" }, "confusionMatrix");
    const matrix = new Float32Array(count * count);
    a.forEach((label, i) => (matrix[label * count + b[i]!]! += w[i]!));
    return { y: adoptTensor(matrix, [count, count], "float32") };
  },
});

/** Ids of segments must ascend where TensorFlow says so. */
function checkSorted(where: string, ids: Tensor): void {
  checkOnHost(where, [ids], ([values]) => {
    const flat = values!.view();
    flat.forEach((id, i) => {
      if (id < 0 || (i > 0 && id < flat[i - 1]!))
        throw new ValueError(where, { given: `the ids ${text(Array.from(flat))}`, expected: "ids of at least 0 that never fall" });
    });
  });
}

const segment = <const N extends string>(name: N, run: (data: TensorLike, ids: Tensor) => Tensor, fillsEmpty: boolean) =>
  declare(`tf.math.${name}(*data, *segmentIds, name:string=null)` as const, (data: TensorLike, segmentIds: TensorLike, _: Name): Tensor => {
    const ids = asIndices(segmentIds);
    checkSorted(name, ids);
    const made = run(data, ids);
    return fillsEmpty ? zerosWhereEmpty(made, ids) : made;
  });

/** 0 where a segment has no rows. */
function zerosWhereEmpty(made: Tensor, ids: Tensor): Tensor {
  const counts = ops.segmentSum(ops.onesLike(ids), ids);
  const others = made.shape.slice(1).map((_, i) => i + 1);
  return ops.where(ops.expandDims(ops.greater(counts, 0), others), made, ops.zerosLike(made));
}

/**
 * The sums of the rows of each segment; ids ascend, and the last one says how many segments there are.
 *
 * ```ts
 * tf.math.segmentSum([1, 5, 2], [0, 0, 1]); // [6, 2]
 * ```
 */
export const segmentSum = segment("segmentSum", (data, ids) => ops.segmentSum(data, ids), false);
/**
 * The largest of the rows of each segment; 0 where there are none.
 *
 * ```ts
 * tf.math.segmentMax([1, 5, 2], [0, 0, 1]); // [5, 2]
 * ```
 */
export const segmentMax = segment("segmentMax", (data, ids) => ops.segmentMax(data, ids), true);
/**
 * The smallest of the rows of each segment; 0 where there are none.
 *
 * ```ts
 * tf.math.segmentMin([1, 5, 2], [0, 0, 1]); // [1, 2]
 * ```
 */
export const segmentMin = segment("segmentMin", (data, ids) => ops.segmentMin(data, ids), true);
/**
 * The products of the rows of each segment; 1 where there are none.
 *
 * ```ts
 * tf.math.segmentProd([2, 5, 3], [0, 0, 1]); // [10, 3]
 * ```
 */
export const segmentProd = segment("segmentProd", (data, ids) => ops.segmentProd(data, ids), false);
/**
 * The means of the rows of each segment; 0 where there are none.
 *
 * ```ts
 * tf.math.segmentMean([1, 5, 2], [0, 0, 1]); // [3, 2]
 * ```
 */
export const segmentMean = segment(
  "segmentMean",
  (data, ids) => meanOf(ops.segmentSum(data, ids), ops.segmentSum(ops.onesLike(ids), ids)),
  false,
);

function meanOf(sums: Tensor, counts: Tensor): Tensor {
  const others = sums.shape.slice(1).map((_, i) => i + 1);
  const mean = ops.divide(sums, ops.expandDims(ops.cast(ops.maximum(counts, 1), sums.dtype), others));
  return isFloat(sums.dtype) ? mean : ops.cast(ops.trunc(mean), sums.dtype);
}

const unsorted = <const N extends string>(name: N, run: (data: TensorLike, ids: Tensor, numSegments: number) => Tensor) =>
  declare(
    `tf.math.${name}(*data, *segmentIds, numSegments:int, name:string=null)` as const,
    (data: TensorLike, segmentIds: TensorLike, numSegments: number, _: Name): Tensor => {
      const ids = asIndices(segmentIds);
      checkOnHost(name, [ids], ([values]) => {
        const outside = values!.view().find((id) => id >= numSegments);
        if (outside !== undefined)
          throw new ValueError(name, { given: `the id ${outside}`, expected: `ids below ${numSegments}, the number of segments` });
      });
      const rows = asTensor(data);
      const rank = ids.rank;
      const flat = ops.reshape(rows, [-1, ...rows.shape.slice(rank)]);
      return run(flat, ops.reshape(ids, [-1]), numSegments);
    },
  );

/**
 * The sums of the rows of each of so many segments; ids below 0 are left out.
 *
 * ```ts
 * tf.math.unsortedSegmentSum([1, 5, 2], [0, 1, 0], 2); // [3, 5]
 * ```
 */
export const unsortedSegmentSum = unsorted("unsortedSegmentSum", (data, ids, numSegments) => ops.segmentSum(data, ids, { numSegments }));
/** Of no floats the extremum is the end of what they can be, without infinity. */
function withinFloats(made: Tensor, ids: Tensor, numSegments: number, sign: number): Tensor {
  if (!isFloat(made.dtype)) return made;
  const counts = ops.segmentSum(ops.onesLike(ids), ids, { numSegments });
  const others = made.shape.slice(1).map((_, i) => i + 1);
  return ops.where(ops.expandDims(ops.greater(counts, 0), others), made, sign * 3.4028234663852886e38);
}

/**
 * The largest element of each segment; a segment without elements has the least value of the dtype. TensorFlow:
 * tf.math.unsorted_segment_max
 *
 * ```ts
 * tf.math.unsortedSegmentMax([1, 5, 2], [0, 1, 0], 2); // [2, 5]
 * ```
 */
export const unsortedSegmentMax = unsorted("unsortedSegmentMax", (data, ids, numSegments) =>
  withinFloats(ops.segmentMax(data, ids, { numSegments }), ids, numSegments, -1),
);
/**
 * The least element of each segment; a segment without elements has the largest value of the dtype. TensorFlow:
 * tf.math.unsorted_segment_min
 *
 * ```ts
 * tf.math.unsortedSegmentMin([1, 5, 2], [0, 1, 0], 2); // [1, 5]
 * ```
 */
export const unsortedSegmentMin = unsorted("unsortedSegmentMin", (data, ids, numSegments) =>
  withinFloats(ops.segmentMin(data, ids, { numSegments }), ids, numSegments, 1),
);
/**
 * The product of the elements of each segment; 1 for one without elements. TensorFlow: tf.math.unsorted_segment_prod
 *
 * ```ts
 * tf.math.unsortedSegmentProd([2, 5, 3], [0, 1, 0], 2); // [6, 5]
 * ```
 */
export const unsortedSegmentProd = unsorted("unsortedSegmentProd", (data, ids, numSegments) => ops.segmentProd(data, ids, { numSegments }));
/**
 * The mean of the elements of each segment; 0 for one without elements. TensorFlow: tf.math.unsorted_segment_mean
 *
 * ```ts
 * tf.math.unsortedSegmentMean([1, 5, 3], [0, 1, 0], 2); // [2, 5]
 * ```
 */
export const unsortedSegmentMean = unsorted("unsortedSegmentMean", (data, ids, numSegments) =>
  meanOf(ops.segmentSum(data, ids, { numSegments }), ops.segmentSum(ops.onesLike(ids), ids, { numSegments })),
);

/**
 * The parts of a complex pair [real, imaginary], as tf.signal gives it; of real tensors: themselves, and 0.
 *
 * ```ts
 * tf.math.real([1, 2]); // [1, 2]
 * ```
 */
export const real = declare("tf.math.real(*input:any, name:string=null)", (input: TensorLike | Complex, _: string | null): Tensor =>
  ops.real(input),
);
export const imag = declare("tf.math.imag(*input:any, name:string=null)", (input: TensorLike | Complex, _: string | null): Tensor =>
  ops.imag(input),
);
export const angle = declare("tf.math.angle(*input:any, name:string=null)", (input: TensorLike | Complex, _: string | null): Tensor =>
  ops.angle(input),
);
