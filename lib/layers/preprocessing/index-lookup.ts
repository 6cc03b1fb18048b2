// The base of StringLookup and IntegerLookup: a vocabulary, what is outside of it, and the ways to put out.

import { checkOptions, checkThat } from "../../core/options.js";
import {
  boolean,
  field,
  integer,
  invalid,
  type Json,
  list,
  nonNegativeInteger,
  nullable,
  number,
  oneOf,
  type Schema,
  unwritten,
  withDefault,
  writtenWhenSet,
  type OptionValues,
} from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, StateError, text, ValueError } from "../../core/errors.js";
import { Chainable, adoptTensor, Tensor } from "../../core/tensor.js";
import { multiply } from "../../ops/index.js";
import { isInferring } from "../base/context.js";
import { layerOptions } from "../base/options.js";
import { Layer } from "../layer.js";
import { type Adapted, type AdaptData, type AdaptOptions, forEachBatch } from "./adapting.js";
import { checkSparse, encode, inItsForm } from "./encoding.js";
import { linesOf, readVocabulary, type Token, TokenCounts, Vocabulary } from "./vocabulary.js";

const modes = ["int", "one_hot", "multi_hot", "count", "tf_idf"] as const;
export type LookupMode = (typeof modes)[number];

/** "binary" and "tf-idf" are old names. */
export const lookupMode = withDefault(
  field<LookupMode | "binary" | "tf-idf", LookupMode>({
    expected: `one of ${modes.map((mode) => `"${mode}"`).join(", ")}`,
    parse: (value) => {
      const mode = value === "binary" ? "multi_hot" : value === "tf-idf" ? "tf_idf" : value;
      return modes.includes(mode as LookupMode) ? (mode as LookupMode) : invalid;
    },
  }),
  "int",
);

/** Weights of tokens: numbers, or a vector. */
export const idfWeights = () =>
  nullable(
    field<TensorLike, readonly number[]>({
      expected: "a vector of finite numbers",
      parse: (value) => {
        const flat = value instanceof Chainable || ArrayBuffer.isView(value) ? Array.from(asTensor(value as TensorLike).data()) : value;
        return Array.isArray(flat) && flat.every((each) => Number.isFinite(each)) ? (flat as number[]) : invalid;
      },
    }),
  );

/** Tokens as an array or vector, or the path of a file with one a line. */
export const vocabularyField = <T extends Token>(kind: "string" | "number") =>
  nullable(
    field<readonly T[] | TensorLike | string, readonly T[] | string>({
      expected: `an array of ${kind === "string" ? "strings" : "whole numbers"}, or the path of a file`,
      parse: (value) => {
        if (typeof value === "string") return value;
        const tokens = value instanceof Chainable || ArrayBuffer.isView(value) ? Array.from(asTensor(value as TensorLike).data()) : value;
        const fits = (token: unknown): boolean => (kind === "string" ? typeof token === "string" : Number.isSafeInteger(token));
        return Array.isArray(tokens) && tokens.every(fits) ? (tokens as T[]) : invalid;
      },
      // A file is read once; what it held is saved beside the config.
      serialize: (value) => (typeof value === "string" ? null : (value as Json)),
    }),
  );

/** A limit of the vocabulary; one token is not enough for anything but what is unknown. */
export const maxTokens = () =>
  nullable(
    field<number, number>({
      expected: "an integer above 1",
      parse: (value) => (Number.isInteger(value) && (value as number) > 1 ? (value as number) : invalid),
    }),
  );

/** Options that the lookup layers share, in Keras's order. */
export const lookupOptions = layerOptions.extend([], {
  invert: boolean(false),
  maxTokens: maxTokens(),
  numOovIndices: nonNegativeInteger(1),
  outputMode: lookupMode,
  sparse: boolean(false),
  padToMaxTokens: boolean(false),
  idfWeights: idfWeights(),
  vocabularySize: nullable(integer()),
  oovMethod: oneOf(["floormod", "farmhash"], "floormod"),
  hasInputVocabulary: unwritten(nullable(boolean())),
});

