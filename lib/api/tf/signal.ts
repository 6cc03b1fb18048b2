// tf.signal. Complex tensors are pairs [real, imaginary], as in keras.ops.

import { asTensor, checkAxis, constant, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { known, shapeText, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { addAt } from "../../ops/indexing/take.js";
import type { Complex } from "../../ops/elementwise/complex.js";
import * as ops from "../../ops/index.js";

type Name = string | null;
type Pair = [real: Tensor, imaginary: Tensor];
/** Gives the window of a length. */
type WindowFn = ((length: number, options: { dtype: "float32" }) => TensorLike) | null;

/**
 * Σ xⱼ · e^(−2πi · jk / n) along the last axis.
 *
 * ```ts
 * tf.signal.fft([[1, 2, 3, 4], [0, 0, 0, 0]]); // [[10, -2, -2, -2], [0, 2, 0, -2]]
 * ```
 */
export const fft = declare(
  "tf.signal.fft(*input:tensors, name:string=null)",
  (input: Complex, _: Name): Pair => ops.fft(input) as unknown as Pair,
);
/**
 * The x whose fft is the input.
 *
 * ```ts
 * tf.signal.ifft([[10, -2, -2, -2], [0, 2, 0, -2]])[0]; // [1, 2, 3, 4]
 * ```
 */
export const ifft = declare("tf.signal.ifft(*input:tensors, name:string=null)", (input: Complex, _: Name): Pair => {
  const [re, im] = [asTensor(input[0]), asTensor(input[1])];
  const n = known(re.shape, "ifft").at(-1)!;
  // The transform of the conjugate is the conjugate of the inverse, n times.
  const [a, b] = ops.fft([re, ops.negative(im)]) as unknown as Pair;
  return [ops.divide(a, n), ops.divide(ops.negative(b), n)];
});
/**
 * The Fourier transform over the last two axes of complex numbers. TensorFlow: tf.signal.fft2d
 *
 * ```ts
 * tf.signal.fft2d([[[1, 2], [3, 4]], [[0, 0], [0, 0]]]); // [[[10, -2], [-4, 0]], [[0, 0], [0, 0]]]
 * ```
 */
export const fft2d = declare(
  "tf.signal.fft2d(*input:tensors, name:string=null)",
  (input: Complex, _: Name): Pair => ops.fft2(input) as unknown as Pair,
);
/**
 * The inverse Fourier transform over the last two axes. TensorFlow: tf.signal.ifft2d
 *
 * ```ts
 * tf.signal.ifft2d([[[10, -2], [-4, 0]], [[0, 0], [0, 0]]])[0]; // [[1, 2], [3, 4]]
 * ```
 */
export const ifft2d = declare(
  "tf.signal.ifft2d(*input:tensors, name:string=null)",
  (input: Complex, _: Name): Pair => ops.ifft2(input) as unknown as Pair,
);

const lengthFrom = (where: string, given: number | readonly number[] | null): number | null => {
  if (given === null || typeof given === "number") return given;
  const [length, ...others] = Array.from(asTensor(given as TensorLike, "int32").view());
  if (length === undefined || others.length > 0) throw new ValueError(`${where}.fftLength`, { given: text(given), expected: "one number" });
  return length;
};

/**
 * The first n / 2 + 1 terms of the transform of a real tensor; the others are their conjugates.
 *
 * ```ts
 * tf.signal.rfft([1, 2, 3, 4]); // [[10, -2, -2], [0, 2, 0]]
 * ```
 */
export const rfft = declare(
  "tf.signal.rfft(*inputTensor, fftLength:ints=null, name:string=null)",
  (inputTensor: TensorLike, fftLength: number | readonly number[] | null, _: Name): Pair =>
    ops.rfft(inputTensor, { fftLength: lengthFrom("rfft", fftLength) }) as unknown as Pair,
);
/**
 * The real tensor whose rfft is the input.
 *
 * ```ts
 * tf.signal.irfft([[10, -2, -2], [0, 2, 0]]); // [1, 2, 3, 4]
 * ```
 */
export const irfft = declare(
  "tf.signal.irfft(*inputTensor:tensors, fftLength:ints=null, name:string=null)",
  (inputTensor: Complex, fftLength: number | readonly number[] | null, _: Name): Tensor =>
    ops.irfft(inputTensor, { fftLength: lengthFrom("irfft", fftLength) }),
);

/**
 * Overlapping pieces along an axis.
 *
 * ```ts
 * tf.signal.frame([1, 2, 3, 4, 5], 3, 2); // [[1, 2, 3], [3, 4, 5]]
 * ```
 *
 * @param padEnd  whether the last ones are filled up with padValue
 */
export const frame = declare(
  "tf.signal.frame(*signal, frameLength:int, frameStep:int, padEnd=false, padValue:number=0, axis:int=-1, name:string=null)",
  (signal: TensorLike, frameLength: number, frameStep: number, padEnd: boolean, padValue: number, axis: number, _: Name): Tensor => {
    const x = asTensor(signal);
    if (frameLength < 1 || frameStep < 1)
      throw new ValueError("frame", { given: `frameLength ${frameLength} and frameStep ${frameStep}`, expected: "at least 1" });
    const along = checkAxis("frame", axis, x.rank);
    const length = known([x.shape[along]!], "frame")[0]!;
    const count = padEnd ? Math.ceil(length / frameStep) : Math.max(0, Math.floor((length - frameLength) / frameStep) + 1);
    const missing = Math.max(0, (count - 1) * frameStep + frameLength - length);
    const whole =
      padEnd && missing > 0
        ? ops.pad(
            x,
            x.shape.map((_, i): [number, number] => [0, i === along ? missing : 0]),
            { constantValues: padValue },
          )
        : x;
    const places = Int32Array.from({ length: count * frameLength }, (_, i) => Math.floor(i / frameLength) * frameStep + (i % frameLength));
    const flat = ops.take(whole, places, along);
    return ops.reshape(flat, [...x.shape.slice(0, along), count, frameLength, ...x.shape.slice(along + 1)] as number[]);
  },
);

/**
 * Frames added where they overlap: the reverse of `frame` along the last axis.
 *
 * ```ts
 * tf.signal.overlapAndAdd([[1, 1], [2, 2]], 1); // [1, 3, 2]
 * ```
 */
export const overlapAndAdd = declare(
  "tf.signal.overlapAndAdd(*signal, frameStep:int, name:string=null)",
  (signal: TensorLike, frameStep: number, _: Name): Tensor => {
    const frames = asTensor(signal);
    if (frames.rank < 2) throw new ShapeError("overlapAndAdd", { given: shapeText(frames.shape), expected: "[..., frames, length]" });
    const [count, length] = known(frames.shape, "overlapAndAdd").slice(-2) as [number, number];
    const lead = frames.shape.slice(0, -2) as number[];
    const places = Int32Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * frameStep + (i % length));
    const total = count === 0 ? 0 : (count - 1) * frameStep + length;
    const flat = ops.reshape(frames, [sizeOf(lead), count * length]);
    return ops.reshape(addAt(flat, constant(places), [sizeOf(lead), total], 1), [...lead, total]);
  },
);

const cosineWindow = (length: number, periodic: boolean, a: number): Tensor => {
  // TensorFlow makes windows of even length periodic alone.
  const n = length + (periodic && length % 2 === 0 ? 1 : 0);
  const weight = (i: number): number => (length === 1 ? 1 : a - (1 - a) * Math.cos((2 * Math.PI * i) / (n - 1)));
  return constant(Float32Array.from({ length }, (_, i) => weight(i)));
};

const window = <const N extends string>(name: N, a: number) =>
  declare(
    `tf.signal.${name}(windowLength:int, periodic=true, dtype:dtype="float32", name:string=null)` as const,
    (windowLength: number, periodic: boolean, dtype: string, _: Name): Tensor => ops.cast(cosineWindow(windowLength, periodic, a), dtype),
  );
/**
 * (1 − cos) / 2 over the window.
 *
 * ```ts
 * tf.signal.hannWindow(4); // [0, 0.5, 1, 0.5]
 * ```
 *
 * @param periodic  whether it goes on after its last element, as transforms want it; default true
 */
export const hannWindow = window("hannWindow", 0.5);
/**
 * The Hamming window: 0.54 - 0.46 cos(2πi / length), or of length - 1 where it is not periodic. TensorFlow: tf.signal.hamming_window
 *
 * ```ts
 * tf.signal.hammingWindow(4); // [0.08, 0.54, 1, 0.54]
 * ```
 */
export const hammingWindow = window("hammingWindow", 0.54);

const powerOfTwo = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, length)));
const checkedLength = (where: string, frameLength: number, fftLength: number | null): number => {
  const length = fftLength ?? powerOfTwo(frameLength);
  if (length < 1) throw new ValueError(`${where}.fftLength`, { given: String(length), expected: "at least 1" });
  return length;
};
/** The first `length` elements along the last axis, filled up with zeros. */
function fitted(x: Tensor, length: number): Tensor {
  const present = known(x.shape, "signal").at(-1)!;
  if (present > length) return ops.getItem(x, ["...", { stop: length }]);
  return present === length
    ? x
    : ops.pad(
        x,
        x.shape.map((_, i): [number, number] => [0, i === x.rank - 1 ? length - present : 0]),
      );
}

