// Ragged tensors: rows of unequal length. The elements of all rows stand in one tensor, one after the other; where rows begin and end is
// known on the host, so that it is a constant of a traced function, and gradients are those of the elements.

import { checkOptions } from "../core/options.js";
import { asTensor, checkAxis, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, StateError, text, ValueError } from "../core/errors.js";
import { type AnyFunction, argumentsOf, type Forms } from "../core/signature.js";
import { checkLengths, known, shapeText, type Shape } from "../core/shape.js";
import { isStrings, type NestedStrings, Strings } from "../core/strings.js";
import { adoptTensor, Chainable, type NestedArray, type Tensor } from "../core/tensor.js";
import { type Composite, parts } from "../core/tree.js";
import { concatenate } from "../ops/shaping/concatenate.js";
import { full } from "../ops/shaping/create.js";
import { expandDims, reshape } from "../ops/shaping/reshape.js";
import { scatterUpdateRows } from "../ops/indexing/update.js";
import type { Slice } from "../ops/indexing/get-item.js";
import { take } from "../ops/indexing/take.js";
import type { SparseTensor } from "../sparse/sparse-tensor.js";

/** Nested arrays whose rows may differ in length. */
export type NestedRows = number | boolean | string | readonly NestedRows[];

/** What stands in the rows: a tensor of all elements, or strings. */
export type Values = Tensor | Strings;

const splitsForm = "RaggedTensor.fromRowSplits(values:any, *rowSplits, name:string=null, validate=true)";
const lengthsForm = "RaggedTensor.fromRowLengths(values:any, *rowLengths, name:string=null, validate=true)";
const startsForm = "RaggedTensor.fromRowStarts(values:any, *rowStarts, name:string=null, validate=true)";
const limitsForm = "RaggedTensor.fromRowLimits(values:any, *rowLimits, name:string=null, validate=true)";
/** Values, and where their rows are. */
type RowsForm = (values: Given, rows: TensorLike, name: string | null, validate: boolean) => RaggedTensor;
const uniformForm = "RaggedTensor.fromUniformRowLength(values:any, uniformRowLength:int, nrows:int=null, validate=true, name:string=null)";
type UniformForm = (values: Given, length: number, nrows: number | null, validate: boolean, name: string | null) => RaggedTensor;
const rowidsForm = "RaggedTensor.fromValueRowids(values:any, *valueRowids, nrows:int=null, name:string=null, validate=true)";
type RowidsForm = (values: Given, ids: TensorLike, nrows: number | null, name: string | null, validate: boolean) => RaggedTensor;
const nestedSplitsForm = "RaggedTensor.fromNestedRowSplits(flatValues:any, nestedRowSplits:array, name:string=null, validate=true)";
const nestedLengthsForm = "RaggedTensor.fromNestedRowLengths(flatValues:any, nestedRowLengths:array, name:string=null, validate=true)";
type NestedForm = (values: Given, levels: readonly TensorLike[], name: string | null, validate: boolean) => RaggedTensor;
const tensorForm =
  "RaggedTensor.fromTensor(*tensor, lengths:any=null, padding:number=null, raggedRank:int=1, name:string=null, rowSplitsDtype:dtype=null)";
type TensorForm = (
  tensor: TensorLike,
  lengths: TensorLike | null,
  padding: number | null,
  raggedRank: number,
  name: string | null,
  rowSplitsDtype: string | null,
) => RaggedTensor;
const denseForm = "RaggedTensor.toTensor(defaultValue:number|string=null, shape:lengths=null, name:string=null)";
type DenseForm = (defaultValue: number | string | null, shape: Shape | null, name: string | null) => Tensor;
const axisForm = "RaggedTensor.rowLengths(axis:int=1, name:string=null)";
type AxisForm = (axis: number, name: string | null) => Tensor;
const boundsForm = "RaggedTensor.boundingShape(axis:ints=null, name:string=null, outType:dtype=null)";
type BoundsForm = (axis: number | readonly number[] | null, name: string | null, outType: string | null) => Tensor;

/** A method with another operand. */
type With = (other: RaggedTensor | TensorLike) => RaggedTensor;

type Given = TensorLike | Strings | NestedStrings | RaggedTensor;

/**
 * Rows of unequal length. TensorFlow: tf.RaggedTensor.
 *
 * ```ts
 * const words = tf.RaggedTensor.fromRowSplits([3, 1, 4, 1, 5], [0, 2, 2, 5]);
 * words.toList();      // [[3, 1], [], [4, 1, 5]]
 * words.toTensor();    // [[3, 1, 0], [0, 0, 0], [4, 1, 5]]
 * ```
 */
