// tf.lookup: tables from keys to values. Strings are looked up on the host; whole numbers that stand for numbers also in traced functions.

import { platform } from "#platform";
import {
  boolean,
  field,
  integer,
  invalid,
  nonNegativeInteger,
  nullable,
  positiveInteger,
  schema,
  string,
  type Arguments,
} from "../../config/index.js";
import { uniqueName } from "../../config/names.js";
import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { type Dtype, keptDtype } from "../../core/dtype.js";
import { ArgumentError, DtypeError, NotSupportedError, ShapeError, text, ValueError } from "../../core/errors.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { bucketOf, bucketsOf } from "../../ops/hashing/buckets.js";
import * as ops from "../../ops/index.js";
import { isRagged, type RaggedTensor } from "../../ragged/ragged-tensor.js";

type Key = string | number;
type Given = TensorLike | NestedStrings;
/** What a table gives: a tensor, or strings in nested arrays. */
export type Found = Tensor | NestedStrings | RaggedTensor;

/** Keys or values: strings, or numbers of a dtype. */
interface Column {
  readonly dtype: string;
  readonly values: readonly Key[];
}

function column(where: string, given: unknown, dtype: string | null): Column {
  if (isStrings(given) || given instanceof Strings) {
    if (dtype !== null && dtype !== "string") throw new DtypeError(where, { given: "strings", expected: dtype });
    return { dtype: "string", values: (given instanceof Strings ? given : Strings.of(given, where)).values };
  }
  if (dtype === "string") throw new DtypeError(where, { given: text(given), expected: "strings" });
  const whole = Array.isArray(given) && given.flat(9).every((value) => Number.isInteger(value));
  const kept = dtype === null ? (whole ? "int32" : undefined) : keptDtype(dtype);
  if (dtype !== null && !kept) throw new DtypeError(where, { given: text(dtype), expected: "the name of a dtype" });
  const tensor = constant(given as TensorLike, kept ? { dtype: kept } : {});
  return { dtype: tensor.dtype, values: Array.from(tensor.view()) };
}

const columnField = () =>
  field<Given>({ expected: "strings, or numbers", parse: (value) => (value === null ? invalid : (value as Given)) });

const keyValueOptions = schema(["keys", "values"], {
  keys: columnField(),
  values: columnField(),
  keyDtype: nullable(string()),
  valueDtype: nullable(string()),
  name: nullable(string()),
});

/** What a table is made of. */
interface Initializer {
  readonly keyDtype: string;
  readonly valueDtype: string;
  /** Keys with their values, in order. */
  pairs(): readonly (readonly [Key, Key])[];
}

/**
 * The keys and values of a table, as arrays or tensors of one length.
 *
 * ```ts
 * const pairs = new tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2], { keyDtype: "string", valueDtype: "int64" });
 * new tf.lookup.StaticHashTable(pairs, 0).lookup(["b", "c"]); // [2, 0]
 * ```
 */
export class KeyValueTensorInitializer implements Initializer {
  readonly #keys: Column;
  readonly #values: Column;

