// tf.sparse: what can be done with sparse tensors.

import { checkFunction } from "../../core/options.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { checkLengths, known, shapeText, sizeOf, stridesOf } from "../../core/shape.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { addAt, asIndices } from "../../ops/indexing/take.js";
import { integers, type Integers } from "../../ops/static.js";
import * as ops from "../../ops/index.js";
import { asSparse, checkOrder, numbersOf, SparseTensor, timesDense } from "../../sparse/sparse-tensor.js";
import { sameDtype } from "./forms.js";
import { scatterNd, where as whereOf } from "./shapes.js";
import { gatherNd } from "./shapes.js";
import { bincount as countsOf } from "./math.js";

export { SparseTensor };

type Name = string | null;

/**
 * The whole tensor.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.fromDense([[0, 1]])); // [[0, 1]]
 * ```
 *
 * @param defaultValue  what stands where nothing is named
 * @throws ValueError for coordinates out of order or outside
 */
export const toDense = declare(
  "tf.sparse.toDense(spInput:any, defaultValue:number|bool=null, validateIndices=true, name:string=null)",
  (spInput: SparseTensor, defaultValue: number | boolean | null, validateIndices: boolean, _: Name): Tensor => {
    const x = asSparse("sparse.toDense", spInput);
    const values = numbersOf("sparse.toDense", x);
    if (validateIndices) checkOnHost("sparse.toDense", [x.indices], ([indices]) => checkOrder("sparse.toDense", indices!, x.shape));
    const wide = values.dtype === "float32" ? values : ops.cast(values, "int32");
    const dense = ops.cast(scatterNd(x.indices, wide, x.shape), values.dtype);
    if (defaultValue === null || Number(defaultValue) === 0) return dense;
    const named = scatterNd(x.indices, ops.onesLike(wide), x.shape);
    return ops.where(ops.cast(named, "bool"), dense, ops.fullLike(dense, Number(defaultValue)));
  },
);

/**
 * The elements of a tensor that are not 0.
 *
 * ```ts
 * tf.sparse.fromDense([[0, 1], [2, 0]]).values; // [1, 2]
 * ```
 */
export const fromDense = declare("tf.sparse.fromDense(*tensor, name:string=null)", (tensor: TensorLike, _: Name): SparseTensor => {
  const x = asTensor(tensor);
  const indices = whereOf(ops.notEqual(x, 0));
  return new SparseTensor(indices, gatherNd(x, indices), known(x.shape, "sparse.fromDense"));
});

/**
 * A sparse matrix times a dense one.
 *
 * ```ts
 * tf.sparse.sparseDenseMatmul(tf.sparse.fromDense([[0, 1], [2, 0]]), [[1], [10]]); // [[10], [2]]
 * ```
 *
 * @param adjointA, adjointB  take the operand transposed
 */
export const sparseDenseMatmul = declare(
  "tf.sparse.sparseDenseMatmul(spA:any, b:any, adjointA=false, adjointB=false, name:string=null)",
  (spA: SparseTensor | TensorLike, b: TensorLike | SparseTensor, adjointA: boolean, adjointB: boolean, _: Name): Tensor => {
    const where = "sparse.sparseDenseMatmul";
    // (B · A)ᵀ = Aᵀ · Bᵀ: either side may be the sparse one.
    if (b instanceof SparseTensor && spA instanceof SparseTensor)
      throw new ArgumentError(where, { given: "two sparse tensors", expected: "a dense one", hint: "tf.sparse.toDense makes one." });
    if (b instanceof SparseTensor)
      return ops.transpose(sparseDenseMatmul(b, spA as TensorLike, { adjointA: !adjointB, adjointB: !adjointA }), [1, 0]);
    const x = asSparse(where, spA);
    const dense = asTensor(b);
    if (x.rank !== 2 || dense.rank !== 2) throw new ShapeError(where, { given: `ranks ${x.rank} and ${dense.rank}`, expected: "matrices" });
    const matrix = adjointB ? ops.transpose(dense, [1, 0]) : dense;
    const [rows, columns] = adjointA ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
    if (matrix.shape[0] !== columns)
      throw new ShapeError(where, { given: `${rows} × ${columns} and ${shapeText(matrix.shape)}`, expected: `${columns} rows` });
    return timesDense(where, x, matrix, adjointA);
  },
);