export class RaggedTensor implements Composite {
  /** What the rows hold: the elements, or, of rows of rows, the inner rows. */
  readonly values: Values | RaggedTensor;
  /** Where each row begins among the values, and where the last one ends. */
  readonly splits: readonly number[];

  /**
   * A part, as rt[…] in TensorFlow: `rt.at(0)` is a row, `rt.at("1:3")` rows, `rt.at(":", ":2")` the beginnings of all rows, `rt.at(0, 1)`
   * one element. Behind the rows axes of the elements follow. lib/api/tf/ragged.ts adds it, and `toSparse`.
   *
   * @throws ValueError for an index along an axis whose rows differ
   */
  declare readonly at: (...key: readonly (number | Slice | string)[]) => RaggedTensor | Tensor | NestedStrings;
  /** The same as a sparse tensor. */
  declare readonly toSparse: () => SparseTensor;

  // Methods as tensors have them, element by element: with a ragged tensor of the same rows, a number, or a dense tensor that is
  // broadcast to the rows. lib/api/tf/ragged.ts adds them.
  declare readonly abs: () => RaggedTensor;
  declare readonly add: With;
  declare readonly div: With;
  declare readonly equal: With;
  declare readonly exp: () => RaggedTensor;
  declare readonly floorDiv: With;
  declare readonly greater: With;
  declare readonly greaterEqual: With;
  declare readonly less: With;
  declare readonly lessEqual: With;
  declare readonly log: () => RaggedTensor;
  declare readonly logicalAnd: With;
  declare readonly logicalNot: () => RaggedTensor;
  declare readonly logicalOr: With;
  declare readonly maximum: With;
  declare readonly minimum: With;
  declare readonly mod: With;
  declare readonly mul: With;
  declare readonly neg: () => RaggedTensor;
  declare readonly notEqual: With;
  declare readonly pow: With;
  declare readonly sqrt: () => RaggedTensor;
  declare readonly square: () => RaggedTensor;
  declare readonly sub: With;

  /** Made by the static functions: this one checks nothing but that the splits fit. */
  private constructor(values: Values | RaggedTensor, splits: readonly number[]) {
    this.values = values;
    this.splits = splits;
  }

  /** Rows from where they begin and end. @throws ValueError unless the splits begin with 0, never fall and end with the number of values */
  static fromRowSplits(...given: Forms<typeof splitsForm, RowsForm>): RaggedTensor {
    const where = "RaggedTensor.fromRowSplits";
    const [values, rowSplits] = argumentsOf<RowsForm>(splitsForm, given);
    const held = valuesOf(values, where);
    const splits = numbersOf(rowSplits, where);
    const count = lengthOf(held);
    const isFalling = splits.some((at, i) => i > 0 && at < splits[i - 1]!);
    if (splits.length === 0 || splits[0] !== 0 || isFalling || splits.at(-1) !== count) {
      throw new ValueError(where, {
        given: `the splits ${text(splits)} for ${count} values`,
        expected: `numbers from 0 to ${count} that never fall`,
      });
    }
    return new RaggedTensor(held, splits);
  }

  /** Rows of these lengths. */
  static fromRowLengths(...given: Forms<typeof lengthsForm, RowsForm>): RaggedTensor {
    const where = "RaggedTensor.fromRowLengths";
    const [values, rowLengths] = argumentsOf<RowsForm>(lengthsForm, given);
    const lengths = numbersOf(rowLengths, where);
    if (lengths.some((length) => length < 0)) throw new ValueError(where, { given: text(lengths), expected: "lengths of at least 0" });
    return RaggedTensor.fromRowSplits(values, splitsOf(lengths));
  }

  /** Rows that begin at these places; the last one goes to the end. */
  static fromRowStarts(...given: Forms<typeof startsForm, RowsForm>): RaggedTensor {
    const [values, rowStarts] = argumentsOf<RowsForm>(startsForm, given);
    const held = valuesOf(values, "RaggedTensor.fromRowStarts");
    return RaggedTensor.fromRowSplits(held, [...numbersOf(rowStarts, "RaggedTensor.fromRowStarts"), lengthOf(held)]);
  }

  /** Rows that end before these places. */
  static fromRowLimits(...given: Forms<typeof limitsForm, RowsForm>): RaggedTensor {
    const [values, rowLimits] = argumentsOf<RowsForm>(limitsForm, given);
    return RaggedTensor.fromRowSplits(values, [0, ...numbersOf(rowLimits, "RaggedTensor.fromRowLimits")]);
  }