/**
 * The transforms of overlapping frames.
 *
 * ```ts
 * tf.signal.stft([1, 2, 3, 4, 5, 6, 7, 8], 4, 2)[0].shape; // [3, 3]
 * ```
 *
 * @param fftLength  default: the power of two that frameLength fits in
 * @param windowFn   gives the weights of a frame; default hannWindow; null: none
 * @returns          [real, imaginary], each [..., frames, fftLength / 2 + 1]
 */
export const stft = declare(
  'tf.signal.stft(*signals, frameLength:int, frameStep:int, fftLength:int=null, windowFn:function|string|null="hann_window", padEnd=false, name:string=null)',
  (
    signals: TensorLike,
    frameLength: number,
    frameStep: number,
    fftLength: number | null,
    windowFn: WindowFn | string,
    padEnd: boolean,
    _: Name,
  ): Pair => {
    const length = checkedLength("stft", frameLength, fftLength);
    const frames = frame(signals, frameLength, frameStep, { padEnd });
    const weights = weightsOf("stft", windowFn, frameLength);
    return ops.rfft(fitted(weights ? ops.multiply(frames, weights) : frames, length), { fftLength: length }) as unknown as Pair;
  },
);

function weightsOf(where: string, windowFn: WindowFn | string, length: number): TensorLike | null {
  if (windowFn === "hann_window") return hannWindow(length);
  if (typeof windowFn === "string")
    throw new ValueError(`${where}.windowFn`, { given: text(windowFn), expected: "a function such as tf.signal.hannWindow, or null" });
  return windowFn && windowFn(length, { dtype: "float32" });
}