/**
 * Coordinates in ascending order.
 *
 * ```ts
 * tf.sparse.reorder(new tf.sparse.SparseTensor([[1, 0], [0, 1]], [2, 1], [2, 2])).values; // [1, 2]
 * ```
 */
export const reorder = declare("tf.sparse.reorder(spInput:any, name:string=null)", (spInput: SparseTensor, _: Name): SparseTensor => {
  const x = asSparse("sparse.reorder", spInput);
  const order = ops.argsort(placesOf(x));
  return new SparseTensor(ops.take(x.indices, order, 0), ops.take(numbersOf("sparse.reorder", x), order, 0), x.shape);
});

/** The place of each value in the flattened tensor. */
const placesOf = (x: SparseTensor): Tensor =>
  ops.sum(ops.multiply(x.indices, adoptTensor(Int32Array.from(stridesOf(x.shape)), [x.rank], "int32")), { axis: 1 });

/**
 * a + b. Of two sparse tensors a sparse one, whose values at the same place are added; with a dense one, a dense one.
 *
 * ```ts
 * tf.sparse.add([[0, 1]], tf.sparse.fromDense([[2, 0]])); // [[2, 1]]
 * ```
 */
export const add = declare(
  "tf.sparse.add(a:any, b:any, threshold:number=0)",
  (a: SparseTensor | TensorLike, b: SparseTensor | TensorLike, threshold: number): SparseTensor | Tensor => {
    const where = "sparse.add";
    sameDtype(where, ...[a, b].map((each) => (each instanceof SparseTensor ? numbersOf(where, each) : each)));
    if (!(a instanceof SparseTensor)) return addDense(where, asSparse(where, b), a);
    if (!(b instanceof SparseTensor)) return addDense(where, a, b);
    if (a.shape.join() !== b.shape.join())
      throw new ShapeError(where, { given: `${text(a.shape)} and ${text(b.shape)}`, expected: "equal shapes" });
    const values = ops.concatenate([numbersOf(where, a), numbersOf(where, b)], 0);
    const places = ops.concatenate([placesOf(a), placesOf(b)], 0);
    const [different, inverse] = ops.unique(places, { returnInverse: true }) as unknown as [Tensor, Tensor];
    const count = known(different.shape, where)[0]!;
    let sums = addAt(values, ops.reshape(inverse, [-1]), [count]);
    let kept = different;
    if (threshold > 0) {
      const [large] = ops.nonzero(ops.greaterEqual(ops.abs(sums), threshold));
      [sums, kept] = [ops.take(sums, large!, 0), ops.take(different, large!, 0)];
    }
    return new SparseTensor(coordinatesOf(kept, a.shape), sums, a.shape);
  },
);

/** Places in a flattened tensor as coordinates. */
const coordinatesOf = (places: Tensor, shape: readonly number[]): Tensor =>
  ops.stack(
    stridesOf(shape).map((stride, axis) => ops.mod(ops.floorDivide(places, stride), shape[axis]!)),
    -1,
  );

const addDense = (where: string, x: SparseTensor, dense: TensorLike): Tensor => {
  const y = asTensor(dense);
  if (shapeText(y.shape) !== shapeText(x.shape))
    throw new ShapeError(where, { given: `${text(x.shape)} and ${shapeText(y.shape)}`, expected: "equal shapes" });
  return ops.add(y, scatterNd(x.indices, numbersOf(where, x), x.shape));
};

/**
 * The rows and columns exchanged, or the axes in another order.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.transpose(tf.sparse.fromDense([[0, 1], [0, 0]]))); // [[0, 0], [1, 0]]
 * ```
 */
export const transpose = declare(
  "tf.sparse.transpose(spInput:any, perm:ints=null, name:string=null)",
  (spInput: SparseTensor, perm: Integers | null, _: Name): SparseTensor => {
    const x = asSparse("sparse.transpose", spInput);
    const order = perm === null ? x.shape.map((__, i) => x.rank - 1 - i) : integers(perm, "sparse.transpose.perm");
    if (order.length !== x.rank || new Set(order).size !== x.rank)
      throw new ValueError("sparse.transpose.perm", { given: text(order), expected: `each of ${x.rank} axes once` });
    return reorder(
      new SparseTensor(
        ops.take(x.indices, Int32Array.from(order), 1),
        x.values,
        order.map((axis) => x.shape[axis]!),
      ),
    );
  },
);