  /** Rows of one length. @param options.nrows  needed where the length is 0 */
  static fromUniformRowLength(...given: Forms<typeof uniformForm, UniformForm>): RaggedTensor {
    const [values, uniformRowLength, nrows] = argumentsOf<UniformForm>(uniformForm, given);
    const held = valuesOf(values, "RaggedTensor.fromUniformRowLength");
    const rows = nrows ?? (uniformRowLength > 0 ? lengthOf(held) / uniformRowLength : 0);
    if (!Number.isInteger(rows))
      throw new ValueError("RaggedTensor.fromUniformRowLength", {
        given: `${lengthOf(held)} values for rows of ${uniformRowLength}`,
        expected: "a multiple of the length",
      });
    return RaggedTensor.fromRowLengths(held, new Array<number>(rows).fill(uniformRowLength));
  }

  /** Rows from the row of each value, which never falls. @param options.nrows  default: the last one plus 1 */
  static fromValueRowids(...given: Forms<typeof rowidsForm, RowidsForm>): RaggedTensor {
    const [values, valueRowids, nrows] = argumentsOf<RowidsForm>(rowidsForm, given);
    const where = "RaggedTensor.fromValueRowids";
    const ids = numbersOf(valueRowids, where);
    const count = nrows ?? (ids.at(-1) ?? -1) + 1;
    if (ids.some((id, i) => id < 0 || id >= count || (i > 0 && id < ids[i - 1]!)))
      throw new ValueError(where, { given: text(ids), expected: `rows below ${count} that never fall` });
    const lengths = new Array<number>(count).fill(0);
    for (const id of ids) lengths[id]!++;
    return RaggedTensor.fromRowLengths(values, lengths);
  }

  /** Rows of rows, from the splits of each level, the outermost first. */
  static fromNestedRowSplits(...given: Forms<typeof nestedSplitsForm, NestedForm>): RaggedTensor {
    const [flatValues, nestedRowSplits] = argumentsOf<NestedForm>(nestedSplitsForm, given);
    if (nestedRowSplits.length === 0)
      throw new ArgumentError("RaggedTensor.fromNestedRowSplits", { given: "no splits", expected: "those of at least one level" });
    return nestedRowSplits.reduceRight<Given>((values, splits) => RaggedTensor.fromRowSplits(values, splits), flatValues) as RaggedTensor;
  }

  /** Rows of rows, from the lengths of each level, the outermost first. */
  static fromNestedRowLengths(...given: Forms<typeof nestedLengthsForm, NestedForm>): RaggedTensor {
    const [flatValues, nestedRowLengths] = argumentsOf<NestedForm>(nestedLengthsForm, given);
    const where = "RaggedTensor.fromNestedRowLengths";
    return RaggedTensor.fromNestedRowSplits(
      flatValues,
      nestedRowLengths.map((each) => Int32Array.from(splitsOf(numbersOf(each, where)))),
    );
  }

  /**
   * The rows of a tensor.
   *
   * @param options.lengths  how many elements of each row count
   * @param options.padding  what is no element at the end of a row
   * @param options.raggedRank  how many axes become rows of rows; default 1
   */
  static fromTensor(...given: Forms<typeof tensorForm, TensorForm>): RaggedTensor {
    const where = "RaggedTensor.fromTensor";
    const [tensor, lengths, padding, raggedRank] = argumentsOf<TensorForm>(tensorForm, given);
    const x = asTensor(tensor);
    const shape = known(x.shape, where);
    if (shape.length < 2 || raggedRank < 1 || raggedRank >= shape.length)
      throw new ShapeError(where, {
        given: `shape ${shapeText(shape)} and raggedRank ${raggedRank}`,
        expected: "more axes than raggedRank",
      });
    if (raggedRank > 1) {
      const inner = RaggedTensor.fromTensor(reshape(x, [shape[0]! * shape[1]!, ...shape.slice(2)]), {
        ...(lengths != null && { lengths }),
        ...(padding != null && { padding }),
        raggedRank: raggedRank - 1,
      });
      return RaggedTensor.fromUniformRowLength(inner, shape[1]!, { nrows: shape[0]! });
    }
    const [rows, width, ...rest] = shape as [number, number, ...number[]];
    const counts =
      lengths != null ? numbersOf(lengths, where).map((length) => Math.min(length, width)) : paddedLengths(x, padding, rows, width);
    if (counts.length !== rows || counts.some((count) => count < 0))
      throw new ValueError(where, {
        given: `the lengths ${text(counts)} for ${rows} rows`,
        expected: "a length of at least 0 for each row",
      });
    const places = counts.flatMap((count, row) => Array.from({ length: count }, (_, i) => row * width + i));
    const flat = reshape(x, [rows * width, ...rest]);
    return new RaggedTensor(take(flat, Int32Array.from(places), 0), splitsOf(counts));
  }