/** What the base class reads of the options of its subclasses. */
type Common<T extends Token> = OptionValues<typeof lookupOptions> & {
  readonly maskToken: T | null;
  readonly oovToken: T | null;
  readonly vocabulary: readonly T[] | string | null;
};

/**
 * What lookup layers are: tokens become their numbers. Number 0 is the mask token where there is one (in mode "int"), then come the numbers
 * of unknown tokens, then the vocabulary by descending frequency.
 */
export abstract class IndexLookup<T extends Token, S extends Schema = Schema> extends Layer<S> {
  /** What the layer looks up in; saved by checkpoints. */
  readonly vocabulary = new Vocabulary<T>();
  #counts: TokenCounts<T> | null = null;
  /** A size that the config states and that the vocabulary is to have. */
  #frozen: number | null;

  constructor(...given: ConstructorParameters<typeof Layer<S>>) {
    super(...given);
    const { maxTokens, padToMaxTokens, invert, outputMode, idfWeights, vocabulary } = this.#options;
    this.#frozen = this.#options.vocabularySize;
    const refuse = (option: string, given: string, expected: string): never => {
      throw new ArgumentError(`${this.name}.${option}`, { given, expected });
    };
    if (padToMaxTokens && maxTokens === null) refuse("padToMaxTokens", "true without maxTokens", "maxTokens to pad to");
    if (invert && outputMode !== "int") refuse("outputMode", `"${outputMode}" with invert`, '"int"');
    if (idfWeights !== null && outputMode !== "tf_idf")
      refuse("idfWeights", `weights in mode "${outputMode}"`, 'them in mode "tf_idf" only');
    if (outputMode === "tf_idf" && vocabulary !== null && idfWeights === null) {
      refuse("idfWeights", 'a vocabulary without weights in mode "tf_idf"', "a weight for each token");
    }
    checkSparse({ name: this.name, options: this.#options });
    if (vocabulary !== null) this.setVocabulary(vocabulary, idfWeights);
  }

  get #options(): Common<T> {
    return this.options as unknown as Common<T>;
  }

  /** Whether the vocabulary was given to the constructor, so that it is not learned. */
  get #isFixed(): boolean {
    return this.#options.hasInputVocabulary ?? this.#options.vocabulary !== null;
  }

  override get convertsInputs(): boolean {
    return false;
  }

  /** How many places come before the unknown tokens. */
  get oovStart(): number {
    return this.#options.maskToken !== null && this.#options.outputMode === "int" ? 1 : 0;
  }

  /** How many places come before the vocabulary. */
  get tokenStart(): number {
    return this.oovStart + this.#options.numOovIndices;
  }

  /** Tokens with the special ones: what `getVocabulary` gives, as many as there are numbers. */
  vocabularySize(): number {
    return (this.vocabulary.tokens?.length ?? 0) + this.tokenStart;
  }

  /**
   * The tokens in the order of their numbers. @param options.includeSpecialTokens  whether the mask and unknown tokens come first; default
   * true
   */
  getVocabulary(options: boolean | { readonly includeSpecialTokens?: boolean } = {}): (T | null)[] {
    if (typeof options !== "boolean") checkOptions(`${this.name}.getVocabulary`, [options], 0, ["includeSpecialTokens"]);
    const includes = typeof options === "boolean" ? options : (options.includeSpecialTokens ?? true);
    const { maskToken, oovToken, numOovIndices } = this.#options;
    const special = [...(this.oovStart === 1 ? [maskToken] : []), ...Array.from({ length: numOovIndices }, () => oovToken)];
    return [...(includes ? special : []), ...(this.vocabulary.tokens ?? [])];
  }

