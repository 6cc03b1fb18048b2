// A tokenizer.json of Hugging Face's tokenizers put together: what it does with a text, one part after the other, and back.

import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { type Decoder, decoderOf } from "./decoders.js";
import { Merges, type ModelConfig } from "./merges.js";
import { type Normalizer, type NormalizerConfig, normalizerOf } from "./normalizers.js";
import { anyOf } from "./pattern.js";
import { type Cutter, type CutterConfig, cutterOf } from "./words.js";

/** A token that stands in texts as it is. */
interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly normalized?: boolean;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

interface ProcessorConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** What a tokenizer.json says, as far as it is read. */
interface TokenizerFile {
  readonly model?: ModelConfig;
  readonly added_tokens?: readonly AddedToken[];
  readonly normalizer?: NormalizerConfig | null;
  readonly pre_tokenizer?: CutterConfig | null;
  readonly post_processor?: ProcessorConfig | null;
  readonly decoder?: CutterConfig | null;
}

/** A piece of a text: a number that is known already, or text. */
type Piece = number | { readonly text: string; readonly isFirst: boolean };

/** Options of `encode`. */
export interface EncodeOptions {
  /** Whether the tokens come that the file puts around each text, such as the one of its beginning. Default true. */
  readonly addSpecialTokens?: boolean;
}

/** Texts to numbers and back, as a file says. @see BytePairTokenizer */
export class Coder {
  readonly #model: Merges;
  readonly #tokens: readonly string[];
  readonly #added: ReadonlyMap<string, AddedToken>;
  readonly #special: ReadonlySet<number>;
  readonly #raw: RegExp | null;
  readonly #normalized: RegExp | null;
  readonly #normalize: Normalizer;
  readonly #cut: Cutter;
  readonly #around: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly #decode: Decoder;
  readonly #cache = new Map<string, readonly number[]>();

  /** @throws ValueError for what is no such file, and for what it asks for and is not known */
  constructor(json: string | object) {
    const where = "BytePairTokenizer.fromJSON";
    const file = (typeof json === "string" ? parsed(json) : json) as TokenizerFile;
    if (typeof file !== "object" || file === null || Array.isArray(file))
      throw new ArgumentError(where, { given: text(json), expected: "a tokenizer.json" });
    const { model, added_tokens: added = [] } = file;
    if (!model?.vocab || !model.merges || (model.type !== undefined && model.type !== "BPE")) {
      throw new ValueError(where, {
        given: `a model of type ${text(model?.type)}`,
        expected: 'a tokenizer.json whose model is "BPE" with vocab and merges',
      });
    }
    const tokens: string[] = [];
    for (const [token, id] of [...Object.entries(model.vocab), ...added.map(({ content, id }) => [content, id] as const)]) {
      if (!Number.isInteger(id) || id < 0)
        throw new ValueError(where, { given: `the number ${text(id)} of ${text(token)}`, expected: "whole numbers" });
      tokens[id] = token;
    }
    this.#model = new Merges(where, model);
    this.#tokens = tokens;
    this.#normalize = normalizerOf(where, file.normalizer);
    this.#added = new Map(added.map((token) => [isNormalized(token) ? this.#normalize(token.content) : token.content, token]));
    this.#special = new Set(added.filter(({ special }) => special === true).map(({ id }) => id));
    const patternOf = (isIn: (token: AddedToken) => boolean): RegExp | null => {
      const contents = [...this.#added].filter(([content, token]) => content !== "" && isIn(token)).map(([content]) => content);
      return contents.length === 0 ? null : anyOf(contents);
    };
    this.#raw = patternOf((token) => !isNormalized(token));
    this.#normalized = patternOf(isNormalized);
    this.#cut = cutterOf(where, file.pre_tokenizer);
    this.#around = aroundOf(where, file.post_processor);
    const isBytes = JSON.stringify(file.pre_tokenizer ?? null).includes('"ByteLevel"');
    this.#decode = decoderOf(where, file.decoder ?? (isBytes ? { type: "ByteLevel" } : null));
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
    return this.#added.get(token)?.id ?? this.#model.vocabulary.get(token);
  }

  /** A text as numbers; added tokens in it count as such. */
  encode(given: string, { addSpecialTokens = true }: EncodeOptions = {}): number[] {
    if (typeof given !== "string") throw new ArgumentError("BytePairTokenizer.encode", { given: text(given), expected: "a string" });
    const ids = this.#separated(given, this.#raw, true).flatMap((piece) => {
      if (typeof piece === "number") return [piece];
      return this.#separated(this.#normalize(piece.text), this.#normalized, piece.isFirst).flatMap((each) =>
        typeof each === "number" ? [each] : this.#cut(each.text, each.isFirst).flatMap((word) => this.#encodedWord(word)),
      );
    });
    return addSpecialTokens ? [...this.#around.before, ...ids, ...this.#around.after] : ids;
  }

  /** A text cut at added tokens, which take the space around them where they say so. */
  #separated(given: string, pattern: RegExp | null, isFirst: boolean): Piece[] {
    if (given === "") return [];
    const pieces: Piece[] = [];
    let end = 0;
    const push = (from: number, to: number): void => {
      if (to > from) pieces.push({ text: given.slice(from, to), isFirst: isFirst && from === 0 });
    };
    for (const match of pattern === null ? [] : given.matchAll(pattern)) {
      const token = this.#added.get(match[0])!;
      let [from, to] = [match.index, match.index + match[0].length];
      if (from < end || (token.single_word === true && (endsInWord.test(given.slice(0, from)) || beginsInWord.test(given.slice(to)))))
        continue;
      if (token.lstrip === true) from = Math.max(end, from - /\p{White_Space}*$/u.exec(given.slice(end, from))![0].length);
      if (token.rstrip === true) to += /^\p{White_Space}*/u.exec(given.slice(to))![0].length;
      push(end, from);
      pieces.push(token.id);
      end = to;
    }
    push(end, given.length);
    return pieces;
  }

  #encodedWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known) return known;
    const ids = this.#model.encode("BytePairTokenizer.encode", word);
    if (word.length > 256) return ids;
    if (this.#cache.size > 50_000) this.#cache.clear();
    this.#cache.set(word, ids);
    return ids;
  }

  /** The text of numbers. @param options.skipSpecialTokens  whether special tokens are left out; default true */
  decode(ids: ArrayLike<number>, { skipSpecialTokens = true }: { readonly skipSpecialTokens?: boolean } = {}): string {
    const pieces = Array.from(ids).flatMap((id) => {
      const token = this.#tokens[id];
      if (token === undefined)
        throw new ValueError("BytePairTokenizer.decode", { given: `the number ${id}`, expected: `numbers below ${this.#tokens.length}` });
      return skipSpecialTokens && this.#special.has(id) ? [] : [token];
    });
    return this.#decode(pieces).join("");
  }
}