  get dtype(): string {
    return this.flatValues.dtype;
  }

  /** How many axes are rows of rows. */
  get raggedRank(): number {
    return this.values instanceof RaggedTensor ? this.values.raggedRank + 1 : 1;
  }

  /** The lengths of the axes; null along which rows differ. */
  get shape(): Shape {
    const inner = this.values.shape.slice(1);
    const first = this.splits.length > 1 ? this.splits[1]! - this.splits[0]! : null;
    const isUniform = this.uniformRowLength !== null && this.values instanceof RaggedTensor;
    return [this.splits.length - 1, isUniform ? first : null, ...inner];
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The length of every row, where all have one; else null. */
  get uniformRowLength(): number | null {
    const lengths = new Set(lengthsOf(this.splits));
    return lengths.size === 1 ? [...lengths][0]! : null;
  }

  /** The elements of all innermost rows. */
  get flatValues(): Values {
    return this.values instanceof RaggedTensor ? this.values.flatValues : this.values;
  }

  get rowSplits(): Tensor {
    return integersOf(this.splits);
  }

  /** The splits of each level, the outermost first. */
  get nestedRowSplits(): Tensor[] {
    return this.values instanceof RaggedTensor ? [this.rowSplits, ...this.values.nestedRowSplits] : [this.rowSplits];
  }

  nrows(): Tensor {
    return asTensor(this.splits.length - 1, "int32");
  }

  /** The length of each row; of inner rows (`axis` above 1) as a ragged tensor. */
  rowLengths(...given: Forms<typeof axisForm, AxisForm>): Tensor | RaggedTensor {
    const [axis] = argumentsOf<AxisForm>(axisForm, given);
    if (axis === 0) return this.nrows();
    if (axis === 1) return integersOf(lengthsOf(this.splits));
    if (axis > 1 && this.values instanceof RaggedTensor) {
      const inner = this.values.rowLengths({ axis: axis - 1 });
      return new RaggedTensor(inner, this.splits);
    }
    throw new ValueError("RaggedTensor.rowLengths", { given: `axis ${axis}`, expected: `an axis from 1 to ${this.raggedRank}` });
  }

  rowStarts(): Tensor {
    return integersOf(this.splits.slice(0, -1));
  }

  rowLimits(): Tensor {
    return integersOf(this.splits.slice(1));
  }

  /** The row of each value. */
  valueRowids(): Tensor {
    return integersOf(lengthsOf(this.splits).flatMap((length, row) => new Array<number>(length).fill(row)));
  }

  nestedRowLengths(): Tensor[] {
    return this.values instanceof RaggedTensor
      ? [integersOf(lengthsOf(this.splits)), ...this.values.nestedRowLengths()]
      : [integersOf(lengthsOf(this.splits))];
  }

  /** The lengths of the smallest tensor that all rows fit in. @param options.axis  of these axes alone */
  boundingShape(...given: Forms<typeof boundsForm, BoundsForm>): Tensor {
    const [axis] = argumentsOf<BoundsForm>(boundsForm, given);
    const shape = this.#bounds();
    if (axis === null) return integersOf(shape);
    const of = (each: number): number => shape[checkAxis("RaggedTensor.boundingShape", each, shape.length)]!;
    if (typeof axis === "number") return asTensor(of(axis), "int32");
    return integersOf(listOf(axis).map(of));
  }

  #bounds(): number[] {
    const longest = Math.max(0, ...lengthsOf(this.splits));
    const inner = this.values instanceof RaggedTensor ? this.values.#bounds() : known(this.values.shape, "RaggedTensor.boundingShape");
    return [this.splits.length - 1, longest, ...inner.slice(1)];
  }

  /** The row of each value, at each level. */
  nestedValueRowids(): Tensor[] {
    return this.values instanceof RaggedTensor ? [this.valueRowids(), ...this.values.nestedValueRowids()] : [this.valueRowids()];
  }

