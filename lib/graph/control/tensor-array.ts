// A list of tensors that loops can write.
//
//  (1) As long as indices are numbers it is a list: nothing is copied, and gradients flow as through the tensors themselves.
//  (2) Where a loop carries it, or an index is known only when the program runs, it is a buffer: one tensor of all rows, how many of them
//      count, and the worst index that was asked for, which is an error when the buffer is looked at.

import { checkOptions } from "../../core/options.js";
import { asTensor, checkedDtype, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, StateError, text, ValueError } from "../../core/errors.js";
import { checkLengths, shapeText, type Shape } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { add, maximum, multiply } from "../../ops/elementwise/arithmetic.js";
import { greaterEqual, less } from "../../ops/elementwise/comparison.js";
import { logicalAnd } from "../../ops/elementwise/logical.js";
import { where } from "../../ops/elementwise/where.js";
import { filledRows } from "../../ops/indexing/rows.js";
import { asIndices, take } from "../../ops/indexing/take.js";
import { scatterUpdateRows } from "../../ops/indexing/update.js";
import { concatenate, stack } from "../../ops/shaping/concatenate.js";
import { zeros } from "../../ops/shaping/create.js";
import { expandDims, reshape } from "../../ops/shaping/reshape.js";
import { axisLength } from "../../ops/shaping/axis-length.js";
import { rowsLike } from "../../ops/shaping/rows-like.js";
import { split, unstack } from "../../ops/shaping/split.js";
import { checkOnHost } from "../print.js";

/** How long a list of tensors is, whether it may grow, and what its elements are like. */
export interface TensorArrayOptions {
  /** How many elements there are: a number, or an int32 scalar. Default: 0. */
  size?: TensorLike;
  /** Whether writing behind the end makes it longer. Default: false. */
  dynamicSize?: boolean;
  /** The shape of every element. Default: that of the first one that is written. */
  elementShape?: Shape;
  /** Whether all elements have the shape of the first one. Default: true. */
  inferShape?: boolean;
  /** Accepted for likeness with TensorFlow: elements are kept as long as the list is. */
  clearAfterRead?: boolean;
  name?: string;
}

const known = ["size", "dynamicSize", "elementShape", "inferShape", "clearAfterRead", "name"];

interface Buffer {
  readonly rows: Tensor;
  readonly size: Tensor;
  /** −1, or an index that is none. */
  readonly worst: Tensor;
}

/**
 * A list of tensors of one dtype and shape, for loops. Writing changes the list and gives it back, so both `list.write(i, x)` and
 * `list = list.write(i, x)` do. TensorFlow: tf.TensorArray.
 *
 * ```ts
 * const squares = new tf.TensorArray("float32", { size: 3 });
 * for (let i = 0; i < 3; i++) squares.write(i, i * i);
 * squares.stack();   // [0, 1, 4]
 * ```
 */
export class TensorArray {
  readonly dtype: Dtype;
  readonly dynamicSize: boolean;
  #elementShape: Shape | null;
  #list: (Tensor | undefined)[] | null;
  #buffer: Buffer | null = null;
  /** The size before the first element, where it is known when the program runs. */
  readonly #open: Tensor | null;
  readonly #infersShape: boolean;

  /** @param dtype  of the elements @param given  options, or the size and whether it grows */
  constructor(dtype: Dtype, ...given: [options?: TensorArrayOptions] | [size: number | TensorLike, dynamicSize?: boolean]) {
    const [first, dynamic = false] = given;
    const isSize = typeof first === "number" || first instanceof Chainable;
    const options = (isSize ? { size: first, dynamicSize: dynamic } : (first ?? {})) as TensorArrayOptions;
    checkOptions("TensorArray", [dtype, ...(isSize ? [options, ...given.slice(2)] : given)], 1, known);
    const { size = 0, dynamicSize = false, elementShape = null, inferShape = true } = options;
    this.#infersShape = inferShape;
    this.dtype = checkedDtype(dtype) ?? "float32";
    this.dynamicSize = dynamicSize;
    this.#elementShape = elementShape && !elementShape.includes(null) ? elementShape : null;
    const length = size instanceof Chainable ? size.value() : size;
    this.#open = typeof length !== "number" && (length as Tensor).isSymbolic ? asIndices(length as Tensor) : null;
    const count = this.#open ? 0 : typeof length === "number" ? length : (length as Tensor).item();
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError("TensorArray.size", { given: text(count), expected: "a whole number of at least 0" });
    this.#list = this.#open ? null : Array.from({ length: count }, () => undefined);
  }

