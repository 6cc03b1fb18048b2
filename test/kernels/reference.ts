// What kernel tests compare with: plain JavaScript in float64.

/** Numbers at which float32 functions go wrong. */
export const specials: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  1e-40,
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  88.72283172607422,
  88.72283935546875,
  -87.33654,
  -103.97,
  -104,
  89,
  2 ** 28,
  -(2 ** 28),
  1e10,
  1e30,
  2 ** 100,
  0.4142135,
  2.4142137,
  0.921875,
  0.99999994,
  1.0000001,
  -0.99999994,
  1e9,
  1e-8,
  1.5707963705062866,
  3.1415927410125732,
  16777216,
  11.5,
  -17.5,
];

const scratch = new DataView(new ArrayBuffer(4));

/** Distance of a float32 result from the exact value, in units of the last place there; 0 where both are NaN, and signs of zero count. */
export function ulps(found: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Number.isNaN(rounded)) return Number.isNaN(found) ? 0 : Infinity;
  if (Object.is(found, rounded)) return 0;
  if (rounded === 0 && found === 0) return exact === 0 ? Infinity : 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(found))
    return Math.abs(exact) > 3.4028e38 && Math.abs(found) > 3.4027e38 ? 1 : Infinity;
  scratch.setFloat32(0, Math.abs(exact));
  const exponent = Math.max(1, (scratch.getUint32(0) >>> 23) & 255);
  return Math.abs(found - exact) / 2 ** (exponent - 150);
}

/** The error function: its series near 0, a continued fraction of 1 − erf further out. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a >= 2.5) {
    let fraction = 0;
    for (let n = 120; n > 0; n--) fraction = n / 2 / (a + fraction);
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
  }
  let [sum, term] = [x, x];
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (sum * 2) / Math.sqrt(Math.PI);
}

/** The element of a broadcast operand for each element of an output: index arithmetic as NumPy defines it. */
export function broadcastIndices(output: readonly number[], operand: readonly number[]): number[] {
  const total = output.reduce((a, b) => a * b, 1);
  return Array.from({ length: total }, (_, i) => {
    let index = 0;
    let step = 1;
    for (let axis = 1; axis <= output.length; axis++) {
      const size = output[output.length - axis]!;
      const place = i % size;
      i = Math.floor(i / size);
      const length = operand[operand.length - axis] ?? 1;
      if (length !== 1) index += place * step;
      step *= length;
    }
    return index;
  });
}

/** A small generator of numbers, the same on every run. */
export function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