/** The axes to reduce, counted from the front: all where none is said. @throws ValueError */
const axesOf = (where: string, x: SparseTensor, axis: number | readonly number[] | null): number[] =>
  axis === null ? x.shape.map((_, i) => i) : [axis].flat().map((each) => checkAxis(where, each as number, x.rank));

/**
 * Sums along axes; a dense tensor.
 *
 * ```ts
 * tf.sparse.reduceSum(tf.sparse.fromDense([[0, 1], [2, 3]]), { axis: 1 }); // [1, 5]
 * ```
 */
export const reduceSum = declare(
  "tf.sparse.reduceSum(spInput:any, axis:ints=null, keepdims:bool|null=null, outputIsSparse=false, name:string=null)",
  (
    spInput: SparseTensor,
    axis: number | readonly number[] | null,
    keepdims: boolean | null,
    outputIsSparse: boolean,
    _: Name,
  ): Tensor | SparseTensor => {
    const x = asSparse("sparse.reduceSum", spInput);
    const axes = axesOf("sparse.reduceSum", x, axis);
    const kept = x.shape.map((__, i) => i).filter((i) => !axes.includes(i));
    const values = numbersOf("sparse.reduceSum", x);
    const shape = kept.map((i) => x.shape[i]!);
    const sums = kept.length === 0 ? ops.sum(values) : scatterNd(ops.take(x.indices, Int32Array.from(kept), 1), values, shape);
    const made = keepdims
      ? ops.reshape(
          sums,
          x.shape.map((length, i) => (axes.includes(i) ? 1 : length)),
        )
      : sums;
    return outputIsSparse ? fromDense(made) : made;
  },
);

/**
 * The same values in another shape.
 *
 * ```ts
 * tf.sparse.reshape(tf.sparse.fromDense([[0, 1], [2, 0]]), [4]).denseShape; // [4]
 * ```
 */
export const reshape = declare(
  "tf.sparse.reshape(spInput:any, shape:shape, name:string=null)",
  (spInput: SparseTensor, shape: Integers, _: Name): SparseTensor => {
    const x = asSparse("sparse.reshape", spInput);
    const lengths = integers(shape, "sparse.reshape");
    const total = sizeOf(x.shape);
    const others = lengths.filter((length) => length !== -1).reduce((product, length) => product * length, 1);
    const whole = lengths.map((length) => (length === -1 ? total / others : length));
    if (sizeOf(whole) !== total)
      throw new ShapeError("sparse.reshape", { given: `${text(x.shape)} as ${text(lengths)}`, expected: `${total} elements` });
    return new SparseTensor(coordinatesOf(placesOf(x), whole), x.values, whole);
  },
);

/**
 * Values where the mask holds.
 *
 * ```ts
 * tf.sparse.retain(tf.sparse.fromDense([[0, 1], [2, 0]]), [true, false]).values; // [1]
 * ```
 */
export const retain = declare("tf.sparse.retain(spInput:any, *toRetain)", (spInput: SparseTensor, toRetain: TensorLike): SparseTensor => {
  const x = asSparse("sparse.retain", spInput);
  const kept = asTensor(toRetain);
  if (kept.rank !== 1 || (kept.shape[0] !== x.values.shape[0] && kept.shape[0] !== null))
    throw new ShapeError("sparse.retain", { given: shapeText(kept.shape), expected: "whether to keep it, for each value" });
  const [places] = ops.nonzero(kept);
  return new SparseTensor(ops.take(x.indices, places!, 0), ops.take(numbersOf("sparse.retain", x), places!, 0), x.shape);
});

/**
 * Each value as a function makes it.
 *
 * ```ts
 * tf.sparse.mapValues((values: tf.Tensor) => values.mul(values), tf.sparse.fromDense([[0, 3]])).values; // [9]
 * ```
 */
export function mapValues(op: (values: Tensor, ...args: unknown[]) => Tensor, x: SparseTensor, ...args: unknown[]): SparseTensor {
  checkFunction("sparse.mapValues.op", op);
  if (!(x instanceof SparseTensor)) throw new ArgumentError("sparse.mapValues.x", { given: text(x), expected: "a sparse tensor" });
  return x.withValues(op(numbersOf("sparse.mapValues", x), ...args));
}

