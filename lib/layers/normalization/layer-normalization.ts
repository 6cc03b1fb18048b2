// The layer LayerNormalization.

import { boolean, integer, type Json, nonNegativeNumber, number, oneOrMore, registerClasses } from "../../config/index.js";
import { checkAxis } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, layerNormalization, multiply, reshape, rsqrt, variance } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { constraint, initializer, regularizer, weightOptions } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Normalizes each sample along `axis`: `gamma · (x − mean) / √(variance + epsilon) + beta`.
 *
 * Weights: gamma and beta, of the lengths of the axes.
 *
 * ```ts
 * new keras.layers.LayerNormalization({ epsilon: 0 })([[1, 3]]); // [[-1, 1]]
 * ```
 *
 * @see Ba, Kiros and Hinton 2016. Keras: keras.layers.LayerNormalization
 */
export class LayerNormalization extends Layer<typeof LayerNormalization.options> {
  static override readonly options = layerOptions.extend(["axis", "epsilon", "center", "scale", "betaInitializer"], {
    axis: oneOrMore(integer(), -1),
    epsilon: nonNegativeNumber(0.001),
    center: boolean(true),
    scale: boolean(true),
    betaInitializer: initializer("zeros"),
    gammaInitializer: initializer("ones"),
    betaRegularizer: regularizer(),
    gammaRegularizer: regularizer(),
    betaConstraint: constraint(),
    gammaConstraint: constraint(),
    rmsScaling: boolean(false),
  });

  declare gamma?: Variable;
  declare beta?: Variable;

  /** The axes from the front, sorted; known when the layer is built. */
  #axes: number[] | null = null;
  override supportsMasking = true;

  override build(inputShape: Shape): void {
    const given = [this.options.axis].flat();
    const axes = given.map((axis) => checkAxis(`${this.name}.axis`, axis, inputShape.length)).sort((a, b) => a - b);
    if (new Set(axes).size < axes.length) {
      throw new ValueError(`${this.name}.axis`, { given: `[${given.join(", ")}]`, expected: "each axis once" });
    }
    this.#axes = axes;
    const shape = axes.map((axis) => inputShape[axis]!);
    if (this.options.scale || this.options.rmsScaling)
      this.gamma = this.addWeight({ name: "gamma", shape, ...weightOptions(this.options, "gamma"), autocast: false });
    if (this.options.center && !this.options.rmsScaling)
      this.beta = this.addWeight({ name: "beta", shape, ...weightOptions(this.options, "beta"), autocast: false });
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(x: Tensor): Tensor {
    if (this.options.rmsScaling) return this.#scaledByDeviation(x);
    const y = layerNormalization(x, this.gamma ?? null, this.beta ?? null, { axis: this.#axes!, epsilon: this.options.epsilon });
    return cast(y, this.computeDtype);
  }

  /** What Keras keeps for old models: divided by the standard deviation, without the mean taken off. */
  #scaledByDeviation(x: Tensor): Tensor {
    const axes = this.#axes!;
    const y = multiply(x, rsqrt(add(variance(x, { axis: axes, keepdims: true }), this.options.epsilon)));
    const shape = x.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
    return cast(this.gamma ? multiply(y, reshape(this.gamma, shape)) : y, this.computeDtype);
  }

  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    return this.#axes === null ? config : { ...config, axis: this.#axes };
  }
}

export interface LayerNormalization extends LayerAttributes<typeof LayerNormalization.options> {}

registerClasses("keras.layers", { LayerNormalization });
