// tf.sparse: what can be done with sparse tensors.

import { checkFunction } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { known, shapeText, sizeOf, stridesOf } from "../../core/shape.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { addAt } from "../../ops/indexing/take.js";
import { integers, type Integers } from "../../ops/static.js";
import * as ops from "../../ops/index.js";
import { asSparse, checkOrder, numbersOf, SparseTensor, timesDense } from "../../sparse/sparse-tensor.js";
import { scatterNd, where as whereOf } from "./shapes.js";
import { gatherNd } from "./shapes.js";

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
    const axes = axis === null ? x.shape.map((__, i) => i) : [axis].flat().map((each) => (each < 0 ? each + x.rank : each));
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
  const [places] = ops.nonzero(toRetain);
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
