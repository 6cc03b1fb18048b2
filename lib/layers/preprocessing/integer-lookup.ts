// The layer IntegerLookup.

import { fixed, integer, nullable, registerClasses } from "../../config/index.js";
import { ArgumentError, DtypeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import { Strings } from "../../core/strings.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";
import { bucketOf } from "../../ops/hashing/buckets.js";
import { categoriesOf, Integers, type CategoriesLike, wholeOf } from "./categories.js";
import { IndexLookup, lookupOptions, rowsOf, vocabularyField } from "./index-lookup.js";
import { keyOf, saltField } from "./salt.js";

/**
 * Whole numbers as their numbers in a vocabulary, which is given or learned by `adapt`; with `invert` the way back.
 *
 * Unknown numbers share `numOovIndices` places, by their remainder or (`oovMethod: "farmhash"`) their hash. Otherwise as StringLookup.
 * Keras: keras.layers.IntegerLookup
 *
 * ```ts
 * new keras.layers.IntegerLookup({ vocabulary: [12, 36] })([36, 12, 99]); // [2, 1, 0]
 * ```
 */
export class IntegerLookup extends IndexLookup<number, typeof IntegerLookup.options> {
  static override readonly options = lookupOptions.extend(["maxTokens", "numOovIndices", "maskToken", "oovToken", "vocabulary"], {
    maskToken: nullable(integer()),
    oovToken: nullable(integer(), -1),
    vocabulary: vocabularyField<number>("number"),
    vocabularyDtype: fixed("int64"),
    salt: saltField(),
  });

  protected override get tokenKind(): "number" {
    return "number";
  }

  constructor(...given: ConstructorParameters<typeof IndexLookup<number, typeof IntegerLookup.options>>) {
    super(...given);
    if (this.options.salt !== null && this.options.oovMethod !== "farmhash") {
      throw new ArgumentError(`${this.name}.salt`, {
        given: `a salt with oovMethod "${this.options.oovMethod}"`,
        expected: 'oovMethod "farmhash"',
      });
    }
  }

  override call(inputs: CategoriesLike): Tensor {
    this.requireVocabulary();
    const categories = categoriesOf(this.name, inputs);
    if (categories instanceof Strings) throw new DtypeError(this.name, { given: "strings", expected: "whole numbers" });
    const one = this.options.invert ? (index: number) => this.tokenAt(index) ?? -1 : (token: number) => this.numberOf(token);
    if (categories instanceof Integers) {
      const indices = Int32Array.from(categories.values, (token) => one(Number(token)));
      return this.encoded(adoptTensor(indices, categories.shape, "int32"));
    }
    return this.encoded(lookUpOp.apply({ x: categories }, { one }));
  }

  protected override tokenOf(where: string, line: string): number {
    const token = Number(line);
    if (line.trim() !== "" && Number.isSafeInteger(token)) return token;
    throw new ValueError(where, { given: `the line ${JSON.stringify(line)}`, expected: "a whole number in each line" });
  }

  protected override bucketOf(token: number, count: number): number {
    const { oovMethod, salt } = this.options;
    return oovMethod === "farmhash" ? bucketOf(String(token), count, keyOf(salt)) : ((token % count) + count) % count;
  }

  protected override documentsOf(batch: unknown, isWhole: boolean): readonly (readonly number[])[] {
    const categories = categoriesOf(`${this.name}.adapt`, batch);
    if (categories instanceof Strings) throw new DtypeError(`${this.name}.adapt`, { given: "strings", expected: "whole numbers" });
    const given: ArrayLike<number | bigint> = categories instanceof Tensor ? categories.view() : categories.values;
    const values = Array.from(given, (value) => wholeOf(`${this.name}.adapt`, Number(value)));
    return rowsOf(categories.shape, values, isWhole);
  }
}

const lookUpOp = primitive({
  name: "lookUp",
  inputs: ["x"],
  infer: ({ x }, _: { readonly one: (value: number) => number }) => ({ shape: x.shape, dtype: "int32" as const }),
  host: ({ x }, { one }) => ({
    y: adoptTensor(
      Int32Array.from(x.view("lookUp"), (value) => one(wholeOf("lookUp", value))),
      known(x.shape),
      "int32",
    ),
  }),
});

registerClasses("keras.layers", { IntegerLookup });
