// The layer TernaryDense: weights that count as −1, 0 and 1.

import { nonNegativeNumber, nullable, positiveInteger, type QuantizationMode, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { abs, add, cast, greater, matmul, mean, multiply, sign, stopGradient, subtract } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { activation, kernelAndBias, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { type FewBits, TernaryWeight } from "../base/few-bits.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { QuantizedLayer, type Settings } from "../base/quantized-layer.js";

/**
 * Densely connected layer whose kernel counts as −1, 0 and 1: `y = activation(β · x · t(kernel) + bias)`, `[…, features]` to `[…, units]`.
 *
 * t is the sign of a weight whose size is above `threshold`, else 0. Without a threshold it is half the mean of all sizes, and β their
 * mean; with one β is 1. Gradients pass t as if it were the kernel itself. Weights: kernel `[features, units]`, bias `[units]`.
 *
 * ```ts
 * new keras.layers.TernaryDense(4)(tf.ones([2, 3])).shape; // [2, 4]
 * ```
 *
 * @see Ma et al., The Era of 1-bit LLMs: All Large Language Models are in 1.58 Bits, 2024. Keras: keras.layers.TernaryDense
 */
export class TernaryDense extends QuantizedLayer<typeof TernaryDense.options> {
  static override readonly modes: readonly QuantizationMode[] = ["ternary"];

  static override readonly options = layerOptions.extend(["units", "threshold", "activation", "useBias", "kernelInitializer"], {
    units: positiveInteger(),
    threshold: nullable(nonNegativeNumber()),
    activation: activation(),
    ...kernelAndBias,
    activityRegularizer: regularizer(),
  });

  declare kernel: Variable;
  declare bias?: Variable;

  override inputSpec = new InputSpec({ minNdim: 2 });
  override supportsMasking = true;

  #features = 0;

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel", shape: [this.#features, this.options.units] };
  }

  protected override keptIn(_settings: Settings, [rows, columns]: readonly number[]): FewBits {
    return new TernaryWeight(this, "kernel", rows!, columns!, this.options.threshold);
  }

  /** Keeps five weights in a byte. @param given  mode ("ternary" unless given), typeCheck, config. Keras: quantize */
  override quantize(...given: unknown[]): void {
    super.quantize(...(given.length === 0 ? ["ternary"] : given));
  }

  override build(inputShape: Shape): void {
    const { units, useBias } = this.options;
    const features = inputShape.at(-1)!;
    this.#features = features!;
    this.kernel = this.makeWeight("kernel", [features, units], weightOptions(this.options, "kernel"));
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [units], ...weightOptions(this.options, "bias") });
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  override call(x: Tensor): Tensor {
    const { threshold, activation } = this.options;
    const { kept } = this;
    if (kept instanceof TernaryWeight) {
      const y = multiply(matmul(x, kept.digits()), cast(kept.scale, x.dtype));
      return activation(this.bias ? add(y, this.bias) : y);
    }
    const kernel = this.kernel.value();
    const size = abs(kernel);
    const ternary = multiply(sign(kernel), cast(greater(size, threshold ?? multiply(mean(size), 0.5)), kernel.dtype));
    const product = matmul(x, add(kernel, stopGradient(subtract(ternary, kernel))));
    const y = threshold === null ? multiply(product, mean(size)) : product;
    return activation(this.bias ? add(y, this.bias) : y);
  }
}

export interface TernaryDense extends LayerAttributes<typeof TernaryDense.options> {}

registerClasses("keras.layers", { TernaryDense });
