// Byte-pair encoding of one word: the pairs that training merged are merged again, the first learned first.

import { text, ValueError } from "../../core/errors.js";
import { bytesOf } from "./bytes.js";

/** The model of a tokenizer file. */
export interface ModelConfig {
  readonly type?: string;
  readonly vocab?: Readonly<Record<string, number>>;
  readonly merges?: readonly (string | readonly [string, string])[];
  readonly unk_token?: string | null;
  readonly ignore_merges?: boolean | null;
  readonly byte_fallback?: boolean | null;
  readonly fuse_unk?: boolean | null;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly dropout?: number | null;
}

/** What a pair of numbers becomes, and how early that was learned. */
interface Merge {
  readonly rank: number;
  readonly made: number;
}

/** A pair of neighbours that may be merged; `left` and `right` say what stood there, since either may be gone by then. */
interface Candidate extends Merge {
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

const before = (a: Candidate, b: Candidate): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

/** What learned pairs make of a word. */
export class Merges {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly #merges = new Map<number, Map<number, Merge>>();
  readonly #config: ModelConfig;
  readonly #unknown: number | null;

  /** @throws ValueError for pairs of no pieces of the vocabulary, and for what only training does */
  constructor(where: string, config: ModelConfig) {
    this.#config = config;
    this.vocabulary = new Map(Object.entries(config.vocab!));
    if ((config.dropout ?? 0) > 0) {
      throw new ValueError(where, { given: `the dropout ${config.dropout}`, expected: "none: merges are left out in training alone" });
    }
    this.#unknown = config.unk_token == null ? null : this.#numberOf(where, config.unk_token);
    const inner = (config.continuing_subword_prefix ?? "").length;
    config.merges!.forEach((merge, rank) => {
      const [left, right, more] = typeof merge === "string" ? merge.split(" ") : merge;
      if (left === undefined || right === undefined || more !== undefined) {
        throw new ValueError(where, { given: `the merge ${text(merge)}`, expected: "two pieces with a space between" });
      }
      const from = this.#numberOf(where, left);
      const row = this.#merges.get(from) ?? new Map<number, Merge>();
      row.set(this.#numberOf(where, right), { rank, made: this.#numberOf(where, left + right.slice(inner)) });
      this.#merges.set(from, row);
    });
  }

  #numberOf(where: string, piece: string): number {
    const id = this.vocabulary.get(piece);
    if (id !== undefined) return id;
    throw new ValueError(where, {
      given: `the piece ${text(piece)}, which is not in the vocabulary`,
      expected: "pieces of the vocabulary",
    });
  }

  /** The numbers of a word. @throws ValueError for what the vocabulary has nothing for */
  encode(where: string, word: string): readonly number[] {
    const whole = this.#config.ignore_merges === true ? this.vocabulary.get(word) : undefined;
    return whole === undefined ? this.#merged(this.#pieces(where, word)) : [whole];
  }

  /** A number for each character; where it has none, those of its bytes or that of what is unknown. */
  #pieces(where: string, word: string): number[] {
    const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, byte_fallback: bytes, fuse_unk: fuses } = this.#config;
    const chars = Array.from(word);
    const result: number[] = [];
    let isUnknown = false;
    chars.forEach((char, i) => {
      const piece = (i > 0 ? (prefix ?? "") : "") + char + (i === chars.length - 1 ? (suffix ?? "") : "");
      const id = this.vocabulary.get(piece);
      const wasUnknown = isUnknown;
      isUnknown = false;
      if (id !== undefined) return void result.push(id);
      const spelled = bytes === true ? Array.from(bytesOf(piece), (byte) => this.vocabulary.get(byteName(byte))) : [undefined];
      if (!spelled.includes(undefined)) return void result.push(...(spelled as number[]));
      if (this.#unknown === null) {
        // As in Hugging Face's tokenizers, space that no piece stands for is left out.
        if (/^\p{White_Space}$/u.test(char)) return;
        throw new ValueError(where, {
          given: `the piece ${text(piece)}`,
          expected: "pieces of the vocabulary, which has no unknown token",
        });
      }
      isUnknown = true;
      if (!(wasUnknown && fuses === true)) result.push(this.#unknown);
    });
    return result;
  }

  /** Neighbours stay linked while pairs are taken from a heap, so that a long word costs no more than its pieces and their order. */
  #merged(ids: number[]): number[] {
    if (ids.length < 2) return ids;
    const next = ids.map((_, i) => i + 1);
    const previous = ids.map((_, i) => i - 1);
    const heap = new Heap();
    const offer = (at: number, right: number): void => {
      const merge = this.#merges.get(ids[at]!)?.get(ids[right]!);
      if (merge) heap.push({ ...merge, at, left: ids[at]!, right: ids[right]! });
    };
    for (let i = 0; i + 1 < ids.length; i++) offer(i, i + 1);
    for (let best = heap.pop(); best; best = heap.pop()) {
      const right = next[best.at]!;
      if (ids[best.at] !== best.left || right >= ids.length || ids[right] !== best.right) continue;
      ids[best.at] = best.made;
      ids[right] = -1;
      const after = (next[best.at] = next[right]!);
      if (after < ids.length) previous[after] = best.at;
      if (previous[best.at]! >= 0) offer(previous[best.at]!, best.at);
      if (after < ids.length) offer(best.at, after);
    }
    return ids.filter((id) => id >= 0);
  }
}

const byteName = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** Candidates by rank, then by place. */
class Heap {
  readonly #items: Candidate[] = [];

  push(item: Candidate): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Candidate | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
