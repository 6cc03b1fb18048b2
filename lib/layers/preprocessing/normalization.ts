// The layer Normalization: mean and variance, given or learned.

import { boolean, type Field, field, integer, invalid, type Json, list, nullable, registerClasses } from "../../config/index.js";
import type { Config, FromConfigOptions } from "../../config/index.js";
import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, StateError, ValueError, text } from "../../core/errors.js";
import { isTracing } from "../../core/interpreter.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import { settleNewStates } from "../../core/state.js";
import { Tensor } from "../../core/tensor.js";
import { add, broadcastTo, cast, divide, maximum, mean, multiply, reshape, sqrt, subtract, variance } from "../../ops/index.js";
import { Dataset } from "../../data/dataset.js";
import { epsilon } from "../../config/settings.js";
import { standIn } from "../../variables/stateless-scope.js";
import type { Variable } from "../../variables/variable.js";
import { isInferring } from "../base/context.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { type Adapted, type AdaptData, forEachBatch, isOneBatch, numbersOf } from "./adapting.js";

/** The axes that have a mean of their own; null is none. */
const axes: Field<number | readonly number[] | null, number[], false> = {
  ...field<number | readonly number[] | null, number[]>({
    expected: "an integer, an array of integers, or null",
    parse: (value, where) =>
      value === null ? [] : typeof value === "number" ? [integer().parse(value, where)] : list(integer()).parse(value, where),
  }),
  required: false,
  fallback: -1,
};

/** A statistic that is given: a number, nested arrays, a tensor. */
const statistic = nullable(
  field<TensorLike, Tensor>({
    expected: "a number, nested arrays of numbers, or a tensor",
    takesObjects: true,
    parse: (value) => {
      try {
        return cast(asTensor(value as TensorLike), "float32");
      } catch {
        return invalid;
      }
    },
    serialize: (tensor) => tensor.array() as Json,
  }),
);

/** Batches of single rows that `adapt` puts together. */
const rowsAtOnce = 128;

/**
 * Brings features to mean 0 and variance 1: `(x − mean) / max(√variance, ε)`; with `invert` back again.
 *
 * `axis` names the axes that have statistics of their own (default: the last); `null` has one for all. They are given (`mean`, `variance`)
 * or learned by `adapt`; a call before that is an error (Keras gives back what it was given). Weights, where they are learned: mean,
 * variance, count. Keras: keras.layers.Normalization
 *
 * ```ts
 * const layer = new keras.layers.Normalization();
 * layer.adapt([[1], [3]]);
 * layer([[5]]); // [[3]]
 * ```
 */
export class Normalization extends Layer<typeof Normalization.options> {
  static override readonly options = layerOptions.extend(["axis", "mean", "variance", "invert"], {
    axis: axes,
    invert: boolean(false),
    mean: statistic,
    variance: statistic,
  });

  declare adaptMean?: Variable;
  declare adaptVariance?: Variable;
  declare count?: Variable;
  override supportsMasking = true;
  #kept: readonly number[] = [];
  /** The version of the mean while nobody has given it a value: not `adapt`, nor a file or `setWeights`. */
  #unlearned: number | null = null;
  #buildShape: Shape | null = null;
  /** Whether it may compute with the statistics it begins with, 0 and 1, as Keras's does: it belongs to a network that was made elsewhere. */
  #isRestored = false;

  constructor(...given: ConstructorParameters<typeof Layer<typeof Normalization.options>>) {
    super(...given);
    const { mean, variance, axis } = this.options;
    if ((mean === null) !== (variance === null)) {
      throw new ArgumentError(this.name, {
        given: `only ${mean === null ? "variance" : "mean"}`,
        expected: "both mean and variance, or neither",
      });
    }
    if (!mean || !variance) return;
    for (const [which, values] of Object.entries({ mean, variance })) {
      const wrong = values.view().find((each) => !(which === "mean" ? Number.isFinite(each) : each >= 0 && each < Infinity));
      if (wrong === undefined) continue;
      const expected = which === "mean" ? "finite numbers" : "finite numbers of at least 0";
      throw new ValueError(`${this.name}.${which}`, { given: String(wrong), expected });
    }
    if (shapeText(mean.shape) !== shapeText(variance.shape)) {
      throw new ShapeError(this.name, {
        given: `a variance of shape ${shapeText(variance.shape)}`,
        expected: `${shapeText(mean.shape)}, as the mean has`,
      });
    }
    if (mean.rank > axis.length) {
      throw new ShapeError(`${this.name}.mean`, {
        given: `a mean of shape ${shapeText(mean.shape)}`,
        expected: `at most ${axis.length} axes, one for each of axis`,
      });
    }
  }

