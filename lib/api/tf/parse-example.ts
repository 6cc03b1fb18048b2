// tf.io: the features of serialized Examples, the records of TFRecord files: fixed ones, sequences, ragged and sparse ones.

import {
  boolean,
  field,
  invalid,
  list,
  nonNegativeInteger,
  nullable,
  schema,
  string,
  withDefault,
  type Arguments,
} from "../../config/index.js";
import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { keptDtype } from "../../core/dtype.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { sizeOf } from "../../core/shape.js";
import { type NestedStrings, Strings } from "../../core/strings.js";
import type { Tensor } from "../../core/tensor.js";
import { type FeatureValues, readExample } from "../../formats/example.js";
import * as ops from "../../ops/index.js";
import { joined, RaggedTensor } from "../../ragged/ragged-tensor.js";
import { SparseTensor } from "../../sparse/sparse-tensor.js";
import { bytesOf } from "./bytes.js";

type Name = string | null;
type DefaultValue = TensorLike | NestedStrings | null;

const defaultValue = nullable(field<DefaultValue>({ expected: "a value, or values", parse: (value) => value as DefaultValue }));
const fixedOptions = schema(["shape", "dtype", "defaultValue"], { shape: list(nonNegativeInteger()), dtype: string(), defaultValue });
const sequenceOptions = schema(["shape", "dtype", "allowMissing", "defaultValue"], {
  shape: list(nonNegativeInteger()),
  dtype: string(),
  allowMissing: boolean(false),
  defaultValue,
});
const raggedOptions = schema(["dtype", "valueKey", "partitions"], {
  dtype: string(),
  valueKey: nullable(string()),
  partitions: withDefault(
    list(
      field<RaggedPartition>({
        expected: "tf.io.RaggedFeature.RowSplits(key) or one of its likes",
        parse: (value) => (value instanceof RaggedPartition ? value : invalid),
      }),
    ),
    [],
  ),
  rowSplitsDtype: string("int32"),
  validate: boolean(false),
});

/**
 * A feature of a known shape.
 *
 * ```ts
 * new tf.io.FixedLenFeature([2], "float32").shape; // [2]
 * ```
 */
export class FixedLenFeature {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly defaultValue: DefaultValue;

  constructor(...given: Arguments<typeof fixedOptions>) {
    ({ shape: this.shape, dtype: this.dtype, defaultValue: this.defaultValue } = fixedOptions.parse("io.FixedLenFeature", given));
  }
}

/**
 * A feature of any number of slices of a known shape, along a new axis; of several Examples, shorter ones are filled up.
 *
 * ```ts
 * new tf.io.FixedLenSequenceFeature([], "float32", { allowMissing: true }).dtype; // "float32"
 * ```
 *
 * @param allowMissing  must be true: an Example without it has none
 * @param defaultValue  what shorter ones are filled up with. Default: 0, or ""
 */
export class FixedLenSequenceFeature {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly allowMissing: boolean;
  readonly defaultValue: DefaultValue;

  constructor(...given: Arguments<typeof sequenceOptions>) {
    const options = sequenceOptions.parse("io.FixedLenSequenceFeature", given);
    ({ shape: this.shape, dtype: this.dtype, allowMissing: this.allowMissing, defaultValue: this.defaultValue } = options);
  }
}

/** How the values of a RaggedFeature are parted: by the feature of that name, or into rows of one length. */
export class RaggedPartition {
  constructor(
    readonly kind: "RowSplits" | "RowLengths" | "RowStarts" | "RowLimits" | "ValueRowIds" | "UniformRowLength",
    readonly by: string | number,
  ) {}
}

/**
 * A feature of any number of values: a vector of them for one Example, a ragged tensor for several. With partitions the values of an
 * Example are rows (of rows …) themselves.
 *
 * ```ts
 * new tf.io.RaggedFeature("int64").dtype; // "int64"
 * ```
 *
 * @param valueKey    the feature that has the values. Default: the name under which this one stands
 * @param partitions  the outermost first: `tf.io.RaggedFeature.RowSplits(key)`, `RowLengths`, `RowStarts`, `RowLimits`, `ValueRowIds`, or
 *                    `UniformRowLength(length)`
 */
export class RaggedFeature {
  readonly dtype: string;
  readonly valueKey: string | null;
  readonly partitions: readonly RaggedPartition[];

  constructor(...given: Arguments<typeof raggedOptions>) {
    ({ dtype: this.dtype, valueKey: this.valueKey, partitions: this.partitions } = raggedOptions.parse("io.RaggedFeature", given));
  }