  /**
   * Replaces the vocabulary.
   *
   * @param vocabulary  tokens, with or without the special ones before them; or the path of a file with one a line
   * @param idfWeights  in mode "tf_idf": a weight for each token
   */
  setVocabulary(vocabulary: readonly T[] | TensorLike | string, idfWeights: TensorLike | null = null): void {
    const where = `${this.name}.vocabulary`;
    const { outputMode, maxTokens, maskToken, oovToken, invert, numOovIndices } = this.#options;
    if ((outputMode === "tf_idf") !== (idfWeights !== null)) {
      throw new ArgumentError(`${this.name}.idfWeights`, {
        given: idfWeights === null ? 'no weights in mode "tf_idf"' : `weights in mode "${outputMode}"`,
        expected: 'weights in mode "tf_idf", and there only',
      });
    }
    const given = this.#tokensOf(where, vocabulary);
    const special = [...(this.oovStart === 1 ? [maskToken] : []), ...Array.from({ length: numOovIndices }, () => oovToken)];
    const hasSpecial = special.every((token, i) => given[i] === token) && special.length <= given.length;
    const tokens = hasSpecial ? given.slice(special.length) : given;
    if (tokens.length === 0) {
      throw new ValueError(where, {
        given: given.length === 0 ? "an empty vocabulary" : "special tokens alone",
        expected: "at least one token",
      });
    }
    const repeated = tokens.find((token, i) => tokens.indexOf(token, 0) < i && new Set(tokens).size < tokens.length);
    if (new Set(tokens).size < tokens.length) {
      throw new ValueError(where, { given: `the token ${text(repeated)} twice`, expected: "each token once" });
    }
    const reserved = [maskToken, ...(invert ? [oovToken] : [])].find((token) => token !== null && tokens.includes(token));
    if (reserved !== undefined) {
      throw new ValueError(where, {
        given: `the reserved token ${text(reserved)} at place ${given.lastIndexOf(reserved as T)}`,
        expected: "it to be left out, or to stand at the beginning",
        hint: `The special tokens of this layer are ${text(special)}.`,
      });
    }
    const size = this.tokenStart + tokens.length;
    if (maxTokens !== null && size > maxTokens) {
      throw new ValueError(where, { given: `${size} tokens with the special ones`, expected: `at most ${maxTokens}, as maxTokens says` });
    }
    const weights = idfWeights === null ? null : this.#weightsOf(idfWeights, given.length, hasSpecial);
    this.#take(tokens, weights);
  }

