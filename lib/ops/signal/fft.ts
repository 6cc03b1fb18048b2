// Fourier transforms of complex tensors, which are pairs of real ones.

import { operation } from "../../core/operation.js";
// Fourier transforms of complex tensors as pairs [real, imaginary], made of matrix products.
//
// A transform of length n = n₁ · n₂ is n₂ transforms of length n₁, a rotation, and n₁ transforms of length n₂ (Cooley and Tukey, 1965);
// short ones are one product with the matrix of roots of unity. So gradients, traces and threads come from the product.

import { constant, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { complexParts, type Complex } from "../elementwise/complex.js";
import { negative } from "../elementwise/powers.js";
import { matmul } from "../linalg/matmul.js";
import { asFloat } from "../promotion.js";
import { concatenate } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { pad } from "../shaping/pad.js";
import { mergeAxes, splitAxis } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { swapaxes } from "../shaping/transpose.js";

type Parts = readonly [Tensor, Tensor];

const DIRECT = 64;

/** cos and sin of 2π · j · k / n for j < rows, k < columns. */
const roots = new Map<string, Parts>();
function rootsOf(n: number, rows: number, columns: number): Parts {
  const key = `${n},${rows},${columns}`;
  let found = roots.get(key);
  if (!found) {
    const angle = (i: number): number => ((2 * Math.PI) / n) * ((Math.floor(i / columns) * (i % columns)) % n);
    const table = (f: (x: number) => number): Tensor =>
      constant(
        Float32Array.from({ length: rows * columns }, (_, i) => f(angle(i))),
        { shape: [rows, columns] },
      );
    if (roots.size > 64) roots.clear();
    roots.set(key, (found = [table(Math.cos), table(Math.sin)]));
  }
  return found;
}

/** The largest divisor of n that is not above its root. */
function divisor(n: number): number {
  for (let d = Math.floor(Math.sqrt(n)); d > 1; d--) if (n % d === 0) return d;
  return 1;
}

/** Σ x_j · e^(∓2πi · jk / n) along the last axis, of length n; forwards with the minus sign. */
function transform([re, im]: Parts, n: number, forwards: boolean): Parts {
  const short = divisor(n);
  const sign = (s: Tensor): Tensor => (forwards ? negative(s) : s);
  const rotate = ([a, b]: Parts, [c, s]: Parts, times: (x: Tensor, y: Tensor) => Tensor): Parts => {
    const sine = sign(s);
    return [subtract(times(a, c), times(b, sine)), add(times(a, sine), times(b, c))];
  };
  if (n <= DIRECT || short === 1) return rotate([re, im], rootsOf(n, n, n), matmul);
  const long = n / short;
  const last = re.rank - 1;
  const each = (f: (x: Tensor) => Tensor, [a, b]: Parts): Parts => [f(a), f(b)];
  const columns = each((x) => swapaxes(splitAxis(x, last, [short, long]), -2, -1), [re, im]);
  const inner = rotate(transform(columns, short, forwards), rootsOf(n, long, short), multiply);
  const rows = each((x) => swapaxes(x, -2, -1), inner);
  return each((x) => mergeAxes(swapaxes(x, -2, -1), last, 2), transform(rows, long, forwards));
}

function lengthOf(where: string, x: Tensor, axis = -1): number {
  const length = x.shape.at(axis);
  if (typeof length === "number" && length > 0) return length;
  throw new ShapeError(where, { given: shapeText(x.shape), expected: "a known length of the axis to transform" });
}

/**
 * The discrete Fourier transform along the last axis.
 *
 * ```ts
 * ops.fft([[1, 2, 3, 4], [0, 0, 0, 0]]); // [[10, -2, -2, -2], [0, 2, 0, -2]]
 * ```
 *
 * @returns [real, imaginary]
 */
export const fft = operation(
  "math.fft(*x)",
  (x: Complex): Tensor[] => {
    const given = complexParts("fft", x);
    return [...transform(given, lengthOf("fft", given[0]), true)];
  },
  { className: "FFT" },
);

function alongLastTwo(where: string, x: Complex, forwards: boolean): Parts {
  const rows = transform(complexParts(where, x), lengthOf(where, complexParts(where, x)[0]), forwards);
  const turned: Parts = [swapaxes(rows[0], -2, -1), swapaxes(rows[1], -2, -1)];
  const [re, im] = transform(turned, lengthOf(where, turned[0]), forwards);
  return [swapaxes(re, -2, -1), swapaxes(im, -2, -1)];
}

/**
 * The discrete Fourier transform along the last two axes.
 *
 * ```ts
 * ops.fft2([[[1, 2], [3, 4]], [[0, 0], [0, 0]]]); // [[[10, -2], [-4, 0]], [[0, 0], [0, 0]]]
 * ```
 *
 * @returns [real, imaginary]
 */
export const fft2 = operation("math.fft2(*x)", (x: Complex): Tensor[] => [...alongLastTwo("fft2", x, true)], { className: "FFT2" });

/**
 * The inverse of fft2.
 *
 * ```ts
 * ops.ifft2([[[10, -2], [-4, 0]], [[0, 0], [0, 0]]]); // [[[1, 2], [3, 4]], [[0, 0], [0, 0]]]
 * ```
 *
 * @returns [real, imaginary]
 */
export const ifft2 = operation(
  "math.ifft2(*x)",
  (x: Complex): Tensor[] => {
    const y = alongLastTwo("ifft2", x, false);
    const count = lengthOf("ifft2", y[0], -1) * lengthOf("ifft2", y[0], -2);
    return [multiply(y[0], 1 / count), multiply(y[1], 1 / count)];
  },
  { className: "IFFT2" },
);

/** The last axis cut, or filled up with zeros, to a length. */
function fitted(x: Tensor, length: number): Tensor {
  const present = lengthOf("fft", x);
  const axis = x.rank - 1;
  if (present > length)
    return stridedOf(
      x,
      x.shape.map((size, i) => (i === axis ? everything(length) : everything(size))),
    );
  return present === length ? x : pad(x, x.shape.map((_, i) => [0, i === axis ? length - present : 0] as const)); // prettier-ignore
}

/**
 * The transform of a real tensor along the last axis: of its n / 2 + 1 first terms, the others being their conjugates.
 *
 * ```ts
 * ops.rfft([1, 2, 3, 4]); // [[10, -2, -2], [0, 2, 0]]
 * ```
 *
 * @param fftLength  n; the tensor is cut or filled up with zeros. Default: its length
 * @returns          [real, imaginary]
 */
export const rfft = operation(
  "math.rfft(*x, fftLength:int=null)",
  (x: TensorLike, fftLength: number | null): Tensor[] => {
    const given = asFloat(x);
    const n = checkLength("rfft", fftLength ?? lengthOf("rfft", given));
    const real = fitted(given, n);
    const bins = Math.floor(n / 2) + 1;
    if (n <= DIRECT || divisor(n) === 1) {
      const [c, s] = rootsOf(n, n, bins);
      return [matmul(real, c), matmul(real, negative(s))];
    }
    return transform([real, zerosLike(real)], n, true).map((part) => fitted(part, bins));
  },
  { className: "RFFT" },
);

/**
 * The real tensor whose rfft is x.
 *
 * ```ts
 * ops.irfft([[10, -2, -2], [0, 2, 0]]); // [1, 2, 3, 4]
 * ```
 *
 * @param fftLength  its length n. Default: twice the number of terms less one
 */
export const irfft = operation(
  "math.irfft(*x, fftLength:int=null)",
  (x: Complex, fftLength: number | null): Tensor => {
    const given = complexParts("irfft", x);
    const n = checkLength("irfft", fftLength ?? 2 * (lengthOf("irfft", given[0]) - 1));
    const bins = Math.floor(n / 2) + 1;
    const [re, im] = [fitted(given[0], bins), fitted(given[1], bins)];
    // Terms n − k are the conjugates of terms k.
    const mirrored = (part: Tensor): Tensor => {
      const count = n - bins;
      const axis = part.rank - 1;
      return stridedOf(
        part,
        part.shape.map((size, i) => (i === axis ? { begin: Math.max(0, count), step: -1, count } : everything(size))),
      );
    };
    const whole: Parts = [concatenate([re, mirrored(re)], -1), concatenate([im, negative(mirrored(im))], -1)];
    return multiply(transform(whole, n, false)[0], 1 / n);
  },
  { className: "IRFFT" },
);

function checkLength(where: string, n: number): number {
  if (Number.isInteger(n) && n > 0) return n;
  throw new ValueError(where, { given: `fftLength ${n}`, expected: "a positive whole number" });
}
