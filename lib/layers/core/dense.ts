// The layer Dense.

import { fixed, positiveInteger, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, matmul } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { AdaptedLayer, loraOptions } from "../base/adapted-layer.js";
import { type ChannelSums, isLinear } from "../base/channels.js";
import { activation, kernelAndBias, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions } from "../base/options.js";

/**
 * Densely connected layer: `y = activation(x · kernel + bias)` along the last axis, `[…, features]` to `[…, units]`.
 *
 * Weights: kernel `[features, units]`, bias `[units]`. Keras: keras.layers.Dense
 */
export class Dense extends AdaptedLayer<typeof Dense.options> {
  static override readonly options = layerOptions.extend(["units"], {
    units: positiveInteger(),
    activation: activation(),
    ...kernelAndBias,
    quantizationConfig: fixed(null),
    ...loraOptions,
  });

  declare kernel: Variable;
  declare bias?: Variable;

  override inputSpec = new InputSpec({ minNdim: 2 });
  override supportsMasking = true;

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel" };
  }

  get channelSums(): ChannelSums | null {
    const isLeft = this.adapted() === this.kernel;
    return isLeft
      ? { weight: this.kernel, weightAxes: [-1], bias: this.bias, axis: -1, isLinear: isLinear(this.options.activation) }
      : null;
  }

  override build(inputShape: Shape): void {
    const { units, useBias } = this.options;
    const features = inputShape.at(-1)!;
    this.kernel = this.addWeight({ name: "kernel", shape: [features, units], ...weightOptions(this.options, "kernel") });
    if (useBias) this.bias = this.addWeight({ name: "bias", shape: [units], ...weightOptions(this.options, "bias") });
    this.adaptAsAsked();
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  override call(x: Tensor): Tensor {
    const y = matmul(x, this.adapted());
    return this.options.activation(this.bias ? add(y, this.bias) : y);
  }
}

registerClasses("keras.layers", { Dense });
