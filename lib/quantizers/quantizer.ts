// The base of quantizers and their family.

import { classAndSnakeCase, Configured, Family, type Identifier, oneOf, type Schema, schema } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";

/** The dtype of what a quantizer puts out, an option of every one. */
export const outputDtype = { outputDtype: oneOf(["int8", "uint8", "int16", "uint16", "int32"], "int8") };

const quantizerOptions = schema(["outputDtype"], outputDtype);

export interface Quantizer<S extends Schema = typeof quantizerOptions> {
  /** Whole numbers and the scale that made them: `x · scale`, rounded. */
  (x: TensorLike, options?: { axis?: number | readonly number[] | null }): readonly [quantized: Tensor, scale: Tensor];
}

/**
 * The base of quantizers: makes whole numbers of few bits from a tensor. One of one's own implements `call`.
 *
 * Keras: keras.quantizers.Quantizer
 *
 * ```ts
 * new keras.quantizers.AbsMaxQuantizer({ axis: 0 }) instanceof keras.Quantizer; // true
 * ```
 */
export class Quantizer<S extends Schema = typeof quantizerOptions> extends Configured<S> {
  static override readonly options: Schema = quantizerOptions;

  /** The quantized values and their scale. This one gives x as it is. */
  call(x: TensorLike, _options?: { axis?: number | readonly number[] | null }): unknown {
    return x;
  }

  protected override invoke(x: TensorLike, options?: { axis?: number | readonly number[] | null }): unknown {
    return this.call(x, options);
  }

  /** The dtype of the whole numbers. */
  get outputDtype(): string {
    return (this.options as unknown as { outputDtype: string }).outputDtype;
  }
}

/** What names a quantizer. */
export type QuantizerIdentifier = Identifier<Quantizer>;

/** Quantizers by name, config, class or object. Keras: keras.quantizers.get */
export const quantizers = new Family<Quantizer>({
  module: "keras.quantizers",
  noun: "quantizer",
  spelling: classAndSnakeCase,
  accepts: (value): value is Quantizer => value instanceof Quantizer,
});

quantizers.register({ Quantizer });
