// Sparse tensors by coordinates (COO): a value for each named place, 0 elsewhere. Gradients go to the values.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../core/errors.js";
import { known, shapeText, sizeOf, stridesOf } from "../core/shape.js";
import { setSparse, standsFor } from "../core/sparse.js";
import { isStrings, type NestedStrings, Strings } from "../core/strings.js";
import { adoptTensor, Chainable, type Tensor } from "../core/tensor.js";
import { type Composite, isRecord, parts } from "../core/tree.js";
import { multiply } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { addAt, asIndices, take, takeFrom } from "../ops/indexing/take.js";
import { sum } from "../ops/reduce/sum.js";
import { concatenate } from "../ops/shaping/concatenate.js";
import { expandDims, reshape } from "../ops/shaping/reshape.js";
import { transpose } from "../ops/shaping/transpose.js";
import { unstack } from "../ops/shaping/split.js";
import { integers, type Integers } from "../ops/static.js";

/** What stands at the coordinates. */
type Values = TensorLike | Strings | NestedStrings;

/**
 * Values at coordinates of a tensor that is zero elsewhere. TensorFlow: tf.SparseTensor. Operations, layers and models that want a tensor
 * take it, too: a matrix product, as of a Dense layer, multiplies what is there, all others have the whole tensor.
 *
 * ```ts
 * const x = new tf.SparseTensor([[0, 1], [2, 0]], [5, 7], [3, 2]);
 * tf.sparse.toDense(x);   // [[0, 5], [0, 0], [7, 0]]
 * ```
 */
export class SparseTensor extends Chainable implements Composite {
  /** [values, rank]: the coordinates of each value, int32. */
  readonly indices: Tensor;
  readonly values: Tensor | Strings;
  /** The lengths of the axes. */
  readonly shape: readonly number[];
  /** Which values stand in which row. */
  #byRow: Map<number, number[]> | undefined;

  /** @throws ShapeError where indices, values and shape do not fit */
  constructor(indices: TensorLike, values: Values, denseShape: Integers);
  constructor(parts: { readonly indices: TensorLike; readonly values: Values; readonly denseShape: Integers });
  constructor(...args: readonly unknown[]) {
    super();
    const { indices, values, denseShape } = (
      args.length === 1 && isRecord(args[0]) ? args[0] : { indices: args[0], values: args[1], denseShape: args[2] }
    ) as { indices: TensorLike; values: Values; denseShape: Integers };
    const shape = integers(denseShape, "SparseTensor.denseShape");
    const given = asIndices(indices);
    this.indices = given.rank === 1 && given.shape[0] === 0 ? adoptTensor(new Int32Array(0), [0, shape.length], "int32") : given;
    this.values =
      values instanceof Strings ? values : isStrings(values) ? Strings.of(values, "SparseTensor") : asTensor(values as TensorLike);
    this.shape = shape;
    const [count, rank] = this.indices.shape;
    const many = this.values.shape[0];
    const fits =
      this.indices.rank === 2 && this.values.rank === 1 && (count === many || count === null || many === null) && rank === shape.length;
    if (!fits || shape.some((length) => length < 0))
      throw new ShapeError("SparseTensor", {
        given: `indices ${shapeText(this.indices.shape)}, values ${shapeText(this.values.shape)} and denseShape ${text(shape)}`,
        expected: "indices [values, rank], values [values] and a length for each axis",
      });
  }

