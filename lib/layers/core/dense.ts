// The layer Dense.

import { positiveInteger, type QuantizationMode, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, matmul, multiply, squeeze, transpose } from "../../ops/index.js";
import type { Quantizer } from "../../quantizers/quantizer.js";
import type { Variable } from "../../variables/variable.js";
import { loraOptions } from "../base/adapted-layer.js";
import { type ChannelSums, isLinear } from "../base/channels.js";
import { CalibratedWeight, type FewBits, Int4Weight, Int8Weight, TernaryWeight } from "../base/few-bits.js";
import { byLargest, inputQuantizer, quantizationOption, QuantizedLayer, type Settings, wholeProduct } from "../base/quantized-layer.js";
import { activation, kernelAndBias, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";

/**
 * Densely connected layer: `y = activation(x · kernel + bias)` along the last axis, `[…, features]` to `[…, units]`.
 *
 * Weights: kernel `[features, units]`, bias `[units]`. Keras: keras.layers.Dense
 *
 * ```ts
 * const layer = new keras.layers.Dense(2, { kernelInitializer: "ones", activation: "relu" });
 * layer([[1, 2, 3]]); // [[6, 6]]
 * ```
 */
export class Dense extends QuantizedLayer<typeof Dense.options> {
  static override readonly modes: readonly QuantizationMode[] = ["int8", "int4", "ternary", "gptq", "awq"];

  static override readonly options = layerOptions.extend(["units", "activation", "useBias", "kernelInitializer", "biasInitializer"], {
    units: positiveInteger(),
    activation: activation(),
    ...kernelAndBias,
    ...quantizationOption,
    ...loraOptions,
  });

  declare kernel: Variable;
  declare bias?: Variable;

  #features = 0;
  /** What makes whole numbers of inputs; null where they stay floats. */
  #quantizer: Quantizer | null = null;

  override inputSpec = new InputSpec({ minNdim: 2 });
  override supportsMasking = true;

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel", shape: [this.#features, this.options.units] };
  }

  get channelSums(): ChannelSums | null {
    const isLeft = !this.isQuantized && this.adapted() === this.kernel;
    return isLeft
      ? { weight: this.kernel, weightAxes: [-1], bias: this.bias, axis: -1, isLinear: isLinear(this.options.activation) }
      : null;
  }

  override build(inputShape: Shape): void {
    const { units, useBias } = this.options;
    const features = inputShape.at(-1)!;
    this.#features = features!;
    this.kernel = this.makeWeight("kernel", [features, units], weightOptions(this.options, "kernel"));
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [units], ...weightOptions(this.options, "bias") });
    this.adaptAsAsked();
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  protected override keptIn({ mode, config, groupSize, bits }: Settings, shape: readonly number[]): FewBits {
    const [rows, columns] = shape as [number, number];
    const name = "kernel";
    const quantizer = config?.weightQuantizer ?? null;
    switch (mode) {
      case "int8": {
        this.#quantizer = inputQuantizer(config, byLargest);
        const same = (scale: Tensor): Tensor => scale;
        return new Int8Weight(
          this,
          { name, shape, axes: [0], scaleShape: [columns], folded: (scale) => squeeze(scale, 0), spread: same },
          quantizer,
        );
      }
      case "int4":
        this.#quantizer = groupSize === null ? inputQuantizer(config, () => null) : null;
        return new Int4Weight(this, { name, rows, columns, sharedAxis: 0, packedAxis: 1 }, { blockSize: groupSize, quantizer });
      case "ternary":
        return new TernaryWeight(this, name, rows, columns, null);
      default:
        return new CalibratedWeight(this, {
          rows,
          columns,
          bits,
          groupSize: groupSize ?? -1,
          scalesRows: mode === "awq",
          zeroName: "kernel_zero",
        });
    }
  }

  /** The product with a kernel in few bits. */
  #product(x: Tensor, kept: FewBits): Tensor {
    if (kept instanceof TernaryWeight) return multiply(matmul(x, kept.digits()), cast(kept.scale, x.dtype));
    return this.withAdaptation(this.#bareProduct(x, kept), (a) => matmul(x, a));
  }

  #bareProduct(x: Tensor, kept: FewBits): Tensor {
    const ofFloats = (): Tensor => matmul(x, cast(kept.float(), x.dtype));
    if (kept instanceof Int4Weight && !this.#quantizer) return kept.product(x) ?? ofFloats();
    if (!(kept instanceof Int8Weight || kept instanceof Int4Weight)) return ofFloats();
    return wholeProduct(x, {
      quantizer: this.#quantizer,
      axes: -1,
      product: (x) => matmul(x, kept instanceof Int4Weight ? kept.whole() : kept.values),
      scale: cast(kept.scale, x.dtype),
      spread: (scale) => scale,
      gradient: (dy) => matmul(dy, transpose(cast(kept.float(), dy.dtype))),
    });
  }

  override call(x: Tensor): Tensor {
    const { kept } = this;
    this.shown(x);
    const y = kept ? this.#product(x, kept) : matmul(x, this.adapted());
    return this.options.activation(this.bias ? add(y, this.bias) : y);
  }
}

export interface Dense extends LayerAttributes<typeof Dense.options, "loraAlpha" | "loraRank" | "quantizationConfig"> {}

registerClasses("keras.layers", { Dense });
