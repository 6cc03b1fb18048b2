// The base of losses, and the names that mean one.

import {
  type Arguments,
  automaticName,
  classNameOf,
  Configured,
  type DTypePolicy,
  dtypePolicy,
  floatxPolicy,
  Family,
  type Extended,
  type Identifier,
  type Fields,
  type Json,
} from "../config/index.js";
import { nullable, oneOf, Schema, schema, string, unwritten } from "../config/index.js";
import { needMethods } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { maskOf } from "../core/mask.js";
import { checkThat } from "../core/options.js";
import type { Tensor } from "../core/tensor.js";
import { cast, logicalAnd } from "../ops/index.js";
import { type Reduction, reduceWeighted } from "./reduction.js";
import { type SampleWeights, weightsIn } from "./sample-weight.js";
import { toSameRank } from "./same-rank.js";

const reductions = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", null] as const;

const common = {
  name: nullable(string()),
  reduction: oneOf(reductions, "sum_over_batch_size"),
  dtype: unwritten(dtypePolicy("string", floatxPolicy)),
};

/** The options of every loss. */
export type LossFields = typeof common;

/** The options of a loss: its default name, the common ones and its own. */
export function lossOptions<const P extends readonly (keyof (LossFields & F) & string)[], const F extends Fields>(
  name: string,
  positional: P,
  own: F,
): Schema<P, Extended<LossFields, F>> {
  return new Schema(positional, { ...common, name: nullable(string(), name), ...own }) as unknown as Schema<P, Extended<LossFields, F>>;
}

/** A loss, or a function that stands for one: `[batch, …]` labels and predictions to the losses of samples. */
export type LossLike = Loss<Schema> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

/** What names a loss. */
export type LossIdentifier = Identifier<LossLike>;

export interface Loss<S extends Schema = Schema<readonly ["name", "reduction", "dtype"], LossFields>> {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * The base of losses. A loss of one's own computes the losses of single samples in `call`; weights, masks and the
 * reduction are the base's.
 *
 * ```ts
 * class Squares extends keras.losses.Loss {
 *   override call(yTrue: tf.Tensor, yPred: tf.Tensor) { return tf.reduceMean(tf.square(tf.subtract(yPred, yTrue)), { axis: -1 }); }
 * }
 * ```
 *
 * Keras: keras.losses.Loss
 */
export abstract class Loss<S extends Schema = Schema<readonly ["name", "reduction", "dtype"], LossFields>> extends Configured<S> {
  static override readonly options: Schema = schema(["name", "reduction", "dtype"], common);
  static {
    needMethods(this.prototype, ["call"]);
  }

  readonly name: string;
  readonly reduction: Reduction;

  constructor(...given: Arguments<S>) {
    super(...given);
    const { name, reduction } = this.options as unknown as { name: string | null; reduction: Reduction };
    this.name = name ?? automaticName(classNameOf(this));
    this.reduction = reduction;
  }

  /** The dtype of the computation. */
  get dtype(): Dtype {
    return (this.options as unknown as { readonly dtype: DTypePolicy }).dtype.computeDtype;
  }

  /** The losses of single samples. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Labels as `call` gets them: of the dtype of the computation. */
  protected labels(yTrue: TensorLike): Tensor {
    return cast(asTensor(yTrue), this.dtype);
  }

  protected override invoke(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): Tensor {
    const sampleWeight = weightsIn(this.name, weights);
    const predictions = asTensor(yPred);
    const masked = maskOf(predictions);
    const given: TensorLike | undefined = this.call(this.labels(yTrue), cast(predictions, this.dtype));
    checkThat((given ?? null) !== null, `${this.name}.call`, given, "the losses of samples, a tensor", "Return them from the function.");
    const losses = asTensor(given);
    const own = maskOf(losses);
    const mask = masked && own ? logicalAnd(masked, own) : (masked ?? own);
    const weight = sampleWeight === undefined ? undefined : cast(asTensor(sampleWeight), this.dtype);
    return reduceWeighted(losses, weight, mask, this.reduction);
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), name: this.name };
  }
}

/** The base of losses that are a function of labels and predictions of the same rank. */
export abstract class FunctionLoss<S extends Schema> extends Loss<S> {
  protected abstract compute(yTrue: Tensor, yPred: Tensor): Tensor;

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.compute(...toSameRank(yTrue, yPred));
  }
}

/** Losses by name, config, class or function. Keras: keras.losses.get */
export const losses = new Family<LossLike>({
  module: "keras.losses",
  noun: "loss",
  accepts: (value): value is LossLike => value instanceof Loss || (typeof value === "function" && !("fromConfig" in value)),
});
