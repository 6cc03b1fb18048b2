// The layer GroupNormalization.

import {
  boolean,
  field,
  integer,
  invalid,
  type Json,
  nonNegativeNumber,
  number,
  registerClasses,
  withDefault,
} from "../../config/index.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, moments, multiply, negative, reshape, rsqrt } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { constraint, initializer, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

const groups = withDefault(
  field<number>({
    expected: "a positive integer, or -1 for a group of each channel",
    parse: (value) => (Number.isInteger(value) && ((value as number) > 0 || value === -1) ? (value as number) : invalid),
  }),
  32,
);

/**
 * Normalizes groups of channels of each sample. With as many groups as channels it is instance normalization.
 *
 * ```ts
 * new keras.layers.GroupNormalization({ groups: 2, epsilon: 0 })([[1, 3, 10, 30]]); // [[-1, 1, -1, 1]]
 * ```
 *
 * @see Wu and He 2018. Keras: keras.layers.GroupNormalization
 */
export class GroupNormalization extends Layer<typeof GroupNormalization.options> {
  static override readonly options = layerOptions.extend(["groups", "axis", "epsilon", "center", "scale"], {
    groups,
    axis: integer(-1),
    epsilon: nonNegativeNumber(0.001),
    center: boolean(true),
    scale: boolean(true),
    betaInitializer: initializer("zeros"),
    gammaInitializer: initializer("ones"),
    betaRegularizer: regularizer(),
    gammaRegularizer: regularizer(),
    betaConstraint: constraint(),
    gammaConstraint: constraint(),
  });

  declare gamma?: Variable;
  declare beta?: Variable;

  #groups = this.options.groups;
  override supportsMasking = true;

  override build(inputShape: Shape): void {
    const { axis, scale, center } = this.options;
    const channels = inputShape.at(axis);
    const groups = this.options.groups === -1 ? channels : this.options.groups;
    if (typeof channels !== "number" || channels % groups! !== 0) {
      throw new ShapeError(this.name, {
        given: `an input of shape ${shapeText(inputShape)}`,
        expected:
          groups === null || groups === undefined ? `a known axis ${axis}` : `an axis ${axis} that is a multiple of ${groups} groups`,
      });
    }
    this.#groups = groups!;
    if (scale) this.gamma = this.addWeight({ name: "gamma", shape: [channels], ...weightOptions(this.options, "gamma"), autocast: false });
    if (center) this.beta = this.addWeight({ name: "beta", shape: [channels], ...weightOptions(this.options, "beta"), autocast: false });
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [axis]: channels } });
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(x: Tensor): Tensor {
    const axis = this.options.axis < 0 ? this.options.axis + x.rank : this.options.axis;
    /** The shape with the channels' axis in two: groups, and channels of a group. */
    const split = (shape: Shape): Shape => shape.flatMap((length, i) => (i === axis ? [this.#groups, length! / this.#groups] : [length]));
    const grouped = reshape(cast(x, "float32"), split(x.shape));
    const axes = grouped.shape.flatMap((_, i) => (i === 0 || i === axis ? [] : [i]));
    const [mean, variance] = moments(grouped, axes, { keepdims: true });
    const perChannel = split(x.shape.map((length, i) => (i === axis ? length : 1)));
    let factor = rsqrt(add(variance, this.options.epsilon));
    if (this.gamma) factor = multiply(factor, reshape(this.gamma, perChannel));
    let offset = multiply(negative(mean), factor);
    if (this.beta) offset = add(offset, reshape(this.beta, perChannel));
    return cast(reshape(add(multiply(grouped, factor), offset), x.shape), this.computeDtype);
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), groups: this.#groups };
  }
}

export interface GroupNormalization extends LayerAttributes<typeof GroupNormalization.options> {}

registerClasses("keras.layers", { GroupNormalization });
