// The layer BatchNormalization, with its moving mean and variance.

import {
  boolean,
  dictionary,
  fraction,
  epsilon as fuzz,
  integer,
  nonNegativeNumber,
  nullable,
  number,
  registerClasses,
} from "../../config/index.js";
import { ArgumentError, ShapeError, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import {
  add,
  batchNormalization,
  batchNormalizationTraining,
  cast,
  clip,
  divide,
  divideNoNan,
  expandDims,
  maximum,
  minimum,
  moments,
  multiply,
  negative,
  onesLike,
  reshape,
  sqrt,
  square,
  squeeze,
  subtract,
  sum,
  where,
} from "../../ops/index.js";
import { replica } from "../../core/replicas.js";
import { allReduce } from "../../ops/collective/all-reduce.js";
import { stopGradient } from "../../ops/gradient/stop-gradient.js";
import { moveTowards } from "../../variables/moving.js";
import type { Variable } from "../../variables/variable.js";
import type { ChannelScaling } from "../base/channels.js";
import { constraint, initializer, regularizer, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Normalizes each channel by the mean and variance of the batch (in training) or of all batches seen (otherwise):
 * `gamma · (x − mean) / √(variance + epsilon) + beta`.
 *
 * Weights: gamma, beta, moving mean and moving variance, one number for each channel. A layer whose `trainable` is false
 * uses the moving statistics in training too.
 *
 * ```ts
 * const layer = new keras.layers.BatchNormalization({ epsilon: 0 });
 * layer([[1, 4], [3, 8]], { training: true }); // [[-1, -1], [1, 1]]
 * layer.movingMean; // [0.02, 0.06]
 * ```
 *
 * @see Ioffe and Szegedy 2015; with `renorm`, Ioffe 2017. Keras: keras.layers.BatchNormalization
 */
export class BatchNormalization extends Layer<typeof BatchNormalization.options> {
  static override readonly options = layerOptions.extend(["axis", "momentum", "epsilon", "center", "scale"], {
    axis: integer(-1),
    momentum: fraction(0.99),
    epsilon: nonNegativeNumber(0.001),
    center: boolean(true),
    scale: boolean(true),
    betaInitializer: initializer("zeros"),
    gammaInitializer: initializer("ones"),
    movingMeanInitializer: initializer("zeros"),
    movingVarianceInitializer: initializer("ones"),
    betaRegularizer: regularizer(),
    gammaRegularizer: regularizer(),
    betaConstraint: constraint(),
    gammaConstraint: constraint(),
    renorm: boolean(false),
    renormClipping: nullable(dictionary(number())),
    renormMomentum: number(0.99),
    synchronized: boolean(false),
  });

  declare gamma?: Variable;
  declare beta?: Variable;
  declare movingMean: Variable;
  declare movingVariance: Variable;
  declare movingStddev: Variable;
  declare renormMean: Variable;
  declare renormStddev: Variable;

  /** All axes but that of the channels. */
  #axes: number[] = [];
  override supportsMasking = true;

  constructor(...given: ConstructorParameters<typeof Layer<typeof BatchNormalization.options>>) {
    super(...given);
    const { rmin = 0, rmax = Infinity, dmax = 0, ...unknown } = this.options.renormClipping ?? {};
    const where = `${this.name}.renormClipping`;
    const [other] = Object.keys(unknown);
    if (other !== undefined) throw new ArgumentError(where, { given: `the key ${other}`, expected: "rmin, rmax, dmax" });
    if (rmax < rmin) throw new ValueError(where, { given: `rmin ${rmin} and rmax ${rmax}`, expected: "rmax not to be below rmin" });
    if (dmax < 0) throw new ValueError(where, { given: `dmax ${dmax}`, expected: "a number of at least 0" });
  }

  protected override get takesMask(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    const { axis, center, scale, renorm, movingMeanInitializer, movingVarianceInitializer } = this.options;
    const channels = inputShape.at(axis);
    if (channels === undefined) {
      throw new ShapeError(this.name, { given: `an input of shape ${shapeText(inputShape)}`, expected: `an input with an axis ${axis}` });
    }
    const shape = [channels];
    if (scale) this.gamma = this.addWeight({ name: "gamma", shape, ...weightOptions(this.options, "gamma"), autocast: false });
    if (center) this.beta = this.addWeight({ name: "beta", shape, ...weightOptions(this.options, "beta"), autocast: false });
    const statistic = (name: string, initializer: typeof movingMeanInitializer) =>
      this.addWeight({ name, shape, initializer, trainable: false, autocast: false });
    this.movingMean = statistic("moving_mean", movingMeanInitializer);
    this.movingVariance = statistic("moving_variance", movingVarianceInitializer);
    if (renorm) {
      const stddev: typeof movingMeanInitializer = (shape, options) => sqrt(movingVarianceInitializer(shape, options));
      this.movingStddev = statistic("moving_stddev", stddev);
      this.renormMean = statistic("renorm_mean", movingMeanInitializer);
      this.renormStddev = statistic("renorm_stddev", stddev);
    }
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [axis]: channels } });
    const own = axis < 0 ? axis + inputShape.length : axis;
    this.#axes = inputShape.flatMap((_, i) => (i === own ? [] : [i]));
  }

  get channelScaling(): ChannelScaling {
    const { axis, epsilon } = this.options;
    const values = () => {
      const { gamma, beta, movingMean, movingVariance } = this;
      const deviation = sqrt(add(movingVariance, epsilon));
      const scale = divide(gamma ?? 1, deviation);
      const shift = multiply(movingMean, scale);
      return { scale, offset: beta ? subtract(beta, shift) : negative(shift) };
    };
    return { axis, values };
  }

  override call(given: Tensor, { training, mask }: { training?: boolean; mask?: Tensor | null } = {}): Tensor {
    if (mask && mask.rank !== given.rank - 1) {
      throw new ShapeError(this.name, {
        given: `a mask of shape ${shapeText(mask.shape)} for an input of shape ${shapeText(given.shape)}`,
        expected: "a mask with one axis less than the input",
      });
    }
    // Statistics are of float32, whatever the layer computes in.
    return cast(this.#normalized(cast(given, "float32"), training === true, mask), this.computeDtype);
  }

  #normalized(x: Tensor, training: boolean, mask: Tensor | null | undefined): Tensor {
    const { axis, epsilon, renorm, momentum } = this.options;
    let [scale, offset]: (Tensor | undefined)[] = [this.gamma?.value(), this.beta?.value()];
    if (!training || !this.trainable) {
      return batchNormalization(x, this.movingMean, this.movingVariance, axis, { offset, scale, epsilon });
    }
    const isTogether = this.options.synchronized && replica().group.count > 1;
    if (x.shape.includes(0) && !isTogether)
      return batchNormalization(x, this.movingMean, this.movingVariance, axis, { offset, scale, epsilon });
    if (!mask && !renorm && !isTogether && this.#axes.every((own, i) => own === i)) {
      const { y, mean, variance } = batchNormalizationTraining(x, { offset, scale, epsilon });
      moveTowards(this.movingMean, mean, momentum);
      moveTowards(this.movingVariance, variance, momentum);
      return y;
    }
    const [mean, variance] = isTogether ? this.#momentsTogether(x, mask) : mask ? this.#maskedMoments(x, mask) : moments(x, this.#axes);
    if (renorm) {
      [scale, offset] = this.#renormalized(mean, variance, scale, offset);
      this.#trackRenorm(mean, variance);
    } else {
      moveTowards(this.movingMean, mean, momentum);
      moveTowards(this.movingVariance, variance, momentum);
    }
    return batchNormalization(x, mean, variance, axis, { offset, scale, epsilon });
  }

  /** Mean and variance over the samples of all replicas: first the mean, then what is around it, as with one replica. */
  #momentsTogether(x: Tensor, mask: Tensor | null | undefined): [Tensor, Tensor] {
    const isThere = mask ? expandDims(cast(mask, "bool"), -1) : null;
    const present = (value: Tensor): Tensor => (isThere ? where(isThere, value, 0) : value);
    const over = { axis: this.#axes };
    const [total, count] = allReduce([sum(present(x), over), sum(present(onesLike(x)), over)], "sum") as [Tensor, Tensor];
    const mean = divideNoNan(total, count);
    const shape = x.shape.map((length, i) => (this.#axes.includes(i) ? 1 : (length as number)));
    const squares = allReduce(sum(present(square(subtract(x, reshape(mean, shape)))), over), "sum");
    return [mean, divideNoNan(squares, count)];
  }

  /** Mean and variance of what the mask leaves. */
  #maskedMoments(x: Tensor, mask: Tensor): [Tensor, Tensor] {
    const isThere = expandDims(cast(mask, "bool"), -1);
    const over = { axis: this.#axes, keepdims: true } as const;
    const count = add(sum(where(isThere, onesLike(x), 0), over), fuzz());
    const mean = divide(sum(where(isThere, x, 0), over), count);
    const variance = divide(sum(where(isThere, square(subtract(x, mean)), 0), over), count);
    return [squeeze(mean, this.#axes), squeeze(variance, this.#axes)];
  }

  /** Scale and offset with the correction towards the moving statistics; the correction has no gradient. */
  #renormalized(mean: Tensor, variance: Tensor, gamma?: Tensor, beta?: Tensor): [Tensor, Tensor] {
    const { epsilon, renormClipping } = this.options;
    const { rmin, rmax, dmax } = renormClipping ?? {};
    const moving = maximum(this.renormStddev, Math.sqrt(epsilon));
    let r = divide(sqrt(add(variance, epsilon)), moving);
    let d = divide(subtract(mean, this.renormMean), moving);
    if (rmin !== undefined) r = maximum(r, rmin);
    if (rmax !== undefined) r = minimum(r, rmax);
    if (dmax !== undefined) d = clip(d, -dmax, dmax);
    [r, d] = [stopGradient(r), stopGradient(d)];
    const offset = gamma ? multiply(d, gamma) : d;
    return [gamma ? multiply(r, gamma) : r, beta ? add(offset, beta) : offset];
  }

  #trackRenorm(mean: Tensor, variance: Tensor): void {
    const { epsilon, momentum, renormMomentum } = this.options;
    const stddev = sqrt(add(variance, epsilon));
    moveTowards(this.renormMean, mean, renormMomentum);
    moveTowards(this.renormStddev, stddev, renormMomentum);
    moveTowards(this.movingMean, mean, momentum);
    moveTowards(this.movingStddev, stddev, momentum);
    this.movingVariance.assign(maximum(subtract(square(this.movingStddev), epsilon), 0));
  }
}

export interface BatchNormalization extends LayerAttributes<typeof BatchNormalization.options> {}

registerClasses("keras.layers", { BatchNormalization });
