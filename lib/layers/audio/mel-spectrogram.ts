// The layer MelSpectrogram: spectra of sounds on the mel scale.

import {
  boolean,
  field,
  invalid,
  nonNegativeNumber,
  nullable,
  number,
  positiveInteger,
  positiveNumber,
  registerClasses,
  type Json,
} from "../../config/index.js";
import { constant } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, log10, matmul, max, maximum, multiply, power, sqrt, square, stft, subtract, swapaxes } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/** "hann", "hamming", the weights of a frame, or null. */
const window = nullable(
  field<string | readonly number[], string | readonly number[]>({
    expected: '"hann", "hamming", or an array of numbers',
    parse: (value) =>
      value === "hann" || value === "hamming" || (Array.isArray(value) && value.every((each) => typeof each === "number"))
        ? (value as string | number[])
        : invalid,
  }),
  "hann",
);

/** Where the mel scale bends, in hertz, and its step (the formula of O'Shaughnessy, 1987, with natural logarithms). */
const [breakFrequency, highFrequencyQ] = [700, 1127];
const melOf = (hertz: number): number => highFrequencyQ * Math.log(1 + hertz / breakFrequency);

/** Triangles over the bins of a spectrum that are equally wide in mel, `[bins, melBins]`. */
function melFilters(bins: number, melBins: number, samplingRate: number, low: number, high: number): Tensor {
  const [first, last] = [melOf(low), melOf(high)];
  const edges = Array.from({ length: melBins + 2 }, (_, i) => first + ((last - first) * i) / (melBins + 1));
  const weights = new Float32Array(bins * melBins);
  for (let bin = 1; bin < bins; bin++) {
    const mel = melOf((samplingRate / 2) * (bin / (bins - 1)));
    for (let i = 0; i < melBins; i++) {
      const [left, middle, right] = [edges[i]!, edges[i + 1]!, edges[i + 2]!];
      weights[bin * melBins + i] = Math.max(0, Math.min((mel - left) / (middle - left), (right - mel) / (right - middle)));
    }
  }
  return constant(weights, { shape: [bins, melBins] });
}

/**
 * The loudness of sounds by time and pitch: `[time]` or `[batch, time]` becomes `[…, melBins, frames]`, in decibels with `powerToDb`.
 *
 * Keras: keras.layers.MelSpectrogram
 *
 * ```ts
 * new keras.layers.MelSpectrogram({ numMelBins: 8, fftLength: 64, sequenceStride: 32 })(tf.ones([1, 256])).shape; // [1, 8, 9]
 * ```
 */
export class MelSpectrogram extends Layer<typeof MelSpectrogram.options> {
  static override readonly options = layerOptions.extend(["fftLength", "sequenceStride", "sequenceLength", "window", "samplingRate"], {
    fftLength: positiveInteger(2048),
    sequenceStride: positiveInteger(512),
    sequenceLength: nullable(positiveInteger()),
    window,
    samplingRate: positiveInteger(16000),
    numMelBins: positiveInteger(128),
    minFreq: nonNegativeNumber(20),
    maxFreq: nullable(positiveNumber()),
    powerToDb: boolean(true),
    topDb: number(80),
    magExp: number(2),
    minPower: positiveNumber(1e-10),
    refPower: number(1),
  });

  constructor(...given: ConstructorParameters<typeof Layer<typeof MelSpectrogram.options>>) {
    super(...given);
    const { fftLength, minFreq } = this.options;
    if (fftLength < this.#length) {
      throw new ArgumentError(`${this.name}.fftLength`, {
        given: `${fftLength} for sequences of ${this.#length}`,
        expected: "as many or more",
      });
    }
    if (minFreq >= this.#maxFreq) {
      throw new ArgumentError(`${this.name}.minFreq`, {
        given: `${minFreq} with maxFreq ${this.#maxFreq}`,
        expected: "one below maxFreq",
      });
    }
  }

  get #length(): number {
    return this.options.sequenceLength ?? this.options.fftLength;
  }

  get #maxFreq(): number {
    return this.options.maxFreq ?? Math.trunc(this.options.samplingRate / 2);
  }

  override call(x: Tensor): Tensor {
    const { fftLength, sequenceStride, window, magExp, numMelBins, samplingRate, minFreq, powerToDb, topDb, minPower, refPower } =
      this.options;
    const [real, imaginary] = stft(cast(x, "float32"), this.#length, sequenceStride, fftLength, { window }) as [Tensor, Tensor];
    const magnitude = sqrt(add(square(real), square(imaginary)));
    const filters = melFilters(Math.floor(fftLength / 2) + 1, numMelBins, samplingRate, minFreq, this.#maxFreq);
    let y = matmul(power(magnitude, magExp), filters);
    if (powerToDb) {
      const reference = 10 * Math.log10(Math.max(Math.abs(refPower), minPower));
      const decibels = subtract(multiply(log10(maximum(y, minPower)), 10), reference);
      y = maximum(decibels, subtract(max(decibels), topDb));
    }
    return cast(swapaxes(y, -1, -2), this.computeDtype);
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), sequence_length: this.#length, max_freq: this.#maxFreq };
  }
}

export interface MelSpectrogram extends LayerAttributes<typeof MelSpectrogram.options> {}

registerClasses("keras.layers", { MelSpectrogram });
