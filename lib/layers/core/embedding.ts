// The layer Embedding.

import { boolean, nullable, positiveInteger, type QuantizationMode, registerClasses, unwritten } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, divide, expandDims, notEqual, squeeze, take } from "../../ops/index.js";
import { unpackInt4 } from "../../quantizers/packing.js";
import { readingAs, type Variable } from "../../variables/variable.js";
import type { Layer } from "../layer.js";
import { loraOptions } from "../base/adapted-layer.js";
import { type FewBits, Int4Weight, Int8Weight } from "../base/few-bits.js";
import { quantizationOption, QuantizedLayer, type Settings } from "../base/quantized-layer.js";
import { constraint, firstWeights, initializer, regularizer, weightOptions } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";

/**
 * Rows of a table: whole numbers `[…]` below `inputDim` become vectors `[…, outputDim]`.
 *
 * Weights: embeddings `[inputDim, outputDim]`; option `weights`: the first values; `inputLength`: taken from older scripts, without effect. With `maskZero`, index 0 is padding and masked. Keras:
 * keras.layers.Embedding
 *
 * ```ts
 * new keras.layers.Embedding(10, 4)([[1, 2, 3]]).shape; // [1, 3, 4]
 * ```
 */
export class Embedding extends QuantizedLayer<typeof Embedding.options> {
  static override readonly modes: readonly QuantizationMode[] = ["int8", "int4"];

  static override readonly options = layerOptions.extend(
    ["inputDim", "outputDim", "embeddingsInitializer", "embeddingsRegularizer", "embeddingsConstraint"],
    {
      inputDim: positiveInteger(),
      outputDim: positiveInteger(),
      embeddingsInitializer: initializer("uniform"),
      embeddingsRegularizer: regularizer(),
      embeddingsConstraint: constraint(),
      activityRegularizer: regularizer(),
      maskZero: boolean(false),
      ...quantizationOption,
      ...loraOptions,
      weights: firstWeights(),
      inputLength: unwritten(nullable(positiveInteger())),
    },
  );

  declare embeddings: Variable;

  override supportsMasking = this.options.maskZero;

  protected override get adaptable() {
    return { weight: this.embeddings, name: "embeddings", shape: [this.options.inputDim, this.options.outputDim] };
  }

  override build(): void {
    const { inputDim, outputDim } = this.options;
    this.embeddings = this.makeWeight("embeddings", [inputDim, outputDim], weightOptions(this.options, "embeddings"));
    this.adaptAsAsked();
    const { weights } = this.options;
    if (weights !== null) this.embeddings.assign(asTensor((isList(weights) ? weights[0] : weights) as TensorLike, this.embeddings.dtype));
  }

  protected override keptIn(settings: Settings, shape: readonly number[]): FewBits {
    return keptTable(this, settings, shape as [number, number]);
  }

  override computeMask(indices: Tensor): Tensor | null {
    return this.options.maskZero ? notEqual(indices, 0) : null;
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(indices: Tensor): Tensor {
    const places = cast(indices, "int32");
    const { kept } = this;
    if (!kept) return this.lora ? take(this.adapted(), places, 0) : rowsOf(this.embeddings, places, this.computeDtype);
    return this.withAdaptation(keptRows(kept, places, this.options.outputDim), (a) => take(a, places, 0));
  }
}

export interface Embedding extends LayerAttributes<typeof Embedding.options, "loraAlpha" | "loraRank" | "quantizationConfig" | "weights"> {}

/** Rows of a table in the dtype that is computed in: they are brought to it, not the table, which is large where they are few. */
export function rowsOf(table: Variable, places: Tensor, dtype: Dtype): Tensor {
  const whole = readingAs(null, () => table.value());
  return cast(take(whole, places, 0), dtype);
}

/** A table whose rows have scales of their own, in few bits. */
export function keptTable(owner: Layer, { mode, config, groupSize }: Settings, shape: readonly [number, number]): FewBits {
  const [rows, columns] = shape;
  const name = "embeddings";
  const quantizer = config?.weightQuantizer ?? null;
  if (mode === "int4")
    return new Int4Weight(owner, { name, rows, columns, sharedAxis: 1, packedAxis: 1 }, { blockSize: groupSize, quantizer });
  const form = {
    name,
    shape,
    axes: [1],
    scaleShape: [rows],
    folded: (scale: Tensor) => squeeze(scale, 1),
    spread: (scale: Tensor) => expandDims(scale, 1),
  };
  return new Int8Weight(owner, form, quantizer);
}

/** Rows of a table in few bits: taken first, made floats then. */
export function keptRows(kept: FewBits, places: Tensor, columns: number): Tensor {
  const values = take(kept.values, places, 0);
  const scale = take(kept.scale, places, 0);
  if (!(kept instanceof Int4Weight)) return divide(cast(values, scale.dtype), expandDims(scale, -1));
  return kept.floatOf(unpackInt4(values, columns, -1), scale, kept.zero && take(kept.zero, places, 0));
}

/** Whether values stand in a list of one weight, as `getWeights` gives them. */
const isList = (weights: unknown): weights is readonly unknown[] =>
  Array.isArray(weights) && weights.length === 1 && !(Array.isArray(weights[0]) && typeof weights[0][0] === "number");

registerClasses("keras.layers", { Embedding });
