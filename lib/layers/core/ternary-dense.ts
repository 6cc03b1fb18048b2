// The layer TernaryDense: weights that count as −1, 0 and 1.

import { nonNegativeNumber, nullable, positiveInteger, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { abs, add, cast, greater, matmul, mean, multiply, sign, stopGradient, subtract } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { activation, kernelAndBias, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Densely connected layer whose kernel counts as −1, 0 and 1: `y = activation(β · x · t(kernel) + bias)`, `[…, features]` to `[…, units]`.
 *
 * t is the sign of a weight whose size is above `threshold`, else 0. Without a threshold it is half the mean of all sizes, and β their mean;
 * with one β is 1. Gradients pass t as if it were the kernel itself. Weights: kernel `[features, units]`, bias `[units]`.
 *
 * @see Ma et al., The Era of 1-bit LLMs: All Large Language Models are in 1.58 Bits, 2024. Keras: keras.layers.TernaryDense
 */
export class TernaryDense extends Layer<typeof TernaryDense.options> {
  static override readonly options = layerOptions.extend(["units"], {
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

  override build(inputShape: Shape): void {
    const { units, useBias } = this.options;
    const features = inputShape.at(-1)!;
    this.kernel = this.addWeight({ name: "kernel", shape: [features, units], ...weightOptions(this.options, "kernel") });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [units], ...weightOptions(this.options, "bias") });
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  override call(x: Tensor): Tensor {
    const { threshold, activation } = this.options;
    const kernel = this.kernel.value();
    const size = abs(kernel);
    const ternary = multiply(sign(kernel), cast(greater(size, threshold ?? multiply(mean(size), 0.5)), kernel.dtype));
    const product = matmul(x, add(kernel, stopGradient(subtract(ternary, kernel))));
    const y = threshold === null ? multiply(product, mean(size)) : product;
    return activation(this.bias ? add(y, this.bias) : y);
  }
}

registerClasses("keras.layers", { TernaryDense });