  #tokensOf(where: string, vocabulary: readonly T[] | TensorLike | string): readonly T[] {
    checkThat(vocabulary !== null, where, vocabulary, "an array of tokens, or the path of a file");
    if (typeof vocabulary !== "string") return vocabularyField<T>(this.tokenKind).parse(vocabulary, where) as readonly T[];
    if (this.#options.outputMode === "tf_idf") {
      throw new ValueError(where, { given: "a file", expected: 'an array in mode "tf_idf", with a weight for each token' });
    }
    return readVocabulary(where, vocabulary, this.encoding).map((line) => this.tokenOf(where, line));
  }

  /** Weights with those of the special tokens before them and zeros behind. */
  #weightsOf(given: TensorLike, count: number, hasSpecial: boolean): readonly number[] {
    const where = `${this.name}.idfWeights`;
    const weights = idfWeights().parse(given, where)!;
    if (weights.length !== count) {
      throw new ValueError(where, { given: `${weights.length} weights`, expected: `${count}, one for each token of the vocabulary` });
    }
    const mean = weights.reduce((sum, each) => sum + each, 0) / weights.length;
    return this.#padded([...(hasSpecial ? [] : Array.from({ length: this.tokenStart }, () => mean)), ...weights]);
  }

  #padded(weights: readonly number[]): readonly number[] {
    const { padToMaxTokens, maxTokens } = this.#options;
    const missing = padToMaxTokens ? Math.max(0, maxTokens! - weights.length) : 0;
    return [...weights, ...Array.from({ length: missing }, () => 0)];
  }

  #take(tokens: readonly T[], weights: readonly number[] | null): void {
    this.vocabulary.tokens = tokens;
    this.vocabulary.weights = weights;
    this.#frozen = this.vocabularySize();
  }

  /**
   * Learns the vocabulary from data: the most frequent tokens, at most `maxTokens` with the special ones. Data is one batch, or a Dataset
   * or iterable of batches.
   */
  adapt(data: AdaptData, options: AdaptOptions = {}): Adapted {
    return forEachBatch(`${this.name}.adapt`, data, options, {
      begin: () => this.resetState(),
      update: (batch, isWhole) => this.updateState(this.documentsOf(batch, isWhole)),
      finish: () => this.finalizeState(),
    });
  }

  /** Forgets what was counted. */
  resetState(): void {
    if (this.#isFixed) {
      throw new StateError(`${this.name}.adapt`, {
        given: "a layer whose vocabulary was given to its constructor",
        expected: "one without, which learns it",
      });
    }
    this.#counts = new TokenCounts(this.#options.outputMode === "tf_idf");
  }

  /** Counts the tokens of documents. */
  updateState(documents: readonly (readonly T[])[]): void {
    for (const document of documents) this.#counts!.add(document);
  }

  /** Makes the vocabulary of what was counted. */
  finalizeState(): void {
    const counts = this.#counts!;
    this.#counts = null;
    const { maskToken, oovToken, maxTokens, outputMode } = this.#options;
    if (counts.size === 0) return;
    const tokens = counts.ranked([maskToken, oovToken], maxTokens === null ? Infinity : Math.max(0, maxTokens - this.tokenStart));
    if (tokens.length === 0) {
      throw new ValueError(`${this.name}.adapt`, {
        given: maxTokens !== null && maxTokens <= this.tokenStart ? `maxTokens ${maxTokens}` : "no tokens but special ones",
        expected: "at least one token to be left",
        hint: `${this.tokenStart} of the vocabulary are special tokens.`,
      });
    }
    if (outputMode !== "tf_idf") return this.#take(tokens, null);
    const weights = counts.inverseDocumentFrequencies(tokens);
    const mean = weights.reduce((sum, each) => sum + each, 0) / Math.max(1, weights.length);
    this.#take(tokens, this.#padded([...Array.from({ length: this.tokenStart }, () => mean), ...weights]));
  }

  /** In mode "tf_idf": the weight of each number, null before it is known. */
  get idfWeights(): Tensor | null {
    const { weights } = this.vocabulary;
    return weights && adoptTensor(Float32Array.from(weights), [weights.length], "float32");
  }

  /** The number of a token in mode "int", or where it counts in the other modes; −1 where it does not. */
  protected numberOf(token: T): number {
    const { maskToken, numOovIndices, outputMode } = this.#options;
    if (maskToken !== null && token === maskToken) return outputMode === "int" ? 0 : -1;
    const found = this.vocabulary.numberOf(token);
    if (found !== undefined) return this.tokenStart + found;
    if (numOovIndices === 1) return this.oovStart;
    if (numOovIndices > 1) return this.oovStart + this.bucketOf(token, numOovIndices);
    throw new ValueError(this.name, {
      given: `${text(token)}, which is not in the vocabulary`,
      expected: "tokens of the vocabulary, since numOovIndices is 0",
      hint: "numOovIndices: 1 gives unknown tokens a number.",
    });
  }

  /** The token of a number, for layers that invert. */
  protected tokenAt(index: number): T | null {
    const { maskToken, oovToken } = this.#options;
    if (this.oovStart === 1 && index === 0) return maskToken;
    const token = this.vocabulary.tokens?.[index - this.tokenStart];
    return index < this.tokenStart || token === undefined ? oovToken : token;
  }

  /** Number of categories of the output. @throws StateError before there is a vocabulary */
  protected get depth(): number {
    const { maxTokens, padToMaxTokens } = this.#options;
    return padToMaxTokens ? maxTokens! : (this.#frozen ?? this.vocabularySize());
  }

  /** Refuses calls before there is a vocabulary. */
  protected requireVocabulary(): void {
    const { outputMode, padToMaxTokens } = this.#options;
    const hasShape = outputMode === "int" || padToMaxTokens || this.#frozen !== null;
    // A model that is made from its config gets the vocabulary afterwards.
    if (this.vocabulary.tokens !== null || (isInferring() && hasShape)) return;
    throw new StateError(this.name, {
      given: "a call before there is a vocabulary",
      expected: "the option vocabulary, or a call of adapt first",
    });
  }

  /** Numbers of tokens as the layer puts them out. */
  protected encoded(indices: Tensor): Tensor {
    const { outputMode } = this.#options;
    if (outputMode === "int") return indices;
    const counts = encode(indices, {
      mode: outputMode === "tf_idf" ? "count" : outputMode,
      depth: this.depth,
      dtype: outputMode === "tf_idf" ? "float32" : "int32",
    });
    return inItsForm({ name: this.name, options: this.#options }, this.weighted(counts));
  }

  /** Counts with the weights of mode "tf_idf". */
  protected weighted(counts: Tensor): Tensor {
    const weights = this.#options.outputMode === "tf_idf" ? this.idfWeights : null;
    return weights ? multiply(counts, weights) : counts;
  }

  /** The kind of its tokens. */
  protected abstract get tokenKind(): "string" | "number";

  /** What a vocabulary file is encoded in. */
  protected get encoding(): string {
    return "utf-8";
  }

  /** A line of a file as a token. */
  protected abstract tokenOf(where: string, line: string): T;

  /** Which of several numbers an unknown token gets. */
  protected abstract bucketOf(token: T, count: number): number;

  /** A batch as documents of tokens. `isWhole`: the data was one vector, each of whose tokens is a document. */
  protected abstract documentsOf(batch: unknown, isWhole: boolean): readonly (readonly T[])[];

  /** In a Keras file: the weights of mode "tf_idf". */
  saveOwnVariables(store: Record<string, TensorLike>): void {
    if (this.#options.outputMode === "tf_idf" && this.idfWeights) store["idf_weights"] = this.idfWeights;
  }

  #storedWeights: readonly number[] | null = null;

  loadOwnVariables(store: Readonly<Record<string, Tensor>>): void {
    this.#storedWeights = store["idf_weights"] ? Array.from(store["idf_weights"].data()) : null;
  }

  /** In a Keras file: a vocabulary that the config does not state, one token a line. */
  saveAssets(assets: Record<string, string | Uint8Array>): void {
    if (Array.isArray(this.#options.vocabulary) || this.vocabulary.tokens === null) return;
    assets["vocabulary.txt"] = this.getVocabulary().map(String).join("\n");
  }

  loadAssets(assets: Readonly<Record<string, Uint8Array>>): void {
    const bytes = assets["vocabulary.txt"];
    if (!bytes || Array.isArray(this.#options.vocabulary)) return;
    const tokens = linesOf(new TextDecoder().decode(bytes)).map((line) => this.tokenOf(`${this.name}: vocabulary.txt`, line));
    this.setVocabulary(tokens, this.#storedWeights?.slice(0, tokens.length) ?? null);
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), vocabulary_size: this.#frozen };
  }

  override getBuildConfig(): Record<string, never> {
    return {};
  }

  override buildFromConfig(): void {}
}

/** Rows along the first axis; a vector is one row, or as many as it has elements where it is all of the data. */
export function rowsOf<T>(shape: readonly (number | null)[], values: readonly T[], isWhole: boolean): readonly (readonly T[])[] {
  if (shape.length === 0) return [values];
  if (shape.length === 1) return isWhole ? values.map((value) => [value]) : [values];
  const rows = shape[0]!;
  const size = rows === 0 ? 0 : values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.slice(row * size, (row + 1) * size));
}