  static readonly RowSplits = (key: string): RaggedPartition => new RaggedPartition("RowSplits", key);
  static readonly RowLengths = (key: string): RaggedPartition => new RaggedPartition("RowLengths", key);
  static readonly RowStarts = (key: string): RaggedPartition => new RaggedPartition("RowStarts", key);
  static readonly RowLimits = (key: string): RaggedPartition => new RaggedPartition("RowLimits", key);
  static readonly ValueRowIds = (key: string): RaggedPartition => new RaggedPartition("ValueRowIds", key);
  static readonly UniformRowLength = (length: number): RaggedPartition => new RaggedPartition("UniformRowLength", length);
}

/**
 * A feature of any number of values: a sparse tensor.
 *
 * ```ts
 * new tf.io.VarLenFeature("int64").dtype; // "int64"
 * ```
 */
export class VarLenFeature {
  constructor(readonly dtype: string) {}
}

type Feature = FixedLenFeature | FixedLenSequenceFeature | VarLenFeature | RaggedFeature;
// Which of them a feature gives, tensors, strings or a sparse tensor, its spec says; types can't.
type Parsed = Record<string, any>;
const decoder = new TextDecoder();

/** The values of a feature, checked against its dtype; null where there are none. */
function valuesOf(where: string, key: string, found: FeatureValues | undefined, dtype: string): (number | string)[] | null {
  if (!found) return null;
  const kind = dtype === "string" ? "bytes" : keptDtype(dtype) === "float32" ? "float" : "int64";
  if (found.kind !== kind)
    throw new ValueError(`${where}.${key}`, { given: `a list of ${found.kind}`, expected: `${kind}, for dtype ${dtype}` });
  return found.kind === "bytes" ? found.values.map((bytes) => decoder.decode(bytes)) : [...found.values];
}

const leafOf = (values: readonly (number | string)[], shape: readonly number[], dtype: string): Tensor | Strings =>
  dtype === "string" ? new Strings(shape, values as string[]) : constant(values as number[], { dtype: keptDtype(dtype)!, shape });
const shown = (leaf: Tensor | Strings): Tensor | NestedStrings => (leaf instanceof Strings ? leaf.nested() : leaf);

/** The values of several Examples: dense ones along a new first axis, others as sparse matrices. */
function parsed(where: string, all: readonly Uint8Array[], features: Readonly<Record<string, Feature>>): Parsed {
  const examples = all.map((bytes) => readExample(bytesOf(where, bytes), where));
  const made: Parsed = {};
  for (const [key, feature] of Object.entries(features)) {
    const valueKey = (feature instanceof RaggedFeature && feature.valueKey) || key;
    const rows = examples.map((example) => valuesOf(where, valueKey, example.get(valueKey), feature.dtype));
    if (feature instanceof RaggedFeature) {
      const each = rows.map((row, i) => parted(where, row ?? [], feature, examples[i]!));
      made[key] = RaggedTensor.fromRowLengths(
        joined(each),
        each.map((one) => one.shape[0]!),
      );
      continue;
    }
    if (feature instanceof FixedLenSequenceFeature) {
      made[key] = sequences(`${where}.${key}`, rows, feature);
      continue;
    }
    if (feature instanceof VarLenFeature) {
      const lists = rows.map((row) => row ?? []);
      const places = lists.flatMap((list, row) => list.flatMap((__, i) => [row, i]));
      const values = leafOf(lists.flat(), [lists.flat().length], feature.dtype);
      const longest = Math.max(0, ...lists.map((list) => list.length));
      made[key] = new SparseTensor(constant(Int32Array.from(places), { shape: [places.length / 2, 2] }), values as Tensor, [
        all.length,
        longest,
      ]);
      continue;
    }
    if (!(feature instanceof FixedLenFeature))
      throw new ArgumentError(`${where}.features.${key}`, {
        given: text(feature),
        expected: "a FixedLenFeature, a VarLenFeature, or one of their likes",
      });
    const size = sizeOf(feature.shape);
    const filled = rows.map((row) => {
      const values = row ?? defaultsOf(where, key, feature, size);
      if (values.length === size) return values;
      throw new ShapeError(`${where}.${key}`, {
        given: `${values.length} values`,
        expected: `${size}, for the shape ${text(feature.shape)}`,
      });
    });
    made[key] = shown(leafOf(filled.flat(), [all.length, ...feature.shape], feature.dtype));
  }
  return made;
}

