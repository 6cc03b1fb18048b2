// The layer TextVectorization: text to tokens to numbers.

import {
  boolean,
  deserializeKerasObject,
  field,
  integer,
  invalid,
  isPlainObject,
  type Json,
  nullable,
  positiveInteger,
  registerClasses,
  serializeKerasObject,
  unwritten,
} from "../../config/index.js";
import { ArgumentError, DtypeError, ShapeError, text } from "../../core/errors.js";
import type { TensorLike } from "../../core/convert.js";
import { shapeText } from "../../core/shape.js";
import { isStrings, isText, Strings, type NestedStrings } from "../../core/strings.js";
import { adoptTensor, symbolic, Tensor } from "../../core/tensor.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { type Adapted, type AdaptData, type AdaptOptions, forEachBatch } from "./adapting.js";
import { checkSparse, inItsForm } from "./encoding.js";
import { idfWeights, lookupMode, maxTokens, rowsOf, vocabularyField } from "./index-lookup.js";
import { StringLookup } from "./string-lookup.js";
import { lower, ngrams, splitCharacters, splitWords, stripPunctuation } from "./text.js";
import { encodingField } from "./vocabulary.js";

type Standardize = (text: string) => string;
type Split = (text: string) => readonly string[];

const standardizers: Readonly<Record<string, Standardize>> = {
  lower,
  strip_punctuation: stripPunctuation,
  lower_and_strip_punctuation: (text) => stripPunctuation(lower(text)),
};

const splitters: Readonly<Record<string, Split>> = { whitespace: splitWords, character: splitCharacters };

/** One of some named functions, or a function of the user's own. */
const functionField = <F extends (text: string) => unknown>(named: Readonly<Record<string, F>>, fallback: string) =>
  nullable(
    field<string | F, string | F>({
      expected: `one of ${Object.keys(named).map((name) => `"${name}"`).join(", ")}, or a function of a string`, // prettier-ignore
      takesObjects: "configs",
      parse: (value) => {
        const read = isPlainObject(value) ? deserializeKerasObject(value) : value;
        return typeof read === "function" || (typeof read === "string" && Object.hasOwn(named, read)) ? (read as string | F) : invalid;
      },
      serialize: (value) => serializeKerasObject(value),
    }),
    fallback,
  );

/** Widths of n-grams: a number stands for all up to it. */
const ngramsField = nullable(
  field<number | readonly number[], number | readonly number[]>({
    expected: "a positive integer, or an array of them",
    parse: (value) => {
      const widths: unknown = Array.isArray(value) ? value : [value];
      const fits = (width: unknown): boolean => Number.isInteger(width) && (width as number) > 0;
      return (widths as unknown[]).every(fits) ? (value as number | readonly number[]) : invalid;
    },
  }),
);

