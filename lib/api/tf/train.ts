// tf.train: checkpoints, moving averages, and Examples, the records of TFRecord files.

import { boolean, field, invalid, nullable, number, schema, string, withDefault, type Arguments } from "../../config/index.js";
import { withoutNew } from "../../config/without-new.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, DtypeError, StateError, text } from "../../core/errors.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { type FeatureValues, readExample, writeExample } from "../../formats/example.js";
import * as ops from "../../ops/index.js";
import { children } from "../../saving/saveable.js";
import { Variable } from "../../variables/variable.js";

export * from "../../saving/index.js";
export { ClusterSpec } from "../../distribution/cluster.js";

const encoder = new TextEncoder();

/** Options of messages are fields: `{ value: [1, 2] }`. @throws ArgumentError for others */
function only(where: string, given: unknown, ...known: readonly string[]): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new ArgumentError(where, { given: text(given), expected: `a record with ${known.join(", ")}` });
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new ArgumentError(where, { given: `the field ${unknown}`, expected: known.join(", ") });
  return given as Record<string, unknown>;
}

const listOf = (where: string, value: unknown): unknown[] => {
  if (value instanceof Chainable) return Array.from(value.value().data());
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return Array.from(value as unknown as unknown[]);
  throw new ArgumentError(`${where}.value`, { given: text(value), expected: "an array" });
};

class BytesListMessage {
  readonly value: readonly Uint8Array[];
  /** @param fields.value  bytes, or strings, which become UTF-8 */
  constructor(fields: { value?: readonly (Uint8Array | string)[] } = {}) {
    const { value = [] } = only("train.BytesList", fields, "value");
    this.value = (Array.isArray(value) ? (value as unknown[]) : [value]).map((each) => {
      if (typeof each === "string") return encoder.encode(each);
      if (each instanceof Uint8Array) return each;
      if (each instanceof Chainable && each.value().dtype === "uint8") return Uint8Array.from(each.value().data());
      throw new DtypeError("train.BytesList.value", { given: text(each), expected: "strings, or Uint8Arrays" });
    });
  }
}

class FloatListMessage {
  readonly value: readonly number[];
  constructor(fields: { value?: ArrayLike<number> | TensorLike } = {}) {
    this.value = listOf("train.FloatList", only("train.FloatList", fields, "value").value ?? []).map((each) => {
      if (typeof each !== "number") throw new DtypeError("train.FloatList.value", { given: text(each), expected: "numbers" });
      return each;
    });
  }
}

class Int64ListMessage {
  readonly value: readonly number[];
  constructor(fields: { value?: ArrayLike<number | bigint | boolean> | TensorLike } = {}) {
    this.value = listOf("train.Int64List", only("train.Int64List", fields, "value").value ?? []).map((each) => {
      const made = typeof each === "bigint" || typeof each === "boolean" ? Number(each) : each;
      if (!Number.isSafeInteger(made))
        throw new DtypeError("train.Int64List.value", { given: text(each), expected: "whole numbers that are exact" });
      return made as number;
    });
  }
}

interface FeatureFields {
  bytesList?: BytesListMessage | null;
  floatList?: FloatListMessage | null;
  int64List?: Int64ListMessage | null;
}

class FeatureMessage {
  readonly bytesList: BytesListMessage | null = null;
  readonly floatList: FloatListMessage | null = null;
  readonly int64List: Int64ListMessage | null = null;

  /** @param fields  one of `bytesList`, `floatList` and `int64List` */
  constructor(fields: FeatureFields = {}) {
    const where = "train.Feature";
    const kinds = { bytesList: BytesListMessage, floatList: FloatListMessage, int64List: Int64ListMessage };
    const given = Object.entries(only(where, fields, ...Object.keys(kinds))).filter(([, value]) => value != null);
    if (given.length > 1) throw new ArgumentError(where, { given: given.map(([key]) => key).join(" and "), expected: "one of them" });
    for (const [key, value] of given) {
      const kind = kinds[key as keyof typeof kinds];
      if (!(value instanceof kind))
        throw new ArgumentError(`${where}.${key}`, { given: text(value), expected: `a tf.train.${kind.name.replace("Message", "")}` });
      Object.assign(this, { [key]: value });
    }
  }