const sameRank = (where: string, all: readonly SparseTensor[]): SparseTensor => {
  const [first] = all;
  if (!first) throw new ArgumentError(where, { given: "no sparse tensors", expected: "at least one" });
  const odd = all.find(({ rank }) => rank !== first.rank);
  if (odd) throw new ShapeError(where, { given: `ranks ${first.rank} and ${odd.rank}`, expected: "one rank" });
  return first;
};

/** The coordinates moved by so much along each axis. */
const moved = (indices: Tensor, by: readonly number[]): Tensor => ops.add(indices, adoptTensor(Int32Array.from(by), [by.length], "int32"));

/** The coordinates along an axis. */
const along = (x: SparseTensor, axis: number): Tensor => ops.getItem(x.indices, [{}, axis]);

/**
 * Sparse tensors one behind the other along an axis.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.concat(1, [tf.sparse.fromDense([[1]]), tf.sparse.fromDense([[0, 2]])])); // [[1, 0, 2]]
 * ```
 *
 * @param expandNonconcatDims  whether other axes may differ: the longest is taken
 */
export const concat = declare(
  "tf.sparse.concat(axis:int, spInputs:array, expandNonconcatDims=false, name:string=null)",
  (axis: number, spInputs: readonly SparseTensor[], expandNonconcatDims: boolean, _: Name): SparseTensor => {
    const where = "sparse.concat";
    const all = spInputs.map((each) => asSparse(where, each));
    const { rank } = sameRank(where, all);
    const at = checkAxis(where, axis, rank);
    const shape = Array.from({ length: rank }, (__, i) => {
      const lengths = all.map((each) => each.shape[i]!);
      if (i === at) return lengths.reduce((sum, each) => sum + each, 0);
      if (!expandNonconcatDims && new Set(lengths).size > 1)
        throw new ShapeError(where, { given: `lengths ${text(lengths)} of axis ${i}`, expected: "one length" });
      return Math.max(...lengths);
    });
    let begin = 0;
    const indices = all.map((each) => {
      const here = moved(
        each.indices,
        shape.map((__, i) => (i === at ? begin : 0)),
      );
      begin += each.shape[at]!;
      return here;
    });
    const values = ops.concatenate(
      all.map((each) => numbersOf(where, each)),
      0,
    );
    return reorder(new SparseTensor(ops.concatenate(indices, 0), values, shape));
  },
);

/**
 * A block; what reaches over the end is cut.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.slice(tf.sparse.fromDense([[1, 2], [3, 4]]), [0, 1], [2, 1])); // [[2], [4]]
 * ```
 */
export const slice = declare(
  "tf.sparse.slice(spInput:any, start:ints, size:ints, name:string=null)",
  (spInput: SparseTensor, start: Integers, size: Integers, _: Name): SparseTensor => {
    const where = "sparse.slice";
    const x = asSparse(where, spInput);
    const [from, count] = [integers(start, where), integers(size, where)];
    if (from.length !== x.rank || count.length !== x.rank || [...from, ...count].some((each) => each < 0))
      throw new ShapeError(where, { given: `start ${text(from)} and size ${text(count)}`, expected: `${x.rank} numbers from 0 each` });
    const shape = x.shape.map((length, i) => Math.max(0, Math.min(count[i]!, length - from[i]!)));
    const places = moved(
      x.indices,
      from.map((each) => -each),
    );
    const lengths = adoptTensor(Int32Array.from(shape), [shape.length], "int32");
    const [kept] = ops.nonzero(ops.all(ops.logicalAnd(ops.greaterEqual(places, 0), ops.less(places, lengths)), { axis: 1 }));
    return new SparseTensor(ops.take(places, kept!, 0), ops.take(numbersOf(where, x), kept!, 0), shape);
  },
);

/**
 * So many parts along an axis; where they cannot be equal, the first ones are longer by 1.
 *
 * ```ts
 * tf.sparse.split(tf.sparse.fromDense([[1, 2, 3]]), 2, 1).map((part) => part.shape); // [[1, 2], [1, 1]]
 * ```
 */
