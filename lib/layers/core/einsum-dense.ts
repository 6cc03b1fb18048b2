// The layer EinsumDense.

import { fixed, nullable, positiveInteger, registerClasses, string } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { withFanAxes } from "../../initializers/variance-scaling.js";
import { add, einsum } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { AdaptedLayer, loraOptions } from "../base/adapted-layer.js";
import { activation, kernelAndBias, regularizer, severalOf, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions } from "../base/options.js";
import { weightShapes } from "./einsum-equation.js";

const { useBias: _, ...weights } = kernelAndBias;

/**
 * A dense layer along the axes that an equation names: `y = activation(einsum(equation, x, kernel) + bias)`.
 *
 * "abc,cd->abd" with `outputShape: [null, 64]` is a Dense layer of 64 units on sequences. Keras: keras.layers.EinsumDense
 */
export class EinsumDense extends AdaptedLayer<typeof EinsumDense.options> {
  static override readonly options = layerOptions.extend(["equation", "outputShape"], {
    outputShape: severalOf(nullable(positiveInteger())),
    equation: string(),
    activation: activation(),
    biasAxes: nullable(string()),
    ...weights,
    activityRegularizer: regularizer(),
    quantizationConfig: fixed(null),
    ...loraOptions,
  });

  declare kernel: Variable;
  declare bias?: Variable;

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel" };
  }

  override build(inputShape: Shape): void {
    const { equation, outputShape, biasAxes, kernelInitializer } = this.options;
    const { kernel, bias, inputAxes, outputAxes } = weightShapes(this.name, equation, inputShape, outputShape, biasAxes);
    const initializer = withFanAxes(kernelInitializer, inputAxes, outputAxes);
    this.kernel = this.addWeight({ name: "kernel", shape: kernel, ...weightOptions(this.options, "kernel"), initializer });
    if (bias) this.bias = this.addWeight({ name: "bias", shape: bias, ...weightOptions(this.options, "bias") });
    this.adaptAsAsked();
    this.inputSpec = new InputSpec({ ndim: inputShape.length });
  }

  override call(x: Tensor): Tensor {
    const y = einsum(this.options.equation, x, this.adapted());
    return this.options.activation(this.bias ? add(y, this.bias) : y);
  }
}

registerClasses("keras.layers", { EinsumDense });
