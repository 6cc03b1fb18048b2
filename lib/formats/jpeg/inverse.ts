// From coefficients to samples: the two inverse transforms of libjpeg, whose roundings decide about single bits. "Accurate" is that of
// Loeffler, Ligtenberg and Moschytz (1989) in 13 bits, "fast" that of Arai, Agui and Nakajima (1988) in 8.

/** How samples are made of coefficients. */
export type Transform = "accurate" | "fast";

type Inverse = (from: Int16Array, at: number, factors: Int32Array, to: Uint8ClampedArray, begin: number, stride: number) => void;

const between = new Int32Array(64);

/** What coefficients are multiplied by, for a table of quantization. */
export function factorsFor(transform: Transform, table: Uint16Array): Int32Array {
  if (transform === "accurate") return Int32Array.from(table);
  const scale = (k: number): number => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2);
  return Int32Array.from(table, (factor, i) => (factor * Math.round(16384 * scale(i >> 3) * scale(i & 7)) + 2048) >> 12);
}

/** Whether but the first of a block's coefficients all are 0. */
function isFlat(from: Int16Array, at: number): boolean {
  for (let i = 1; i < 64; i++) if (from[at + i] !== 0) return false;
  return true;
}

function fill(value: number, to: Uint8ClampedArray, begin: number, stride: number): void {
  for (let y = 0; y < 8; y++) to.fill(value, begin + y * stride, begin + y * stride + 8);
}

const accurate: Inverse = (from, at, factors, to, begin, stride) => {
  if (isFlat(from, at)) return fill(((from[at]! * factors[0]! * 4 + 16) >> 5) + 128, to, begin, stride);
  // Columns, then rows: the same butterfly, written out for each, since what differs would cost most of its time.
  for (let i = 0; i < 8; i++) {
    const a = at + i;
    const x0 = from[a]! * factors[i]!;
    const x1 = from[a + 8]! * factors[i + 8]!;
    const x2 = from[a + 16]! * factors[i + 16]!;
    const x3 = from[a + 24]! * factors[i + 24]!;
    const x4 = from[a + 32]! * factors[i + 32]!;
    const x5 = from[a + 40]! * factors[i + 40]!;
    const x6 = from[a + 48]! * factors[i + 48]!;
    const x7 = from[a + 56]! * factors[i + 56]!;
    if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
      for (let k = i; k < 64; k += 8) between[k] = x0 << 2;
      continue;
    }
    // Even part: constants are √2·cos(kπ/16) and sums of them, times 2¹³.
    const e = Math.imul(x2 + x6, 4433);
    const e2 = e - Math.imul(x6, 15137);
    const e3 = e + Math.imul(x2, 6270);
    const sum = ((x0 + x4) << 13) + 1024;
    const difference = ((x0 - x4) << 13) + 1024;
    const a0 = sum + e3;
    const a3 = sum - e3;
    const a1 = difference + e2;
    const a2 = difference - e2;
    // Odd part.
    const z5 = Math.imul(x7 + x3 + x5 + x1, 9633);
    const z1 = Math.imul(x7 + x1, -7373);
    const z2 = Math.imul(x5 + x3, -20995);
    const z3 = Math.imul(x7 + x3, -16069) + z5;
    const z4 = Math.imul(x5 + x1, -3196) + z5;
    const o0 = Math.imul(x7, 2446) + z1 + z3;
    const o1 = Math.imul(x5, 16819) + z2 + z4;
    const o2 = Math.imul(x3, 25172) + z2 + z3;
    const o3 = Math.imul(x1, 12299) + z1 + z4;
    between[i] = (a0 + o3) >> 11;
    between[i + 56] = (a0 - o3) >> 11;
    between[i + 8] = (a1 + o2) >> 11;
    between[i + 48] = (a1 - o2) >> 11;
    between[i + 16] = (a2 + o1) >> 11;
    between[i + 40] = (a2 - o1) >> 11;
    between[i + 24] = (a3 + o0) >> 11;
    between[i + 32] = (a3 - o0) >> 11;
  }
  for (let i = 0, b = begin; i < 64; i += 8, b += stride) {
    const x0 = between[i]!;
    const x2 = between[i + 2]!;
    const x4 = between[i + 4]!;
    const x6 = between[i + 6]!;
    const e = Math.imul(x2 + x6, 4433);
    const e2 = e - Math.imul(x6, 15137);
    const e3 = e + Math.imul(x2, 6270);
    // Half of what is shifted away, and 128.
    const sum = ((x0 + x4) << 13) + 33685504;
    const difference = ((x0 - x4) << 13) + 33685504;
    const a0 = sum + e3;
    const a3 = sum - e3;
    const a1 = difference + e2;
    const a2 = difference - e2;
    const x1 = between[i + 1]!;
    const x3 = between[i + 3]!;
    const x5 = between[i + 5]!;
    const x7 = between[i + 7]!;
    const z5 = Math.imul(x7 + x3 + x5 + x1, 9633);
    const z1 = Math.imul(x7 + x1, -7373);
    const z2 = Math.imul(x5 + x3, -20995);
    const z3 = Math.imul(x7 + x3, -16069) + z5;
    const z4 = Math.imul(x5 + x1, -3196) + z5;
    const o0 = Math.imul(x7, 2446) + z1 + z3;
    const o1 = Math.imul(x5, 16819) + z2 + z4;
    const o2 = Math.imul(x3, 25172) + z2 + z3;
    const o3 = Math.imul(x1, 12299) + z1 + z4;
    to[b] = (a0 + o3) >> 18;
    to[b + 7] = (a0 - o3) >> 18;
    to[b + 1] = (a1 + o2) >> 18;
    to[b + 6] = (a1 - o2) >> 18;
    to[b + 2] = (a2 + o1) >> 18;
    to[b + 5] = (a2 - o1) >> 18;
    to[b + 3] = (a3 + o0) >> 18;
    to[b + 4] = (a3 - o0) >> 18;
  }
};