  /** The values as files have them. */
  get values(): FeatureValues | null {
    if (this.bytesList) return { kind: "bytes", values: this.bytesList.value };
    if (this.floatList) return { kind: "float", values: this.floatList.value };
    return this.int64List && { kind: "int64", values: this.int64List.value };
  }

  static of(values: FeatureValues): FeatureMessage {
    if (values.kind === "bytes") return new FeatureMessage({ bytesList: new BytesListMessage({ value: values.values }) });
    if (values.kind === "float") return new FeatureMessage({ floatList: new FloatListMessage({ value: values.values }) });
    return new FeatureMessage({ int64List: new Int64ListMessage({ value: values.values }) });
  }
}

class FeaturesMessage {
  readonly feature: Readonly<Record<string, FeatureMessage>>;
  constructor(fields: { feature?: Readonly<Record<string, FeatureMessage>> } = {}) {
    const { feature = {} } = only("train.Features", fields, "feature");
    for (const [name, each] of Object.entries(feature as object))
      if (!(each instanceof FeatureMessage))
        throw new ArgumentError(`train.Features.feature.${name}`, { given: text(each), expected: "a tf.train.Feature" });
    this.feature = { ...(feature as Record<string, FeatureMessage>) };
  }
}

class ExampleMessage {
  features: FeaturesMessage;
  constructor(fields: { features?: FeaturesMessage | null } = {}) {
    const features = only("train.Example", fields, "features").features ?? new FeaturesMessage();
    if (!(features instanceof FeaturesMessage))
      throw new ArgumentError("train.Example.features", { given: text(features), expected: "a tf.train.Features" });
    this.features = features;
  }

  /** The message as bytes: what `tf.io.TFRecordWriter` writes and `tf.io.parseSingleExample` reads. */
  serializeToString(): Uint8Array {
    const values = Object.entries(this.features.feature).flatMap(([name, { values }]) => (values ? [[name, values] as const] : []));
    return writeExample(new Map(values));
  }

  /** Takes the features of the message in bytes. @throws FormatError for bytes that are none */
  parseFromString(bytes: Uint8Array | Tensor): this {
    this.features = ExampleMessage.fromString(bytes).features;
    return this;
  }

  /** The message in bytes. @throws FormatError for bytes that are none */
  static fromString(bytes: Uint8Array | Tensor): ExampleMessage {
    const raw = bytes instanceof Chainable ? Uint8Array.from(bytes.value().data()) : bytes;
    if (!(raw instanceof Uint8Array)) throw new ArgumentError("train.Example.fromString", { given: text(bytes), expected: "bytes" });
    const feature = Array.from(readExample(raw, "train.Example"), ([name, values]) => [name, FeatureMessage.of(values)] as const);
    return new ExampleMessage({ features: new FeaturesMessage({ feature: Object.fromEntries(feature) }) });
  }
}

/**
 * A list of bytes: `tf.train.BytesList({ value: ["text", bytes] })`, with or without `new`.
 *
 * ```ts
 * new tf.train.BytesList({ value: ["text"] }).value.length; // 1
 * ```
 */
export const BytesList = withoutNew(BytesListMessage);
/**
 * A list of float32 numbers.
 *
 * ```ts
 * new tf.train.FloatList({ value: [1, 2] }).value; // [1, 2]
 * ```
 */
export const FloatList = withoutNew(FloatListMessage);
/**
 * A list of whole numbers.
 *
 * ```ts
 * new tf.train.Int64List({ value: [1, 2] }).value.length; // 2
 * ```
 */
export const Int64List = withoutNew(Int64ListMessage);
/**
 * The values of a feature: one of the lists.
 *
 * ```ts
 * new tf.train.Feature({ floatList: new tf.train.FloatList({ value: [1, 2] }) }).floatList!.value; // [1, 2]
 * ```
 */
export const Feature = withoutNew(FeatureMessage);
/**
 * Features by name.
 *
 * ```ts
 * const numbers = new tf.train.Feature({ floatList: new tf.train.FloatList({ value: [1, 2] }) });
 * Object.keys(new tf.train.Features({ feature: { x: numbers } }).feature); // ["x"]
 * ```
 */
