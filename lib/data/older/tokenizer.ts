// Words as whole numbers, as scripts of Keras 2 make them: the Tokenizer, and what it stands on. TextVectorization is what Keras has today.

import { boolean, field, integer, invalid, nullable, positiveInteger, schema, string, unwritten, withDefault } from "../../config/index.js";
import type { Arguments, OptionValues } from "../../config/index.js";
import { constant } from "../../core/convert.js";
import { ArgumentError, StateError, text as shown, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { md5 } from "../../formats/md5.js";
import { parseJson, toJson } from "../../formats/json.js";
import { fingerprint64 } from "../../ops/hashing/farmhash.js";

/** A text, or its words or characters already apart. */
export type Text = string | readonly string[];

/** Makes words of a text. */
export type Analyzer = (text: never) => readonly string[];

const punctuation = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';

const analyzer = unwritten(
  nullable(
    field<Analyzer>({ expected: "a function of a text", parse: (value) => (typeof value === "function" ? (value as Analyzer) : invalid) }),
  ),
);
const words = {
  filters: string(punctuation),
  lower: boolean(true),
  split: string(" "),
};
const wordOptions = schema(["filters", "lower", "split"], words);

/**
 * The words of a text: in lower case, split at spaces and at punctuation. tf.keras: preprocessing.text.text_to_word_sequence
 *
 * ```ts
 * keras.preprocessing.text.textToWordSequence("The cat, the mat."); // ["the", "cat", "the", "mat"]
 * ```
 *
 * @param options  `filters`: characters that part words beside `split`; `lower` (default true); `split` (default a space)
 */
export function textToWordSequence(inputText: string, ...options: Arguments<typeof wordOptions>): string[] {
  if (typeof inputText !== "string") throw new ArgumentError("textToWordSequence", { given: shown(inputText), expected: "a text" });
  return wordsOf(inputText, wordOptions.parse("textToWordSequence", options));
}

function wordsOf(
  text: string,
  { filters, lower, split }: { readonly filters: string; readonly lower: boolean; readonly split: string },
): string[] {
  const parting = new Set(filters);
  const parted = [...(lower ? text.toLowerCase() : text)].map((letter) => (parting.has(letter) ? split : letter)).join("");
  if (split === "") throw new ValueError("textToWordSequence.split", { given: "an empty text", expected: "what stands between words" });
  return parted.split(split).filter((word) => word !== "");
}

type Hash = (word: string) => number | bigint;

const hashFields = {
  hashFunction: nullable(
    field<Hash | "md5">({
      expected: '"md5", or a function of a word',
      parse: (value) => (value === "md5" || typeof value === "function" ? (value as Hash) : invalid),
    }),
  ),
  ...words,
  analyzer,
};
const hashOptions = schema(["hashFunction", "filters", "lower", "split", "analyzer"], hashFields);

/**
 * Words as whole numbers from 1 to n − 1, by a hash of each: different words may get the same. tf.keras:
 * preprocessing.text.hashing_trick
 *
 * ```ts
 * keras.preprocessing.text.hashingTrick("The cat, the mat.", 100, { hashFunction: "md5" }); // [51, 3, 51, 26]
 * ```
 *
 * @param n        one more than the largest number
 * @param options  `hashFunction`: `"md5"`, or a function of a word; default a hash of kerasm's own, since Python's differs from run to run;
 * `filters`, `lower`, `split`, and `analyzer`, a function that makes words of a text
 */
export function hashingTrick(text: string, n: number, ...options: Arguments<typeof hashOptions>): number[] {
  const parsed = hashOptions.parse("hashingTrick", options);
  if (typeof text !== "string") throw new ArgumentError("hashingTrick.text", { given: shown(text), expected: "a string" });
  if (!(Number.isInteger(n) && n > 1)) throw new ValueError("hashingTrick.n", { given: shown(n), expected: "a whole number above 1" });
  const encoder = new TextEncoder();
  const hash: Hash =
    typeof parsed.hashFunction === "function"
      ? parsed.hashFunction
      : parsed.hashFunction === "md5"
        ? (word) => BigInt(`0x${md5(encoder.encode(word))}`)
        : (word) => fingerprint64(encoder.encode(word));
  const among = BigInt(n - 1);
  const place = (value: number | bigint): number => Number(((BigInt(value) % among) + among) % among) + 1;
  return (parsed.analyzer === null ? wordsOf(text, parsed) : parsed.analyzer(text as never)).map((word) => place(hash(word)));
}

const oneHotOptions = schema(["filters", "lower", "split", "analyzer"], { ...words, analyzer });

/**
 * Words as whole numbers from 1 to n − 1, by a hash of each: no rows of zeros and ones, in spite of its name. tf.keras:
 * preprocessing.text.one_hot
 *
 * ```ts
 * keras.preprocessing.text.oneHot("the cat", 50).length; // 2
 * ```
 */
export const oneHot = (inputText: string, n: number, ...options: Arguments<typeof oneHotOptions>): number[] =>
  hashingTrick(inputText, n, oneHotOptions.parse("oneHot", options));

const tokenizerOptions = schema(
  ["numWords", "filters", "lower", "split", "charLevel", "oovToken", "analyzer"],
  {
    numWords: nullable(positiveInteger()),
    ...words,
    charLevel: boolean(false),
    oovToken: nullable(string()),
    analyzer,
    documentCount: withDefault(integer(), 0),
  },
  { nbWords: "numWords" },
);

const modes = ["binary", "count", "tfidf", "freq"] as const;
type Mode = (typeof modes)[number];

/**
 * Gives each word of texts a number, the most frequent one first, and makes numbers of texts. tf.keras: preprocessing.text.Tokenizer
 *
 * ```ts
 * const tokenizer = new keras.preprocessing.text.Tokenizer({ oovToken: "<OOV>" });
 * tokenizer.fitOnTexts(["the cat sat on the mat"]);
 * tokenizer.textsToSequences(["the dog sat"]); // [[2, 1, 4]]
 * ```
 *
 * Options, by place or by name: `numWords` (only words below this number are made, null for all), `filters`, `lower`, `split`, `charLevel`
 * (characters in place of words), `oovToken` (stands, as number 1, for words that are not known; without it they are left out), `analyzer`.
 */
export class Tokenizer {
  static readonly options = tokenizerOptions;
  readonly numWords: number | null;
  readonly filters: string;
  readonly lower: boolean;
  readonly split: string;
  readonly charLevel: boolean;
  readonly oovToken: string | null;
  readonly analyzer: Analyzer | null;
  /** How many texts were counted. */
  documentCount: number;
  #counts = new Map<string, number>();
  #documents = new Map<string, number>();
  #indexDocuments = new Map<number, number>();
  #indices = new Map<string, number>();
  #words = new Map<number, string>();

  constructor(...given: Arguments<typeof tokenizerOptions>) {
    const options: OptionValues<typeof tokenizerOptions> = tokenizerOptions.parse("Tokenizer", given);
    this.numWords = options.numWords;
    this.filters = options.filters;
    this.lower = options.lower;
    this.split = options.split;
    this.charLevel = options.charLevel;
    this.oovToken = options.oovToken;
    this.analyzer = options.analyzer;
    this.documentCount = options.documentCount;
  }

  /** The number of each word, from 1 on. */
  get wordIndex(): Record<string, number> {
    return Object.fromEntries(this.#indices);
  }

  /** The word of each number. */
  get indexWord(): Record<number, string> {
    return Object.fromEntries(this.#words);
  }

  /** How often each word was there. */
  get wordCounts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** In how many texts each word was there. */
  get wordDocs(): Record<string, number> {
    return Object.fromEntries(this.#documents);
  }

  /** In how many texts the word of each number was there. */
  get indexDocs(): Record<number, number> {
    return Object.fromEntries(this.#indexDocuments);
  }

  /** Counts the words of texts and numbers them anew. @throws ArgumentError for what is no text */
  fitOnTexts(texts: Iterable<Text>): void {
    for (const text of listOf("fitOnTexts", texts)) {
      const found = this.#parts("fitOnTexts", text);
      this.documentCount++;
      for (const word of found) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      for (const word of new Set(found)) this.#documents.set(word, (this.#documents.get(word) ?? 0) + 1);
    }
    const ordered = [...this.#counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
    const all = this.oovToken === null ? ordered : [this.oovToken, ...ordered];
    this.#indices = new Map(all.map((word, i) => [word, i + 1]));
    this.#words = new Map([...this.#indices].map(([word, index]) => [index, word]));
    for (const [word, count] of this.#documents) this.#indexDocuments.set(this.#indices.get(word)!, count);
  }

  /** Counts numbers, for `sequencesToMatrix` with "tfidf" where `fitOnTexts` was never called. */
  fitOnSequences(sequences: readonly (readonly number[])[]): void {
    this.documentCount += sequences.length;
    for (const sequence of sequences)
      for (const index of new Set(sequence)) this.#indexDocuments.set(index, (this.#indexDocuments.get(index) ?? 0) + 1);
  }

  /** The numbers of each text's words. */
  textsToSequences(texts: Iterable<Text>): number[][] {
    return [...this.textsToSequencesGenerator(texts)];
  }

  /** The same, one text after the other. */
  *textsToSequencesGenerator(texts: Iterable<Text>): Generator<number[], void, void> {
    const unknown = this.#unknown;
    for (const text of listOf("textsToSequences", texts))
      yield this.#parts("textsToSequences", text).flatMap((word) => this.#kept(this.#indices.get(word)) ?? unknown ?? []);
  }

  /** Texts of the words with these numbers, a space between each two. */
  sequencesToTexts(sequences: Iterable<Iterable<number>>): string[] {
    return [...this.sequencesToTextsGenerator(sequences)];
  }

  /** The same, one text after the other. */
  *sequencesToTextsGenerator(sequences: Iterable<Iterable<number>>): Generator<string, void, void> {
    const unknown = this.#unknown;
    for (const sequence of sequences) {
      const known = (index: number): number | undefined => this.#kept(this.#words.has(index) ? index : undefined) ?? unknown;
      yield [...sequence].flatMap((index) => this.#words.get(known(index) ?? 0) ?? []).join(" ");
    }
  }

  /** A row of `numWords` numbers for each text: see `sequencesToMatrix`. */
  textsToMatrix(texts: Iterable<Text>, ...mode: readonly [(Mode | { readonly mode?: Mode })?]): Tensor {
    return this.sequencesToMatrix(this.textsToSequences(texts), ...mode);
  }

  /**
   * A row for each sequence, `[sequences, numWords]`: whether each number is there ("binary", the default), how often ("count"), as a part
   * of the sequence ("freq"), or weighed by how rare it is ("tfidf").
   *
   * @throws StateError where the number of columns, or the texts that "tfidf" weighs by, are not known
   */
  sequencesToMatrix(sequences: Iterable<readonly number[]>, ...given: readonly [(Mode | { readonly mode?: Mode })?]): Tensor {
    const where = "Tokenizer.sequencesToMatrix";
    const mode = (typeof given[0] === "object" ? given[0].mode : given[0]) ?? "binary";
    if (!modes.includes(mode)) throw new ValueError(`${where}.mode`, { given: shown(mode), expected: modes.join(", ") });
    const width = this.numWords ?? (this.#indices.size > 0 ? this.#indices.size + 1 : 0);
    if (width === 0)
      throw new StateError(where, { given: "a Tokenizer that has counted no text", expected: "numWords, or a call of fitOnTexts" });
    if (mode === "tfidf" && this.documentCount === 0)
      throw new StateError(where, { given: "a Tokenizer that has counted no text", expected: "a call of fitOnTexts, for tfidf" });
    const rows = [...sequences];
    const values = new Float32Array(rows.length * width);
    for (const [row, sequence] of rows.entries()) {
      const counts = new Map<number, number>();
      for (const index of sequence) if (index < width) counts.set(index, (counts.get(index) ?? 0) + 1);
      for (const [index, count] of counts) {
        const value = { binary: 1, count, freq: count / sequence.length, tfidf: this.#weight(index, count) }[mode];
        if (Number.isInteger(index) && index >= 0) values[row * width + index] = value;
        else throw new ValueError(where, { given: shown(index), expected: "whole numbers from 0 on" });
      }
    }
    return constant(values, { shape: [rows.length, width] });
  }

  /** Options and counts, in Keras's own form. */
  getConfig(): Record<string, unknown> {
    const json = (map: ReadonlyMap<string | number, unknown>): string => `{${[...map].map(([key, value]) => `${toJson(String(key))}: ${toJson(value)}`).join(", ")}}`; // prettier-ignore
    return {
      num_words: this.numWords,
      filters: this.filters,
      lower: this.lower,
      split: this.split,
      char_level: this.charLevel,
      oov_token: this.oovToken,
      document_count: this.documentCount,
      word_counts: json(this.#counts),
      word_docs: json(this.#documents),
      index_docs: json(this.#indexDocuments),
      index_word: json(this.#words),
      word_index: json(this.#indices),
    };
  }

  /** The config as JSON, which `tokenizerFromJson` and Keras itself read. */
  toJson(): string {
    return toJson({ class_name: "Tokenizer", config: this.getConfig() }, "Tokenizer.toJson");
  }

  /** A Tokenizer with options and counts as `getConfig` gives them. */
  static fromConfig(config: Readonly<Record<string, unknown>>): Tokenizer {
    const { word_counts, word_docs, index_docs, index_word, word_index, ...options } = config;
    const made = new Tokenizer(tokenizerOptions.fromConfig("Tokenizer", options as never) as object);
    const entries = <V>(value: unknown): [string, V][] => entriesOf(typeof value === "string" ? value : "{}") as [string, V][];
    const numbered = <V>(value: unknown): Map<number, V> => new Map(entries<V>(value).map(([key, each]) => [Number(key), each]));
    made.#counts = new Map(entries<number>(word_counts));
    made.#documents = new Map(entries<number>(word_docs));
    made.#indexDocuments = numbered<number>(index_docs);
    made.#words = numbered<string>(index_word);
    made.#indices = new Map(entries<number>(word_index));
    return made;
  }

  get #unknown(): number | undefined {
    return this.oovToken === null ? undefined : this.#indices.get(this.oovToken);
  }

  /** A number that is below the limit. */
  #kept(index: number | undefined): number | undefined {
    return index !== undefined && (this.numWords === null || index < this.numWords) ? index : undefined;
  }

  #weight(index: number, count: number): number {
    return (1 + Math.log(count)) * Math.log(1 + this.documentCount / (1 + (this.#indexDocuments.get(index) ?? 0)));
  }

  #parts(method: string, text: Text): readonly string[] {
    const isList = Array.isArray(text) && text.every((each) => typeof each === "string");
    if (!isList && typeof text !== "string")
      throw new ArgumentError(`Tokenizer.${method}`, { given: shown(text), expected: "texts, or arrays of words" });
    if (isList) return this.lower ? text.map((word: string) => word.toLowerCase()) : text;
    if (this.charLevel) return [...(this.lower ? (text as string).toLowerCase() : (text as string))];
    return this.analyzer === null ? wordsOf(text as string, this) : this.analyzer(text as never);
  }
}

/** Texts one by one. @throws ArgumentError for a single text, whose letters would be taken for texts */
function listOf(method: string, texts: Iterable<Text>): Iterable<Text> {
  if (typeof texts === "string" || typeof (texts as { [Symbol.iterator]?: unknown } | null)?.[Symbol.iterator] !== "function")
    throw new ArgumentError(`Tokenizer.${method}`, { given: shown(texts), expected: "an array of texts" });
  return texts;
}

/** The entries of a JSON object in the order of the text: JavaScript's objects put numbers first. */
function entriesOf(json: string): [string, unknown][] {
  const marked = json.replace(/"((?:[^"\\]|\\.)*)"(\s*:)?/g, (all, key: string, colon?: string) => (colon ? `"=${key}"${colon}` : all));
  const value = parseJson(marked, "Tokenizer") as Record<string, unknown>;
  return Object.entries(value).map(([key, each]) => [key.slice(1), each]);
}

/**
 * A Tokenizer from what its `toJson` gave, here or in Python. tf.keras: preprocessing.text.tokenizer_from_json
 *
 * ```ts
 * const tokenizer = new keras.preprocessing.text.Tokenizer();
 * tokenizer.fitOnTexts(["the cat"]);
 * keras.preprocessing.text.tokenizerFromJson(tokenizer.toJson()).textsToSequences(["the cat"]); // [[1, 2]]
 * ```
 */
export function tokenizerFromJson(jsonString: string): Tokenizer {
  const { config } = parseJson(jsonString, "tokenizerFromJson") as { readonly config?: Record<string, unknown> };
  if (typeof config !== "object")
    throw new ArgumentError("tokenizerFromJson", { given: "JSON without a config", expected: "what Tokenizer.toJson gives" });
  return Tokenizer.fromConfig(config);
}
