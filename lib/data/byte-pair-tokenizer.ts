// Byte-pair encoding as transformers use it, read from the tokenizer.json of Hugging Face's tokenizers.

import { ArgumentError, text, ValueError } from "../core/errors.js";

/** What a tokenizer.json says, as far as it is read. */
interface TokenizerFile {
  readonly model?: {
    readonly type?: string;
    readonly vocab?: Readonly<Record<string, number>>;
    readonly merges?: readonly (string | readonly [string, string])[];
    readonly unk_token?: string | null;
    readonly ignore_merges?: boolean;
  };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special?: boolean }[];
  readonly pre_tokenizer?: PreTokenizer | null;
}

interface PreTokenizer {
  readonly type: string;
  readonly add_prefix_space?: boolean;
  readonly use_regex?: boolean;
  readonly pattern?: { readonly Regex?: string; readonly String?: string };
  readonly pretokenizers?: readonly PreTokenizer[];
}

/** How GPT-2 cuts text into words (Radford et al., 2019). */
const gpt2Words = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** A printable character for each byte, as GPT-2's vocabulary writes them. */
const charOfByte: readonly string[] = (() => {
  const isPlain = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPlain(byte) ? byte : next++));
})();
const byteOfChar = new Map(charOfByte.map((char, byte) => [char, byte]));

/**
 * A byte-pair tokenizer: texts as numbers of the pieces that training merged most often, and back.
 *
 * ```ts
 * const tokenizer = keras.utils.BytePairTokenizer.fromJSON({
 *   model: { type: "BPE", vocab: { l: 0, o: 1, w: 2, lo: 3, low: 4 }, merges: ["l o", "lo w"] },
 * });
 * tokenizer.encode("low lo"); // [4, 3]
 * ```
 *
 * Read are files of model "BPE" whose words are cut as by GPT-2 ("ByteLevel"), by a pattern ("Split"), or at white space.
 */
export class BytePairTokenizer {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #tokens: readonly string[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #special: ReadonlyMap<string, number>;
  readonly #specialPattern: RegExp | null;
  readonly #words: RegExp;
  readonly #isByteLevel: boolean;
  readonly #prefixSpace: boolean;
  readonly #unknown: number | null;
  readonly #ignoresMerges: boolean;
  readonly #cache = new Map<string, readonly number[]>();