/** Tokens of texts, and their shape where all texts have equally many: where nothing is split. */
interface Tokens {
  readonly shape: readonly number[] | null;
  /** The axes before that of the tokens. */
  readonly outer: readonly number[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Texts as numbers: standardized, split into tokens, put together to n-grams, looked up in a vocabulary that is given or learned by
 * `adapt`.
 *
 * Texts are strings in arrays of shape `[batch]` or `[batch, 1]`. "int" gives int32 `[batch, tokens]`, filled up with 0 or cut to
 * `outputSequenceLength` (with `ragged` arrays of different lengths instead); "multi_hot", "count" and "tf_idf" `[batch, vocabulary]`;
 * "one_hot" for each text an array with a vector for each token.
 *
 * ```ts
 * const vectorize = new keras.layers.TextVectorization({ outputSequenceLength: 4 });
 * vectorize.adapt(["the cat", "the dog"]);
 * vectorize(["The dog!"]).array(); // [[2, 3, 0, 0]]
 * ```
 *
 * `standardize` and `split` may be functions of one string. Keras: keras.layers.TextVectorization
 */
export class TextVectorization extends Layer<typeof TextVectorization.options> {
  static override readonly options = layerOptions.extend(["maxTokens", "standardize", "split", "ngrams", "outputMode"], {
    maxTokens: maxTokens(),
    standardize: functionField<Standardize>(standardizers, "lower_and_strip_punctuation"),
    split: functionField<Split>(splitters, "whitespace"),
    ngrams: ngramsField,
    outputMode: lookupMode,
    outputSequenceLength: nullable(positiveInteger()),
    padToMaxTokens: boolean(false),
    sparse: boolean(false),
    ragged: boolean(false),
    vocabulary: vocabularyField<string>("string"),
    idfWeights: idfWeights(),
    encoding: encodingField(),
    vocabularySize: nullable(integer()),
    hasInputVocabulary: unwritten(nullable(boolean())),
  });

  /** What tokens are looked up in; Keras's files call it so. */
  readonly _lookupLayer: StringLookup;
  readonly #widths: readonly number[] | null;

  constructor(...given: ConstructorParameters<typeof Layer<typeof TextVectorization.options>>) {
    super(...given);
    const { maxTokens, padToMaxTokens, vocabulary, vocabularySize, idfWeights, outputMode, encoding, hasInputVocabulary } = this.options;
    const { ngrams: widths, outputSequenceLength, ragged } = this.options;
    if (outputMode !== "int" && outputSequenceLength !== null) {
      throw new ArgumentError(`${this.name}.outputSequenceLength`, {
        given: `${outputSequenceLength} in mode "${outputMode}"`,
        expected: 'it in mode "int" only',
      });
    }
    checkSparse(this);
    if (outputMode !== "int" && ragged) {
      throw new ArgumentError(`${this.name}.ragged`, { given: `true in mode "${outputMode}"`, expected: 'it in mode "int" only' });
    }
    this.#widths = typeof widths === "number" ? Array.from({ length: widths }, (_, i) => i + 1) : widths;
    this._lookupLayer = new StringLookup({
      maxTokens,
      padToMaxTokens,
      vocabulary,
      idfWeights,
      outputMode,
      encoding,
      hasInputVocabulary,
      vocabularySize: outputMode === "int" ? null : vocabularySize,
      maskToken: "",
    });
  }

  override get convertsInputs(): boolean {
    return false;
  }

  protected override get readsStrings(): boolean {
    return true;
  }

  protected override get infersOfStrings(): boolean {
    return true;
  }

  override call(inputs: NestedStrings | Strings): Tensor {
    if (isText(inputs)) return this.#specOf(inputs);
    const { outputMode, outputSequenceLength, ragged, split } = this.options;
    const { shape, outer, rows } = this.#tokensOf(this.name, inputs);
    const indices = this._lookupLayer.numbersOf(rows);
    if (outputMode === "one_hot" && split !== null) return this._lookupLayer.oneHotRows(indices) as unknown as Tensor;
    if (outputMode !== "int") {
      const keepsRows = shape === null || shape.length > 1 || outputMode === "one_hot";
      return inItsForm(this, this._lookupLayer.encodedRows(indices, keepsRows));
    }
    if (ragged && split !== null) return indices.map((row) => [...row]) as unknown as Tensor;
    if (shape !== null && outputSequenceLength === null) return adoptTensor(Int32Array.from(indices.flat()), shape, "int32");
    const length = outputSequenceLength ?? Math.max(0, ...indices.map((row) => row.length));
    const padded = new Int32Array(indices.length * length);
    indices.forEach((row, i) => padded.set(row.slice(0, length), i * length));
    return adoptTensor(padded, [...outer, length], "int32");
  }

  /** What comes of strings of a shape. */
  #specOf({ shape }: Tensor): Tensor {
    const { outputMode, outputSequenceLength, ragged, split } = this.options;
    const { name } = this;
    if (split !== null && (ragged || outputMode === "one_hot")) {
      throw new ArgumentError(`${name}.${ragged ? "ragged" : "outputMode"}`, {
        given: `${ragged ? "true" : '"one_hot"'} inside of a model`,
        expected: `${ragged ? "false" : "another mode, or split: null"}: rows of different lengths are no tensor`,
        hint: "Leave it out: rows are filled up with 0, which mask_zero of Embedding leaves out.",
      });
    }
    if (split !== null && shape.length > 1 && shape.at(-1) !== 1) {
      throw new ShapeError(name, { given: `texts of shape ${shapeText(shape)}`, expected: "[batch] or [batch, 1]" });
    }
    const rows = split !== null && shape.length > 1 ? shape.slice(0, -1) : shape;
    if (outputMode !== "int") return this._lookupLayer.encodedSpec(rows[0] ?? null, shape.length > 0);
    if (split !== null) return symbolic({ shape: [...rows, outputSequenceLength], dtype: "int32" });
    const length = outputSequenceLength ?? (this.#widths ? null : (shape.at(-1) ?? null));
    return symbolic({ shape: shape.length === 0 ? shape : [...shape.slice(0, -1), length], dtype: "int32" });
  }

  /** The tokens of each text. `isWhole`: the data is one vector, each of whose texts is a document. */
  #tokensOf(where: string, inputs: unknown, isWhole = false): Tokens {
    if (!(inputs instanceof Strings) && !isStrings(inputs) && !(Array.isArray(inputs) && inputs.length === 0)) {
      throw new DtypeError(where, { given: inputs instanceof Tensor ? "numbers" : "no strings", expected: "strings, or arrays of them" });
    }
    const texts = inputs instanceof Strings ? inputs : Strings.of(inputs as NestedStrings, where);
    const { standardize, split } = this.options;
    const standard = typeof standardize === "string" ? standardizers[standardize]! : standardize;
    const given = (value: unknown, name: string, expected: string): never => {
      throw new DtypeError(`${this.name}.${name}`, { given: `a function that gives ${text(value)}`, expected });
    };
    const values = standard
      ? texts.values.map((each) => {
          const made: unknown = standard(each);
          return typeof made === "string" ? made : given(made, "standardize", "one that gives a string");
        })
      : texts.values;
    if (split === null) return this.#unsplit(isWhole && texts.rank === 1 ? [...texts.shape, 1] : texts.shape, values);
    if (texts.rank > 1 && texts.shape.at(-1) !== 1) {
      throw new ShapeError(where, { given: `texts of shape ${shapeText(texts.shape)}`, expected: "[batch] or [batch, 1]" });
    }
    const cut = typeof split === "string" ? splitters[split]! : split;
    const rows = values.map((each) => {
      const made: unknown = cut(each);
      const isRow = Array.isArray(made) && (typeof split === "string" || made.every((token) => typeof token === "string"));
      return isRow ? (made as readonly string[]) : given(made, "split", "one that gives an array of strings");
    });
    return {
      shape: texts.rank === 0 ? [this.#joined(rows[0]!).length] : null,
      outer: texts.rank > 1 ? texts.shape.slice(0, -1) : texts.shape,
      rows: rows.map((row) => this.#joined(row)),
    };
  }

  #unsplit(shape: readonly number[], values: readonly string[]): Tokens {
    const outer = shape.slice(0, -1);
    // N-grams run along the last axis.
    const lines = this.#widths && shape.length > 2 ? [outer.reduce((count, length) => count * length, 1), shape.at(-1)!] : shape;
    const rows = rowsOf(lines, values, false).map((row) => this.#joined(row));
    const length = rows[0]?.length ?? 0;
    return { shape: this.#widths && shape.length > 0 ? [...outer, length] : shape, outer, rows };
  }

  #joined(tokens: readonly string[]): readonly string[] {
    return this.#widths ? ngrams(tokens, this.#widths) : tokens;
  }

  /** Learns the vocabulary from texts: an array of them, or a Dataset or iterable of batches. */
  adapt(data: AdaptData, options: AdaptOptions & { readonly batchSize?: number | null } = {}): Adapted {
    const where = `${this.name}.adapt`;
    return forEachBatch(where, data, options, {
      begin: () => this._lookupLayer.resetState(),
      update: (batch, isWhole) => {
        this._lookupLayer.updateState(this.#tokensOf(where, batch, isWhole).rows);
      },
      finish: () => this._lookupLayer.finalizeState(),
    });
  }

  /** The tokens in the order of their numbers. @see StringLookup.getVocabulary */
  getVocabulary(options: boolean | { readonly includeSpecialTokens?: boolean } = {}): (string | null)[] {
    return this._lookupLayer.getVocabulary(options);
  }

  vocabularySize(): number {
    return this._lookupLayer.vocabularySize();
  }

  /** Replaces the vocabulary. @see StringLookup.setVocabulary */
  setVocabulary(...given: Parameters<StringLookup["setVocabulary"]>): void {
    this._lookupLayer.setVocabulary(...given);
  }

  /** In mode "tf_idf": the weight of each number, null before it is known. */
  get idfWeights(): Tensor | null {
    return this._lookupLayer.idfWeights;
  }

  /** In a Keras file: what the lookup writes, which stands there twice. */
  saveOwnVariables(store: Record<string, TensorLike>): void {
    this._lookupLayer.saveOwnVariables(store);
  }

  loadOwnVariables(store: Readonly<Record<string, Tensor>>): void {
    this._lookupLayer.loadOwnVariables(store);
  }

  /** In a Keras file: the vocabulary, one token a line. */
  saveAssets(assets: Record<string, string | Uint8Array>): void {
    this._lookupLayer.saveAssets(assets);
  }

  loadAssets(assets: Readonly<Record<string, Uint8Array>>): void {
    this._lookupLayer.loadAssets(assets);
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), vocabulary_size: this.vocabularySize() };
  }
}

export interface TextVectorization extends LayerAttributes<typeof TextVectorization.options, "idfWeights" | "vocabularySize"> {}

registerClasses("keras.layers", { TextVectorization });