  /** Row number i: a tensor, strings, or rows of their own. */
  row(index: number): Values | RaggedTensor {
    const rows = this.splits.length - 1;
    if (!(Number.isInteger(index) && index >= -rows && index < rows))
      throw new ValueError("RaggedTensor.row", {
        given: `row ${text(index)}`,
        expected: rows === 0 ? "no row" : `a row from ${-rows} to ${rows - 1}`,
      });
    const at = index < 0 ? index + rows : index;
    return pick(this.values, range(this.splits[at]!, this.splits[at + 1]!));
  }

  /** Ragged tensors along a new first axis, this one first. */
  stacked(all: readonly unknown[]): RaggedTensor {
    return stackRagged(all as readonly RaggedTensor[], 0);
  }

  /** The rows with these numbers. */
  gather(rows: readonly number[]): RaggedTensor {
    const count = this.splits.length - 1;
    const outside = rows.find((row) => !(row >= 0 && row < count));
    if (outside !== undefined) throw new ValueError("gather", { given: `row ${outside}`, expected: `a row from 0 to ${count - 1}` });
    const places = rows.flatMap((row) => range(this.splits[row]!, this.splits[row + 1]!));
    return new RaggedTensor(pick(this.values, places), splitsOf(rows.map((row) => this.splits[row + 1]! - this.splits[row]!)));
  }

  /** As nested arrays of numbers, booleans or strings. */
  toList(): NestedRows[] {
    const inner: readonly unknown[] =
      this.values instanceof RaggedTensor
        ? this.values.toList()
        : this.values instanceof Strings
          ? (this.values.nested() as NestedStrings[])
          : (this.values.array() as NestedArray[]);
    return lengthsOf(this.splits).map((_, row) => inner.slice(this.splits[row], this.splits[row + 1]) as NestedRows[]);
  }

  toJSON(): NestedRows[] {
    return this.toList();
  }

  /**
   * A tensor that all rows fit in.
   *
   * @param options.defaultValue  what stands behind the ends of rows; default 0
   * @param options.shape  its lengths; null takes what is needed. Longer rows are cut.
   */
  toTensor(...given: Forms<typeof denseForm, DenseForm>): Tensor {
    const [defaultValue, wished] = argumentsOf<DenseForm>(denseForm, given);
    const shape = wished === null ? null : listOf(wished);
    if (shape) checkLengths(shape, "RaggedTensor.toTensor.shape");
    const flat = this.flatValues;
    if (shape !== null && shape.length !== this.rank)
      throw new ShapeError("RaggedTensor.toTensor.shape", { given: shapeText(shape), expected: `${this.rank} lengths, or null` });
    if (flat instanceof Strings)
      throw new ArgumentError("RaggedTensor.toTensor", {
        given: "strings",
        expected: "numbers",
        hint: "Use toList().",
      });
    if (typeof defaultValue === "string")
      throw new ArgumentError("RaggedTensor.toTensor.defaultValue", { given: text(defaultValue), expected: "a number" });
    const bounds = this.#bounds();
    const wanted = bounds.map((length, axis) => shape?.[axis] ?? length);
    const rest = bounds.slice(this.raggedRank + 1);
    const outer = wanted.slice(0, this.raggedRank + 1);
    if (rest.some((length, i) => wanted[i + outer.length] !== length))
      throw new ShapeError("RaggedTensor.toTensor", { given: `the shape ${shapeText(wanted)}`, expected: `${shapeText(rest)} at the end` });
    const { from, to } = this.#places(outer);
    const total = outer.reduce((product, length) => product * length, 1);
    const dtype = flat.dtype;
    const base = full([total, ...rest], defaultValue ?? 0, { dtype });
    const rows = take(flat, Int32Array.from(from), 0);
    const filled = from.length === 0 ? base : scatterUpdateRows(base, asTensor(Int32Array.from(to)), rows, null);
    return reshape(filled, wanted);
  }