export const Features = withoutNew(FeaturesMessage);
/**
 * A record of a TFRecord file: named lists of bytes, floats and whole numbers.
 *
 * ```ts
 * const feature = { age: tf.train.Feature({ int64List: tf.train.Int64List({ value: [42] }) }) };
 * const bytes = tf.train.Example({ features: tf.train.Features({ feature }) }).serializeToString();
 * tf.io.parseSingleExample(bytes, { age: new tf.io.FixedLenFeature([], tf.int64) }).age.item();   // 42
 * ```
 */
export const Example = withoutNew(ExampleMessage);

const averageOptions = schema(["decay"], {
  decay: number(),
  numUpdates: nullable(
    withDefault(
      field<number | Variable>({
        expected: "a number or a variable",
        parse: (value) => (typeof value === "number" || value instanceof Variable ? value : invalid),
      }),
      0,
    ),
  ),
  zeroDebias: boolean(false),
  name: string("ExponentialMovingAverage"),
});

/**
 * Moving averages of variables: a ← decay · a + (1 − decay) · v at each `apply`. With `numUpdates` the decay is at most (1 + n) / (10 + n),
 * so that averages of few steps follow sooner.
 *
 * ```ts
 * new tf.train.ExponentialMovingAverage(0.9).name; // "ExponentialMovingAverage"
 * ```
 */
export class ExponentialMovingAverage {
  readonly name: string;
  readonly #options: ReturnType<typeof averageOptions.parse>;
  readonly #averages = new Map<Variable, Variable>();
  /** How often each was averaged, for `zeroDebias`. */
  readonly #steps = new Map<Variable, Variable>();

  constructor(...given: Arguments<typeof averageOptions>) {
    this.#options = averageOptions.parse("train.ExponentialMovingAverage", given);
    this.name = this.#options.name;
  }

  [children](): (readonly [string, unknown])[] {
    return [...this.#averages.values(), ...this.#steps.values()].map((each, i) => [`${i}`, each]);
  }

  /** Takes the present values of the variables into their averages; the first call makes these, of the values as they are. */
  apply(variables: readonly Variable[]): void {
    const { decay, numUpdates, zeroDebias } = this.#options;
    for (const variable of variables) {
      if (!(variable instanceof Variable))
        throw new ArgumentError("ExponentialMovingAverage.apply", { given: text(variable), expected: "variables" });
      let average = this.#averages.get(variable);
      if (!average) {
        const name = this.averageName(variable);
        average = new Variable(() => (zeroDebias ? ops.zerosLike(variable.value()) : variable.value()), {
          name,
          trainable: false,
          shape: variable.shape,
          dtype: variable.dtype,
        });
        this.#averages.set(variable, average);
        if (zeroDebias) this.#steps.set(variable, new Variable(0, { name: `${name}/steps`, trainable: false }));
      }
      const n =
        numUpdates === null ? null : numUpdates instanceof Variable ? ops.cast(numUpdates.value(), "float32") : asTensor(numUpdates);
      const rate = n === null ? asTensor(decay) : ops.minimum(decay, ops.divide(ops.add(1, n), ops.add(10, n)));
      average.assignSub(ops.multiply(ops.subtract(1, rate), ops.subtract(average.value(), variable.value())));
      this.#steps.get(variable)?.assignAdd(1);
    }
  }

  /**
   * The average of a variable, as a variable (with `zeroDebias` as a tensor, without the pull of its first value); null where it has none.
   */
  average(variable: Variable): Variable | Tensor | null {
    const average = this.#averages.get(variable);
    const steps = this.#steps.get(variable);
    if (!average || !steps) return average ?? null;
    if (this.#options.numUpdates !== null)
      throw new StateError("ExponentialMovingAverage.average", { given: "zeroDebias with numUpdates", expected: "one of them" });
    return ops.divide(average.value(), ops.subtract(1, ops.power(this.#options.decay, steps.value())));
  }

  /** What the average of a variable is called. */
  averageName(variable: Variable): string {
    return `${variable.name}/${this.name}`;
  }

  /** Names of averages with the variables that they stand for. */
  variablesToRestore(variables: readonly Variable[] = [...this.#averages.keys()]): Record<string, Variable> {
    return Object.fromEntries(variables.map((each) => [this.#averages.has(each) ? this.averageName(each) : each.name, each]));
  }
}

export type BytesList = BytesListMessage;
export type FloatList = FloatListMessage;
export type Int64List = Int64ListMessage;
export type Feature = FeatureMessage;
export type Features = FeaturesMessage;
export type Example = ExampleMessage;
