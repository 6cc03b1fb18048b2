// tf.ragged: making ragged tensors, and functions of their elements.

import { checkDepth } from "../../core/tree.js";
import { asTensor, constant as constantOf, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ArgumentError, ShapeError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { checkLengths, sizeOf } from "../../core/shape.js";
import { type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import * as ops from "../../ops/index.js";
import { type NestedRows, RaggedTensor, stackRagged } from "../../ragged/ragged-tensor.js";
import { integers } from "../../ops/static.js";
import type { Slice } from "../../ops/indexing/get-item.js";
import { raggedPart } from "../../ragged/part.js";
import { SparseTensor } from "../../sparse/sparse-tensor.js";
import * as elements from "./elementwise.js";

export { RaggedTensor };

type Name = string | null;

/** How deep arrays are nested at most. */
const depthOf = (value: unknown): number =>
  Array.isArray(value) ? 1 + value.reduce<number>((most, each) => Math.max(most, depthOf(each)), 0) : 0;

/**
 * Nested arrays whose rows may differ in length.
 *
 * ```ts
 * (tf.ragged.constant([[1, 2], [3]]) as tf.RaggedTensor).toList(); // [[1, 2], [3]]
 * ```
 *
 * @param dtype       default: as tf.constant has it; "string" for strings
 * @param raggedRank  how many axes are rows of rows; default: one less than the nesting, without innerShape
 * @param innerShape  the shape of the innermost elements
 */
export const constant = declare(
  'tf.ragged.constant(pylist:any, dtype:string=null, raggedRank:int=null, innerShape:ints=null, name:string=null, rowSplitsDtype:dtype="int64")',
  (
    pylist: readonly NestedRows[],
    dtype: string | null,
    raggedRank: number | null,
    innerShape: readonly number[] | null,
    _: Name,
    _splits: string,
  ): RaggedTensor | Tensor => {
    const where = "ragged.constant";
    if (!Array.isArray(pylist)) throw new ArgumentError(where, { given: text(pylist), expected: "nested arrays" });
    checkDepth(where, pylist);
    const depth = depthOf(pylist);
    const rank = raggedRank ?? Math.max(depth, (innerShape?.length ?? 0) + 1) - 1 - (innerShape?.length ?? 0);
    if (rank < 1) return constantOf(pylist as never, dtype === null ? {} : { dtype: dtype as Dtype });
    const splits: number[][] = [];
    let level: readonly unknown[] = pylist;
    for (let axis = 0; axis < rank; axis++) {
      const odd = level.find((each) => !Array.isArray(each));
      if (odd !== undefined) throw new ShapeError(where, { given: `${text(odd)} at depth ${axis + 1}`, expected: "an array as beside it" });
      const rows = level as readonly (readonly unknown[])[];
      splits.push(rows.reduce<number[]>((ends, row) => [...ends, ends.at(-1)! + row.length], [0]));
      level = rows.flat();
    }
    const isString = dtype === "string" || (dtype === null && typeof (level.flat(Infinity) as unknown[])[0] === "string");
    const inner = innerShape ? [level.length, ...innerShape] : undefined;
    const values = isString
      ? level.length === 0
        ? new Strings([0], [])
        : Strings.of(level as string[], where)
      : level.length === 0
        ? constantOf([], { shape: inner ?? [0], ...(dtype !== null && { dtype: dtype as Dtype }) })
        : constantOf(level as never, {
            ...(dtype !== null && { dtype: dtype as Dtype }),
            ...(inner && sizeOf(inner) > 0 && { shape: inner }),
          });
    return RaggedTensor.fromNestedRowSplits(
      values,
      splits.map((each) => Int32Array.from(each)),
    );
  },
);

/**
 * Tensors of unequal length, or ragged ones, as rows.
 *
 * ```ts
 * tf.ragged.stack([[1, 2], [3]]).toList(); // [[1, 2], [3]]
 * ```
 */
export const stack = declare(
  "tf.ragged.stack(values:array, axis:int=0, name:string=null)",
  (values: readonly (TensorLike | RaggedTensor)[], axis: number, _: Name): RaggedTensor => {
    if (values.some((each) => each instanceof RaggedTensor))
      return stackRagged(
        values.map((each) => (each instanceof RaggedTensor ? each : RaggedTensor.fromTensor(each))),
        axis,
      );
    const all = values.map((each) => asTensor(each as TensorLike));
    if (all.some((each) => each.rank === 0) || axis !== 0)
      throw new ShapeError("ragged.stack", { given: "scalars, or another axis than 0", expected: "vectors along axis 0" });
    return RaggedTensor.fromRowLengths(
      ops.concatenate(all, 0),
      all.map((each) => each.shape[0]!),
    );
  },
);

/**
 * Rows of whole numbers: for each pair, from start on, below limit.
 *
 * ```ts
 * tf.ragged.range([2, 3]).toList(); // [[0, 1], [0, 1, 2]]
 * ```
 */
export const range = declare(
  'tf.ragged.range(*starts, *limits=null, *deltas=1, dtype:dtype=null, name:string=null, rowSplitsDtype:dtype="int64")',
  (starts: TensorLike, limits: TensorLike | null, deltas: TensorLike, dtype: string | null, _: Name, _splits: string): RaggedTensor => {
    const [from, to] = limits === null ? [0, starts] : [starts, limits];
    const flat = (value: TensorLike): ArrayLike<number> => asTensor(value).view("ragged.range");
    const [a, b, c] = [flat(from), flat(to), flat(deltas)];
    const count = Math.max(a.length, b.length, c.length);
    const at = (view: ArrayLike<number>, i: number): number => view[view.length === 1 ? 0 : i]!;
    const lengths = Array.from({ length: count }, (__, i) => {
      const step = at(c, i);
      if (step === 0) throw new ArgumentError("ragged.range.deltas", { given: "0", expected: "numbers other than 0" });
      return Math.max(0, Math.ceil((at(b, i) - at(a, i)) / step));
    });
    checkLengths([lengths.reduce((sum, length) => sum + length, 0)], "ragged.range");
    const rows = lengths.map((length, i) => Array.from({ length }, (___, k) => at(a, i) + k * at(c, i)));
    const kept = (dtype ?? [starts, limits].find((value) => value instanceof Chainable)?.value().dtype ?? "int32") as Dtype;
    return RaggedTensor.fromRowLengths(
      constantOf(rows.flat(), { dtype: kept }),
      rows.map((row) => row.length),
    );
  },
);

/**
 * A function of tensors, of the innermost elements of ragged ones.
 *
 * ```ts
 * tf.ragged.mapFlatValues((values: tf.Tensor) => values.mul(2), tf.ragged.constant([[1, 2], [3]])).toList(); // [[2, 4], [6]]
 * ```
 */
export function mapFlatValues(op: (...args: never[]) => TensorLike, ...args: readonly unknown[]): RaggedTensor {
  const ragged = args.find((each) => each instanceof RaggedTensor);
  if (!ragged) throw new ArgumentError("ragged.mapFlatValues", { given: "no ragged tensor", expected: "at least one" });
  return ragged.withFlatValues(op(...(args.map((each) => (each instanceof RaggedTensor ? each.flatValues : each)) as never[])));
}

/**
 * The row of each value, from where rows begin and end.
 *
 * ```ts
 * tf.ragged.rowSplitsToSegmentIds([0, 3, 3, 5]); // [0, 0, 0, 2, 2]
 * ```
 */
export const rowSplitsToSegmentIds = declare(
  "tf.ragged.rowSplitsToSegmentIds(*splits, name:string=null, outType:dtype=null)",
  (splits: TensorLike, _: Name, outType: string | null): Tensor => {
    const ends = integers(splits as never, "ragged.rowSplitsToSegmentIds");
    const made = RaggedTensor.fromRowSplits(ops.zeros([ends.at(-1) ?? 0]), ends).valueRowids();
    return outType === null ? made : ops.cast(made, outType);
  },
);

/**
 * Where rows begin and end, from the row of each value, which never falls.
 *
 * ```ts
 * tf.ragged.segmentIdsToRowSplits([0, 0, 0, 2, 2]); // [0, 3, 3, 5]
 * ```
 */
export const segmentIdsToRowSplits = declare(
  "tf.ragged.segmentIdsToRowSplits(*segmentIds, numSegments:int=null, outType:dtype=null, name:string=null)",
  (segmentIds: TensorLike, numSegments: number | null, outType: string | null, _: Name): Tensor => {
    const ids = integers(segmentIds as never, "ragged.segmentIdsToRowSplits");
    const made = RaggedTensor.fromValueRowids(ops.zeros([ids.length]), ids, { nrows: numSegments }).rowSplits;
    return outType === null ? made : ops.cast(made, outType);
  },
);

/**
 * The slices at which a mask holds; rows keep their places.
 *
 * ```ts
 * const kept = tf.ragged.booleanMask([[1, 2], [3, 4]], [[true, false], [true, true]]) as tf.RaggedTensor;
 * kept.toList(); // [[1], [3, 4]]
 * ```
 */
export const booleanMask = declare(
  "tf.ragged.booleanMask(*data, *mask, name:string=null)",
  (data: TensorLike, mask: TensorLike, _: Name): RaggedTensor => {
    const [x, holds] = [asTensor(data), asTensor(mask)];
    if (holds.rank !== 2) throw new ShapeError("ragged.booleanMask", { given: `a mask of rank ${holds.rank}`, expected: "a matrix" });
    const [rows, width] = holds.shape as [number, number];
    const flat = holds.view("ragged.booleanMask");
    const places = Array.from(flat.keys()).filter((i) => flat[i] !== 0);
    const lengths = new Array<number>(rows).fill(0);
    for (const place of places) lengths[Math.floor(place / width)]!++;
    const values = ops.take(ops.reshape(x, [rows * width, ...x.shape.slice(2)] as number[]), Int32Array.from(places), 0);
    return RaggedTensor.fromRowLengths(values, lengths);
  },
);

/**
 * The same as a sparse tensor.
 *
 * ```ts
 * tf.ragged.toSparse(tf.ragged.constant([[1, 2], [3]]) as tf.RaggedTensor).values; // [1, 2, 3]
 * ```
 */
export function toSparse(x: RaggedTensor): SparseTensor {
  if (!(x instanceof RaggedTensor)) throw new ArgumentError("ragged.toSparse", { given: text(x), expected: "a ragged tensor" });
  const at = x.coordinates();
  const shape = Array.from(x.boundingShape().view());
  if (shape.length > x.raggedRank + 1)
    throw new ShapeError("RaggedTensor.toSparse", { given: `rank ${shape.length}`, expected: "scalars in the rows" });
  return new SparseTensor(constantOf(Int32Array.from(at.flat()), { shape: [at.length, shape.length] }), x.flatValues, shape);
}

/**
 * Rows of a sparse matrix; its values must stand at the beginnings of the rows.
 *
 * ```ts
 * tf.ragged.fromSparse(tf.sparse.fromDense([[1, 2], [3, 0]])).toList(); // [[1, 2], [3]]
 * ```
 */
export function fromSparse(x: SparseTensor): RaggedTensor {
  if (!(x instanceof SparseTensor)) throw new ArgumentError("RaggedTensor.fromSparse", { given: text(x), expected: "a sparse tensor" });
  if (x.rank !== 2) throw new ShapeError("RaggedTensor.fromSparse", { given: `rank ${x.rank}`, expected: "a matrix" });
  const flat = x.indices.view("RaggedTensor.fromSparse");
  const lengths = new Array<number>(x.shape[0]!).fill(0);
  for (let i = 0; i < flat.length; i += 2)
    if (flat[i + 1] !== lengths[flat[i]!]!++)
      throw new ShapeError("RaggedTensor.fromSparse", { given: `a value at ${flat[i]}, ${flat[i + 1]}`, expected: "no gaps in the rows" });
  return RaggedTensor.fromRowLengths(x.values, lengths);
}

Object.assign(RaggedTensor, { fromSparse });
Object.defineProperty(RaggedTensor.prototype, "toSparse", {
  value(this: RaggedTensor): SparseTensor {
    return toSparse(this);
  },
});
Object.defineProperty(RaggedTensor.prototype, "at", {
  value(this: RaggedTensor, ...key: (number | Slice | string)[]): unknown {
    const made = raggedPart(this, key);
    return made instanceof Strings ? made.nested() : made;
  },
});

/** Operators of Python, and what tensors have as methods. */
const methods = {
  abs: elements.abs, add: elements.add, div: elements.divide, equal: elements.equal, exp: elements.exp, floorDiv: elements.floordiv,
  greater: elements.greater, greaterEqual: elements.greaterEqual, less: elements.less, lessEqual: elements.lessEqual, log: elements.log,
  logicalAnd: elements.logicalAnd, logicalNot: elements.logicalNot, logicalOr: elements.logicalOr, maximum: elements.maximum,
  minimum: elements.minimum, mod: elements.floormod, mul: elements.multiply, neg: elements.negative, notEqual: elements.notEqual,
  pow: elements.pow, sqrt: elements.sqrt, square: elements.square, sub: elements.subtract,
}; // prettier-ignore
for (const [name, fn] of Object.entries(methods))
  Object.defineProperty(RaggedTensor.prototype, name, {
    value(this: RaggedTensor, ...others: unknown[]): unknown {
      return (fn as (...args: unknown[]) => unknown)(this, ...others);
    },
  });
