// Byte-pair encoding as transformers use it. What reads a tokenizer.json is loaded with the first one.

import type { Coder, EncodeOptions } from "./tokens/coder.js";

/**
 * A byte-pair tokenizer: texts as numbers of the pieces that training merged most often, and back.
 *
 * ```ts
 * const tokenizer = await keras.utils.BytePairTokenizer.fromJSON({
 *   model: { type: "BPE", vocab: { l: 0, o: 1, w: 2, lo: 3, low: 4 }, merges: ["l o", "lo w"] },
 *   pre_tokenizer: { type: "WhitespaceSplit" },
 * });
 * tokenizer.encode("low lo"); // [4, 3]
 * ```
 *
 * Read are files of model "BPE", as those of GPT-2, Llama, Qwen or CLIP, with what they say of normalizers, of cutting into words, of added
 * tokens, of the tokens around a text and of decoding. What a file asks for and is not known is an error that names it. Lengths are the
 * caller's: `padding` and `truncation` of a file are not read.
 */
export class BytePairTokenizer {
  readonly #coder: Coder;

  private constructor(coder: Coder) {
    this.#coder = coder;
  }

  /**
   * A tokenizer from the content of a tokenizer.json: its text, or the object in it.
   *
   * @throws ValueError for what is no such file, and for what it asks for and is not known
   */
  static async fromJSON(json: string | object): Promise<BytePairTokenizer> {
    const { Coder } = await import("./tokens/coder.js");
    return new BytePairTokenizer(new Coder(json));
  }

  /** How many numbers there are. */
  vocabularySize(): number {
    return this.#coder.vocabularySize();
  }

  /** The piece of a number, as the vocabulary writes it. */
  idToToken(id: number): string | undefined {
    return this.#coder.idToToken(id);
  }

  /** The number of a piece. */
  tokenToId(token: string): number | undefined {
    return this.#coder.tokenToId(token);
  }

  /**
   * A text as numbers; added tokens in it count as such.
   *
   * @param options.addSpecialTokens  whether the tokens come that the file puts around each text; default true
   */
  encode(given: string, options: EncodeOptions = {}): number[] {
    return this.#coder.encode(given, options);
  }

  /** The text of numbers. @param options.skipSpecialTokens  whether special tokens are left out; default true */
  decode(ids: ArrayLike<number>, options: { readonly skipSpecialTokens?: boolean } = {}): string {
    return this.#coder.decode(ids, options);
  }
}