  /** Which values go where in a dense array of such lengths. */
  #places(outer: readonly number[]): { from: number[]; to: number[] } {
    const from: number[] = [];
    const to: number[] = [];
    const visit = (at: RaggedTensor, begin: number, end: number, axis: number, base: number): void => {
      for (let row = begin; row < end && row - begin < outer[axis]!; row++) {
        const place = (base + row - begin) * outer[axis + 1]!;
        const [first, last] = [at.splits[row]!, at.splits[row + 1]!];
        if (at.values instanceof RaggedTensor) visit(at.values, first, last, axis + 1, place);
        else
          for (let i = first; i < last && i - first < outer[axis + 1]!; i++) {
            from.push(i);
            to.push(place + i - first);
          }
      }
    };
    visit(this, 0, this.splits.length - 1, 0, 0);
    return { from, to };
  }

  /** The coordinates of each innermost value, row by row: [value][axis]. */
  coordinates(): number[][] {
    const all: number[][] = [];
    const visit = (at: RaggedTensor, begin: number, end: number, path: readonly number[]): void => {
      for (let row = begin; row < end; row++) {
        const [first, last] = [at.splits[row]!, at.splits[row + 1]!];
        if (at.values instanceof RaggedTensor) visit(at.values, first, last, [...path, row - begin]);
        else for (let i = first; i < last; i++) all.push([...path, row - begin, i - first]);
      }
    };
    visit(this, 0, this.splits.length - 1, []);
    return all;
  }

  /** Other values in the same rows. */
  withValues(values: Given): RaggedTensor {
    const held = valuesOf(values, "RaggedTensor.withValues");
    return RaggedTensor.fromRowSplits(held, [...this.splits]);
  }

  /** As many rows, of these tensors. */
  withRows(rows: readonly Tensor[]): RaggedTensor {
    const scalar = rows.find((each) => each.rank === 0);
    if (scalar) throw new ShapeError("RaggedTensor.withRows", { given: "a scalar among the rows", expected: "rows, or scalars alone" });
    if (rows.length === 0) return this;
    return RaggedTensor.fromRowLengths(
      concatenate(rows, 0),
      rows.map((each) => known(each.shape, "RaggedTensor.withRows")[0]!),
    );
  }

  /** Other elements in the same innermost rows. */
  withFlatValues(values: Given): RaggedTensor {
    return this.withValues(this.values instanceof RaggedTensor ? this.values.withFlatValues(values) : values);
  }

  /** Rows whose rows are put together: one level less. */
  mergeDims(outerAxis: number, innerAxis: number): RaggedTensor | Values {
    const where = "RaggedTensor.mergeDims";
    const [outer, inner] = [outerAxis, innerAxis].map((axis) => checkAxis(where, axis, this.rank)) as [number, number];
    if (outer > inner) throw new ValueError(where, { given: `axes ${outerAxis} and ${innerAxis}`, expected: "the outer axis first" });
    if (outer === inner) return this;
    const { values } = this;
    if (outer > 1) {
      if (values instanceof RaggedTensor) return this.withValues(values.mergeDims(outer - 1, inner - 1));
      const lengths = values.shape as number[];
      const merged = lengths.slice(outer - 1, inner).reduce((product, length) => product * length, 1);
      return this.withValues(reshape(values as Tensor, [...lengths.slice(0, outer - 1), merged, ...lengths.slice(inner)]));
    }
    // What is inside becomes one level first.
    const flat = inner > 1 && values instanceof RaggedTensor ? values.mergeDims(0, inner - 1) : values;
    if (outer === 0) return inner > 1 && !(values instanceof RaggedTensor) ? joinedRows(where, values as Tensor, inner) : flat;
    if (!(values instanceof RaggedTensor)) {
      const each = (values.shape as number[]).slice(1, inner).reduce((product, length) => product * length, 1);
      return new RaggedTensor(
        joinedRows(where, values as Tensor, inner),
        this.splits.map((at) => at * each),
      );
    }
    const ends = values.#endsAt(inner - 1);
    return new RaggedTensor(
      flat,
      this.splits.map((at) => ends[at]!),
    );
  }

  /** Where the elements so many axes inside begin, for each row. */
  #endsAt(axes: number): readonly number[] {
    if (axes <= 1 || !(this.values instanceof RaggedTensor)) return this.splits;
    const ends = this.values.#endsAt(axes - 1);
    return this.splits.map((at) => ends[at]!);
  }

  [parts](): { readonly values: readonly unknown[]; like(values: readonly unknown[]): unknown } {
    return { values: [this.flatValues], like: ([values]) => this.withFlatValues(values as Given) };
  }

  /** The rows, one after the other. */
  *[Symbol.iterator](): Iterator<Values | RaggedTensor> {
    for (let row = 0; row + 1 < this.splits.length; row++) yield this.row(row);
  }

  toString(): string {
    const flat = this.flatValues;
    if (!(flat instanceof Strings) && flat.isSymbolic)
      return `tf.RaggedTensor(values=${flat.toString()}, splits=${text([...this.splits])})`;
    return `<tf.RaggedTensor ${JSON.stringify(this.toList()).replaceAll(",", ", ")}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Dense rows whose axes from the first one on are put together. */
function joinedRows(where: string, values: Tensor, count: number): Tensor {
  const shape = known(values.shape, where);
  return reshape(values, [shape.slice(0, count).reduce((product, length) => product * length, 1), ...shape.slice(count)]);
}

export const isRagged = (value: unknown): value is RaggedTensor => value instanceof RaggedTensor;

/**
 * A function of tensors, of the elements of ragged ones: all must have the same rows. Dense tensors are broadcast to the rows, others are
 * given on as they are.
 */
export function overValues(where: string, fn: AnyFunction, args: readonly unknown[]): RaggedTensor {
  const ragged = args.filter(isRagged);
  const [first, ...others] = ragged as [RaggedTensor, ...RaggedTensor[]];
  const key = (each: RaggedTensor): string => text(splitsOfLevels(each), Infinity);
  if (others.some((each) => key(each) !== key(first)))
    throw new ShapeError(where, { given: "ragged tensors whose rows have other lengths", expected: "the same lengths of rows" });
  const made: unknown = fn(
    ...args.map((each) => {
      if (isRagged(each)) return each.flatValues;
      const isArray = (Array.isArray(each) && !isStrings(each)) || ArrayBuffer.isView(each);
      const dense = isArray ? asTensor(each as TensorLike) : each instanceof Chainable ? each.value() : null;
      return dense && dense.rank > 0 ? broadcastToRows(where, dense, first) : each;
    }),
  );
  return first.withFlatValues(made as Given);
}

/** The elements of a dense tensor that meet those of a ragged one. @throws ShapeError where lengths differ and are not 1 */
function broadcastToRows(where: string, dense: Tensor, ragged: RaggedTensor): Tensor {
  const shape = known(dense.shape, where);
  const depth = ragged.raggedRank + 1;
  const inner = ragged.flatValues.shape.length - 1;
  const own = shape.slice(0, Math.max(0, shape.length - inner));
  if (own.length === 0) return dense;
  const lengths = [...new Array<number>(Math.max(0, depth - own.length)).fill(1), ...own];
  const misfit = (): never => {
    throw new ShapeError(where, {
      given: `a tensor of shape ${shapeText(shape)} and a ragged one of shape ${shapeText(ragged.shape)}`,
      expected: "axes of length 1, or of the length of every row",
    });
  };
  if (lengths.length !== depth) misfit();
  const places: number[] = [];
  const visit = (rows: RaggedTensor | null, begin: number, end: number, axis: number, base: number): void => {
    const length = lengths[axis]!;
    if (length !== 1 && length !== end - begin) misfit();
    for (let i = begin; i < end; i++) {
      const at = base * length + (length === 1 ? 0 : i - begin);
      if (!rows) places.push(at);
      else visit(rows.values instanceof RaggedTensor ? rows.values : null, rows.splits[i]!, rows.splits[i + 1]!, axis + 1, at);
    }
  };
  visit(ragged, 0, ragged.splits.length - 1, 0, 0);
  const total = lengths.reduce((product, each) => product * each, 1);
  return take(reshape(dense, [total, ...shape.slice(own.length)]), Int32Array.from(places), 0);
}

/** A new axis of length 1. */
export function expandRagged(x: RaggedTensor | Values, axis: number): RaggedTensor | Tensor {
  if (x instanceof Strings) throw new ArgumentError("expandDims", { given: "strings", expected: "numbers" });
  if (!isRagged(x)) return expandDims(x, axis);
  const at = checkAxis("expandDims", axis, x.rank + 1);
  if (at > 1) return x.withValues(expandRagged(x.values, at - 1));
  const rows = x.splits.length - 1;
  return RaggedTensor.fromRowSplits(x, at === 0 ? [0, rows] : Int32Array.from(range(0, rows + 1)));
}

const splitsOfLevels = (ragged: RaggedTensor): (readonly number[])[] =>
  ragged.values instanceof RaggedTensor ? [ragged.splits, ...splitsOfLevels(ragged.values)] : [ragged.splits];

/** Ragged tensors along their rows (axis 0), or row by row (axis 1). */
export function concatenateRagged(values: readonly (RaggedTensor | TensorLike)[], axis: number): RaggedTensor {
  const all = values.map((each) => (isRagged(each) ? each : RaggedTensor.fromTensor(each)));
  const along = axis < 0 ? axis + all[0]!.rank : axis;
  const whole = joined(all.map((each) => each.values));
  const lengths = all.map((each) => lengthsOf(each.splits));
  const stacked = RaggedTensor.fromRowLengths(whole, lengths.flat());
  if (along === 0) return stacked;
  const rows = lengths[0]!.length;
  if (lengths.some((each) => each.length !== rows))
    throw new ShapeError("concat", { given: `${lengths.map((each) => each.length).join(", ")} rows`, expected: "as many rows in each" });
  const firsts = lengths.map((_, i) => i * rows);
  if (along === 1) {
    const ordered = stacked.gather(Array.from({ length: rows }, (_, row) => firsts.map((first) => first + row)).flat());
    return RaggedTensor.fromRowLengths(
      ordered.values,
      Array.from({ length: rows }, (_, row) => lengths.reduce((sum, each) => sum + each[row]!, 0)),
    );
  }
  const inner = all.map((each) => each.values);
  if (!inner.every(isRagged)) throw new ValueError("concat", { given: `axis ${axis}`, expected: "an axis of all values" });
  return RaggedTensor.fromRowSplits(concatenateRagged(inner, along - 1), [...all[0]!.splits]);
}

/** Ragged tensors along a new first axis. */
export function stackRagged(values: readonly RaggedTensor[], axis: number): RaggedTensor {
  const at = checkAxis("stack", axis, values[0]!.rank + 1);
  if (at > 0)
    return concatenateRagged(
      values.map((each) => expandRagged(each, at)),
      at,
    );
  const whole = concatenateRagged(values, 0);
  return RaggedTensor.fromRowLengths(
    whole,
    values.map((each) => each.splits.length - 1),
  );
}

/** The values of several, one behind the other. */
export function joined(all: readonly (Values | RaggedTensor)[]): Values | RaggedTensor {
  if (all.every(isRagged)) return concatenateRagged(all, 0);
  if (all.every((each) => each instanceof Strings))
    return new Strings(
      [all.reduce((sum, each) => sum + each.values.length, 0)],
      all.flatMap((each) => each.values),
    );
  return concatenate(all as Tensor[], 0);
}

const range = (begin: number, end: number): number[] => Array.from({ length: end - begin }, (_, i) => begin + i);

export function pick(values: Values | RaggedTensor, rows: readonly number[]): Values | RaggedTensor {
  if (values instanceof RaggedTensor) return values.gather(rows);
  return values instanceof Strings ? values.pick(rows) : take(values, Int32Array.from(rows), 0);
}

export const lengthsOf = (splits: readonly number[]): number[] => splits.slice(1).map((at, i) => at - splits[i]!);
const splitsOf = (lengths: readonly number[]): number[] =>
  lengths.reduce((splits, length) => (splits.push(splits.at(-1)! + length), splits), [0]);
/** Numbers that stand in an array, or in a tensor. */
const listOf = <T>(given: readonly T[] | Chainable): readonly T[] =>
  given instanceof Chainable ? (Array.from(given.value().data()) as T[]) : given;
const integersOf = (values: readonly number[]): Tensor => adoptTensor(Int32Array.from(values), [values.length], "int32");

function lengthOf(values: Values | RaggedTensor): number {
  if (values instanceof RaggedTensor) return values.splits.length - 1;
  return known(values.shape, "RaggedTensor")[0] ?? 0;
}

function valuesOf(values: Given, where: string): Values | RaggedTensor {
  if (values instanceof RaggedTensor || values instanceof Strings) return values;
  const held = isStrings(values) ? Strings.of(values, where) : asTensor(values);
  if (held.rank === 0) throw new ShapeError(where, { given: "a scalar", expected: "values along a first axis" });
  return held;
}

/** Whole numbers that are known on the host. */
function numbersOf(values: TensorLike, where: string): number[] {
  if (values instanceof Chainable && values.value().isSymbolic)
    throw new StateError(where, {
      given: `the symbolic ${String(values)}`,
      expected: "lengths or splits with values",
      hint: "Where rows end is a constant of a traced function: make the ragged tensor outside, or compute with padded tensors.",
    });
  const numbers = Array.from(asTensor(values, "int32").view());
  if (numbers.every(Number.isInteger)) return numbers;
  throw new ValueError(where, { given: text(numbers), expected: "whole numbers" });
}

/** How many elements each row has before the padding at its end. */
function paddedLengths(x: Tensor, padding: number | null | undefined, rows: number, width: number): number[] {
  if (padding == null) return new Array<number>(rows).fill(width);
  const flat = x.view("RaggedTensor.fromTensor");
  const each = width === 0 ? 0 : flat.length / (rows * width);
  return Array.from({ length: rows }, (_, row) => {
    let count = width;
    const isPadding = (i: number): boolean =>
      flat.subarray((row * width + i) * each, (row * width + i + 1) * each).every((value) => value === padding);
    while (count > 0 && isPadding(count - 1)) count--;
    return count;
  });
}
