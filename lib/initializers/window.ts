/** The windows that have a name. */
export const windowNames = ["hann", "hamming", "blackman", "bartlett", "boxcar", "cosine", "triang"] as const;
export type WindowName = (typeof windowNames)[number];

/** Sums of cosines `a0 − a1 cos + a2 cos 2 …`. */
const cosines: Partial<Record<WindowName, readonly number[]>> = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  boxcar: [1],
};

/** The values of a window, as SciPy's get_window gives them: periodic ones are one longer, without the last value. */
export function windowValues(name: WindowName, length: number, periodic: boolean): Float64Array {
  if (length === 1) return Float64Array.of(1);
  const whole = periodic ? length + 1 : length;
  return Float64Array.from({ length }, (_, i) => valueAt(name, i, whole));
}

function valueAt(name: WindowName, i: number, length: number): number {
  const terms = cosines[name];
  if (terms) return terms.reduce((sum, weight, k) => sum + (-1) ** k * weight * Math.cos((2 * Math.PI * k * i) / (length - 1)), 0);
  if (name === "cosine") return Math.sin((Math.PI / length) * (i + 0.5));
  const fromEnd = Math.min(i, length - 1 - i);
  if (name === "bartlett") return (2 * fromEnd) / (length - 1);
  return length % 2 === 0 ? (2 * fromEnd + 1) / length : (2 * (fromEnd + 1)) / (length + 1);
}