  override build(inputShape: Shape): void {
    const rank = inputShape.length;
    const { axis } = this.options;
    const outside = axis.find((each) => each < -rank || each >= rank);
    if (outside !== undefined) {
      throw new ValueError(`${this.name}.axis`, {
        given: `${outside} for inputs of rank ${rank}`,
        expected: `axes from ${-rank} to ${rank - 1}`,
      });
    }
    this.#kept = axis.map((each) => (each + rank) % rank).sort((a, b) => a - b);
    if (new Set(this.#kept).size < axis.length)
      throw new ValueError(`${this.name}.axis`, { given: `${text(axis)} for inputs of rank ${rank}`, expected: "each axis once" });
    const shape: Shape = this.#kept.map((each) => inputShape[each]!);
    if (shape.includes(null)) {
      throw new ShapeError(this.name, {
        given: `inputs of shape ${shapeText(inputShape)}`,
        expected: `the axes ${text(axis)} to be known`,
      });
    }
    this.#buildShape = inputShape;
    if (this.options.mean) return;
    this.adaptMean = this.addWeight({ name: "mean", shape, initializer: "zeros", trainable: false });
    this.adaptVariance = this.addWeight({ name: "variance", shape, initializer: "ones", trainable: false });
    this.count = this.addWeight({ name: "count", shape: [], dtype: "int32", initializer: "zeros", trainable: false });
    this.#unlearned = this.adaptMean.state.version;
  }

  /** The mean as inputs are shifted by it, in the dtype of the computation, with axes of length 1 where it is the same. */
  get mean(): Tensor {
    return this.#broadcast(this.options.mean ?? this.adaptMean?.value());
  }

  /** The variance, in the shape of the mean. */
  get variance(): Tensor {
    return this.#broadcast(this.options.variance ?? this.adaptVariance?.value());
  }

  #broadcast(statistic: Tensor | undefined): Tensor {
    if (!this.#buildShape || !statistic) {
      throw new ArgumentError(this.name, {
        given: "a layer that is not built",
        expected: "statistics",
        hint: "Call adapt, or build(inputShape).",
      });
    }
    const value = cast(statistic, this.computeDtype);
    const full = this.#buildShape.map((length, axis) => (this.#kept.includes(axis) ? length! : 1));
    if (value.rank === 0) return broadcastTo(value, full);
    const shape = this.#buildShape.map(() => 1);
    for (let i = 1; i <= value.rank; i++) shape[this.#kept.at(-i)!] = value.shape.at(-i) as number;
    return broadcastTo(reshape(value, shape), full);
  }

  /** A layer as a config says. Nobody is asked to teach it: networks are copied before they have weights, as EfficientNet is. */
  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config, options?: FromConfigOptions): T {
    const layer = Layer.fromConfig.call(this as never, config, options) as Normalization;
    layer.#isRestored = true;
    return layer as T;
  }

  #checkLearned(): void {
    if (this.#unlearned === null || this.#isRestored) return;
    const mean = this.adaptMean!;
    // A checkpoint may be waiting for variables that are new.
    settleNewStates();
    if (mean.state.version !== this.#unlearned) this.#unlearned = null;
    else if (standIn(mean) === undefined) {
      throw new StateError(this.name, {
        given: "a call before mean and variance are known",
        expected: "the options mean and variance, or a call of adapt first",
      });
    }
  }

  override call(x: Tensor): Tensor {
    const isBuilding = isInferring() || (x.isSymbolic && !isTracing());
    if (!isBuilding) this.#checkLearned();
    const scale = maximum(sqrt(this.variance), epsilon());
    const inputs = cast(x, this.computeDtype);
    return this.options.invert ? add(this.mean, multiply(inputs, scale)) : divide(subtract(inputs, this.mean), scale);
  }

  /**
   * Learns mean and variance from data: one tensor, or a Dataset or iterable of batches, which is gone through batch by batch.
   * Elements `[x, y]` count by their x.
   */
  adapt(data: AdaptData): Adapted {
    const where = `${this.name}.adapt`;
    if (this.options.mean) {
      throw new ArgumentError(where, { given: "a layer with a given mean and variance", expected: "one that learns them" });
    }
    let total: Moments | undefined;
    return forEachBatch(
      where,
      inBatches(data),
      {},
      {
        begin: () => (total = undefined),
        update: (batch) => {
          const moments = this.#momentsOf(numbersOf(batch));
          total = total ? merged(total, moments) : moments;
        },
        finish: () => {
          const { shape } = this.adaptMean!;
          this.adaptMean!.assign(constant(total!.mean, { shape: shape as number[] }));
          this.adaptVariance!.assign(constant(total!.variance, { shape: shape as number[] }));
        },
      },
    );
  }

  #momentsOf(batch: Tensor): Moments {
    const shape = known(batch.shape);
    if (!this.built) this.build(shape);
    const misfit = this.#kept.find((axis) => shape.length !== this.#buildShape!.length || shape[axis] !== this.#buildShape![axis]);
    if (misfit !== undefined) {
      throw new ShapeError(`${this.name}.adapt`, {
        given: `data of shape ${shapeText(shape)}`,
        expected: `${shapeText(this.#buildShape!)}, as the layer was built for`,
      });
    }
    const reduced = shape.flatMap((_, axis) => (this.#kept.includes(axis) ? [] : [axis]));
    const count = sizeOf(reduced.map((axis) => shape[axis]!));
    const x = cast(batch, this.computeDtype);
    if (count === 0)
      throw new ShapeError(`${this.name}.adapt`, { given: `a batch of shape ${shapeText(shape)}`, expected: "at least one element" });
    const all = reduced.length === 0;
    const means = Float64Array.from((all ? x : mean(x, { axis: reduced })).data());
    const lost = means.findIndex((each) => !Number.isFinite(each));
    if (lost >= 0) {
      throw new ValueError(`${this.name}.adapt`, {
        given: `data whose mean is ${means[lost]}${means.length > 1 ? ` (number ${lost})` : ""}`,
        expected: "finite numbers",
        hint: "Leave out or fill in what is missing first.",
      });
    }
    return { count, mean: means, variance: all ? new Float64Array(x.size) : Float64Array.from(variance(x, { axis: reduced }).data()) };
  }
}

export interface Normalization extends LayerAttributes<typeof Normalization.options> {}

interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** The moments of two parts as those of the whole (T. Chan et al., 1979). */
function merged(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const mean = a.mean.map((each, i) => each + ((b.mean[i]! - each) * b.count) / count);
  const variance = a.variance.map((each, i) => {
    const between = (b.mean[i]! - a.mean[i]!) ** 2 * ((a.count / count) * (b.count / count));
    return (each * a.count + b.variance[i]! * b.count) / count + between;
  });
  return { count, mean, variance };
}

/** A dataset of single rows is put into batches. */
function inBatches(data: AdaptData): AdaptData {
  if (isOneBatch(data) || !(data instanceof Dataset)) return data;
  const spec = data.elementSpec as { shape?: Shape | null } | readonly { shape?: Shape | null }[] | null;
  const shape = Array.isArray(spec)
    ? (spec as readonly { shape?: Shape | null }[])[0]?.shape
    : (spec as { shape?: Shape | null } | null)?.shape;
  return shape?.length === 1 ? data.batch(rowsAtOnce) : data;
}

registerClasses("keras.layers", { Normalization });