  /** The shape of every element; null before the first one is written. */
  get elementShape(): Shape | null {
    return this.#elementShape;
  }

  /** The number of elements, an int32 scalar. */
  size(): Tensor {
    if (this.#list) return asTensor(this.#list.length, "int32");
    return this.#buffer?.size ?? this.#open!;
  }

  /** Puts an element. @throws ValueError for an index outside; DtypeError, ShapeError for an element that does not fit */
  write(index: TensorLike, value: TensorLike): this {
    const element = this.#fitting("write", value);
    const at = this.#indexOf(index);
    if (typeof at === "number") {
      if (!this.dynamicSize) this.#checkIndex("write", at, this.#list!.length);
      else if (at < 0) this.#checkIndex("write", at, Infinity);
      while (this.#list!.length <= at) this.#list!.push(undefined);
      this.#list![at] = element;
      return this;
    }
    const { rows, size, worst } = this.#asBuffer();
    const enough = this.dynamicSize ? grown(rows, at) : rows;
    const length = this.dynamicSize ? maximum(size, add(at, 1)) : size;
    const isInside = logicalAnd(greaterEqual(at, 0), less(at, length));
    const place = where(isInside, at, 0);
    // Outside, the first row is put where it was.
    const row = where(isInside, element, take(enough, place, 0));
    this.#buffer = {
      rows: scatterUpdateRows(enough, reshape(place, [1]), expandDims(row, 0), null),
      size: length,
      worst: where(isInside, worst, at),
    };
    return this;
  }

  /** The element at an index. @throws ValueError for an index outside; StateError where nothing was written */
  read(index: TensorLike): Tensor {
    const at = this.#indexOf(index);
    if (typeof at === "number") {
      this.#checkIndex("read", at, this.#list!.length);
      const element = this.#list![at];
      if (element) return element;
      if (this.#elementShape && this.#list!.some(Boolean)) return zeros(this.#elementShape as number[], { dtype: this.dtype });
      throw new StateError("TensorArray.read", {
        given: `index ${at}, where nothing was written`,
        expected: "an element that was written",
      });
    }
    const { rows, size } = this.#seen();
    checkOnHost("TensorArray.read", [at, size], ([index, length]) => this.#checkIndex("read", index!.item(), length!.item()));
    return take(rows, at, 0);
  }

  /** All elements along a new first axis; zeros where nothing was written. */
  stack(): Tensor {
    if (this.#list) return this.#stacked("stack", this.#list);
    const { rows, size } = this.#checked("stack");
    return this.dynamicSize ? rowsLike(rows, filledRows(size, [], 0, "int32")) : rows;
  }

  /** Elements along a new first axis, picked by indices. */
  gather(indices: TensorLike): Tensor {
    const picked = asIndices(indices);
    const length = this.#list?.length;
    if (!picked.isSymbolic && length !== undefined) for (const at of picked.data()) this.#checkIndex("gather", at, length);
    return take(this.stack(), picked, 0);
  }

  /** Puts the slices of a tensor where the indices say. */
  scatter(indices: TensorLike, value: TensorLike): this {
    const places = asIndices(indices);
    const slices = unstack(asTensor(value));
    if (places.rank !== 1 || places.shape[0] !== slices.length)
      throw new ShapeError("TensorArray.scatter", {
        given: `indices ${shapeText(places.shape)} for ${slices.length} slices`,
        expected: "one index for each",
      });
    const at = places.isSymbolic ? unstack(places) : Array.from(places.data());
    slices.forEach((slice, i) => this.write(at[i]!, slice));
    return this;
  }

  /** Replaces all elements by the slices of a tensor along its first axis. */
  unstack(value: TensorLike): this {
    const tensor = asTensor(value);
    if (tensor.dtype !== this.dtype)
      throw new DtypeError("TensorArray.unstack", { given: `a tensor of dtype ${tensor.dtype}`, expected: this.dtype });
    if (tensor.rank === 0) throw new ShapeError("TensorArray.unstack", { given: "a scalar", expected: "a tensor with a first axis" });
    if (this.#infersShape) this.#elementShape ??= tensor.shape.slice(1);
    if (tensor.shape[0] === null) {
      this.#list = null;
      this.#buffer = { rows: tensor, size: axisLength(tensor, 0), worst: asTensor(-1, "int32") };
      return this;
    }
    if (!this.dynamicSize && this.#list && this.#list.length > 0 && tensor.shape[0] !== this.#list.length)
      throw new ShapeError("TensorArray.unstack", {
        given: `${tensor.shape[0]} slices for ${this.#list.length} elements`,
        expected: "one for each, or dynamicSize",
      });
    this.#buffer = null;
    this.#list = unstack(tensor).map((slice) => this.#fitting("unstack", slice));
    return this;
  }

  /** All elements one after the other along their first axis. */
  concat(): Tensor {
    if (!this.#list) {
      const all = this.stack();
      return reshape(all, [-1, ...(this.#elementShape ?? all.shape.slice(1)).slice(1)]);
    }
    if (this.#list.length === 0 || this.#list.some((element) => element === undefined))
      throw new StateError("TensorArray.concat", { given: "elements that were not written", expected: "every element to be written" });
    return concatenate(this.#list as Tensor[], 0);
  }

  /** Replaces all elements by parts of a tensor along its first axis. @param given  lengths of the parts */
  split(value: TensorLike, given: readonly number[] | Tensor): this {
    const lengths = given instanceof Chainable ? Array.from(given.data()) : given;
    checkLengths(lengths, "TensorArray.split.lengths");
    let at = 0;
    const places = lengths.slice(0, -1).map((length) => (at += length));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const tensor = asTensor(value);
    if (tensor.shape[0] !== total)
      throw new ShapeError("TensorArray.split", { given: `lengths of ${total} for ${shapeText(tensor.shape)}`, expected: "their sum" });
    this.#buffer = null;
    this.#list = split(tensor, places, 0);
    return this;
  }

  /** A list of its own with the same elements. */
  identity(): TensorArray {
    const copy = new TensorArray(this.dtype, { dynamicSize: this.dynamicSize, size: this.#open ?? 0, inferShape: this.#infersShape });
    copy.#elementShape = this.#elementShape;
    copy.#list = this.#list && [...this.#list];
    copy.#buffer = this.#buffer;
    return copy;
  }

  /** What a loop or branch carries: the buffer's tensors. @throws StateError where the shape of the elements is not known */
  flow(): Tensor[] {
    const { rows, size, worst } = this.#seen();
    return [rows, size, worst];
  }

  /** A list of the same kind with such a buffer. */
  withFlow([rows, size, worst]: readonly Tensor[]): TensorArray {
    const copy = this.identity();
    copy.#elementShape ??= rows!.shape.slice(1);
    copy.#list = null;
    copy.#buffer = { rows: rows!, size: size!, worst: worst! };
    return copy;
  }

  /** Takes over the elements of another list of the same kind. */
  become(other: TensorArray): void {
    this.#elementShape = other.#elementShape;
    this.#list = other.#list && [...other.#list];
    this.#buffer = other.#buffer;
  }

  /** The shape of elements is learned from another list of the same kind. */
  learn(other: TensorArray): void {
    this.#elementShape ??= other.#elementShape;
  }

  #asBuffer(): Buffer {
    this.#buffer = this.#seen();
    this.#list = null;
    return this.#buffer;
  }

  /** The list as a buffer; the list itself stays as it is, since this may be inside of a branch. */
  #seen(): Buffer {
    if (this.#buffer) return this.#buffer;
    const shape = this.#elementShape;
    if (!shape || shape.includes(null)) {
      throw new StateError("TensorArray", {
        given: "a list whose elements have no known shape in a loop or branch",
        expected: "the shape of its elements",
        hint: "Pass { elementShape }.",
      });
    }
    let rows: Tensor;
    if (this.#open) rows = openZeros(this.#open, shape, this.dtype);
    else if (this.#list!.length > 0) rows = this.#stacked("flow", this.#list!);
    else rows = zeros([this.dynamicSize ? 1 : 0, ...(shape as number[])], { dtype: this.dtype });
    return { rows, size: this.#open ?? asTensor(this.#list!.length, "int32"), worst: asTensor(-1, "int32") };
  }

  #checked(method: string): Buffer {
    const buffer = this.#seen();
    const { size, worst } = buffer;
    if (worst.isSymbolic || worst.item() !== -1) {
      checkOnHost(`TensorArray.${method}`, [worst, size], ([index, length]) => {
        const at = index!.item();
        if (at !== -1) this.#checkIndex("write", at, length!.item());
      });
    }
    return buffer;
  }

  #stacked(method: string, list: readonly (Tensor | undefined)[]): Tensor {
    const shape = this.#elementShape ?? list.find(Boolean)?.shape;
    if (!shape)
      throw new StateError(`TensorArray.${method}`, { given: "a list without elements", expected: "an element, or { elementShape }" });
    if (list.length === 0) return zeros([0, ...(shape as number[])], { dtype: this.dtype });
    return stack(list.map((element) => element ?? zeros(shape as number[], { dtype: this.dtype })));
  }

  /** A number where the list form can use it. */
  #indexOf(index: TensorLike): number | Tensor {
    const tensor = index instanceof Chainable ? index.value() : null;
    if (tensor && tensor.rank > 0)
      throw new ShapeError("TensorArray", { given: `an index of shape ${shapeText(tensor.shape)}`, expected: "a scalar" });
    if (this.#list && !tensor?.isSymbolic) {
      const at = tensor ? tensor.item() : typeof index === "bigint" ? Number(index) : (index as number);
      if (Number.isInteger(at)) return at;
      throw new ValueError("TensorArray", { given: `the index ${text(index)}`, expected: "a whole number" });
    }
    return asIndices(tensor ?? index);
  }

  #checkIndex(method: string, at: number, length: number): void {
    if (at >= 0 && at < length) return;
    throw new ValueError(`TensorArray.${method}`, {
      given: `index ${at}`,
      expected: length === 0 ? "an index of a list that is not empty" : `an index from 0 to ${length - 1}`,
      ...(!this.dynamicSize && { hint: "Pass { size }, or { dynamicSize: true } for a list that grows." }),
    });
  }

  #fitting(method: string, value: TensorLike): Tensor {
    const element = value instanceof Chainable ? value.value() : asTensor(value, this.dtype);
    if (element.dtype !== this.dtype)
      throw new DtypeError(`TensorArray.${method}`, { given: `an element of dtype ${element.dtype}`, expected: this.dtype });
    const wanted = this.#elementShape;
    const fits = !wanted || (wanted.length === element.rank && wanted.every((length, i) => length === null || length === element.shape[i]));
    if (!fits)
      throw new ShapeError(`TensorArray.${method}`, {
        given: `an element of shape ${shapeText(element.shape)}`,
        expected: shapeText(wanted),
      });
    if (!wanted && this.#infersShape && !element.shape.includes(null)) this.#elementShape = element.shape;
    return element;
  }
}

const openZeros = (size: Tensor, shape: Shape, dtype: Dtype): Tensor => {
  const kept = dtype === "float32" ? "float32" : "int32";
  const rows = filledRows(size, shape, 0, kept);
  return kept === dtype ? rows : rowsLike(zeros([0, ...(shape as number[])], { dtype }), rows);
};

/** The rows, or twice as many where the index lies behind the end. */
function grown(rows: Tensor, index: Tensor): Tensor {
  const count = axisLength(rows, 0);
  const wanted = where(less(index, count), count, maximum(multiply(count, 2), add(index, 1)));
  return rowsLike(rows, filledRows(wanted, [], 0, "int32"));
}
