/** The windows that have a name. */
export const windowNames = [
  "hann",
  "hamming",
  "blackman",
  "bartlett",
  "boxcar",
  "cosine",
  "triang",
  "tukey",
  "blackmanharris",
  "nuttall",
  "flattop",
  "bohman",
  "parzen",
  "barthann",
  "lanczos",
] as const;
export type WindowName = (typeof windowNames)[number];

/** Sums of cosines `a0 − a1 cos + a2 cos 2 …`. */
const cosines: Partial<Record<WindowName, readonly number[]>> = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  boxcar: [1],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
};

/** The values of a window, as SciPy's get_window gives them: periodic ones are one longer, without the last value. */
export function windowValues(name: WindowName, length: number, periodic: boolean): Float64Array {
  if (length === 1) return Float64Array.of(1);
  const whole = periodic ? length + 1 : length;
  return Float64Array.from({ length }, (_, i) => valueAt(name, i, whole));
}

/** Windows with formulas of their own, by the place in a length, as SciPy has them. */
const shapes: Partial<Record<WindowName, (i: number, length: number) => number>> = {
  /** A plateau over the middle half. */
  tukey(i, length) {
    const fromEnd = Math.min(i, length - 1 - i);
    if (fromEnd > Math.floor((length - 1) / 4)) return 1;
    return 0.5 * (1 + Math.cos(Math.PI * (-1 + (4 * fromEnd) / (length - 1))));
  },
  bohman(i, length) {
    const x = Math.abs((2 * i) / (length - 1) - 1);
    return i === 0 || i === length - 1 ? 0 : (1 - x) * Math.cos(Math.PI * x) + Math.sin(Math.PI * x) / Math.PI;
  },
  parzen(i, length) {
    const at = Math.abs(i - (length - 1) / 2);
    const x = at / (length / 2);
    return at <= (length - 1) / 4 ? 1 - 6 * x ** 2 + 6 * x ** 3 : 2 * (1 - x) ** 3;
  },
  barthann(i, length) {
    const x = Math.abs(i / (length - 1) - 0.5);
    return 0.62 - 0.48 * x + 0.38 * Math.cos(2 * Math.PI * x);
  },
  lanczos(i, length) {
    const x = Math.PI * ((2 * i) / (length - 1) - 1);
    return x === 0 ? 1 : Math.sin(x) / x;
  },
};

function valueAt(name: WindowName, i: number, length: number): number {
  const terms = cosines[name];
  if (terms) return terms.reduce((sum, weight, k) => sum + (-1) ** k * weight * Math.cos((2 * Math.PI * k * i) / (length - 1)), 0);
  if (name === "cosine") return Math.sin((Math.PI / length) * (i + 0.5));
  const shape = shapes[name];
  if (shape) return shape(i, length);
  const fromEnd = Math.min(i, length - 1 - i);
  if (name === "bartlett") return (2 * fromEnd) / (length - 1);
  return length % 2 === 0 ? (2 * fromEnd + 1) / length : (2 * (fromEnd + 1)) / (length + 1);
}
