// The initializer of the windowed sines and cosines that make a convolution a Fourier transform.

import { boolean, list, nullable, number, oneOf, schema, field, invalid, type Field, type Json, type Attributes } from "../config/index.js";
import { constant } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { ShapeError } from "../core/errors.js";
import { checkLengths, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast } from "../ops/index.js";
import { Initializer, initializers } from "./initializer.js";
import { type WindowName, windowNames, windowValues } from "./window.js";

type Window = WindowName | readonly number[];

const windowField: Field<Window, Window, true> = field<Window>({
  expected: `one of ${windowNames.map((name) => JSON.stringify(name)).join(", ")}, or an array of numbers`,
  parse(value) {
    if (Array.isArray(value)) return list(number()).parse(value, "window");
    return (windowNames as readonly unknown[]).includes(value) ? (value as WindowName) : invalid;
  },
  serialize: (value) => value as Json,
});

/**
 * The kernel of a short-time Fourier transform as a convolution: `[frameLength, 1, fftLength / 2 + 1]`, its real or its
 * imaginary part. Keras: keras.initializers.STFT
 *
 * ```ts
 * new keras.initializers.STFT()([4, 1, 6]).shape; // [4, 1, 6]
 * ```
 */
export class STFT extends Initializer<typeof STFT.options> {
  static override readonly options = schema(["side", "window", "scaling", "periodic"], {
    side: oneOf(["real", "imag"], "real"),
    window: nullable(windowField, "hann"),
    scaling: oneOf(["density", "spectrum", null], "density"),
    periodic: boolean(false),
  });

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    checkLengths(shape, "STFT");
    const [frames, , bins] = shape;
    if (shape.length !== 3 || shape[1] !== 1) {
      throw new ShapeError("STFT", { given: `the shape ${shapeText(shape)}`, expected: "[frameLength, 1, bins]" });
    }
    const { side, window, scaling, periodic } = this.options;
    const weights =
      window === null
        ? new Float64Array(frames!).fill(1)
        : Array.isArray(window)
          ? window
          : windowValues(window as WindowName, frames!, periodic);
    if (weights.length !== frames) {
      throw new ShapeError("STFT.window", { given: `${weights.length} values`, expected: `${frames}, the length of a frame` });
    }
    const scale = window === null ? 1 : scaleOf(weights, scaling);
    const wave = side === "real" ? Math.cos : Math.sin;
    const values = new Float32Array(frames! * bins!);
    for (let time = 0; time < frames!; time++) {
      for (let bin = 0; bin < bins!; bin++) {
        values[time * bins! + bin] = (wave((-2 * Math.PI * time * bin) / (2 * (bins! - 1))) * weights[time]!) / scale;
      }
    }
    return cast(constant(values, { shape }), dtype);
  }
}

export interface STFT extends Attributes<typeof STFT.options> {}

function scaleOf(weights: ArrayLike<number>, scaling: "density" | "spectrum" | null): number {
  const all = Array.from(weights);
  if (scaling === "density") return Math.sqrt(all.reduce((sum, weight) => sum + weight * weight, 0));
  return scaling === "spectrum" ? all.reduce((sum, weight) => sum + Math.abs(weight), 0) : 1;
}

initializers.register({ STFT }, "STFTInitializer");