/** The values of one Example in rows, as the partitions say. */
function parted(
  where: string,
  values: readonly (number | string)[],
  { dtype, partitions }: RaggedFeature,
  example: ReadonlyMap<string, FeatureValues>,
): Tensor | Strings | RaggedTensor {
  return partitions.reduceRight<Tensor | Strings | RaggedTensor>(
    (inner, { kind, by }) => {
      if (typeof by === "number") return RaggedTensor.fromUniformRowLength(inner, by);
      const ends = constant((valuesOf(where, by, example.get(by), "int64") ?? []) as number[], { dtype: "int32" });
      if (kind === "RowSplits") return RaggedTensor.fromRowSplits(inner, ends);
      if (kind === "RowLengths") return RaggedTensor.fromRowLengths(inner, ends);
      if (kind === "RowStarts") return RaggedTensor.fromRowStarts(inner, ends);
      return kind === "RowLimits" ? RaggedTensor.fromRowLimits(inner, ends) : RaggedTensor.fromValueRowids(inner, ends);
    },
    leafOf(values, [values.length], dtype),
  );
}

/** Slices of each Example along a second axis, shorter ones filled up. */
function sequences(where: string, rows: readonly ((number | string)[] | null)[], feature: FixedLenSequenceFeature): Tensor | NestedStrings {
  const { shape, dtype, allowMissing, defaultValue: given } = feature;
  if (!allowMissing) throw new ValueError(`${where}.allowMissing`, { given: "false", expected: "true" });
  const size = sizeOf(shape);
  const odd = rows.find((row) => row && row.length % size !== 0);
  if (odd) throw new ShapeError(where, { given: `${odd.length} values`, expected: `a multiple of ${size}, for the shape ${text(shape)}` });
  const longest = Math.max(0, ...rows.map((row) => row?.length ?? 0));
  const filler = (given ?? (dtype === "string" ? "" : 0)) as number | string;
  const filled = rows.flatMap((row) => [...(row ?? []), ...new Array<number | string>(longest - (row?.length ?? 0)).fill(filler)]);
  return shown(leafOf(filled, [rows.length, longest / size, ...shape], dtype));
}

function defaultsOf(where: string, key: string, { defaultValue, dtype }: FixedLenFeature, size: number): (number | string)[] {
  if (defaultValue === null)
    throw new ValueError(`${where}.${key}`, { given: "an Example without it", expected: "a value: it has no default" });
  const values =
    dtype === "string"
      ? [...Strings.of(defaultValue as NestedStrings, where).values]
      : Array.from(asTensor(defaultValue as TensorLike).view());
  return values.length === 1 ? new Array<number | string>(size).fill(values[0]!) : values;
}

/**
 * The features of serialized Examples, by name.
 *
 * ```ts
 * const numbers = new tf.train.Feature({ floatList: new tf.train.FloatList({ value: [1, 2] }) });
 * const record = new tf.train.Example({ features: new tf.train.Features({ feature: { x: numbers } }) });
 * tf.io.parseExample([record.serializeToString()], { x: new tf.io.FixedLenFeature([2], "float32") })["x"]; // [[1, 2]]
 * ```
 */
export const parseExample = declare(
  "tf.io.parseExample(serialized:array, features:tree, exampleNames:any=null, name:string=null)",
  (serialized: readonly Uint8Array[], features: Readonly<Record<string, Feature>>, _names: unknown, _: Name): Parsed =>
    parsed("io.parseExample", serialized, features),
);

/**
 * The features of one serialized Example, by name.
 *
 * ```ts
 * const numbers = new tf.train.Feature({ floatList: new tf.train.FloatList({ value: [1, 2] }) });
 * const record = new tf.train.Example({ features: new tf.train.Features({ feature: { x: numbers } }) });
 * tf.io.parseSingleExample(record.serializeToString(), { x: new tf.io.FixedLenFeature([2], "float32") })["x"]; // [1, 2]
 * ```
 */
export const parseSingleExample = declare(
  "tf.io.parseSingleExample(serialized:any, features:tree, exampleNames:any=null, name:string=null)",
  (serialized: Uint8Array, features: Readonly<Record<string, Feature>>, _names: unknown, _: Name): Parsed => {
    const all = parsed("io.parseSingleExample", [serialized], features);
    const first = (value: Parsed[string]): Parsed[string] => {
      if (value instanceof SparseTensor)
        return new SparseTensor(ops.getItem(value.indices, [{}, { start: 1 }]), value.values as Tensor, [value.shape[1]!]);
      if (value instanceof RaggedTensor) {
        const row = value.row(0);
        return row instanceof Strings ? row.nested() : row;
      }
      return Array.isArray(value) ? (value[0] as NestedStrings) : ops.getItem(value as Tensor, 0);
    };
    return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, first(value)]));
  },
);
