// The layer ReversibleEmbedding: its table is also the projection back to logits.

import type { LayerAttributes } from "../base/options.js";
import { boolean, type Config, nullable, number, type QuantizationMode, registerClasses, string } from "../../config/index.js";
import { setMask } from "../../core/mask.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import type { InitializerIdentifier } from "../../initializers/index.js";
import { cast, divide, matmul, multiply, notEqual, ones, squeeze, take, tanh, transpose } from "../../ops/index.js";
import type { Quantizer } from "../../quantizers/quantizer.js";
import type { Variable } from "../../variables/variable.js";
import { weightOptions } from "../base/fields.js";
import type { CallOptions } from "../base/types.js";
import { type FewBits, Int4Weight, Int8Weight, keep } from "../base/few-bits.js";
import { byLargest, inputQuantizer, QuantizedLayer, type Settings, wholeProduct } from "../base/quantized-layer.js";
import { Embedding, keptRows, keptTable, rowsOf } from "./embedding.js";

/** What the layer is called with. */
export interface ReversibleEmbeddingCallOptions extends CallOptions {
  /** Whether vectors become logits, instead of indices vectors. Default: false. */
  readonly reverse?: boolean | null;
}

/**
 * A table that is read both ways: whole numbers `[…]` become vectors `[…, outputDim]`, and with `{ reverse: true }` vectors become logits
 * `[…, inputDim]`, by the table transposed or, without `tieWeights`, by a table of their own.
 *
 * ```ts
 * const embedding = new keras.layers.ReversibleEmbedding(100, 8);
 * const vectors = embedding([[1, 2, 3]]);
 * embedding(vectors, { reverse: true } as never).shape; // [1, 3, 100]
 * ```
 *
 * With `logitSoftCap` c logits are c · tanh(logits / c). Weights: embeddings `[inputDim, outputDim]`, reverse_embeddings `[outputDim,
 * inputDim]` unless tied.
 *
 * @see Press and Wolf, Using the Output Embedding to Improve Language Models, 2016. Keras: keras.layers.ReversibleEmbedding
 */
export class ReversibleEmbedding extends QuantizedLayer<typeof ReversibleEmbedding.options> {
  static override readonly modes: readonly QuantizationMode[] = ["int8", "int4"];

  static override readonly options = Embedding.options.extend(
    ["inputDim", "outputDim", "tieWeights", "embeddingsInitializer", "embeddingsRegularizer"],
    {
      tieWeights: boolean(true),
      reverseDtype: nullable(string()),
      logitSoftCap: nullable(number()),
    },
  );

  declare embeddings: Variable;
  declare reverseEmbeddings?: Variable;

  override supportsMasking = this.options.maskZero;

  protected override get adaptable() {
    return { weight: this.embeddings, name: "embeddings", shape: [this.options.inputDim, this.options.outputDim] };
  }

  /** The table of the way back in few bits, where it is not tied. */
  #reverse: Int8Weight | Int4Weight | null = null;
  /** What makes whole numbers of the vectors on the way back; null where they stay floats. */
  #quantizer: Quantizer | null = null;

  override build(_inputShape?: Shape): void {
    const { inputDim, outputDim, tieWeights, embeddingsInitializer: initializer } = this.options;
    this.embeddings = this.makeWeight("embeddings", [inputDim, outputDim], weightOptions(this.options, "embeddings"));
    this.adaptAsAsked();
    if (!tieWeights) this.reverseEmbeddings = this.#reverse ? this.#reverse.values : this.#floatWayBack(initializer);
  }