export const split = declare(
  "tf.sparse.split(spInput:any, numSplit:int, axis:int=0, name:string=null)",
  (spInput: SparseTensor, numSplit: number, axis: number, _: Name): SparseTensor[] => {
    const x = asSparse("sparse.split", spInput);
    const at = checkAxis("sparse.split", axis, x.rank);
    const length = x.shape[at]!;
    if (!(numSplit >= 1 && numSplit <= length))
      throw new ValueError("sparse.split.numSplit", { given: String(numSplit), expected: `a number from 1 to ${length}` });
    let begin = 0;
    return Array.from({ length: numSplit }, (__, i) => {
      const size = Math.floor(length / numSplit) + (i < length % numSplit ? 1 : 0);
      const part = slice(
        x,
        x.shape.map((___, k) => (k === at ? begin : 0)),
        x.shape.map((each, k) => (k === at ? size : each)),
      );
      begin += size;
      return part;
    });
  },
);

/**
 * eˣ of the named values, divided by their sum along the last axis.
 *
 * ```ts
 * tf.sparse.softmax(tf.sparse.fromDense([[1, 0, 1]])).values; // [0.5, 0.5]
 * ```
 */
export const softmax = declare("tf.sparse.softmax(spInput:any, name:string=null)", (spInput: SparseTensor, _: Name): SparseTensor => {
  const x = asSparse("sparse.softmax", spInput);
  if (x.rank < 2) throw new ShapeError("sparse.softmax", { given: `rank ${x.rank}`, expected: "at least 2" });
  const rows = ops.floorDivide(placesOf(x), x.shape.at(-1)!);
  const count = sizeOf(x.shape.slice(0, -1));
  const values = numbersOf("sparse.softmax", x);
  const most = ops.stopGradient(ops.segmentMax(values, rows, { numSegments: count }));
  const powers = ops.exp(ops.subtract(values, ops.take(most, rows, 0)));
  return x.withValues(ops.divide(powers, ops.take(ops.segmentSum(powers, rows, { numSegments: count }), rows, 0)));
});

/** What stands in either of two sparse tensors, 0 where it does not stand in one. */
const either = <const N extends "maximum" | "minimum">(name: N) =>
  declare(
    `tf.sparse.${name}(spA:any, spB:any, name:string=null)` as const,
    (spA: SparseTensor, spB: SparseTensor, _: Name): SparseTensor => {
      const where = `sparse.${name}`;
      const [a, b] = [asSparse(where, spA), asSparse(where, spB)];
      if (text(a.shape) !== text(b.shape))
        throw new ShapeError(where, { given: `${text(a.shape)} and ${text(b.shape)}`, expected: "equal shapes" });
      const [x, y] = [numbersOf(where, a), numbersOf(where, b)];
      sameDtype(where, x, y);
      const places = ops.concatenate([placesOf(a), placesOf(b)], 0);
      const [different, inverse] = ops.unique(places, { returnInverse: true }) as unknown as [Tensor, Tensor];
      const at = ops.reshape(inverse, [-1]);
      const whole = (first: Tensor, second: Tensor): Tensor =>
        ops.cast(addAt(wideOf(ops.concatenate([first, second], 0)), at, [known(different.shape, where)[0]!]), x.dtype);
      const made = ops[name](whole(x, ops.zerosLike(y)), whole(ops.zerosLike(x), y));
      return new SparseTensor(coordinatesOf(different, a.shape), made, a.shape);
    },
  );
const wideOf = (x: Tensor): Tensor => (x.dtype === "float32" ? x : ops.cast(x, "int32"));
/**
 * The larger of two sparse tensors, whose elements that are not named are 0.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.maximum(tf.sparse.fromDense([[-1, 2]]), tf.sparse.fromDense([[0, 3]]))); // [[0, 3]]
 * ```
 */
export const maximum = either("maximum");
/**
 * The smaller of two sparse tensors, whose elements that are not named are 0.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.minimum(tf.sparse.fromDense([[-1, 2]]), tf.sparse.fromDense([[0, 3]]))); // [[-1, 2]]
 * ```
 */
export const minimum = either("minimum");

/**
 * Whether a value stands in a row, for each of so many values: bool, the last axis as long as the vocabulary.
 *
 * ```ts
 * tf.sparse.toIndicator(new tf.SparseTensor([[0, 0], [0, 1]], [2, 0], [1, 2]), 3); // [[true, false, true]]
 * ```
 *
 * @throws ValueError for a value outside of the vocabulary
 */
