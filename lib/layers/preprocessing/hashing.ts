// The layer Hashing.

import {
  boolean,
  integer,
  nullable,
  oneOf,
  positiveInteger,
  registerClasses,
  string,
  either,
  DTypePolicy,
  floatxPolicy,
  withDefault,
  dtypePolicy,
} from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import { isText, Strings } from "../../core/strings.js";
import { adoptTensor, symbolic, Tensor } from "../../core/tensor.js";
import { bucketOf, bucketsOf } from "../../ops/hashing/buckets.js";
import { add, cast, equal, squeeze, trunc, where } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { categoriesOf, Integers, type CategoriesLike } from "./categories.js";
import { checkSparse, encode, inItsForm } from "./encoding.js";
import { keyOf, saltField } from "./salt.js";

/** A policy that depends on what the layer puts out, where it is not given. */
const dtype = { ...dtypePolicy("object"), fallback: "" };
const hashingDtype = withDefault(
  { ...dtype, parse: (value: unknown, where: string) => (value === "" ? null : dtype.parse(value, where)) },
  "",
);

/**
 * Strings or whole numbers as numbers of `numBins` bins, by the hash of their text: FarmHash's fingerprint, or SipHash with a `salt`.
 * `maskValue` is bin 0, and nothing else is.
 *
 * "int" gives int32 of the shape of the input; "one_hot", "multi_hot" and "count" encode it as CategoryEncoding does. Keras:
 * keras.layers.Hashing
 *
 * ```ts
 * new keras.layers.Hashing(3)(["a", "b", "a"]); // [0, 1, 0]
 * ```
 */
export class Hashing extends Layer<typeof Hashing.options> {
  static override readonly options = layerOptions.extend(["numBins", "maskValue", "salt", "outputMode", "sparse"], {
    numBins: positiveInteger(),
    maskValue: nullable(either(integer(), string())),
    salt: saltField(),
    outputMode: oneOf(["int", "one_hot", "multi_hot", "count"], "int"),
    sparse: boolean(false),
    dtype: hashingDtype as typeof dtype,
  });

  constructor(...given: ConstructorParameters<typeof Layer<typeof Hashing.options>>) {
    super(...given);
    checkSparse(this);
    const { outputMode, dtype } = this.options;
    if ((dtype as DTypePolicy | null) === null) {
      (this.options as { dtype: DTypePolicy }).dtype = outputMode === "int" ? new DTypePolicy("int64") : floatxPolicy();
    } else if (outputMode === "int" && !["int32", "int64"].includes(dtype.name)) {
      throw new ValueError(`${this.name}.dtype`, { given: `"${dtype.name}" in mode "int"`, expected: '"int32" or "int64"' });
    }
  }

  override get convertsInputs(): boolean {
    return false;
  }

  override call(inputs: CategoriesLike): Tensor {
    const { outputMode, numBins } = this.options;
    const bins = this.#binsOf(inputs);
    const x = outputMode === "one_hot" && bins.rank > 0 && bins.shape.at(-1) === 1 ? squeeze(bins, -1) : bins;
    return inItsForm(this, encode(x, { mode: outputMode, depth: numBins, dtype: this.variableDtype }));
  }

  protected override get infersOfStrings(): boolean {
    return true;
  }

  #binsOf(inputs: CategoriesLike): Tensor {
    const { numBins, maskValue, salt } = this.options;
    const isMasked = maskValue !== null && numBins > 1;
    const buckets = isMasked ? numBins - 1 : numBins;
    const key = keyOf(salt);
    const categories = categoriesOf(this.name, inputs);
    if (isText(categories)) {
      if (isMasked && typeof maskValue !== "string") this.#refuseMask(maskValue, "strings");
      return symbolic({ shape: categories.shape, dtype: "int32" });
    }
    if (categories instanceof Tensor) {
      const hashed = bucketsOf(categories, buckets, key);
      if (!isMasked) return hashed;
      if (typeof maskValue !== "number") this.#refuseMask(maskValue, "whole numbers");
      return where(equal(cast(trunc(categories), "int32"), maskValue as number), 0, add(hashed, 1));
    }
    const wantsText = categories instanceof Strings;
    if (isMasked && (typeof maskValue === "string") !== wantsText) this.#refuseMask(maskValue, wantsText ? "strings" : "whole numbers");
    const mask = isMasked ? (wantsText ? maskValue : BigInt(maskValue as number)) : undefined;
    const bins = Int32Array.from(categories.values as readonly (string | bigint)[], (value) =>
      value === mask ? 0 : bucketOf(String(value), buckets, key) + (isMasked ? 1 : 0),
    );
    return adoptTensor(bins, categories instanceof Integers ? categories.shape : categories.shape, "int32");
  }

  #refuseMask(mask: unknown, inputs: string): never {
    throw new ValueError(`${this.name}.maskValue`, {
      given: `${JSON.stringify(mask)} for ${inputs}`,
      expected: "a value of the kind of the inputs",
    });
  }
}

export interface Hashing extends LayerAttributes<typeof Hashing.options> {}

registerClasses("keras.layers", { Hashing });