  #floatWayBack(initializer: InitializerIdentifier): Variable {
    const { inputDim, outputDim } = this.options;
    return this.addWeight({ name: "reverse_embeddings", shape: [outputDim, inputDim], initializer });
  }

  protected override keptIn(settings: Settings, shape: readonly number[]): FewBits {
    const kept = keptTable(this, settings, shape as [number, number]);
    this.#quantizer = inputQuantizer(settings.config, byLargest);
    if (!this.options.tieWeights) this.#reverse = this.#keptWayBack(settings, kept);
    return kept;
  }

  #keptWayBack({ mode, config, groupSize }: Settings, table: FewBits): Int8Weight | Int4Weight {
    const [columns, rows] = [this.options.inputDim, this.options.outputDim];
    const name = "reverse_embeddings";
    const quantizer = config?.weightQuantizer ?? null;
    if (mode === "int4") {
      // Keras keeps these zero points as floats.
      const shared = { groups: (table as Int4Weight).groups, zeroDtype: null };
      return new Int4Weight(this, { name, rows, columns, sharedAxis: 0, packedAxis: 0 }, { blockSize: groupSize, quantizer, ...shared });
    }
    const same = (scale: Tensor): Tensor => scale;
    return new Int8Weight(
      this,
      { name, shape: [rows, columns], axes: [0], scaleShape: [columns], folded: (scale) => squeeze(scale, 0), spread: same },
      quantizer,
    );
  }

  protected override replaced(): void {
    const before = this.reverseEmbeddings;
    if (!before || !this.#reverse) return;
    keep(this.#reverse, before.value());
    this.dropWeight(before);
    this.reverseEmbeddings = this.#reverse.values;
  }

  protected override otherVariables(): readonly Variable[] {
    return this.#reverse?.variables ?? [];
  }

  /** The mask of indices belongs to their vectors alone, so `call` sets it. */
  override computeMask(): null {
    return null;
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(x: Tensor, { reverse }: ReversibleEmbeddingCallOptions = {}): Tensor {
    const { maskZero, reverseDtype, logitSoftCap } = this.options;
    const { kept } = this;
    if (!reverse) {
      const places = cast(x, "int32");
      const vectors =
        kept ? this.withAdaptation(keptRows(kept, places, this.options.outputDim), (a) => take(a, places, 0))
        : this.lora ? take(this.adapted(), places, 0)
        : rowsOf(this.embeddings, places, this.computeDtype); // prettier-ignore
      return maskZero ? setMask(vectors, notEqual(x, 0)) : vectors;
    }
    const logits = kept ? this.#wayBack(x, kept) : this.#floatLogits(x, reverseDtype);
    return logitSoftCap === null ? logits : multiply(tanh(divide(logits, logitSoftCap)), logitSoftCap);
  }

  #floatLogits(x: Tensor, reverseDtype: string | null): Tensor {
    const kernel = this.reverseEmbeddings?.value() ?? transpose(this.adapted());
    return reverseDtype === null ? matmul(x, kernel) : matmul(cast(x, reverseDtype), cast(kernel, reverseDtype));
  }

  /** Logits by a table in few bits. The adaptation is one of the vectors alone, as in Keras. */
  #wayBack(x: Tensor, table: FewBits): Tensor {
    const kept = this.#reverse ?? table;
    const isTurned = kept === table;
    const turn = (y: Tensor): Tensor => (isTurned ? transpose(y) : y);
    const inBlocks = kept instanceof Int4Weight && kept.blockSize !== null;
    const float = (): Tensor => turn(cast(kept.float(), x.dtype));
    return wholeProduct(x, {
      quantizer: this.#quantizer,
      axes: -1,
      product: (x) => matmul(x, inBlocks ? float() : turn(kept instanceof Int4Weight ? kept.whole() : kept.values.value())),
      scale: inBlocks ? ones([], { dtype: x.dtype }) : cast(kept.scale, x.dtype),
      spread: (scale) => scale,
      gradient: (dy) => matmul(dy, transpose(float())),
    });
  }

  /** The table needs no shape. */
  override buildFromConfig(config: Config): void {
    const shape = config["input_shape"] as Shape | undefined;
    if (shape) this.build(shape);
    else this.build();
  }
}

export interface ReversibleEmbedding extends LayerAttributes<
  typeof ReversibleEmbedding.options,
  "loraAlpha" | "loraRank" | "quantizationConfig" | "weights"
> {}

registerClasses("keras.layers", { ReversibleEmbedding });