export const toIndicator = declare(
  "tf.sparse.toIndicator(spInput:any, vocabSize:int, name:string=null)",
  (spInput: SparseTensor, vocabSize: number, _: Name): Tensor => {
    const where = "sparse.toIndicator";
    const x = asSparse(where, spInput);
    const ids = ops.expandDims(asIndices(numbersOf(where, x)), 1);
    const indices = ops.concatenate([ops.getItem(x.indices, [{}, { stop: -1 }]), ids], 1);
    return ops.cast(scatterNd(indices, ops.onesLike(along(x, 0)), [...x.shape.slice(0, -1), vocabSize]), "bool");
  },
);

/**
 * A new axis of length 1; default: the last one.
 *
 * ```ts
 * tf.sparse.expandDims(tf.sparse.fromDense([1, 2]), 0).shape; // [1, 2]
 * ```
 */
export const expandDims = declare(
  "tf.sparse.expandDims(spInput:any, axis:int=null, name:string=null)",
  (spInput: SparseTensor, axis: number | null, _: Name): SparseTensor => {
    const x = asSparse("sparse.expandDims", spInput);
    const at = checkAxis("sparse.expandDims", axis ?? -1, x.rank + 1);
    return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
  },
);

/**
 * The largest of the named values along axes, 0 where none is named; a dense tensor.
 *
 * ```ts
 * tf.sparse.reduceMax(tf.sparse.fromDense([[0, -1], [2, 3]]), { axis: 1 }); // [-1, 3]
 * ```
 */
export const reduceMax = declare(
  "tf.sparse.reduceMax(spInput:any, axis:ints=null, keepdims:bool|null=null, outputIsSparse=false, name:string=null)",
  (
    spInput: SparseTensor,
    axis: number | readonly number[] | null,
    keepdims: boolean | null,
    outputIsSparse: boolean,
    _: Name,
  ): Tensor | SparseTensor => {
    const where = "sparse.reduceMax";
    const x = asSparse(where, spInput);
    const axes = axesOf(where, x, axis);
    const left = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
    const count = sizeOf(left);
    const strides = Int32Array.from(stridesOf(left), (each, i) => (axes.includes(i) ? 0 : each));
    const places = ops.sum(ops.multiply(x.indices, adoptTensor(strides, [x.rank], "int32")), { axis: 1 });
    const values = numbersOf(where, x);
    const most = ops.segmentMax(values, places, { numSegments: count });
    const isNamed = ops.greater(ops.segmentSum(ops.onesLike(places), places, { numSegments: count }), 0);
    const made = ops.reshape(ops.where(isNamed, most, ops.zerosLike(most)), keepdims ? left : x.shape.filter((__, i) => !axes.includes(i)));
    return outputIsSparse ? fromDense(made) : made;
  },
);

/**
 * Ones on the diagonal.
 *
 * ```ts
 * tf.sparse.toDense(tf.sparse.eye(2)); // [[1, 0], [0, 1]]
 * ```
 */
export const eye = declare(
  'tf.sparse.eye(numRows:int, numColumns:int=null, dtype:dtype="float32", name:string=null)',
  (numRows: number, numColumns: number | null, dtype: string, _: Name): SparseTensor => {
    const shape = [numRows, numColumns ?? numRows];
    checkLengths(shape, "sparse.eye");
    const count = Math.min(...shape);
    const indices = Int32Array.from({ length: 2 * count }, (__, i) => i >> 1);
    return new SparseTensor(adoptTensor(indices, [count, 2], "int32"), ops.ones([count], { dtype }), shape);
  },
);

/**
 * Rows without values get one, at their beginning; and which rows these are.
 *
 * ```ts
 * tf.sparse.fillEmptyRows(new tf.SparseTensor([[1, 1]], [5], [2, 2]), 7)[1]; // [true, false]
 * ```
 */
export const fillEmptyRows = declare(
  "tf.sparse.fillEmptyRows(spInput:any, defaultValue:number, name:string=null)",
  (spInput: SparseTensor, defaultValue: number, _: Name): [SparseTensor, Tensor] => {
    const where = "sparse.fillEmptyRows";
    const x = asSparse(where, spInput);
    const counts = ops.segmentSum(ops.onesLike(along(x, 0)), along(x, 0), { numSegments: x.shape[0]! });
    const isEmpty = ops.equal(counts, 0);
    const [rows] = ops.nonzero(isEmpty);
    const count = rows!.shape[0]!;
    const added = ops.concatenate([ops.expandDims(ops.cast(rows!, "int32"), 1), ops.zeros([count, x.rank - 1], { dtype: "int32" })], 1);
    const values = numbersOf(where, x);
    const whole = ops.concatenate([values, ops.full([count], defaultValue, { dtype: values.dtype })], 0);
    return [reorder(new SparseTensor(ops.concatenate([x.indices, added], 0), whole, x.shape)), isEmpty];
  },
);

