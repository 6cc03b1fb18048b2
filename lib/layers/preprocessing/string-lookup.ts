// The layer StringLookup.

import { nullable, registerClasses, string } from "../../config/index.js";
import { DtypeError } from "../../core/errors.js";
import { isForShapesAlone, isTracing } from "../../core/interpreter.js";
import { isStrings, isText, LaterStrings, Strings, symbolicStrings, type NestedStrings } from "../../core/strings.js";
import { adoptTensor, symbolic, Tensor } from "../../core/tensor.js";
import { cast } from "../../ops/index.js";
import { bucketOf } from "../../ops/hashing/buckets.js";
import { categoriesOf, type CategoriesLike } from "./categories.js";
import { IndexLookup, lookupOptions, rowsOf, vocabularyField } from "./index-lookup.js";
import { keyOf, saltField } from "./salt.js";
import { encodingField } from "./vocabulary.js";

/**
 * Strings as their numbers in a vocabulary, which is given or learned by `adapt`; with `invert` numbers as strings.
 *
 * Number 0 is `maskToken` where there is one, then come `numOovIndices` numbers of unknown strings (by their hash where there are several),
 * then the vocabulary. "int" gives int32 of the shape of the input; "one_hot", "multi_hot", "count" and "tf_idf" encode it.
 *
 * ```ts
 * const lookup = new keras.layers.StringLookup({ vocabulary: ["a", "b"] });
 * lookup(["b", "c"]).array(); // [2, 0]
 * ```
 *
 * Keras: keras.layers.StringLookup
 */
export class StringLookup extends IndexLookup<string, typeof StringLookup.options> {
  static override readonly options = lookupOptions.extend(["maxTokens", "numOovIndices", "maskToken", "oovToken", "vocabulary"], {
    maskToken: nullable(string()),
    oovToken: nullable(string(), "[UNK]"),
    vocabulary: vocabularyField<string>("string"),
    salt: saltField(),
    encoding: encodingField(),
  });

  protected override get tokenKind(): "string" {
    return "string";
  }

  protected override get encoding(): string {
    return this.options.encoding;
  }

  override call(inputs: CategoriesLike): Tensor {
    this.requireVocabulary();
    const categories = categoriesOf(this.name, inputs);
    if (isText(categories) && !this.options.invert) return this.encoded(symbolic({ shape: categories.shape, dtype: "int32" }));
    // `lookup<string[]>(numbers)` says what comes then.
    if (this.options.invert) return this.#inverted(categories) as unknown as Tensor;
    if (!(categories instanceof Strings)) throw new DtypeError(this.name, { given: "numbers", expected: "strings" });
    const indices = Int32Array.from(categories.values, (token) => this.numberOf(token));
    return this.encoded(adoptTensor(indices, categories.shape, "int32"));
  }

  protected override get infersOfStrings(): boolean {
    return true;
  }

  /** The numbers of tokens in rows of any lengths. */
  numbersOf(rows: readonly (readonly string[])[]): number[][] {
    this.requireVocabulary();
    return rows.map((row) => row.map((token) => this.numberOf(token)));
  }

  /** Rows of numbers as the layer puts them out in a mode other than "int": `[rows, vocabulary]`, or one vector of all rows. */
  encodedRows(rows: readonly (readonly number[])[], keepsRows: boolean): Tensor {
    const { outputMode } = this.options;
    const { depth } = this;
    const counts = new Int32Array((keepsRows ? rows.length : 1) * depth);
    rows.forEach((row, i) => {
      for (const index of row) {
        if (index < 0 || index >= depth) continue;
        const at = (keepsRows ? i : 0) * depth + index;
        counts[at] = outputMode === "multi_hot" ? 1 : counts[at]! + 1;
      }
    });
    const shape = keepsRows ? [rows.length, depth] : [depth];
    const encoded = adoptTensor(counts, shape, "int32");
    return outputMode === "tf_idf" ? this.weighted(cast(encoded, "float32")) : encoded;
  }

  /** For each row its numbers as vectors with a single 1. */
  oneHotRows(rows: readonly (readonly number[])[]): number[][][] {
    const { depth } = this;
    return rows.map((row) => row.map((index) => Array.from({ length: depth }, (_, i) => Number(i === index))));
  }

  /** What `encodedRows` gives for so many rows, which may be open. */
  encodedSpec(rows: number | null, keepsRows: boolean): Tensor {
    this.requireVocabulary();
    const { depth } = this;
    const dtype = this.options.outputMode === "tf_idf" ? "float32" : "int32";
    return symbolic({ shape: keepsRows ? [rows, depth] : [depth], dtype });
  }

  #inverted(categories: ReturnType<typeof categoriesOf>): NestedStrings | Tensor | LaterStrings {
    if (!(categories instanceof Tensor) || isText(categories))
      throw new DtypeError(this.name, { given: "no int32 numbers", expected: "numbers of tokens, since invert is true" });
    const made = (numbers: Tensor): NestedStrings => {
      const tokens = Array.from(numbers.view(this.name), (index) => this.tokenAt(index) ?? "");
      return new Strings(numbers.shape as readonly number[], tokens).nested();
    };
    if (!categories.isSymbolic) return made(categories);
    return isTracing() && !isForShapesAlone() ? new LaterStrings(categories, made) : symbolicStrings(categories.shape);
  }

  protected override tokenOf(_where: string, line: string): string {
    return line;
  }

  protected override bucketOf(token: string, count: number): number {
    return bucketOf(token, count, keyOf(this.options.salt));
  }

  protected override documentsOf(batch: unknown, isWhole: boolean): readonly (readonly string[])[] {
    if (!(batch instanceof Strings) && !isStrings(batch)) {
      throw new DtypeError(`${this.name}.adapt`, { given: batch instanceof Tensor ? "numbers" : "other data", expected: "strings" });
    }
    const { shape, values } = batch instanceof Strings ? batch : Strings.of(batch, `${this.name}.adapt`);
    return rowsOf(shape, values, isWhole);
  }
}

registerClasses("keras.layers", { StringLookup });