const endsInWord = /[\p{L}\p{M}\p{N}_]$/u;
const beginsInWord = /^[\p{L}\p{M}\p{N}_]/u;

/** Whether a token is looked for in normalized text: those that are not special, where nothing else is said. */
const isNormalized = ({ normalized, special }: AddedToken): boolean => normalized ?? special !== true;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ValueError("BytePairTokenizer.fromJSON", {
      given: "a text that is no JSON",
      expected: "the text of a tokenizer.json",
      cause,
    });
  }
}

/** The numbers that a file puts before and after each text. */
function aroundOf(where: string, config: ProcessorConfig | null | undefined): { before: readonly number[]; after: readonly number[] } {
  if (config === null || config === undefined || config.type === "ByteLevel") return { before: [], after: [] };
  if (config.type === "Sequence") {
    const all = (config["processors"] as readonly ProcessorConfig[]).map((each) => aroundOf(where, each));
    return { before: [...all].reverse().flatMap(({ before }) => before), after: all.flatMap(({ after }) => after) };
  }
  if (config.type === "RobertaProcessing" || config.type === "BertProcessing") {
    const [, cls] = config["cls"] as [string, number];
    const [, sep] = config["sep"] as [string, number];
    return { before: [cls], after: [sep] };
  }
  if (config.type !== "TemplateProcessing") {
    throw new ValueError(where, {
      given: `the post-processor ${text(config.type)}`,
      expected: "one of Sequence, TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel",
    });
  }
  const parts = config["single"] as readonly Readonly<Record<string, { readonly id: string }>>[];
  const special = config["special_tokens"] as Readonly<Record<string, { readonly ids: readonly number[] }>>;
  const at = parts.findIndex((part) => "Sequence" in part);
  const idsOf = (some: typeof parts): number[] => some.flatMap((part) => special[part["SpecialToken"]?.id ?? ""]?.ids ?? []);
  return { before: idsOf(parts.slice(0, at)), after: idsOf(parts.slice(at + 1)) };
}