  constructor(...given: Arguments<typeof keyValueOptions>) {
    const where = "lookup.KeyValueTensorInitializer";
    const { keys, values, keyDtype, valueDtype } = keyValueOptions.parse(where, given);
    this.#keys = column(`${where}.keys`, keys, keyDtype);
    this.#values = column(`${where}.values`, values, valueDtype);
    if (this.#keys.values.length !== this.#values.values.length)
      throw new ShapeError(where, {
        given: `${this.#keys.values.length} keys and ${this.#values.values.length} values`,
        expected: "a value for each key",
      });
  }

  get keyDtype(): string {
    return this.#keys.dtype;
  }

  get valueDtype(): string {
    return this.#values.dtype;
  }

  pairs(): readonly (readonly [Key, Key])[] {
    return this.#keys.values.map((key, i) => [key, this.#values.values[i]!] as const);
  }
}

/**
 * What of a line of a file is a key or a value: all of it, its number, or (from 0 on) a field of it.
 *
 * ```ts
 * tf.lookup.TextFileIndex.LINE_NUMBER; // -1
 * ```
 */
export const TextFileIndex = { WHOLE_LINE: -2, LINE_NUMBER: -1 } as const;

const fileOptions = schema(["filename", "keyDtype", "keyIndex", "valueDtype", "valueIndex"], {
  filename: string(),
  keyDtype: string(),
  keyIndex: integer(),
  valueDtype: string(),
  valueIndex: integer(),
  vocabSize: nullable(positiveInteger()),
  delimiter: string("\t"),
  name: nullable(string()),
  valueIndexOffset: integer(0),
});

/**
 * The lines of a text file as keys and values: `keyIndex` and `valueIndex` are TextFileIndex's, or the number of a field. In Node.
 *
 * ```ts
 * await tf.io.writeFile("words.txt", "a\nb\n");
 * const index = tf.lookup.TextFileIndex;
 * const words = new tf.lookup.TextFileInitializer("words.txt", "string", index.WHOLE_LINE, "int64", index.LINE_NUMBER);
 * words instanceof tf.lookup.TextFileInitializer; // true
 * ```
 */
export class TextFileInitializer implements Initializer {
  readonly keyDtype: string;
  readonly valueDtype: string;
  readonly #pairs: readonly (readonly [Key, Key])[];

  constructor(...given: Arguments<typeof fileOptions>) {
    const where = "lookup.TextFileInitializer";
    const { filename, keyDtype, keyIndex, valueDtype, valueIndex, vocabSize, delimiter, valueIndexOffset } = fileOptions.parse(
      where,
      given,
    );
    [this.keyDtype, this.valueDtype] = [keyDtype, valueDtype];
    const lines = linesOf(where, filename).slice(0, vocabSize ?? undefined);
    const part = (line: string, number: number, index: number, dtype: string): Key => {
      if (index === TextFileIndex.LINE_NUMBER) return number;
      const value = index === TextFileIndex.WHOLE_LINE ? line : line.split(delimiter)[index];
      if (value === undefined || (dtype !== "string" && !(value.trim() !== "" && Number.isFinite(Number(value)))))
        throw new ValueError(where, {
          given: `${text(value ?? line)} in line ${number + 1} of ${text(filename)}`,
          expected: value === undefined ? `field ${index}` : dtype,
        });
      return dtype === "string" ? value : Number(value);
    };
    this.#pairs = lines.map((line, i) => {
      const value = part(line, i, valueIndex, valueDtype);
      return [part(line, i, keyIndex, keyDtype), typeof value === "number" ? value + valueIndexOffset : value] as const;
    });
  }

  pairs(): readonly (readonly [Key, Key])[] {
    return this.#pairs;
  }
}

