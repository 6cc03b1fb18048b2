// Tokens and their numbers: what lookup layers learn or are given.

import { platform } from "#platform";
import { field, type Field, invalid, withDefault } from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import type { Saveable } from "../../saving/saveable.js";

export type Token = string | number;

/** How often tokens occur, and in how many documents. */
export class TokenCounts<T extends Token> {
  readonly #counts = new Map<T, number>();
  readonly #documents: Map<T, number> | null;
  documents = 0;

  /** @param byDocument  whether documents are counted too */
  constructor(byDocument: boolean) {
    this.#documents = byDocument ? new Map() : null;
  }

  /** Counts the tokens of one document. */
  add(document: readonly T[]): void {
    this.documents++;
    for (const token of document) this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
    if (!this.#documents) return;
    for (const token of new Set(document)) this.#documents.set(token, (this.#documents.get(token) ?? 0) + 1);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Tokens by descending count; among equal counts the last one in order (numbers, or UTF-8 bytes) comes first. */
  ranked(without: readonly unknown[], most: number): T[] {
    const entries = [...this.#counts].filter(([token]) => !without.includes(token));
    entries.sort(([a, countA], [b, countB]) => countB - countA || compareTokens(b, a));
    return entries.slice(0, most).map(([token]) => token);
  }

  /** `log(1 + documents / (1 + documents with the token))` for each token. */
  inverseDocumentFrequencies(tokens: readonly T[]): number[] {
    return tokens.map((token) => Math.log(1 + this.documents / (1 + (this.#documents?.get(token) ?? 0))));
  }
}

/** Numbers by size, strings as their UTF-8 bytes compare, which is the order of their code points. */
function compareTokens(a: Token, b: Token): number {
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [p, q] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (p !== q) return rank(p) - rank(q);
  }
  return a.length - b.length;
}

/** Surrogates, which stand for code points above all others, come last. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** The tokens of a layer by number, without the special ones, and what each weighs in tf-idf. */
export class Vocabulary<T extends Token> implements Saveable {
  #tokens: readonly T[] | null = null;
  #numbers = new Map<T, number>();
  /** Inverse document frequencies with those of the special tokens, where the layer has them. */
  weights: readonly number[] | null = null;

  /** null before there is a vocabulary. */
  get tokens(): readonly T[] | null {
    return this.#tokens;
  }

  set tokens(tokens: readonly T[] | null) {
    this.#tokens = tokens;
    this.#numbers = new Map(tokens?.map((token, i) => [token, i]));
  }

  /** The place of a token among them; undefined where it is none. */
  numberOf(token: T): number | undefined {
    return this.#numbers.get(token);
  }

  saveState(): { tokens: readonly T[]; weights: readonly number[] | null } | null {
    return this.#tokens && { tokens: this.#tokens, weights: this.weights };
  }

  loadState(state: { tokens: readonly T[]; weights: readonly number[] | null } | null): void {
    this.tokens = state?.tokens ?? null;
    this.weights = state?.weights ?? null;
  }
}

/** A name of an encoding as the platform has it, which knows fewer spellings than Python. */
const labelOf = (encoding: string): string =>
  encoding
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^latin-(?=\d)/, "latin");

function decoderOf(encoding: string): TextDecoder | null {
  try {
    return new TextDecoder(labelOf(encoding), { fatal: true });
  } catch {
    return null;
  }
}

/** What vocabulary files are encoded in. Strings themselves are JavaScript's. */
export const encodingField = (): Field<string, string, false> =>
  withDefault(
    field<string>({
      expected: 'the name of an encoding of text, such as "utf-8"',
      parse: (value) => (typeof value === "string" && decoderOf(value) ? value : invalid),
    }),
    "utf-8",
  );

/**
 * The lines of a vocabulary file, one token each. Node reads it at once; a page has no such files.
 *
 * @throws ValueError where there is no such file, or where it is not in this encoding
 */
export function readVocabulary(where: string, path: string, encoding: string): string[] {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  let bytes: Uint8Array | null = null;
  let cause: unknown;
  try {
    if (platform.name === "node") bytes = platform.openStore(slash < 0 ? "." : path.slice(0, slash) || "/").readNow!(path.slice(slash + 1));
  } catch (error) {
    cause = error;
  }
  if (!bytes) {
    throw new ValueError(where, {
      given: `the vocabulary file ${JSON.stringify(path)}`,
      expected: cause ? "a file that can be read" : "a file that exists",
      ...(cause !== undefined && { cause }),
      ...(platform.name === "node" ? {} : { hint: "A page has no files: fetch the vocabulary and pass its tokens as an array." }),
    });
  }
  try {
    return linesOf(decoderOf(encoding)!.decode(bytes));
  } catch (cause) {
    throw new ValueError(where, {
      given: `the vocabulary file ${JSON.stringify(path)} of bytes that are no ${encoding}`,
      expected: "text in the encoding that was named",
      cause,
    });
  }
}

/** The lines of a text, without empty ones at the end. */
export function linesOf(content: string): string[] {
  const lines = content.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