const fast: Inverse = (from, at, factors, to, begin, stride) => {
  if (isFlat(from, at)) return fill(((from[at]! * factors[0]!) >> 5) + 128, to, begin, stride);
  for (let pass = 0; pass < 2; pass++) {
    for (let line = 0; line < 8; line++) {
      const i = pass === 0 ? line : line * 8;
      let x0, x1, x2, x3, x4, x5, x6, x7;
      if (pass === 0) {
        const a = at + i;
        x0 = from[a]! * factors[i]!;
        x1 = from[a + 8]! * factors[i + 8]!;
        x2 = from[a + 16]! * factors[i + 16]!;
        x3 = from[a + 24]! * factors[i + 24]!;
        x4 = from[a + 32]! * factors[i + 32]!;
        x5 = from[a + 40]! * factors[i + 40]!;
        x6 = from[a + 48]! * factors[i + 48]!;
        x7 = from[a + 56]! * factors[i + 56]!;
      } else {
        x0 = between[i]!;
        x1 = between[i + 1]!;
        x2 = between[i + 2]!;
        x3 = between[i + 3]!;
        x4 = between[i + 4]!;
        x5 = between[i + 5]!;
        x6 = between[i + 6]!;
        x7 = between[i + 7]!;
      }
      // Constants times 2⁸: √2 is 362, 2·cos(π/8) 473, and their likes.
      const t13 = x2 + x6;
      const t12 = (Math.imul(x2 - x6, 362) >> 8) - t13;
      const [a0, a3] = [x0 + x4 + t13, x0 + x4 - t13];
      const [a1, a2] = [x0 - x4 + t12, x0 - x4 - t12];
      const [z13, z10, z11, z12] = [x5 + x3, x5 - x3, x1 + x7, x1 - x7];
      const o7 = z11 + z13;
      const z5 = Math.imul(z10 + z12, 473) >> 8;
      const o6 = (Math.imul(z10, -669) >> 8) + z5 - o7;
      const o5 = (Math.imul(z11 - z13, 362) >> 8) - o6;
      const o4 = (Math.imul(z12, 277) >> 8) - z5 + o5;
      if (pass === 0) {
        between[i] = a0 + o7;
        between[i + 56] = a0 - o7;
        between[i + 8] = a1 + o6;
        between[i + 48] = a1 - o6;
        between[i + 16] = a2 + o5;
        between[i + 40] = a2 - o5;
        between[i + 32] = a3 + o4;
        between[i + 24] = a3 - o4;
      } else {
        const b = begin + line * stride;
        to[b] = ((a0 + o7) >> 5) + 128;
        to[b + 7] = ((a0 - o7) >> 5) + 128;
        to[b + 1] = ((a1 + o6) >> 5) + 128;
        to[b + 6] = ((a1 - o6) >> 5) + 128;
        to[b + 2] = ((a2 + o5) >> 5) + 128;
        to[b + 5] = ((a2 - o5) >> 5) + 128;
        to[b + 4] = ((a3 + o4) >> 5) + 128;
        to[b + 3] = ((a3 - o4) >> 5) + 128;
      }
    }
  }
};

/** Makes the 8 × 8 samples of a block at `begin` of its coefficients at `at`. */
export const inverses: Readonly<Record<Transform, Inverse>> = { accurate, fast };