function linesOf(where: string, filename: string): string[] {
  if (platform.name !== "node")
    throw new NotSupportedError(where, {
      given: `the file ${text(filename)} in a page`,
      expected: "keys and values at hand",
      hint: "Read the file with tf.io.readFile and use tf.lookup.KeyValueTensorInitializer.",
    });
  const slash = filename.lastIndexOf("/");
  const bytes = platform.openStore(slash < 0 ? "." : filename.slice(0, slash) || "/").readNow!(filename.slice(slash + 1));
  if (!bytes) throw new ValueError(where, { given: text(filename), expected: "a file that can be read" });
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Keys of a table that are numbers meet those that are looked up as text, so that 1 and "1" stay apart. */
type Entries = ReadonlyMap<Key, Key>;

function entriesOf(where: string, initializer: Initializer): Map<Key, Key> {
  if (typeof (initializer as Partial<Initializer> | null)?.pairs !== "function")
    throw new ArgumentError(`${where}.initializer`, {
      given: text(initializer),
      expected: "a KeyValueTensorInitializer or a TextFileInitializer",
    });
  const entries = new Map<Key, Key>();
  for (const [key, value] of initializer.pairs()) {
    const before = entries.get(key);
    if (before !== undefined && before !== value)
      throw new ValueError(`${where}.initializer`, {
        given: `the key ${text(key)} with ${text(before)} and ${text(value)}`,
        expected: "one value for a key",
      });
    entries.set(key, value);
  }
  return entries;
}

/** Values for keys of any structure. `missing` gives the value of a key that the table does not have. */
function found<F extends Found>(
  where: string,
  keys: unknown,
  entries: Entries,
  keyDtype: string,
  valueDtype: string,
  missing: (key: Key) => Key,
): F {
  if (isRagged(keys)) return keys.withFlatValues(found<Tensor>(where, keys.flatValues, entries, keyDtype, valueDtype, missing)) as F;
  const isText = isStrings(keys) || keys instanceof Strings;
  if (isText !== (keyDtype === "string") && !(Array.isArray(keys) && keys.length === 0))
    throw new DtypeError(where, { given: `keys that are ${isText ? "strings" : "numbers"}`, expected: `keys of dtype ${keyDtype}` });
  const { shape, values } = isText
    ? keys instanceof Strings
      ? keys
      : Strings.of(keys, where)
    : ((tensor: Tensor) => ({ shape: tensor.shape as number[], values: Array.from(tensor.view(where)) }))(asTensor(keys as TensorLike));
  const made = values.map((key) => entries.get(key) ?? missing(key));
  if (valueDtype === "string") return new Strings(shape, made as string[]).nested() as F;
  return constant(made as number[], { dtype: keptDtype(valueDtype)!, shape }) as F;
}

/** The same where the keys have no values yet: by place among the sorted keys. */
function foundSymbolic<F extends Found>(where: string, keys: Tensor, entries: Entries, valueDtype: string, missing: () => Tensor): F {
  if (valueDtype === "string" || [...entries.keys()].some((key) => typeof key === "string"))
    throw new DtypeError(where, {
      given: "a table of strings inside of a traced function",
      expected: "whole numbers as keys, and numbers as values",
      hint: "Look strings up in a Dataset's map, or before the function is called.",
    });
  const otherwise = missing();
  const sorted = [...(entries as ReadonlyMap<number, number>)].sort(([a], [b]) => a - b);
  if (sorted.length === 0) return ops.broadcastTo(otherwise, keys.shape as number[]) as F;
  const known = constant(sorted.map(([key]) => key), { dtype: keys.dtype }); // prettier-ignore
  const values = constant(sorted.map(([, value]) => value), { dtype: keptDtype(valueDtype)! }); // prettier-ignore
  const flat = ops.reshape(keys, [-1]);
  const at = ops.minimum(ops.searchsorted(known, flat), sorted.length - 1);
  const hits = ops.equal(ops.take(known, at), flat);
  return ops.reshape(ops.where(hits, ops.take(values, at), ops.reshape(otherwise, [-1])), keys.shape as number[]) as F;
}

const isOpen = (keys: unknown): keys is Chainable => keys instanceof Chainable && keys.value().isSymbolic;

const initializerField = () =>
  field<Initializer>({ expected: "an initializer", takesObjects: true, parse: (value) => value as Initializer });
const tableOptions = schema(["initializer", "defaultValue"], {
  initializer: initializerField(),
  defaultValue: field<Key | TensorLike>({ expected: "a value", parse: (value) => (value == null ? invalid : (value as Key)) }),
  name: nullable(string()),
  experimentalIsAnonymous: boolean(false),
});

const defaultOf = (where: string, given: unknown, dtype: string): Key => {
  const value: unknown = given instanceof Chainable ? given.value().item() : given;
  if (typeof value === (dtype === "string" ? "string" : "number")) return value as Key;
  throw new DtypeError(`${where}.defaultValue`, { given: text(given), expected: `a value of dtype ${dtype}, as the table's are` });
};

/**
 * A table that does not change.
 *
 * ```ts
 * const table = new tf.lookup.StaticHashTable(
 *   new tf.lookup.KeyValueTensorInitializer(["emerson", "lake", "palmer"], [0, 1, 2]),
 *   -1,
 * );
 * table.lookup(["palmer", "lennon"]).array();   // [2, -1]
 * ```
 */
export class StaticHashTable {
  readonly name: string;
  readonly keyDtype: string;
  readonly valueDtype: string;
  /** What stands for keys that the table does not have. */
  readonly defaultValue: Key;
  readonly #entries: Entries;

  constructor(...given: Arguments<typeof tableOptions>) {
    const where = "lookup.StaticHashTable";
    const { initializer, defaultValue, name } = tableOptions.parse(where, given);
    this.#entries = entriesOf(where, initializer);
    this.keyDtype = initializer.keyDtype;
    this.valueDtype = initializer.valueDtype;
    this.defaultValue = defaultOf(where, defaultValue, this.valueDtype);
    this.name = name ?? uniqueName("hash_table");
  }

  /** The values of keys: strings in nested arrays, a tensor of whole numbers, or rows of unequal length of either. */
  lookup<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    const where = "lookup.StaticHashTable.lookup";
    if (!isOpen(keys)) return found(where, keys, this.#entries, this.keyDtype, this.valueDtype, () => this.defaultValue);
    const otherwise = (): Tensor => asTensor(this.defaultValue as number, keptDtype(this.valueDtype) as Dtype);
    return foundSymbolic(where, keys.value(), this.#entries, this.valueDtype, otherwise);
  }

  /** The same: TensorFlow's table[keys]. */
  at<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    return this.lookup<F>(keys);
  }

  size(): Tensor {
    return constant(this.#entries.size, { dtype: "int32" });
  }

  /** All keys, and their values in the same order. */
  export(): [keys: Tensor | NestedStrings, values: Tensor | NestedStrings] {
    return exported(this.#entries, this.keyDtype, this.valueDtype);
  }
}

function exported(entries: Entries, keyDtype: string, valueDtype: string): [Tensor | NestedStrings, Tensor | NestedStrings] {
  const shown = (values: readonly Key[], dtype: string): Tensor | NestedStrings =>
    dtype === "string" ? (values as string[]) : constant(values as number[], { dtype: keptDtype(dtype)!, shape: [values.length] });
  return [shown([...entries.keys()], keyDtype), shown([...entries.values()], valueDtype)];
}

const vocabularyOptions = schema(["initializer", "numOovBuckets"], {
  initializer: initializerField(),
  numOovBuckets: nonNegativeInteger(),
  lookupKeyDtype: nullable(string()),
  name: nullable(string()),
  experimentalIsAnonymous: boolean(false),
});

/**
 * A vocabulary: keys with their numbers, and `numOovBuckets` numbers from the number of keys on that other keys are hashed to.
 *
 * ```ts
 * const words = new tf.lookup.KeyValueTensorInitializer(["a", "b"], [0, 1], { keyDtype: "string", valueDtype: "int64" });
 * new tf.lookup.StaticVocabularyTable(words, 1).lookup(["b", "zzz"]); // [1, 2]
 * ```
 */
export class StaticVocabularyTable {
  readonly name: string;
  readonly keyDtype: string;
  readonly valueDtype = "int32";
  readonly #entries: Entries;
  readonly #buckets: number;

  constructor(...given: Arguments<typeof vocabularyOptions>) {
    const where = "lookup.StaticVocabularyTable";
    const { initializer, numOovBuckets, lookupKeyDtype, name } = vocabularyOptions.parse(where, given);
    if (numOovBuckets < 1) throw new ValueError(`${where}.numOovBuckets`, { given: "0", expected: "at least 1" });
    this.#entries = entriesOf(where, initializer);
    const odd = [...this.#entries.values()].find((value) => !Number.isInteger(value));
    if (odd !== undefined) throw new ValueError(`${where}.initializer`, { given: `the value ${text(odd)}`, expected: "whole numbers" });
    this.#buckets = numOovBuckets;
    this.keyDtype = lookupKeyDtype ?? initializer.keyDtype;
    this.name = name ?? uniqueName("string_to_index");
  }

  /** The numbers of keys. */
  lookup<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    const { size } = this.#entries;
    const where = "lookup.StaticVocabularyTable.lookup";
    if (isOpen(keys)) {
      const hashed = (): Tensor => ops.add(bucketsOf(keys.value(), this.#buckets, null), size);
      return foundSymbolic(where, keys.value(), this.#entries, "int32", hashed);
    }
    return found(where, keys, this.#entries, this.keyDtype, "int32", (key) => size + bucketOf(String(key), this.#buckets, null));
  }

  at<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    return this.lookup<F>(keys);
  }

  /** Keys and buckets. */
  size(): Tensor {
    return constant(this.#entries.size + this.#buckets, { dtype: "int32" });
  }
}

const mutableOptions = schema(["keyDtype", "valueDtype", "defaultValue"], {
  keyDtype: string(),
  valueDtype: string(),
  defaultValue: field<Key | TensorLike>({ expected: "a value", parse: (value) => (value == null ? invalid : (value as Key)) }),
  name: string("MutableHashTable"),
  checkpoint: boolean(true),
  experimentalIsAnonymous: boolean(false),
});

/**
 * A table that changes: `insert`, `remove`, `lookup`. A checkpoint saves what is in it. TensorFlow: tf.lookup.experimental.MutableHashTable
 *
 * ```ts
 * const table = new tf.lookup.MutableHashTable("string", "int64", 0);
 * table.insert(["a"], [5]);
 * table.lookup(["a", "b"]); // [5, 0]
 * ```
 */
export class MutableHashTable {
  readonly name: string;
  readonly keyDtype: string;
  readonly valueDtype: string;
  readonly #defaultValue: Key;
  #entries = new Map<Key, Key>();

  constructor(...given: Arguments<typeof mutableOptions>) {
    const where = "lookup.MutableHashTable";
    const { keyDtype, valueDtype, defaultValue, name } = mutableOptions.parse(where, given);
    [this.keyDtype, this.valueDtype, this.name] = [keyDtype, valueDtype, name];
    this.#defaultValue = defaultOf(where, defaultValue, valueDtype);
  }

  /** Keys with values in the same order; those that are there get new ones. */
  insert(keys: Given, values: Given): void {
    const where = "lookup.MutableHashTable.insert";
    const given = column(`${where}.keys`, keys, this.keyDtype);
    const set = column(`${where}.values`, values, this.valueDtype);
    if (given.values.length !== set.values.length)
      throw new ShapeError(where, {
        given: `${given.values.length} keys and ${set.values.length} values`,
        expected: "a value for each key",
      });
    given.values.forEach((key, i) => this.#entries.set(key, set.values[i]!));
  }

  /** Takes keys out; those that are not there are no error. */
  remove(keys: Given): void {
    for (const key of column("lookup.MutableHashTable.remove", keys, this.keyDtype).values) this.#entries.delete(key);
  }

  lookup<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    const where = "lookup.MutableHashTable.lookup";
    if (isOpen(keys))
      throw new DtypeError(where, {
        given: "a table that changes inside of a traced function",
        expected: "keys that have values",
        hint: "Use tf.lookup.StaticHashTable there.",
      });
    return found(where, keys, this.#entries, this.keyDtype, this.valueDtype, () => this.#defaultValue);
  }

  at<F extends Found = Tensor>(keys: Given | RaggedTensor): F {
    return this.lookup<F>(keys);
  }

  size(): Tensor {
    return constant(this.#entries.size, { dtype: "int32" });
  }

  export(): [keys: Tensor | NestedStrings, values: Tensor | NestedStrings] {
    return exported(this.#entries, this.keyDtype, this.valueDtype);
  }

  saveState(): [Key, Key][] {
    return [...this.#entries];
  }

  loadState(entries: [Key, Key][]): void {
    this.#entries = new Map(entries);
  }
}

/** Names of TensorFlow's that are not settled. */
export const experimental = { MutableHashTable };