  private constructor(file: TokenizerFile) {
    const where = "BytePairTokenizer.fromJSON";
    const { model, added_tokens: added = [], pre_tokenizer: pre = null } = file;
    if (!model?.vocab || !model.merges || (model.type !== undefined && model.type !== "BPE")) {
      throw new ValueError(where, {
        given: `a model of type ${text(model?.type)}`,
        expected: 'a tokenizer.json whose model is "BPE" with vocab and merges',
      });
    }
    this.#vocabulary = new Map([...Object.entries(model.vocab), ...added.map(({ content, id }) => [content, id] as const)]);
    const tokens: string[] = [];
    for (const [token, id] of this.#vocabulary) {
      if (!Number.isInteger(id) || id < 0)
        throw new ValueError(where, { given: `the number ${text(id)} of ${text(token)}`, expected: "whole numbers" });
      tokens[id] = token;
    }
    this.#tokens = tokens;
    this.#ranks = new Map(model.merges.map((merge, rank) => [typeof merge === "string" ? merge : merge.join(" "), rank]));
    this.#special = new Map(added.map(({ content, id }) => [content, id]));
    const escaped = [...this.#special.keys()]
      .sort((a, b) => b.length - a.length)
      .map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    this.#specialPattern = escaped.length > 0 ? new RegExp(`(${escaped.join("|")})`, "u") : null;
    const steps = pre === null ? [] : pre.type === "Sequence" ? (pre.pretokenizers ?? []) : [pre];
    const bytes = steps.find(({ type }) => type === "ByteLevel");
    const pattern = steps.find(({ type }) => type === "Split")?.pattern?.Regex;
    this.#isByteLevel = bytes !== undefined;
    this.#prefixSpace = bytes?.add_prefix_space === true;
    this.#words = pattern === undefined ? (bytes ? gpt2Words : /[^\s]+/gu) : patternOf(where, pattern);
    this.#unknown = model.unk_token == null ? null : (this.#vocabulary.get(model.unk_token) ?? null);
    this.#ignoresMerges = model.ignore_merges === true;
  }

  /** A tokenizer from the content of a tokenizer.json: its text, or the object in it. */
  static fromJSON(json: string | object): BytePairTokenizer {
    const file: unknown = typeof json === "string" ? JSON.parse(json) : json;
    if (typeof file !== "object" || file === null)
      throw new ArgumentError("BytePairTokenizer.fromJSON", { given: text(json), expected: "a tokenizer.json" });
    return new BytePairTokenizer(file as TokenizerFile);
  }

  /** How many numbers there are. */
  vocabularySize(): number {
    return this.#tokens.length;
  }

  /** The piece of a number, as the vocabulary writes it. */
  idToToken(id: number): string | undefined {
    return this.#tokens[id];
  }

  /** The number of a piece. */
  tokenToId(token: string): number | undefined {
    return this.#vocabulary.get(token);
  }

  /** A text as numbers; special tokens in it count as such. */
  encode(text_: string): number[] {
    const parts = this.#specialPattern ? text_.split(this.#specialPattern) : [text_];
    return parts.flatMap((part, i) => {
      const special = i % 2 === 1 ? this.#special.get(part) : undefined;
      if (special !== undefined) return [special];
      const given = this.#prefixSpace && part !== "" && !part.startsWith(" ") ? ` ${part}` : part;
      return (given.match(this.#words) ?? []).flatMap((word) => this.#encodedWord(word));
    });
  }

  #encodedWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known) return known;
    const pieces = this.#isByteLevel ? Array.from(new TextEncoder().encode(word), (byte) => charOfByte[byte]!) : Array.from(word);
    const whole = this.#ignoresMerges ? this.#vocabulary.get(pieces.join("")) : undefined;
    const ids = whole === undefined ? this.#merged(pieces).map((piece) => this.#idOf(piece)) : [whole];
    if (this.#cache.size > 50_000) this.#cache.clear();
    this.#cache.set(word, ids);
    return ids;
  }

  /** The pieces with the pair that training merged first merged first, until none is left. */
  #merged(pieces: string[]): string[] {
    for (;;) {
      let [best, at] = [Infinity, -1];
      for (let i = 0; i + 1 < pieces.length; i++) {
        const rank = this.#ranks.get(`${pieces[i]} ${pieces[i + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, i];
      }
      if (at < 0) return pieces;
      pieces.splice(at, 2, pieces[at]! + pieces[at + 1]!);
    }
  }

  #idOf(piece: string): number {
    const id = this.#vocabulary.get(piece) ?? this.#unknown;
    if (id !== null) return id;
    throw new ValueError("BytePairTokenizer.encode", {
      given: `the piece ${text(piece)}`,
      expected: "pieces of the vocabulary, which has no unknown token",
    });
  }

  /** The text of numbers. @param options.skipSpecialTokens  whether special tokens are left out; default true */
  decode(ids: ArrayLike<number>, { skipSpecialTokens = true }: { readonly skipSpecialTokens?: boolean } = {}): string {
    const bytes: number[] = [];
    const encoder = new TextEncoder();
    for (const id of Array.from(ids)) {
      const token = this.#tokens[id];
      if (token === undefined)
        throw new ValueError("BytePairTokenizer.decode", { given: `the number ${id}`, expected: `numbers below ${this.#tokens.length}` });
      const isSpecial = this.#special.has(token);
      if (isSpecial && skipSpecialTokens) continue;
      if (this.#isByteLevel && !isSpecial) for (const char of token) bytes.push(byteOfChar.get(char) ?? 0x3f);
      else bytes.push(...encoder.encode(token));
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}

/** A pattern of Rust's regular expressions in JavaScript's: the few forms that differ are rewritten. */
function patternOf(where: string, pattern: string): RegExp {
  const isInsensitive = /\(\?i:/.test(pattern);
  const source = pattern.replaceAll("(?i:", "(?:").replace(/([*+?}])\+/g, "$1");
  try {
    return new RegExp(source, isInsensitive ? "giu" : "gu");
  } catch (cause) {
    throw new ValueError(where, { given: `the pattern ${text(pattern)}`, expected: "one that JavaScript has, too", cause });
  }
}
