// The base of regularizers and their family.

import { classAndSnakeCase, Configured, Family, type Identifier, type NoOptions, type Schema } from "../config/index.js";
import { needMethods } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";

export interface Regularizer<S extends Schema = NoOptions> {
  (x: TensorLike): Tensor;
}

/**
 * The base of penalties on weights and outputs; one of one's own implements `call`. Keras: keras.regularizers.Regularizer
 *
 * ```ts
 * class Half extends keras.Regularizer {
 *   override call(x: tf.Tensor) { return x.sum().mul(0.5); }
 * }
 * new Half()(tf.constant([2, 4])); // 3
 * ```
 */
export abstract class Regularizer<S extends Schema = NoOptions> extends Configured<S> {
  static {
    needMethods(this.prototype, ["call"]);
  }

  /** The penalty, a scalar. */
  abstract call(x: Tensor): Tensor;

  protected override invoke(x: TensorLike): Tensor {
    return this.call(asTensor(x));
  }
}

/** A regularizer, or a function that stands for one. */
export type RegularizerLike = (x: Tensor) => Tensor;

/** What names a regularizer. */
export type RegularizerIdentifier = Identifier<RegularizerLike>;

/** Regularizers by name, config, class or function. Keras: keras.regularizers.get */
export const regularizers = new Family<RegularizerLike>({
  module: "keras.regularizers",
  noun: "regularizer",
  spelling: classAndSnakeCase,
  accepts: (value): value is RegularizerLike => value instanceof Regularizer || (typeof value === "function" && !("fromConfig" in value)),
});
