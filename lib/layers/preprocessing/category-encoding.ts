// The layer CategoryEncoding.

import { boolean, field, invalid, positiveInteger, registerClasses, withDefault } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { checkIndices, encode, inItsForm } from "./encoding.js";

const modes = ["one_hot", "multi_hot", "count"] as const;

/** "binary" is an old name of "multi_hot". */
const outputMode = withDefault(
  field<(typeof modes)[number] | "binary", (typeof modes)[number]>({
    expected: `one of ${modes.map((mode) => `"${mode}"`).join(", ")}`,
    parse: (value) => (value === "binary" ? "multi_hot" : modes.includes(value as never) ? (value as (typeof modes)[number]) : invalid),
  }),
  "multi_hot",
);

/**
 * Whole numbers below `numTokens` as vectors: "one_hot" `[…, numTokens]`, "multi_hot" (which ones occur) or "count" (how often) `[batch,
 * numTokens]`.
 *
 * Called with `{ countWeights }` in mode "count", each index counts its weight. Keras: keras.layers.CategoryEncoding
 *
 * ```ts
 * new keras.layers.CategoryEncoding({ numTokens: 3, outputMode: "one_hot" })([0, 2]); // [[1, 0, 0], [0, 0, 1]]
 * ```
 */
export class CategoryEncoding extends Layer<typeof CategoryEncoding.options> {
  static override readonly options = layerOptions.extend(["numTokens", "outputMode", "sparse"], {
    numTokens: positiveInteger(),
    outputMode,
    sparse: boolean(false),
  });

  override get castsInputs(): boolean {
    return false;
  }

  override call(x: Tensor, { countWeights }: { countWeights?: TensorLike } = {}): Tensor {
    const { numTokens, outputMode } = this.options;
    if (countWeights !== undefined && outputMode !== "count") {
      throw new ArgumentError(`${this.name}.countWeights`, {
        given: `weights in mode "${outputMode}"`,
        expected: 'them in mode "count" only',
      });
    }
    checkIndices(this.name, x, outputMode);
    // As in Keras it counts in the dtype of variables, which under a mixed policy is float32.
    const weights = countWeights === undefined ? undefined : cast(asTensor(countWeights), this.dtype);
    return inItsForm(this, encode(x, { mode: outputMode, depth: numTokens, dtype: this.dtype, weights }));
  }
}

export interface CategoryEncoding extends LayerAttributes<typeof CategoryEncoding.options> {}

registerClasses("keras.layers", { CategoryEncoding });
