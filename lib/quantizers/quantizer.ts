// Quantizers as objects.

import { Configured, integer, type Json, nullable, number, oneOrMore, type Schema, schema, string, tuple } from "../config/index.js"; // prettier-ignore
import type { TensorLike } from "../core/convert.js";
import { text, ValueError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { absMaxQuantize } from "./quantize.js";

const baseOptions = schema([], { outputDtype: string("int8") });

export interface Quantizer<S extends Schema = typeof baseOptions> {
  (x: TensorLike, options?: object): unknown;
}

/**
 * The base of quantizers; this one leaves values as they are. One of one's own implements `call`.
 *
 * Options: `outputDtype` ("int8"). Keras: keras.quantizers.Quantizer
 */
export class Quantizer<S extends Schema = typeof baseOptions> extends Configured<S> {
  static override readonly options: Schema = baseOptions;

  get outputDtype(): string {
    return (this.options as unknown as { outputDtype: string }).outputDtype;
  }

  /** The quantized values. */
  call(x: TensorLike, _options?: object): unknown {
    return x;
  }

  protected override invoke(x: TensorLike, options?: object): unknown {
    return this.call(x, options);
  }
}

/**
 * Quantizes by the largest size along an axis: `absMaxQuantize`, with a range and an axis of its own.
 *
 * ```ts
 * const quantizer = new keras.quantizers.AbsMaxQuantizer({ axis: 0 });
 * const [q] = quantizer([[1], [-4]]) as [tf.Tensor, tf.Tensor];
 * q.array(); // [[32], [-127]]
 * ```
 *
 * Called as `quantizer(x, { axis })`; without an axis of either it is the last one. Keras: keras.quantizers.AbsMaxQuantizer
 */
export class AbsMaxQuantizer extends Quantizer<typeof AbsMaxQuantizer.options> {
  static override readonly options = schema([], {
    axis: nullable(oneOrMore(integer())),
    valueRange: tuple(2, number(), [-127, 127]),
    epsilon: number(1e-7),
    outputDtype: string("int8"),
  });

  constructor(...given: ConstructorParameters<typeof Quantizer<typeof AbsMaxQuantizer.options>>) {
    super(...given);
    const { outputDtype, valueRange } = this.options;
    if (outputDtype === "int8" && (valueRange[0]! < -128 || valueRange[1]! > 127))
      throw new ValueError("AbsMaxQuantizer.valueRange", { given: text(valueRange), expected: "a range within [-128, 127] for int8" });
  }

  get axis(): readonly number[] | null {
    const { axis } = this.options;
    return axis === null ? null : [axis].flat();
  }

  get valueRange(): readonly number[] {
    return this.options.valueRange;
  }

  get epsilon(): number {
    return this.options.epsilon;
  }

  /** `[q, scale]`. */
  override call(x: TensorLike, { axis = null }: { axis?: number | readonly number[] | null; toNumpy?: boolean } = {}): [Tensor, Tensor] {
    const { valueRange, epsilon, outputDtype } = this;
    return absMaxQuantize(x, axis ?? this.axis ?? -1, { valueRange, epsilon, dtype: outputDtype });
  }

  override getConfig(): Record<string, Json> {
    const { axis, valueRange, epsilon, outputDtype } = this;
    return { value_range: [...valueRange], epsilon, output_dtype: outputDtype, ...(axis && { axis: [...axis] }) };
  }
}
