// Overlapping frames, and their Fourier transforms both ways.

import { operation } from "../../core/operation.js";
import { constant, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { divide, multiply } from "../elementwise/arithmetic.js";
import { greater } from "../elementwise/comparison.js";
import { square } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { addAt } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { pad } from "../shaping/pad.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { ones } from "../shaping/create.js";
import { mergeAxes } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { gatherView } from "../shaping/views.js";
import type { Complex } from "../elementwise/complex.js";
import { irfft, rfft } from "./fft.js";

export interface FrameOptions {
  /** Weights of a frame: "hann" (default), "hamming", a vector of the sequence's length, or null. */
  window?: string | TensorLike | null;
  /** Whether frames are centred at their place: the signal is mirrored at its ends. Default true. */
  center?: boolean;
}

function lengthOf(where: string, x: Spec, axis = -1): number {
  const length = x.shape.at(axis);
  if (typeof length === "number") return length;
  throw new ShapeError(where, { given: shapeText(x.shape), expected: "known lengths of the axes that are transformed" });
}

interface Frames {
  readonly length: number;
  readonly stride: number;
}

const countOf = (signal: number, { length, stride }: Frames): number => Math.max(0, Math.floor((signal - length) / stride) + 1);

/** Where each element of each frame stands in the signal. */
const placesOf = (count: number, { length, stride }: Frames): Int32Array =>
  Int32Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * stride + (i % length));

/**
 * Overlapping pieces along the last axis: of a length, each so many elements after the one before.
 *
 * ```ts
 * ops.extractSequences([1, 2, 3, 4, 5], 3, 2); // [[1, 2, 3], [3, 4, 5]]
 * ```
 */
export const extractSequences = operation(
  "math.extractSequences(*x, sequenceLength:int, sequenceStride:int)",
  (x: TensorLike, sequenceLength: number, sequenceStride: number): Tensor =>
    framesOp.apply({ x: asFloat(x) }, { length: sequenceLength, stride: sequenceStride }),
);

const framesOp = primitive({
  name: "frames",
  inputs: ["x"],
  infer: ({ x }, frames: Frames): Spec => {
    const signal = x.shape.at(-1)!;
    return { shape: [...x.shape.slice(0, -1), signal === null ? null : countOf(signal, frames), frames.length], dtype: x.dtype };
  },
  lower: ({ x }, { y }, { stride }) =>
    gatherView(x, y, { shape: known(y.shape), strides: [...stridesOf(known(x.shape)).slice(0, -1), stride, 1], offset: 0 }),
  gradient: (dy, _, { specs, attrs }) => ({ x: () => overlapped(dy, lengthOf("extractSequences", specs.x), attrs) }),
});

/** Frames added where they overlap: a signal of so many elements. */
function overlapped(frames: Tensor, signal: number, attrs: Frames): Tensor {
  const flat = mergeAxes(frames, frames.rank - 2, 2);
  const places = constant(placesOf(lengthOf("istft", frames, -2), attrs));
  return addAt(flat, places, [...flat.shape.slice(0, -1), signal], flat.rank - 1);
}

/** A window in the middle of a frame. */
function windowOf(where: string, window: string | TensorLike | null, sequenceLength: number, fftLength: number): Tensor | null {
  if (fftLength < sequenceLength) {
    throw new ValueError(where, { given: `fftLength ${fftLength} for sequences of ${sequenceLength}`, expected: "as many or more" });
  }
  if (window === null) return null;
  const left = Math.floor((fftLength - sequenceLength) / 2);
  const cosine = (a: number): Tensor =>
    constant(
      Float32Array.from({ length: sequenceLength }, (_, i) =>
        sequenceLength === 1 ? 1 : a - (1 - a) * Math.cos((2 * Math.PI * i) / sequenceLength),
      ),
    );
  if (typeof window === "string" && window !== "hann" && window !== "hamming")
    throw new ValueError(where, { given: `window ${text(window)}`, expected: "hann, hamming, a vector or null" });
  const weights = window === "hann" ? cosine(0.5) : window === "hamming" ? cosine(0.54) : asFloat(window as TensorLike);
  if (weights.rank !== 1 || weights.shape[0] !== sequenceLength)
    throw new ShapeError(where, { given: `a window of shape ${shapeText(weights.shape)}`, expected: shapeText([sequenceLength]) });
  return pad(weights, [[left, fftLength - sequenceLength - left]]);
}

/**
 * The Fourier transforms of overlapping frames of a signal.
 *
 * ```ts
 * const [real] = ops.stft([1, 2, 3, 4, 5, 6, 7, 8], 4, 2, 4);
 * real.shape; // [5, 3]
 * ```
 *
 * @param x               [..., time]
 * @param sequenceLength  of a frame
 * @param sequenceStride  from one frame to the next
 * @param fftLength       of the transform; frames stand in its middle
 * @returns               [real, imaginary], each [..., frames, fftLength / 2 + 1]
 */
export const stft = operation(
  'math.stft(*x, sequenceLength:int, sequenceStride:int, fftLength:int, window:string|tensor|null="hann", center=true)',
  (
    x: TensorLike,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    window: string | TensorLike | null,
    center: boolean,
  ): Tensor[] => {
    const signal = asFloat(x);
    const weights = windowOf("stft", window, sequenceLength, fftLength);
    const half = Math.floor(fftLength / 2);
    const ends = signal.shape.map((_, i) => [i === signal.rank - 1 ? half : 0, i === signal.rank - 1 ? half : 0] as const);
    const frames = extractSequences(center ? pad(signal, ends, "reflect") : signal, fftLength, sequenceStride);
    return rfft(weights ? multiply(frames, weights) : frames, fftLength);
  },
  { className: "STFT" },
);

/**
 * The signal whose stft is x: frames added where they overlap, divided by the sum of their squared windows.
 *
 * ```ts
 * const [real, imaginary] = ops.stft([1, 2, 3, 4, 5, 6, 7, 8], 4, 2, 4);
 * ops.istft([real!, imaginary!], 4, 2, 4).shape; // [8]
 * ```
 *
 * @param x               [real, imaginary], each [..., frames, fftLength / 2 + 1]
 * @param options.length  of the result
 */
export const istft = operation(
  'math.istft(*x:any, sequenceLength:int, sequenceStride:int, fftLength:int, length:int=null, window:string|tensor|null="hann", center=true)',
  (
    x: Complex,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    length: number | null,
    window: string | TensorLike | null,
    center: boolean,
  ): Tensor => {
    const weights = windowOf("istft", window, sequenceLength, fftLength);
    const frames = irfft(x, fftLength);
    const count = lengthOf("istft", frames, -2);
    const whole = fftLength + sequenceStride * (count - 1);
    const axis = frames.rank - 2;
    const attrs: Frames = { length: fftLength, stride: sequenceStride };
    const sum = overlapped(weights ? multiply(frames, weights) : frames, whole, attrs);
    const squares = weights ? square(weights) : ones([fftLength]);
    const norm = overlapped(broadcastTo(squares, [count, fftLength]), whole, attrs);
    const signal = divide(sum, where(greater(norm, 1e-10), norm, 1));
    const begin = center ? Math.floor(fftLength / 2) : 0;
    const end = length !== null ? begin + length : center ? whole - Math.floor(fftLength / 2) : whole;
    return stridedOf(
      signal,
      signal.shape.map((size, i) => (i === axis ? { begin, step: 1, count: Math.max(0, Math.min(end, whole) - begin) } : everything(size))),
    );
  },
  { className: "ISTFT" },
);