/**
 * Frames from their transforms, weighed and added where they overlap.
 *
 * ```ts
 * const spectrum = tf.signal.stft([1, 2, 3, 4, 5, 6, 7, 8], 4, 2);
 * tf.signal.inverseStft(spectrum, 4, 2).shape; // [8]
 * ```
 */
export const inverseStft = declare(
  'tf.signal.inverseStft(*stfts:tensors, frameLength:int, frameStep:int, fftLength:int=null, windowFn:function|string|null="hann_window", name:string=null)',
  (stfts: Complex, frameLength: number, frameStep: number, fftLength: number | null, windowFn: WindowFn | string, _: Name): Tensor => {
    const length = checkedLength("inverseStft", frameLength, fftLength);
    const frames = fitted(ops.irfft(stfts, { fftLength: length }), frameLength);
    const weights = weightsOf("inverseStft", windowFn, frameLength);
    return overlapAndAdd(weights ? ops.multiply(frames, weights) : frames, frameStep);
  },
);

const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/**
 * What a spectrogram [..., spectrogram bins] is multiplied by to have mel bins: triangles at equal distances on the mel scale.
 *
 * ```ts
 * tf.signal.linearToMelWeightMatrix({ numMelBins: 4, numSpectrogramBins: 9 }).shape; // [9, 4]
 * ```
 */
export const linearToMelWeightMatrix = declare(
  'tf.signal.linearToMelWeightMatrix(numMelBins:int=20, numSpectrogramBins:int=129, sampleRate:number=8000, lowerEdgeHertz:number=125, upperEdgeHertz:number=3800, dtype:dtype="float32", name:string=null)',
  (bins: number, spectrogramBins: number, sampleRate: number, lower: number, upper: number, dtype: string, _: Name): Tensor => {
    if (!(bins > 0 && spectrogramBins > 0 && sampleRate > 0 && lower >= 0 && lower < upper && upper <= sampleRate / 2))
      throw new ValueError("linearToMelWeightMatrix", {
        given: `${bins} bins of ${spectrogramBins} from ${lower} to ${upper} Hz at a rate of ${sampleRate}`,
        expected: "positive numbers of bins between 0 and half of the rate",
      });
    const [low, high] = [mel(lower), mel(upper)];
    const edge = (i: number): number => low + ((high - low) * i) / (bins + 1);
    const weights = new Float32Array(spectrogramBins * bins);
    for (let row = 1; row < spectrogramBins; row++) {
      const at = mel(((sampleRate / 2) * row) / (spectrogramBins - 1));
      for (let bin = 0; bin < bins; bin++) {
        const [from, centre, to] = [edge(bin), edge(bin + 1), edge(bin + 2)];
        weights[row * bins + bin] = Math.max(0, Math.min((at - from) / (centre - from), (to - at) / (to - centre)));
      }
    }
    return ops.cast(constant(weights, { shape: [spectrogramBins, bins] }), dtype);
  },
);

/**
 * The cosine transform (type II) of log mel spectrograms, scaled by 1 / √(2 · bins).
 *
 * ```ts
 * tf.signal.mfccsFromLogMelSpectrograms(tf.ones([2, 8])).shape; // [2, 8]
 * ```
 */
export const mfccsFromLogMelSpectrograms = declare(
  "tf.signal.mfccsFromLogMelSpectrograms(*logMelSpectrograms, name:string=null)",
  (logMelSpectrograms: TensorLike, _: Name): Tensor => {
    const x = asTensor(logMelSpectrograms);
    const bins = known(x.shape, "mfccsFromLogMelSpectrograms").at(-1);
    if (!bins) throw new ShapeError("mfccsFromLogMelSpectrograms", { given: shapeText(x.shape), expected: "[..., mel bins]" });
    const term = (i: number): number => (2 * Math.cos((Math.PI * (Math.floor(i / bins) + 0.5) * (i % bins)) / bins)) / Math.sqrt(2 * bins);
    const matrix = constant(
      Float32Array.from({ length: bins * bins }, (_, i) => term(i)),
      { shape: [bins, bins] },
    );
    return ops.squeeze(ops.matmul(ops.expandDims(x, -2), matrix), -2);
  },
);
