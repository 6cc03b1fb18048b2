// The layer Rescaling.

import { field, invalid, registerClasses, type Field } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, multiply } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/** A number, or one number for each channel. */
const numbers = field<number | readonly number[]>({
  expected: "a number, or an array of numbers",
  parse: (value) =>
    typeof value === "number" || (Array.isArray(value) && value.every((each) => typeof each === "number")) ? (value as number) : invalid,
});

/**
 * `x · scale + offset`: images of bytes become numbers in some range. Keras: keras.layers.Rescaling
 *
 * ```ts
 * new keras.layers.Rescaling(1 / 255)([0, 51, 255]); // [0, 0.2, 1]
 * ```
 */
export class Rescaling extends Layer<typeof Rescaling.options> {
  static override readonly options = layerOptions.extend(["scale", "offset"], {
    scale: numbers,
    offset: { ...numbers, required: false, fallback: 0 } as Field<number | readonly number[], number | readonly number[], false>,
  });
  override supportsMasking = true;

  override call(x: Tensor): Tensor {
    return add(multiply(cast(x, this.computeDtype), this.options.scale), this.options.offset);
  }
}

export interface Rescaling extends LayerAttributes<typeof Rescaling.options> {}

registerClasses("keras.layers", { Rescaling });