/**
 * The same values in longer axes; default: in the shortest that hold them.
 *
 * ```ts
 * tf.sparse.resetShape(tf.sparse.fromDense([[1, 0], [0, 0]])).shape; // [1, 1]
 * ```
 */
export const resetShape = declare(
  "tf.sparse.resetShape(spInput:any, newShape:ints=null)",
  (spInput: SparseTensor, newShape: Integers | null): SparseTensor => {
    const where = "sparse.resetShape";
    const x = asSparse(where, spInput);
    const flat = x.indices.view(where);
    const needed = x.shape.map((__, axis) => {
      let most = 0;
      for (let i = axis; i < flat.length; i += x.rank) most = Math.max(most, flat[i]! + 1);
      return most;
    });
    const shape = newShape === null ? needed : integers(newShape, where);
    if (shape.length !== x.rank || (newShape !== null && shape.some((length, i) => length < x.shape[i]!)))
      throw new ShapeError(where, { given: text(shape), expected: `lengths of at least ${text(x.shape)}` });
    return new SparseTensor(x.indices, x.values, shape);
  },
);

/** Rows that are looked up, put together by segments. */
const ofSegments = <const N extends string>(name: N, run: (rows: Tensor, ids: Tensor, count: number | null) => Tensor) =>
  declare(
    `tf.sparse.${name}(*data, *indices, *segmentIds, numSegments:int=null, name:string=null)` as const,
    (data: TensorLike, indices: TensorLike, segmentIds: TensorLike, numSegments: number | null, _: Name): Tensor =>
      run(ops.take(data, asIndices(indices), 0), asIndices(segmentIds), numSegments),
  );
const sumsOf = (rows: Tensor, ids: Tensor, numSegments: number | null): Tensor => ops.segmentSum(rows, ids, { numSegments });
const divided =
  (by: (counts: Tensor) => Tensor) =>
  (rows: Tensor, ids: Tensor, count: number | null): Tensor => {
    const counts = ops.cast(ops.maximum(sumsOf(ops.onesLike(ids), ids, count), 1), rows.dtype);
    const others = rows.shape.slice(1).map((_, i) => i + 1);
    return ops.divide(sumsOf(rows, ids, count), ops.expandDims(by(counts), others));
  };
/**
 * The sums of rows that are looked up, by segments.
 *
 * ```ts
 * tf.sparse.segmentSum([[1], [2], [3]], [0, 2], [0, 0]); // [[4]]
 * ```
 */
export const segmentSum = ofSegments("segmentSum", sumsOf);
/**
 * The means of rows that are looked up, by segments.
 *
 * ```ts
 * tf.sparse.segmentMean([[1], [2], [3]], [0, 2], [0, 0]); // [[2]]
 * ```
 */
export const segmentMean = ofSegments(
  "segmentMean",
  divided((counts) => counts),
);
/**
 * The sums of rows that are looked up, divided by the root of how many they are.
 *
 * ```ts
 * tf.sparse.segmentSqrtN([[1], [2], [3]], [0, 2], [0, 1]); // [[1], [3]]
 * ```
 */
export const segmentSqrtN = ofSegments("segmentSqrtN", divided(ops.sqrt));

/**
 * How often each whole number occurs, as a sparse tensor.
 *
 * ```ts
 * tf.sparse.bincount([0, 2, 2]).values; // [1, 2]
 * ```
 *
 * @param axis  0: one count of all; −1: one for each row
 */
export const bincount = declare(
  "tf.sparse.bincount(*values, *weights=null, axis:int=0, minlength:int=null, maxlength:int=null, binaryOutput=false, name:string=null)",
  (
    values: TensorLike,
    weights: TensorLike | null,
    axis: number,
    minlength: number | null,
    maxlength: number | null,
    binaryOutput: boolean,
    _: Name,
  ): SparseTensor => fromDense(countsOf(values, { weights, axis, minlength, maxlength, binaryOutput })),
);
