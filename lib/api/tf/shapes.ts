// TensorFlow's names of operations on shapes and indices, and of what makes tensors: the root of tf.

import { asTensor, checkAxis, checkedDtype, constant as constantOf, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { checkLengths, known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { identity as identityOf } from "../../ops/gradient/stop-gradient.js";
import { takeFrom, addAt, asIndices } from "../../ops/indexing/take.js";
import { placesOf } from "../../ops/indexing/places.js";
import { scatterUpdateRows } from "../../ops/indexing/update.js";
import { integers, type Integers } from "../../ops/static.js";
import { axisLength } from "../../ops/shaping/axis-length.js";
import * as ops from "../../ops/index.js";
import { concatenateRagged, expandRagged, pick, RaggedTensor, stackRagged } from "../../ragged/ragged-tensor.js";
import { checkKind, elementwise, sameDtype, withRagged, type Axes } from "./forms.js";
import { arranging, counting } from "./texts.js";

type Name = string | null;

/**
 * x in another dtype; fractions are cut off.
 *
 * ```ts
 * tf.cast([1.7, -1.7], "int32"); // [1, -1]
 * ```
 */
export const cast = elementwise(
  declare("tf.cast(*x, dtype:dtype, name:string=null)", (x: TensorLike, dtype: string, _: Name): Tensor => ops.cast(x, dtype)),
);

/**
 * x in another dtype, limited to its range.
 *
 * ```ts
 * tf.saturateCast([300, -7.5], "uint8"); // [255, 0]
 * ```
 */
export const saturateCast = declare(
  "tf.saturateCast(*value, dtype:dtype, name:string=null)",
  (value: TensorLike, dtype: string, _: Name): Tensor => {
    checkKind("saturateCast", "numbers", value);
    if (dtype === "bool") throw new DtypeError("saturateCast.dtype", { given: "bool", expected: "a dtype of numbers" });
    return ops.saturateCast(value, dtype);
  },
);

/**
 * The same bytes as elements of another dtype: a wider one takes the last axis, a narrower one adds one.
 *
 * ```ts
 * tf.bitcast(tf.constant([1]), "int32"); // [1065353216]
 * ```
 */
export const bitcast = declare("tf.bitcast(*input, type:dtype, name:string=null)", (input: TensorLike, type: string, _: Name): Tensor => {
  const x = asTensor(input);
  const width = (dtype: string): number => (dtype === "uint8" || dtype === "bool" ? 1 : 4);
  const [from, to] = [width(x.dtype), width(checkedDtype(type)!)];
  if (from === to) return ops.view(x, { dtype: type });
  if (from < to) {
    if (x.shape.at(-1) !== to / from)
      throw new ShapeError("bitcast", { given: shapeText(x.shape), expected: `a last axis of ${to / from} for ${type}` });
    return ops.reshape(ops.view(x, { dtype: type }), x.shape.slice(0, -1));
  }
  return ops.view(ops.expandDims(x, -1), { dtype: type });
});

/**
 * The same elements in another shape; one length may be −1: what is left.
 *
 * ```ts
 * tf.reshape([1, 2, 3, 4], [2, -1]); // [[1, 2], [3, 4]]
 * ```
 */
export const reshape = arranging(
  declare("tf.reshape(*tensor, shape:shape, name:string=null)", (tensor: TensorLike, shape: Shape | number | TensorLike, _: Name): Tensor =>
    ops.reshape(tensor, shape as Shape),
  ),
);

/**
 * The lengths of the axes as an int32 vector; of axes that are not known yet, when the operation runs.
 *
 * ```ts
 * tf.shape([[1, 2, 3]]); // [1, 3]
 * ```
 */
export const shape = counting(
  declare("tf.shape(*input, outType:dtype=null, name:string=null)", (input: TensorLike, outType: string | null, _: Name): Tensor => {
    const x = asTensor(input);
    const lengths = x.shape.includes(null)
      ? ops.stack(x.shape.map((length, axis) => (length === null ? axisLength(x, axis) : asTensor(length, "int32"))))
      : constantOf(Int32Array.from(x.shape as number[]));
    return outType === null ? lengths : ops.cast(lengths, outType);
  }),
);

/**
 * The number of elements, a scalar.
 *
 * ```ts
 * tf.size([[1, 2], [3, 4]]); // 4
 * ```
 */
export const size = counting(
  withRagged(
    declare("tf.size(*input, outType:dtype=null, name:string=null)", (input: TensorLike, outType: string | null, _: Name): Tensor => {
      const count = asTensor(ops.size(input), "int32");
      return outType === null ? count : ops.cast(count, outType);
    }),
    ([x, outType]) =>
      asTensor(
        (x as RaggedTensor).flatValues.shape.reduce<number>((all, each) => all * each!, 1),
        (outType ?? "int32") as Dtype,
      ),
  ),
);

/**
 * The number of axes, a scalar.
 *
 * ```ts
 * tf.rank([[1, 2]]); // 2
 * ```
 */
export const rank = counting(
  withRagged(
    declare("tf.rank(*input, name:string=null)", (input: TensorLike, _: Name): Tensor => asTensor(asTensor(input).rank, "int32")),
    ([x]) => asTensor((x as RaggedTensor).rank, "int32"),
  ),
);

/**
 * x with an axis of length 1 put in.
 *
 * ```ts
 * tf.expandDims([1, 2], 0); // [[1, 2]]
 * ```
 */
export const expandDims = arranging(
  withRagged(
    declare("tf.expandDims(*input, axis:int, name:string=null)", (input: TensorLike, axis: number, _: Name): Tensor =>
      ops.expandDims(input, axis),
    ),
    ([x, axis]) => expandRagged(x as RaggedTensor, axis as number),
  ),
);

/**
 * x without its axes of length 1, or without the given ones.
 *
 * ```ts
 * tf.squeeze([[[1, 2]]]); // [1, 2]
 * ```
 *
 * @throws ShapeError where one is longer
 */
export const squeeze = arranging(
  declare("tf.squeeze(*input, axis:ints=null, name:string=null)", (input: TensorLike, axis: Axes, _: Name): Tensor =>
    ops.squeeze(input, Array.isArray(axis) && axis.length === 0 ? null : (axis as number | null)),
  ),
);

/**
 * Tensors one after the other along an axis.
 *
 * ```ts
 * tf.concat([[[1, 2]], [[3, 4]]], 0); // [[1, 2], [3, 4]]
 * ```
 */
export const concat = arranging(
  withRagged(
    declare(
      'tf.concat(*values:tensors, axis:int, name:string="concat")',
      (values: readonly TensorLike[] | Tensor, axis: number, _: Name): Tensor => {
        const list = values instanceof Chainable ? [values.value()] : values;
        sameDtype("concat", ...list);
        return ops.concatenate(list, axis);
      },
    ),
    ([values, axis]) => concatenateRagged(values as RaggedTensor[], axis as number),
  ),
  { isList: true },
);

/**
 * Tensors along a new axis.
 *
 * ```ts
 * tf.stack([[1, 2], [3, 4]], 1); // [[1, 3], [2, 4]]
 * ```
 */
export const stack = arranging(
  withRagged(
    declare(
      'tf.stack(*values:tensors, axis:int=0, name:string="stack")',
      (values: readonly TensorLike[] | Tensor, axis: number, _: Name): Tensor => {
        const list = values instanceof Chainable ? [...values.value()] : values;
        sameDtype("stack", ...list);
        return ops.stack(list, axis);
      },
    ),
    ([values, axis]) => stackRagged(values as RaggedTensor[], axis as number),
  ),
  { isList: true },
);

/**
 * The slices along an axis, as tensors without it.
 *
 * ```ts
 * tf.unstack([[1, 2], [3, 4]]); // [[1, 2], [3, 4]]
 * ```
 */
export const unstack = arranging(
  declare(
    'tf.unstack(*value, num:int=null, axis:int=0, name:string="unstack")',
    (value: TensorLike, num: number | null, axis: number, _: Name): Tensor[] => ops.unstack(value, { num, axis }),
  ),
);

/**
 * Parts of a tensor along an axis.
 *
 * ```ts
 * tf.split([1, 2, 3, 4], 2); // [[1, 2], [3, 4]]
 * ```
 *
 * @param numOrSizeSplits  the number of equal parts, or the length of each part (one may be −1: what is left)
 */
export const split = arranging(
  declare(
    'tf.split(*value, numOrSizeSplits:ints, axis:int=0, num:int=null, name:string="split")',
    (value: TensorLike, numOrSizeSplits: Integers, axis: number, num: number | null, _: Name): Tensor[] => {
      if (typeof numOrSizeSplits === "number") return ops.split(value, numOrSizeSplits, axis);
      const tensor = asTensor(value);
      const length = tensor.shape[checkAxis("split", axis, tensor.rank)] ?? 0;
      const given = integers(numOrSizeSplits, "split");
      if (numOrSizeSplits instanceof Chainable && numOrSizeSplits.value().rank === 0) return ops.split(value, given[0]!, axis);
      if (num !== null && num !== given.length)
        throw new ArgumentError("split.num", { given: String(num), expected: `${given.length}, as many as there are sizes` });
      const sum = given.reduce((total, each) => total + Math.max(each, 0), 0);
      const sizes = given.map((each) => (each === -1 ? length - sum : each));
      const total = sizes.reduce((all, each) => all + each, 0);
      if (total !== length || sizes.some((each) => each < 0)) {
        throw new ArgumentError("split", {
          given: `sizes [${given.join(", ")}]`,
          expected: `sizes that add up to ${length}, the length of axis ${axis}`,
        });
      }
      let at = 0;
      const places = sizes.slice(0, -1).map((each) => (at += each));
      return ops.split(tensor, places, axis);
    },
  ),
);

/**
 * x with its axes in another order; without one, reversed. `conjugate` changes nothing: all tensors are real.
 *
 * ```ts
 * tf.transpose([[1, 2], [3, 4]]); // [[1, 3], [2, 4]]
 * ```
 */
export const transpose = arranging(
  declare(
    'tf.transpose(*a, perm:ints=null, conjugate=false, name:string="transpose")',
    (a: TensorLike, perm: Axes, _conjugate: boolean, _: Name): Tensor => {
      const x = asTensor(a);
      if (Array.isArray(perm) && (perm.length !== x.rank || new Set(perm).size !== perm.length))
        throw new ValueError("transpose.perm", { given: text(perm), expected: `each of the ${x.rank} axes once` });
      return ops.transpose(x, perm as number[] | null);
    },
  ),
);

const filled = <const N extends string>(name: N, value: number) =>
  declare(
    `tf.${name}(shape:shape, dtype:dtype="float32", name:string=null, layout:null=null)` as const,
    (shape: Shape | number, dtype: string, _: Name, _layout: null): Tensor => ops.full(shape as Shape, value, { dtype }),
  );
export const zeros = filled("zeros", 0);
export const ones = filled("ones", 1);

const filledLike = <const N extends string>(name: N, value: number) =>
  elementwise(
    declare(
      `tf.${name}(*input, dtype:dtype=null, name:string=null, layout:null=null)` as const,
      (input: TensorLike, dtype: string | null, _: Name, _layout: null): Tensor => ops.fullLike(input, value, { dtype }),
    ),
  );
export const zerosLike = filledLike("zerosLike", 0);
export const onesLike = filledLike("onesLike", 1);
export { fullLike } from "../../ops/index.js";

/**
 * A tensor in which every element is the value.
 *
 * ```ts
 * tf.fill([2, 2], 7); // [[7, 7], [7, 7]]
 * ```
 */
export const fill = declare(
  "tf.fill(dims:shape, *value, name:string=null, layout:null=null)",
  (dims: Shape | number, value: TensorLike, _: Name, _layout: null): Tensor => {
    const kept = value instanceof Chainable ? value.value().dtype : typeof value === "boolean" ? "bool" : null;
    if (value instanceof Chainable ? value.value().rank > 0 : typeof value === "object")
      throw new ShapeError("fill.value", { given: text(value), expected: "a scalar" });
    return ops.full(dims as Shape, value as number, { dtype: kept });
  },
);

/** A range goes from its start to its limit. */
function checkWay(start: TensorLike, limit: TensorLike, delta: TensorLike): void {
  if ([start, limit, delta].some((each) => typeof each !== "number")) return;
  if (((limit as number) - (start as number)) * (delta as number) < 0)
    throw new ValueError("range", { given: `from ${start} to ${limit} by ${delta}`, expected: "a step towards the limit" });
}

/**
 * `range(limit)`, `range(start, limit, delta)`: numbers from start on, below limit.
 *
 * ```ts
 * tf.range(2, 10, 3); // [2, 5, 8]
 * ```
 *
 * @throws ValueError for a delta of 0
 */
export const range = declare(
  'tf.range(*start, *limit=null, *delta=1, dtype:dtype=null, name:string="range")',
  (start: TensorLike, limit: TensorLike | null, delta: TensorLike, dtype: string | null, _: Name): Tensor => {
    if (delta === 0 || (delta instanceof Chainable && !delta.value().isSymbolic && delta.value().item() === 0))
      throw new ValueError("range.delta", { given: "0", expected: "a number other than 0" });
    if (limit !== null || typeof start === "number") checkWay(limit === null ? 0 : start, limit ?? start, delta);
    const [from, to] = limit === null ? [typeof start === "number" ? 0 : asTensor(0, asTensor(start).dtype), start] : [start, limit];
    return ops.arange(from as number, to as number, delta as number, { dtype });
  },
);

/**
 * `num` numbers from start to stop, both included.
 *
 * ```ts
 * tf.linspace(0, 1, 5); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export const linspace = declare(
  "tf.linspace(*start, *stop, num:int, name:string=null, axis:int=0)",
  (start: TensorLike, stop: TensorLike, num: number, _: Name, axis: number): Tensor => {
    if (typeof num === "number" && num < 1) throw new ValueError("linspace.num", { given: String(num), expected: "at least 1" });
    return ops.linspace(start, stop, { num, axis });
  },
);

/**
 * The identity matrix, as often as `batchShape` says.
 *
 * ```ts
 * tf.eye(2); // [[1, 0], [0, 1]]
 * ```
 */
export const eye = declare(
  'tf.eye(numRows:int, numColumns:int=null, batchShape:shape=null, dtype:dtype="float32", name:string=null)',
  (numRows: number, numColumns: number | null, batchShape: Shape | null, dtype: string, _: Name): Tensor => {
    const matrix = ops.eye(numRows, numColumns ?? numRows, { dtype: checkedDtype(dtype)! });
    return batchShape === null ? matrix : ops.broadcastTo(matrix, [...(batchShape as number[]), ...matrix.shape] as number[]);
  },
);

/**
 * `depth` elements for each index: onValue at the index, offValue elsewhere.
 *
 * ```ts
 * tf.oneHot([0, 2], 3); // [[1, 0, 0], [0, 0, 1]]
 * ```
 *
 * @param onValue, offValue  default 1 and 0
 * @param axis   where the new axis stands; default: last
 * @param dtype  default: that of the values, float32 where none is given
 */
export const oneHot = elementwise(
  declare(
    "tf.oneHot(*indices, depth:int, onValue:number|bool=null, offValue:number|bool=null, axis:int=null, dtype:dtype=null, name:string=null)",
    (
      indices: TensorLike,
      depth: number,
      onValue: number | boolean | Tensor | null,
      offValue: number | boolean | Tensor | null,
      axis: number | null,
      dtype: string | null,
      _: Name,
    ): Tensor => {
      if (axis !== null && axis < -1) throw new ValueError("oneHot.axis", { given: String(axis), expected: "-1, or an axis from 0" });
      const hot = ops.oneHot(indices, depth, { axis: axis ?? -1, dtype: "float32" });
      const values = [onValue, offValue].filter((value) => value !== null);
      const natural = values.some((value) => typeof value === "boolean")
        ? "bool"
        : values.find((value) => value instanceof Chainable)?.value().dtype;
      if (values.length === 0 || (onValue === 1 && offValue === 0)) return ops.cast(hot, dtype ?? "float32");
      const kept = dtype ?? natural ?? "float32";
      const as = (value: unknown): Tensor => ops.cast(asTensor(value as TensorLike), kept);
      return ops.where(ops.cast(hot, "bool"), as(onValue ?? 1), as(offValue ?? 0));
    },
  ),
);

/**
 * x where the condition holds, y elsewhere; without x and y, where it holds: coordinates `[n, rank]`.
 *
 * ```ts
 * tf.where([true, false], [1, 2], [8, 9]); // [1, 9]
 * ```
 */
export const where = arranging(
  elementwise(
    declare(
      "tf.where(*condition, *x=null, *y=null, name:string=null)",
      (condition: TensorLike, x: TensorLike | null, y: TensorLike | null, _: Name): Tensor => {
        if (x === null && y === null) return ops.stack(ops.nonzero(condition), -1);
        if (x === null || y === null)
          throw new ArgumentError("where", { given: `no ${x === null ? "x" : "y"}`, expected: "both x and y, or neither" });
        sameDtype("where", x, y);
        checkKind("where.condition", "booleans", condition);
        return ops.where(ops.cast(asTensor(condition), "bool"), x, y);
      },
    ),
  ),
  { at: [1, 2] },
);

/** Rows of a ragged tensor, or of any by ragged places; with batchDims 1 elements of each row. */
function gatherRagged(params: unknown, indices: unknown, axis: number | null, batchDims: number): unknown {
  const isBatch = batchDims === 1 && params instanceof RaggedTensor && (axis ?? 1) === 1;
  if (!isBatch && (batchDims !== 0 || (axis ?? 0) !== 0))
    throw new ValueError("gather", {
      given: `axis ${axis} and batchDims ${batchDims} of ragged tensors`,
      expected: "axis 0, or batchDims 1 of rows",
    });
  if (indices instanceof RaggedTensor) {
    const flat = indices.flatValues as Tensor;
    const places = isBatch
      ? placesInRows(params as RaggedTensor, integers(flat, "gather"), integers(indices.valueRowids(), "gather"))
      : null;
    return indices.withFlatValues(places ? (pick((params as RaggedTensor).values as Tensor, places) as Tensor) : elementsAt(params, flat));
  }
  const picked = integers(indices as Integers, "gather");
  if (!isBatch) return (params as RaggedTensor).gather(picked);
  const shape = known(asTensor(indices as TensorLike).shape, "gather");
  const each = sizeOf(shape.slice(1));
  const rows = picked.map((_, i) => Math.floor(i / each));
  const made = pick(params.values, placesInRows(params, picked, rows)) as Tensor;
  return ops.reshape(made, [...shape, ...made.shape.slice(1)] as number[]);
}

const elementsAt = (params: unknown, places: Tensor): RaggedTensor | Tensor =>
  params instanceof RaggedTensor
    ? params.gather(integers(places, "gather"))
    : takeFrom("gather", asTensor(params as TensorLike), asIndices(places), 0);

/** Where elements of rows stand among the values. */
const placesInRows = ({ splits }: RaggedTensor, picked: readonly number[], rows: readonly number[]): number[] =>
  picked.map((at, i) => {
    const row = rows[i]!;
    if (row + 1 < splits.length && at >= 0 && at < splits[row + 1]! - splits[row]!) return splits[row]! + at;
    throw new ValueError("gather", { given: `place ${at} of row ${row}`, expected: "a place inside of the row" });
  });

/**
 * Slices of params along an axis, at the indices.
 *
 * ```ts
 * tf.gather([10, 20, 30], [2, 0]); // [30, 10]
 * ```
 *
 * @param axis       default: batchDims
 * @param batchDims  how many first axes params and indices share
 * @throws ValueError for an index outside, when the operation runs; none counts from the end
 */
export const gather = arranging(
  withRagged(
    declare(
      "tf.gather(*params, *indices, validateIndices:bool|null=null, axis:int=null, batchDims:int=0, name:string=null)",
      (params: TensorLike, indices: TensorLike, _validate: boolean | null, axis: number | null, batchDims: number, _: Name): Tensor => {
        const [x, picked] = [asTensor(params), asIndices(indices)];
        const batch = batchDims === 0 ? 0 : checkAxis("gather.batchDims", batchDims, picked.rank + 1);
        const along = checkAxis("gather", axis ?? batch, x.rank);
        if (batch === 0) return takeFrom("gather", x, picked, along);
        if (along < batch)
          throw new ValueError("gather.axis", { given: String(axis), expected: `an axis from ${batch} on, behind the batch axes` });
        const lead = known(x.shape.slice(0, batch), "gather");
        if (lead.some((length, i) => picked.shape[i] !== length))
          throw new ShapeError("gather", {
            given: `params ${shapeText(x.shape)} and indices ${shapeText(picked.shape)}`,
            expected: `equal lengths of the first ${batch} axes`,
          });
        const moved = ops.moveaxis(x, along, batch);
        const [length, ...rest] = moved.shape.slice(batch);
        const total = sizeOf(lead);
        const each = ops.reshape(picked, [total, -1]);
        const rows = ops.broadcastTo(ops.reshape(constantOf(Int32Array.from({ length: total }, (_, i) => i)), [total, 1]), each.shape);
        const pairs = ops.stack([rows, each], -1);
        const places = placesOf("gather", ops.reshape(pairs, [-1, 2]), [total, length!], { wraps: false, axis: along - 1 });
        const flat = takeFrom("gather", ops.reshape(moved, [total * length!, ...rest]), places, 0);
        const made = ops.reshape(flat, [...picked.shape, ...rest] as number[]);
        const inner = picked.rank - batch;
        const between = along - batch;
        const order = [
          ...lead.map((_, i) => i),
          ...Array.from({ length: between }, (_, i) => picked.rank + i),
          ...Array.from({ length: inner }, (_, i) => batch + i),
          ...rest.slice(between).map((_, i) => picked.rank + between + i),
        ];
        return ops.transpose(made, order);
      },
    ),
    ([params, indices, , axis, batchDims]) =>
      gatherRagged(params, indices, (axis as number | null) ?? null, (batchDims as number | undefined) ?? 0),
  ),
);

/**
 * Coordinates of which none is outside, and which of them count, where those outside are passed over; null where they are errors.
 *
 * @throws ArgumentError for a policy that there is not
 */
function passedOver(where: string, policy: string, indices: Tensor, lengths: readonly number[]): { inside: Tensor; counts: Tensor } | null {
  if (policy !== "IGNORE") {
    if (["", "DEFAULT", "ERROR"].includes(policy)) return null;
    throw new ArgumentError(`${where}.badIndicesPolicy`, { given: text(policy), expected: '"", "DEFAULT", "ERROR" or "IGNORE"' });
  }
  const ends = constantOf(Int32Array.from(lengths));
  const counts = ops.all(ops.logicalAnd(ops.greaterEqual(indices, 0), ops.less(indices, ends)), { axis: -1 });
  return { inside: ops.where(ops.expandDims(counts, -1), indices, ops.zerosLike(indices)), counts };
}

/** Rows that count, and zeros in place of the others. */
const orZeros = (rows: Tensor, counts: Tensor): Tensor =>
  ops.where(ops.reshape(counts, [...counts.shape, ...rows.shape.slice(counts.rank).map(() => 1)]), rows, ops.zerosLike(rows));

/**
 * Slices of params at coordinates: the last axis of indices goes along the first axes of params.
 *
 * ```ts
 * tf.gatherNd([[1, 2], [3, 4]], [[0, 1], [1, 0]]); // [2, 3]
 * ```
 *
 * @param badIndicesPolicy  "IGNORE" gives zeros for coordinates outside; else they are errors
 */
export const gatherNd = arranging(
  declare(
    'tf.gatherNd(*params, *indices, batchDims:int=0, name:string=null, badIndicesPolicy="")',
    (params: TensorLike, indices: TensorLike, batchDims: number, _: Name, policy: string): Tensor => {
      const [x, given] = [asTensor(params), asIndices(indices)];
      const depth = given.shape.at(-1);
      if (typeof depth !== "number" || depth + batchDims > x.rank)
        throw new ShapeError("gatherNd", {
          given: `indices ${shapeText(given.shape)} for ${shapeText(x.shape)}`,
          expected: "a last axis of coordinates, at most one for each axis",
        });
      const lead = known(x.shape.slice(0, batchDims), "gatherNd");
      const count = sizeOf(lead);
      const ends = known(x.shape.slice(batchDims, batchDims + depth), "gatherNd");
      const over = passedOver("gatherNd", policy, given, ends);
      let coordinates = ops.reshape(over?.inside ?? given, [-1, depth]);
      if (batchDims > 0) {
        const each = sizeOf(known(given.shape, "gatherNd").slice(batchDims, -1));
        const batch = constantOf(Int32Array.from({ length: count * each }, (_, i) => Math.floor(i / each)));
        coordinates = ops.concatenate([ops.expandDims(batch, 1), coordinates], 1);
      }
      const lengths = [...(batchDims > 0 ? [count] : []), ...ends];
      const rest = x.shape.slice(batchDims + depth);
      const places = placesOf("gatherNd", coordinates, lengths, { wraps: false });
      const rows = takeFrom("gatherNd", ops.reshape(x, [sizeOf(lengths), ...rest] as number[]), places, 0);
      const made = ops.reshape(rows, [...given.shape.slice(0, -1), ...rest] as number[]);
      return over ? orZeros(made, over.counts) : made;
    },
  ),
);

/** Where updates go in a tensor of such a shape. */
function rowsAt(where: string, indices: TensorLike, updates: TensorLike, shape: readonly number[]) {
  const given = asIndices(indices);
  const depth = given.shape.at(-1);
  if (typeof depth !== "number" || depth > shape.length)
    throw new ShapeError(where, {
      given: `indices ${shapeText(given.shape)} for ${shapeText(shape)}`,
      expected: "a last axis of coordinates, at most one for each axis",
    });
  const lengths = shape.slice(0, depth);
  const rest = shape.slice(depth);
  const put = asTensor(updates);
  const wanted = [...given.shape.slice(0, -1), ...rest];
  if (put.rank !== wanted.length || wanted.some((length, i) => length !== null && put.shape[i] !== null && put.shape[i] !== length))
    throw new ShapeError(where, { given: `updates ${shapeText(put.shape)}`, expected: shapeText(wanted) });
  const places = placesOf(where, ops.reshape(given, [-1, depth]), lengths, { wraps: false });
  return { places, rows: ops.reshape(put, [-1, ...rest]), base: [sizeOf(lengths), ...rest] };
}

/**
 * Zeros of the shape, with updates added at the coordinates.
 *
 * ```ts
 * tf.scatterNd([[0], [2]], [5, 7], [4]); // [5, 0, 7, 0]
 * ```
 *
 * @param badIndicesPolicy  "IGNORE" leaves out updates for coordinates outside; else they are errors
 */
export const scatterNd = declare(
  'tf.scatterNd(*indices, *updates, shape:shape, badIndicesPolicy="", name:string=null)',
  (indices: TensorLike, updates: TensorLike, shape: Shape | TensorLike, policy: string, _: Name): Tensor => {
    const lengths = integers(shape as Integers, "scatterNd.shape");
    const given = asIndices(indices);
    const over = passedOver("scatterNd", policy, given, lengths.slice(0, given.shape.at(-1) ?? 0));
    const put = over ? orZeros(asTensor(updates), over.counts) : updates;
    const { places, rows, base } = rowsAt("scatterNd", over?.inside ?? given, put, lengths);
    const wide = rows.dtype === "float32" ? rows : ops.cast(rows, "int32");
    return ops.cast(ops.reshape(addAt(wide, places, base), lengths), rows.dtype);
  },
);

const scatterInto = <const N extends string>(name: N, reduction: "max" | "min" | null) =>
  declare(
    `tf.${name}(*tensor, *indices, *updates, name:string=null)` as const,
    (tensor: TensorLike, indices: TensorLike, updates: TensorLike, _: Name): Tensor => {
      const x = asTensor(tensor);
      sameDtype(name, x, updates);
      const { places, rows, base } = rowsAt(name, indices, asTensor(updates, x.dtype), known(x.shape, name));
      return ops.reshape(scatterUpdateRows(ops.reshape(x, base), places, rows, reduction), x.shape as number[]);
    },
  );
/**
 * The tensor with updates at the coordinates; the last of several wins.
 *
 * ```ts
 * tf.tensorScatterNdUpdate([1, 2, 3], [[0], [2]], [5, 7]); // [5, 2, 7]
 * ```
 */
export const tensorScatterNdUpdate = scatterInto("tensorScatterNdUpdate", null);
/**
 * The tensor, with the larger of element and update at each index. TensorFlow: tf.tensor_scatter_nd_max
 *
 * ```ts
 * tf.tensorScatterNdMax([1, 9, 3], [[0], [1]], [5, 7]); // [5, 9, 3]
 * ```
 */
export const tensorScatterNdMax = scatterInto("tensorScatterNdMax", "max");
/**
 * The tensor, with the smaller of element and update at each index. TensorFlow: tf.tensor_scatter_nd_min
 *
 * ```ts
 * tf.tensorScatterNdMin([1, 9, 3], [[0], [1]], [5, 7]); // [1, 7, 3]
 * ```
 */
export const tensorScatterNdMin = scatterInto("tensorScatterNdMin", "min");

const scatterAdd = <const N extends string>(name: N, combine: (x: Tensor, y: Tensor) => Tensor) =>
  declare(
    `tf.${name}(*tensor, *indices, *updates, badIndicesPolicy="", name:string=null)` as const,
    (tensor: TensorLike, indices: TensorLike, updates: TensorLike, badIndicesPolicy: string, _: Name): Tensor => {
      const x = asTensor(tensor);
      sameDtype(name, x, updates);
      return combine(x, scatterNd(indices, asTensor(updates, x.dtype), known(x.shape, name), { badIndicesPolicy }));
    },
  );
/**
 * The tensor with updates added at the coordinates.
 *
 * ```ts
 * tf.tensorScatterNdAdd([1, 2, 3], [[0], [2]], [5, 7]); // [6, 2, 10]
 * ```
 */
export const tensorScatterNdAdd = scatterAdd("tensorScatterNdAdd", ops.add);
/**
 * The tensor with updates subtracted at the coordinates.
 *
 * ```ts
 * tf.tensorScatterNdSub([1, 2, 3], [[0], [2]], [5, 7]); // [-4, 2, -4]
 * ```
 */
export const tensorScatterNdSub = scatterAdd("tensorScatterNdSub", ops.subtract);

/**
 * A block of a tensor: from `begin` on, `size` elements along each axis (−1: to the end).
 *
 * ```ts
 * tf.slice([1, 2, 3, 4], [1], [2]); // [2, 3]
 * ```
 *
 * @throws ValueError for a block that reaches
 * outside
 */
export const slice = arranging(
  declare(
    "tf.slice(*input, begin:ints, size:ints, name:string=null)",
    (input: TensorLike, begin: Integers, size: Integers, _: Name): Tensor => {
      const x = asTensor(input);
      const [from, count] = [integers(begin, "slice.begin"), integers(size, "slice.size")];
      if (from.length !== x.rank || count.length !== x.rank)
        throw new ShapeError("slice", { given: `begin ${text(from)} and size ${text(count)}`, expected: `${x.rank} numbers each` });
      const lengths = from.map((at, axis) => {
        const length = x.shape[axis]!;
        const wanted = count[axis]! === -1 && length !== null ? length - at : count[axis]!;
        if (at < 0 || wanted < 0 || (length !== null && at + wanted > length))
          throw new ValueError("slice", {
            given: `begin ${at} and size ${count[axis]} along axis ${axis}`,
            expected: `a block inside of the ${length ?? "known"} elements`,
          });
        return wanted;
      });
      return ops.slice(x, from, lengths);
    },
  ),
);

/**
 * x put next to itself so often along each axis.
 *
 * ```ts
 * tf.tile([1, 2], [2]); // [1, 2, 1, 2]
 * ```
 */
export const tile = arranging(
  withRagged(
    declare("tf.tile(*input, multiples:ints, name:string=null)", (input: TensorLike, multiples: Integers, _: Name): Tensor => {
      const x = asTensor(input);
      const counts = integers(multiples, "tile");
      if (counts.length !== x.rank || multiples === counts[0])
        throw new ShapeError("tile.multiples", { given: text(counts), expected: `${x.rank} numbers, one for each axis` });
      return ops.tile(x, Int32Array.from(counts));
    }),
    ([input, multiples]) => {
      const counts = integers(multiples as Integers, "tile");
      const { rank } = input as RaggedTensor;
      if (counts.length !== rank || counts.some((count) => !(count >= 1)))
        throw new ShapeError("tile.multiples", { given: text(counts), expected: `${rank} numbers from 1, one for each axis` });
      return counts.reduce<unknown>(
        (whole, count, axis) => (count === 1 ? whole : concat(new Array(count).fill(whole) as never, axis)),
        input,
      );
    },
  ),
);

/**
 * From `begin` up to `end` in steps along each axis, as x[begin:end:strides] in Python; the masks are TensorFlow's bits for each axis.
 *
 * ```ts
 * tf.stridedSlice([1, 2, 3, 4, 5], [0], [5], [2]); // [1, 3, 5]
 * ```
 */
export const stridedSlice = arranging(
  declare(
    "tf.stridedSlice(*input, begin:ints, end:ints, strides:ints=null, beginMask:int=0, endMask:int=0, ellipsisMask:int=0, newAxisMask:int=0, shrinkAxisMask:int=0, var:any=null, name:string=null)",
    (
      input: TensorLike,
      begin: Integers,
      end: Integers,
      strides: Integers | null,
      beginMask: number,
      endMask: number,
      ellipsisMask: number,
      newAxisMask: number,
      shrinkAxisMask: number,
      _var: unknown,
      _: Name,
    ): Tensor => {
      const [from, to] = [integers(begin, "stridedSlice"), integers(end, "stridedSlice")];
      const steps = strides === null ? from.map(() => 1) : integers(strides, "stridedSlice");
      if (from.length !== to.length || from.length !== steps.length)
        throw new ShapeError("stridedSlice", {
          given: `${from.length}, ${to.length} and ${steps.length} numbers`,
          expected: "as many in begin, end and strides",
        });
      const has = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0;
      const keys = from.map((start, i) => {
        if (has(ellipsisMask, i)) return "...";
        if (has(newAxisMask, i)) return null;
        if (has(shrinkAxisMask, i)) return start;
        return {
          ...(!has(beginMask, i) && { start }),
          ...(!has(endMask, i) && { stop: to[i]! }),
          step: steps[i]!,
        };
      });
      return ops.getItem(input, keys as never);
    },
  ),
);

/**
 * Each element (slice along an axis) so often. Default axis: none, of the flattened tensor.
 *
 * ```ts
 * tf.repeat([1, 2], 2); // [1, 1, 2, 2]
 * ```
 */
export const repeat = arranging(
  declare(
    "tf.repeat(*input, repeats:ints, axis:int=null, name:string=null)",
    (input: TensorLike, repeats: Integers, axis: number | null, _: Name): Tensor => ops.repeat(input, repeats as number, { axis }),
  ),
);

/**
 * x with elements added at its edges.
 *
 * ```ts
 * tf.pad([1, 2], [[1, 1]]); // [0, 1, 2, 0]
 * ```
 *
 * @param paddings  how many before and after each axis: [rank, 2]
 * @param mode      "CONSTANT", "REFLECT" (mirrored without the edge) or "SYMMETRIC" (with it), in any case
 */
export const pad = declare(
  'tf.pad(*tensor, paddings:any, mode="CONSTANT", *constantValues=0, name:string=null)',
  (tensor: TensorLike, paddings: TensorLike, mode: string, constantValues: TensorLike, _: Name): Tensor => {
    const x = asTensor(tensor);
    const flat = integers(asTensor(paddings, "int32"), "pad.paddings");
    if (flat.length !== 2 * x.rank)
      throw new ShapeError("pad.paddings", { given: text(paddings), expected: `[before, after] for each of ${x.rank} axes` });
    const widths = x.shape.map((_, axis): [number, number] => [flat[2 * axis]!, flat[2 * axis + 1]!]);
    const kind = mode.toLowerCase();
    if (!["constant", "reflect", "symmetric"].includes(kind))
      throw new ValueError("pad.mode", { given: text(mode), expected: "CONSTANT, REFLECT or SYMMETRIC" });
    widths.forEach(([before, after], axis) => {
      const length = x.shape[axis]!;
      const most = kind === "constant" || length === null ? Infinity : kind === "reflect" ? length - 1 : length;
      if (before < 0 || after < 0 || before > most || after > most)
        throw new ValueError("pad.paddings", { given: `[${before}, ${after}] along axis ${axis}`, expected: `numbers from 0 to ${most}` });
    });
    if (kind === "constant") sameDtype("pad", x, constantValues);
    if (kind === "constant" && constantValues instanceof Chainable) {
      return ops.pad(x, widths, { constantValues: constantValues.value().item() });
    }
    return ops.pad(x, widths, kind === "constant" ? { constantValues: Number(constantValues) } : { mode: kind });
  },
);

/**
 * x with the order of elements reversed along axes.
 *
 * ```ts
 * tf.reverse([1, 2, 3], [0]); // [3, 2, 1]
 * ```
 */
export const reverse = arranging(
  withRagged(
    declare("tf.reverse(*tensor, axis:ints, name:string=null)", (tensor: TensorLike, axis: Integers, _: Name): Tensor => {
      const x = asTensor(tensor);
      return reversedAxes(axis, x.rank).reduce((y, each) => ops.flip(y, each), x);
    }),
    ([tensor, axis]) =>
      reversedAxes(axis as Integers, (tensor as RaggedTensor).rank).reduce<unknown>(
        (x, each) => (x as RaggedTensor).at(...new Array<string>(each).fill(":"), { step: -1 }),
        tensor,
      ),
  ),
);

/** Each axis at most once. */
function reversedAxes(axis: Integers, rank: number): number[] {
  const axes = integers(axis, "reverse").map((each) => checkAxis("reverse", each, rank));
  if (new Set(axes).size === axes.length) return axes;
  throw new ValueError("reverse.axis", { given: text(axes), expected: "each axis once" });
}

/**
 * x with its elements moved on along axes; what falls out at the end comes in at the front.
 *
 * ```ts
 * tf.roll([1, 2, 3, 4], 1, 0); // [4, 1, 2, 3]
 * ```
 */
export const roll = arranging(
  declare(
    "tf.roll(*input, shift:ints, axis:ints, name:string=null)",
    (input: TensorLike, shift: Integers, axis: Integers, _: Name): Tensor => {
      const [steps, axes] = [integers(shift, "roll.shift"), integers(axis, "roll.axis")];
      if (steps.length !== axes.length)
        throw new ShapeError("roll", { given: `${steps.length} shifts and ${axes.length} axes`, expected: "a shift for each axis" });
      return axes.reduce<Tensor>((x, each, i) => ops.roll(x, steps[i]!, each), asTensor(input));
    },
  ),
);

/**
 * x in a larger shape: axes of length 1, and missing ones in front, are repeated.
 *
 * ```ts
 * tf.broadcastTo([1, 2], [2, 2]); // [[1, 2], [1, 2]]
 * ```
 */
export const broadcastTo = arranging(
  declare("tf.broadcastTo(*input, shape:lengths, name:string=null)", (input: TensorLike, shape: Shape, _: Name): Tensor =>
    ops.broadcastTo(input, shape as number[]),
  ),
);

function isDescending(where: string, direction: string): boolean {
  if (direction === "ASCENDING" || direction === "DESCENDING") return direction === "DESCENDING";
  throw new ValueError(`${where}.direction`, { given: text(direction), expected: "ASCENDING or DESCENDING" });
}

/**
 * The elements along an axis in order.
 *
 * ```ts
 * tf.sort([3, 1, 2]); // [1, 2, 3]
 * ```
 */
export const sort = declare(
  'tf.sort(*values, axis:int=-1, direction="ASCENDING", name:string=null)',
  (values: TensorLike, axis: number, direction: string, _: Name): Tensor => {
    checkAxis("sort", axis, asTensor(values).rank);
    const ascending = ops.sort(values, axis);
    return isDescending("sort", direction) ? ops.flip(ascending, axis) : ascending;
  },
);

/**
 * Where the elements along an axis stand in order; equal ones stay in theirs.
 *
 * ```ts
 * tf.argsort([3, 1, 2]); // [1, 2, 0]
 * ```
 */
export const argsort = declare(
  'tf.argsort(*values, axis:int=-1, direction="ASCENDING", stable=false, name:string=null)',
  (values: TensorLike, axis: number, direction: string, _stable: boolean, _: Name): Tensor => {
    const x = asTensor(values);
    if (!isDescending("argsort", direction)) return ops.argsort(x, axis);
    return ops.argsort(x.dtype === "float32" ? ops.negative(x) : ops.bitwiseNot(ops.cast(x, "int32")), axis);
  },
);

/**
 * Where values would be put into a sorted sequence.
 *
 * ```ts
 * tf.searchsorted([1, 3, 5], [0, 3, 6]); // [0, 1, 3]
 * ```
 *
 * @param side  "left": before equal ones, "right": behind
 */
export const searchsorted = declare(
  'tf.searchsorted(*sortedSequence, *values, side="left", outType:dtype="int32", name:string=null)',
  (sortedSequence: TensorLike, values: TensorLike, side: string, outType: string, _: Name): Tensor => {
    const [sequence, wanted] = [asTensor(sortedSequence), asTensor(values)];
    sameDtype("searchsorted", sortedSequence, values);
    if (sequence.rank < 2) return ops.cast(ops.searchsorted(sequence, wanted, { side: side as "left" }), outType);
    const rows = known(sequence.shape.slice(0, -1), "searchsorted");
    const [flat, each] = [sequence, wanted].map((x) => ops.unstack(ops.reshape(x, [sizeOf(rows), x.shape.at(-1)!])));
    const found = flat!.map((row, i) => ops.searchsorted(row, each![i]!, { side: side as "left" }));
    return ops.cast(ops.reshape(ops.stack(found), wanted.shape as number[]), outType);
  },
);

/**
 * The different elements of a vector in order of their first occurrence, and for each element which of them it is.
 *
 * ```ts
 * tf.unique([3, 1, 3]); // [[3, 1], [0, 1, 0]]
 * ```
 */
export function unique(x: NestedStrings): [y: string[], idx: Tensor];
export function unique(x: TensorLike, options?: { outIdx?: string; name?: string }): [y: Tensor, idx: Tensor];
export function unique(x: TensorLike | NestedStrings, options: { outIdx?: string; name?: string } = {}): [Tensor | string[], Tensor] {
  if (!isStrings(x) && !((x as unknown) instanceof Strings)) return uniqueNumbers(x as TensorLike, options);
  const values = x instanceof Strings ? x.values : Strings.of(x as NestedStrings, "unique").values;
  const found = new Map<string, number>();
  const places = values.map((value) => (found.has(value) ? found.get(value)! : (found.set(value, found.size), found.size - 1)));
  return [[...found.keys()], constantOf(Int32Array.from(places))];
}

const uniqueNumbers = declare(
  'tf.unique(*x, outIdx:dtype="int32", name:string=null)',
  (x: TensorLike, outIdx: string, _: Name): [Tensor, Tensor] => {
    const tensor = asTensor(x);
    if (tensor.rank !== 1) throw new ShapeError("unique", { given: shapeText(tensor.shape), expected: "a vector" });
    const [values, first, inverse] = ops.unique(tensor, { returnIndex: true, returnInverse: true }) as unknown as Tensor[];
    const order = ops.argsort(first!);
    return [ops.take(values!, order, 0), ops.cast(ops.take(ops.argsort(order), ops.reshape(inverse!, [-1]), 0), outIdx)];
  },
);
Object.defineProperty(unique, "signature", { value: uniqueNumbers.signature });

/**
 * The slices at which a mask holds.
 *
 * ```ts
 * tf.booleanMask([1, 2, 3], [true, false, true]); // [1, 3]
 * ```
 *
 * @param axis  the first axis that the mask stands for; default 0
 */
export const booleanMask = arranging(
  declare(
    'tf.booleanMask(*tensor, *mask, axis:int=null, name:string="boolean_mask")',
    (tensor: TensorLike, mask: TensorLike, axis: number | null, _: Name): Tensor => {
      const [x, holds] = [asTensor(tensor), asTensor(mask)];
      const at = axis === null ? 0 : checkAxis("booleanMask", axis, x.rank);
      const covered = x.shape.slice(at, at + holds.rank);
      const fits =
        holds.rank > 0 &&
        covered.length === holds.rank &&
        covered.every((length, i) => length === null || holds.shape[i] === null || length === holds.shape[i]);
      if (!fits)
        throw new ShapeError("booleanMask", {
          given: `a mask ${shapeText(holds.shape)} for ${shapeText(x.shape)} from axis ${at} on`,
          expected: "the lengths of the axes that it stands for, at least one",
        });
      const flat = ops.reshape(x, [
        ...x.shape.slice(0, at),
        covered.includes(null) ? -1 : sizeOf(covered as number[]),
        ...x.shape.slice(at + holds.rank),
      ] as number[]);
      const [places] = ops.nonzero(ops.reshape(holds, [-1]));
      return ops.take(flat, places!, at);
    },
  ),
);

/**
 * For each length, that many elements that hold, then others: `[..., maxlen]`. Default maxlen: the largest length.
 *
 * ```ts
 * tf.sequenceMask([1, 3], 3); // [[true, false, false], [true, true, true]]
 * ```
 */
export const sequenceMask = declare(
  'tf.sequenceMask(*lengths, maxlen:int=null, dtype:dtype="bool", name:string=null)',
  (lengths: TensorLike, maxlen: number | null, dtype: string, _: Name): Tensor => {
    const counts = asIndices(lengths);
    const most = maxlen ?? (counts.isSymbolic ? ops.max(counts) : Array.from(counts.view()).reduce((a, b) => Math.max(a, b), 0));
    if (typeof most === "number") checkLengths([most], "sequenceMask");
    const places =
      typeof most === "number" ? constantOf(Int32Array.from({ length: most }, (_, i) => i)) : ops.arange(0, most, 1, { dtype: "int32" });
    return ops.cast(ops.less(places, ops.expandDims(counts, -1)), dtype);
  },
);

/**
 * x itself, whose shape must be this one (null takes any length).
 *
 * ```ts
 * tf.ensureShape([[1, 2]], [null, 2]).shape; // [1, 2]
 * ```
 *
 * @throws ShapeError where it is not
 */
export const ensureShape = arranging(
  declare("tf.ensureShape(*x, shape:lengths, name:string=null)", (x: TensorLike, shape: Shape, _: Name): Tensor => {
    const tensor = asTensor(x);
    const check = (given: Shape): void => {
      if (given.length === shape.length && shape.every((length, i) => length === null || given[i] === null || length === given[i])) return;
      throw new ShapeError("ensureShape", { given: `a tensor of shape ${shapeText(given)}`, expected: shapeText(shape) });
    };
    check(tensor.shape);
    if (tensor.shape.includes(null)) checkOnHost("ensureShape", [tensor], ([real]) => check(real!.shape));
    return tensor;
  }),
);

/**
 * t, made shorter where it is longer than clipNorm (Euclidean, over the axes; default: all).
 *
 * ```ts
 * tf.clipByNorm([3, 4], 1); // [0.6, 0.8]
 * ```
 */
export const clipByNorm = declare(
  "tf.clipByNorm(*t, *clipNorm, axes:ints=null, name:string=null)",
  (t: TensorLike, clipNorm: TensorLike, axes: Axes, _: Name): Tensor => {
    checkKind("clipByNorm", "floats", t);
    const squares = ops.sum(ops.square(t), { axis: axes, keepdims: true });
    // The root of nothing has no slope.
    const holds = ops.greater(squares, 0);
    const norm = ops.where(holds, ops.sqrt(ops.where(holds, squares, 1)), squares);
    return ops.divide(ops.multiply(t, clipNorm), ops.maximum(norm, clipNorm));
  },
);

/**
 * The root of the sum of all squares of a list of tensors; null entries are left out.
 *
 * ```ts
 * tf.linalg.globalNorm([tf.constant([3]), tf.constant([4])]); // 5
 * ```
 */
export const globalNorm = declare(
  "tf.linalg.globalNorm(*tList:array, name:string=null)",
  (tList: readonly (TensorLike | null)[], _: Name): Tensor =>
    ops.sqrt(tList.reduce<Tensor>((sum, t) => (t === null ? sum : ops.add(sum, ops.sum(ops.square(t)))), asTensor(0))),
);

/**
 * Tensors, all made shorter where their common norm is above clipNorm: `[list, norm]`. A norm that is not finite gives NaN.
 *
 * ```ts
 * const [clipped, norm] = tf.clipByGlobalNorm([tf.constant([3]), tf.constant([4])], 1);
 * clipped; // [[0.6], [0.8]]
 * norm; // 5
 * ```
 */
export const clipByGlobalNorm = declare(
  "tf.clipByGlobalNorm(*tList:array, *clipNorm, *useNorm=null, name:string=null)",
  <T extends TensorLike | null>(tList: readonly T[], clipNorm: TensorLike, useNorm: TensorLike | null, _: Name) => {
    const norm = useNorm === null ? globalNorm(tList) : asTensor(useNorm);
    const scale = ops.multiply(clipNorm, ops.minimum(ops.reciprocal(norm), ops.divide(1, clipNorm)));
    const finite = ops.add(scale, ops.subtract(norm, norm));
    return [tList.map((t) => (t === null ? null : ops.multiply(t, finite))), norm] as [Tensor[], Tensor];
  },
);

/**
 * Grids of coordinates of vectors.
 *
 * ```ts
 * tf.meshgrid([1, 2], [3, 4]); // [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
 * ```
 *
 * @param indexing  "xy": the first two axes are exchanged; "ij"
 */
export const meshgrid = declare(
  'tf.meshgrid(*...args, indexing="xy", name:string="meshgrid")',
  (args: readonly TensorLike[], indexing: string, _: Name): Tensor[] => {
    sameDtype("meshgrid", ...args);
    return ops.meshgrid(...args, { indexing: indexing as "xy" });
  },
);

/**
 * Sums of products by a formula: `einsum("ij,jk->ik", a, b)`. `optimize` is a hint.
 *
 * ```ts
 * tf.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10]); // [21, 43]
 * ```
 */
export const einsum = declare(
  'tf.einsum(equation:string, *...inputs, optimize="greedy", name:string=null)',
  (equation: string, inputs: readonly TensorLike[], _optimize: string, _: Name): Tensor => ops.einsum(equation, ...inputs),
);

/**
 * Sums of products over axes of a and of b: a number of them, or the axes of each.
 *
 * ```ts
 * tf.tensordot([[1, 2], [3, 4]], [1, 10], 1); // [21, 43]
 * ```
 */
export const tensordot = declare(
  "tf.tensordot(*a, *b, axes:int|array, name:string=null)",
  (a: TensorLike, b: TensorLike, axes: number | readonly (number | readonly number[])[], _: Name): Tensor => {
    const lists =
      typeof axes === "number" ? axes : (axes.map((each) => (typeof each === "number" ? [each] : each)) as [number[], number[]]);
    return ops.tensordot(a, b, lists as never);
  },
);

export const identity = arranging(
  elementwise(declare("tf.identity(*input, name:string=null)", (input: TensorLike, _: Name): Tensor => identityOf(asTensor(input)))),
);
/**
 * The same values, through which no gradient flows.
 *
 * ```ts
 * tf.stopGradient([1, 2]); // [1, 2]
 * ```
 */
export const stopGradient = declare("tf.stopGradient(*input, name:string=null)", (input: TensorLike, _: Name): Tensor =>
  ops.stopGradient(input),
);
/**
 * Whether a value is a tensor of this package: also a variable, a ragged or a sparse one.
 *
 * ```ts
 * tf.isTensor(tf.constant(1)); // true
 * ```
 */
export const isTensor = declare("tf.isTensor(x:tree)", (x: unknown): boolean => x instanceof Chainable || x instanceof RaggedTensor);