  /** The whole tensor; values of one place are added. @throws ArgumentError for strings */
  override value(): Tensor {
    const values = numbersOf("SparseTensor", this);
    const { indices, shape } = this;
    const strides = adoptTensor(Int32Array.from(stridesOf(shape)), [shape.length], "int32");
    const places = sum(multiply(indices, strides), { axis: 1 });
    const wide = values.dtype === "float32" ? values : cast(values, "int32");
    const dense = cast(reshape(addAt(wide, places, [sizeOf(shape)]), shape), values.dtype);
    return standsFor(dense, { product: (other, isLeft) => this.#product(other, isLeft) });
  }

  #product(other: Tensor, isLeft: boolean): Tensor | undefined {
    if (this.rank !== 2 || other.rank !== 2 || other.shape[isLeft ? 0 : 1] !== this.shape[isLeft ? 1 : 0]) return undefined;
    return isLeft
      ? timesDense("matmul", this, other, false)
      : transpose(timesDense("matmul", this, transpose(other, [1, 0]), true), [1, 0]);
  }

  get dtype(): string {
    return this.values.dtype;
  }

  get rank(): number {
    return this.shape.length;
  }

  get denseShape(): Tensor {
    return adoptTensor(Int32Array.from(this.shape), [this.shape.length], "int32");
  }

  /** Other values at the same places. */
  withValues(values: TensorLike | Strings): SparseTensor {
    return new SparseTensor(this.indices, values, this.shape);
  }

  /** The values whose first coordinate is among these rows, row by row, with the coordinates that `at` makes of theirs. */
  #ofRows(
    rows: readonly number[],
    at: (place: readonly number[], row: number) => readonly number[],
    shape: readonly number[],
  ): SparseTensor {
    const { rank } = this;
    const flat = this.indices.view("SparseTensor");
    const isNew = this.#byRow === undefined;
    const byRow = (this.#byRow ??= new Map<number, number[]>());
    for (let i = 0; isNew && i * rank < flat.length; i++) {
      const held = byRow.get(flat[i * rank]!);
      if (held) held.push(i);
      else byRow.set(flat[i * rank]!, [i]);
    }
    const [places, picked]: [number[], number[]] = [[], []];
    for (const [number, row] of rows.entries())
      for (const i of byRow.get(row) ?? []) {
        places.push(...at(Array.from(flat.subarray(i * rank + 1, (i + 1) * rank)), number));
        picked.push(i);
      }
    const indices = adoptTensor(Int32Array.from(places), [picked.length, shape.length], "int32");
    const values = this.values instanceof Strings ? this.values.pick(picked) : take(this.values, Int32Array.from(picked), 0);
    return new SparseTensor(indices, values, shape);
  }

  /** Row number i along the first axis, without that axis. */
  row(index: number): SparseTensor {
    return this.#ofRows([index], (place) => place, this.shape.slice(1));
  }

  /** The rows with these numbers, along the first axis. */
  gather(rows: readonly number[]): SparseTensor {
    return this.#ofRows(rows, (place, row) => [row, ...place], [rows.length, ...this.shape.slice(1)]);
  }

  /** Sparse tensors of one shape along a new first axis, this one first. */
  stacked(all: readonly unknown[]): SparseTensor {
    const parts = all.map((each) => asSparse("dataset.batch", each));
    const odd = parts.find(({ shape }) => text(shape) !== text(this.shape));
    if (odd) throw new ShapeError("dataset.batch", { given: text(odd.shape), expected: `${text(this.shape)}, as the first has` });
    const counts = parts.map((each) => known(each.indices.shape, "dataset.batch")[0]!);
    const rows = counts.flatMap((count, row) => new Array<number>(count).fill(row));
    const indices = concatenate(
      [
        adoptTensor(Int32Array.from(rows), [rows.length, 1], "int32"),
        concatenate(
          parts.map((each) => each.indices),
          0,
        ),
      ],
      1,
    );
    const texts = parts.flatMap(({ values }) => (values instanceof Strings ? values.values : []));
    const values =
      this.values instanceof Strings
        ? new Strings([texts.length], texts)
        : concatenate(
            parts.map((each) => each.values as Tensor),
            0,
          );
    return new SparseTensor(indices, values, [parts.length, ...this.shape]);
  }

  [parts](): { readonly values: readonly unknown[]; like(values: readonly unknown[]): unknown } {
    const { values } = this;
    return {
      values: values instanceof Strings ? [this.indices] : [this.indices, values],
      like: ([indices, others]) => new SparseTensor(indices as Tensor, (others as Tensor | undefined) ?? values, this.shape),
    };
  }

  override toString(): string {
    const shown = (value: Tensor | Strings): string =>
      value instanceof Strings ? text(value.values) : value.isSymbolic ? value.toString() : JSON.stringify(value.array());
    return `SparseTensor(indices=${shown(this.indices)}, values=${shown(this.values)}, denseShape=${text(this.shape)})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A sparse matrix, or its transpose, times a dense one. */
export function timesDense(where: string, x: SparseTensor, matrix: Tensor, isTransposed: boolean): Tensor {
  const [first, second] = unstack(x.indices, { axis: 1, num: 2 }) as [Tensor, Tensor];
  const [to, from] = isTransposed ? [second, first] : [first, second];
  const picked = multiply(takeFrom(where, matrix, from, 0), expandDims(numbersOf(where, x), 1));
  return addAt(picked, to, [x.shape[isTransposed ? 1 : 0]!, matrix.shape[1]!]);
}

/** The elements of a tensor with values that are not 0, in ascending order. */
export function sparseIn(dense: Tensor): SparseTensor {
  const elements = dense.view("sparse");
  const shape = known(dense.shape, "sparse");
  const strides = stridesOf(shape);
  let count = 0;
  for (const element of elements) if (element !== 0) count++;
  const indices = new Int32Array(count * shape.length);
  const values = elements.slice(0, count);
  let [next, at] = [0, 0];
  for (let place = 0; place < elements.length; place++) {
    if (elements[place] === 0) continue;
    values[next++] = elements[place]!;
    for (let axis = 0; axis < shape.length; axis++) indices[at++] = Math.floor(place / strides[axis]!) % shape[axis]!;
  }
  return new SparseTensor(adoptTensor(indices, [count, shape.length], "int32"), adoptTensor(values, [count], dense.dtype), shape);
}

setSparse(sparseIn);

/** The values as a tensor. @throws ArgumentError for strings, and for what is no sparse tensor */
export function numbersOf(where: string, x: unknown): Tensor {
  const { values } = asSparse(where, x);
  if (!(values instanceof Strings)) return values;
  throw new ArgumentError(where, { given: "a sparse tensor of strings", expected: "one of numbers" });
}

export function asSparse(where: string, x: unknown): SparseTensor {
  if (x instanceof SparseTensor) return x;
  throw new ArgumentError(where, { given: text(x), expected: "a SparseTensor" });
}

/** Coordinates must ascend, each stand once and lie inside. @throws ValueError otherwise */
export function checkOrder(where: string, indices: Tensor, shape: readonly number[]): void {
  const flat = indices.view(where);
  const rank = shape.length;
  let before = -1;
  for (let i = 0; i * rank < flat.length; i++) {
    const at = Array.from(flat.subarray(i * rank, (i + 1) * rank));
    const outside = at.some((place, axis) => place < 0 || place >= shape[axis]!);
    const place = at.reduce((sum, each, axis) => sum * shape[axis]! + each, 0);
    if (outside || place <= before)
      throw new ValueError(where, {
        given: `the coordinates ${text(at)}${outside ? "" : " out of order, or twice"}`,
        expected: `ascending places inside of ${text(shape)}`,
        ...(!outside && { hint: "tf.sparse.reorder puts them in order." }),
      });
    before = place;
  }
}
