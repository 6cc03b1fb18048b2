// One-dimensional transforms of minimal filtering on six points, 0, ±√½, ±√2 and ∞, along channels: each takes some runs of contiguous
// floats and gives others, `stride` bytes apart. Two passes, columns and rows, make the two-dimensional ones. Lengths are in bytes,
// multiples of 16.
//
// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", F(4 × 4, 3 × 3); the points are those of Barabasz et al. 2020,
// "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks": powers of √2 round less than the usual 1
// and 2.
//
//   Bᵀ = 1   0  −2½    0  1  0      A = 1   0   0    0      G = 1      0      0     (0)
//        0 −√2  −2    √½  1  0          1  √½   ½  √½/2         −⅔  −⅔√½  −⅔½  (−⅔√½/2)
//        0  √2  −2   −√½  1  0          1 −√½   ½ −√½/2         −⅔   ⅔√½  −⅔½   (⅔√½/2)
//        0 −√½  −½    √2  1  0          1  √2   2   2√2         1/6  √2/6   2/6  (2√2/6)
//        0  √½  −½   −√2  1  0          1 −√2   2  −2√2         1/6 −√2/6   2/6 (−2√2/6)
//        0   1   0   −2½  0  1          0   0   0     1         0      0      1     (0)
import { madd } from "../lanes";

const ROOT2: f32 = 1.4142135623730951;
const ROOT_HALF: f32 = 0.7071067811865476;

/** Bᵀ: six runs into six. */
export function windowTransform(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  bytes: usize,
  to: usize,
  stride: usize,
): void {
  for (let c: usize = 0; c < bytes; c += 16, to += 16) {
    const d0 = v128.load(p0 + c);
    const d1 = v128.load(p1 + c);
    const d2 = v128.load(p2 + c);
    const d3 = v128.load(p3 + c);
    const d4 = v128.load(p4 + c);
    const d5 = v128.load(p5 + c);
    v128.store(to, f32x4.add(madd(f32x4.splat(-2.5), d2, d4), d0));
    const even1 = madd(f32x4.splat(-2), d2, d4);
    const odd1 = f32x4.mul(f32x4.splat(ROOT_HALF), madd(f32x4.splat(-2), d1, d3));
    v128.store(to + stride, f32x4.add(even1, odd1));
    v128.store(to + 2 * stride, f32x4.sub(even1, odd1));
    const even2 = madd(f32x4.splat(-0.5), d2, d4);
    const odd2 = f32x4.mul(f32x4.splat(ROOT2), madd(f32x4.splat(-0.5), d1, d3));
    v128.store(to + 3 * stride, f32x4.add(even2, odd2));
    v128.store(to + 4 * stride, f32x4.sub(even2, odd2));
    v128.store(to + 5 * stride, f32x4.add(madd(f32x4.splat(-2.5), d3, d5), d1));
  }
}

/** G, three columns: a row or column of the kernel into six runs. */
// @ts-ignore: decorator
@inline
export function kernelTransform(p0: usize, p1: usize, p2: usize, to: usize, stride: usize): void {
  const g0 = v128.load(p0);
  const g1 = v128.load(p1);
  const g2 = v128.load(p2);
  v128.store(to, g0);
  const even1 = f32x4.mul(f32x4.splat(-2.0 / 3.0), madd(f32x4.splat(0.5), g2, g0));
  const odd1 = f32x4.mul(f32x4.splat((-2.0 / 3.0) * ROOT_HALF), g1);
  v128.store(to + stride, f32x4.add(even1, odd1));
  v128.store(to + 2 * stride, f32x4.sub(even1, odd1));
  const even2 = f32x4.mul(f32x4.splat(1.0 / 6.0), madd(f32x4.splat(2), g2, g0));
  const odd2 = f32x4.mul(f32x4.splat(ROOT2 / 6.0), g1);
  v128.store(to + 3 * stride, f32x4.add(even2, odd2));
  v128.store(to + 4 * stride, f32x4.sub(even2, odd2));
  v128.store(to + 5 * stride, g2);
}

/** G, four columns: four runs into six. */
export function tileTransform(p0: usize, p1: usize, p2: usize, p3: usize, bytes: usize, to: usize, stride: usize): void {
  for (let c: usize = 0; c < bytes; c += 16, to += 16) {
    const g0 = v128.load(p0 + c);
    const g1 = v128.load(p1 + c);
    const g2 = v128.load(p2 + c);
    const g3 = v128.load(p3 + c);
    v128.store(to, g0);
    const even1 = f32x4.mul(f32x4.splat(-2.0 / 3.0), madd(f32x4.splat(0.5), g2, g0));
    const odd1 = f32x4.mul(f32x4.splat((-2.0 / 3.0) * ROOT_HALF), madd(f32x4.splat(0.5), g3, g1));
    v128.store(to + stride, f32x4.add(even1, odd1));
    v128.store(to + 2 * stride, f32x4.sub(even1, odd1));
    const even2 = f32x4.mul(f32x4.splat(1.0 / 6.0), madd(f32x4.splat(2), g2, g0));
    const odd2 = f32x4.mul(f32x4.splat(ROOT2 / 6.0), madd(f32x4.splat(2), g3, g1));
    v128.store(to + 3 * stride, f32x4.add(even2, odd2));
    v128.store(to + 4 * stride, f32x4.sub(even2, odd2));
    v128.store(to + 5 * stride, g3);
  }
}

/** Aᵀ, four rows: six runs, `apart` bytes from each other, into four. */
export function outputTransform(from: usize, apart: usize, bytes: usize, to: usize, stride: usize): void {
  for (let c: usize = 0; c < bytes; c += 16, from += 16, to += 16) {
    const m1 = v128.load(from + apart);
    const m2 = v128.load(from + 2 * apart);
    const m3 = v128.load(from + 3 * apart);
    const m4 = v128.load(from + 4 * apart);
    const sum1 = f32x4.add(m1, m2);
    const sum2 = f32x4.add(m3, m4);
    const difference1 = f32x4.mul(f32x4.splat(ROOT_HALF), f32x4.sub(m1, m2));
    const difference2 = f32x4.mul(f32x4.splat(ROOT2), f32x4.sub(m3, m4));
    v128.store(to, f32x4.add(f32x4.add(v128.load(from), sum1), sum2));
    v128.store(to + stride, f32x4.add(difference1, difference2));
    v128.store(to + 2 * stride, madd(f32x4.splat(2), sum2, f32x4.mul(f32x4.splat(0.5), sum1)));
    v128.store(to + 3 * stride, madd(f32x4.splat(2), difference2, madd(f32x4.splat(0.5), difference1, v128.load(from + 5 * apart))));
  }
}

/**
 * The same for the last pass: adds a bias, cuts at zero, and puts the four runs at addresses of their own. Gives NaN where a sum is not
 * finite.
 */
export function finalTransform(
  from: usize,
  apart: usize,
  bytes: usize,
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  bias: usize,
  floor: v128,
): v128 {
  let check = f32x4.splat(0);
  for (let c: usize = 0; c < bytes; c += 16, from += 16) {
    const m1 = v128.load(from + apart);
    const m2 = v128.load(from + 2 * apart);
    const m3 = v128.load(from + 3 * apart);
    const m4 = v128.load(from + 4 * apart);
    const sum1 = f32x4.add(m1, m2);
    const sum2 = f32x4.add(m3, m4);
    const difference1 = f32x4.mul(f32x4.splat(ROOT_HALF), f32x4.sub(m1, m2));
    const difference2 = f32x4.mul(f32x4.splat(ROOT2), f32x4.sub(m3, m4));
    const y0 = f32x4.add(f32x4.add(v128.load(from), sum1), sum2);
    const y1 = f32x4.add(difference1, difference2);
    const y2 = madd(f32x4.splat(2), sum2, f32x4.mul(f32x4.splat(0.5), sum1));
    const y3 = madd(f32x4.splat(2), difference2, madd(f32x4.splat(0.5), difference1, v128.load(from + 5 * apart)));
    // Zero times what is not finite is NaN.
    check = madd(f32x4.splat(0), f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3)), check);
    const b = bias ? v128.load(bias + c) : f32x4.splat(0);
    v128.store(q3 + c, f32x4.max(f32x4.add(y3, b), floor));
    v128.store(q2 + c, f32x4.max(f32x4.add(y2, b), floor));
    v128.store(q1 + c, f32x4.max(f32x4.add(y1, b), floor));
    v128.store(q0 + c, f32x4.max(f32x4.add(y0, b), floor));
  }
  return check;
}

/** Aᵀ, three rows, of one vector: six vectors, `apart` bytes from each other, into three. */
export function tapTransform(from: usize, apart: usize, to: usize, stride: usize): void {
  const m1 = v128.load(from + apart);
  const m2 = v128.load(from + 2 * apart);
  const m3 = v128.load(from + 3 * apart);
  const m4 = v128.load(from + 4 * apart);
  const sum1 = f32x4.add(m1, m2);
  const sum2 = f32x4.add(m3, m4);
  const difference1 = f32x4.mul(f32x4.splat(ROOT_HALF), f32x4.sub(m1, m2));
  const difference2 = f32x4.mul(f32x4.splat(ROOT2), f32x4.sub(m3, m4));
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), sum1), sum2));
  v128.store(to + stride, f32x4.add(difference1, difference2));
  v128.store(to + 2 * stride, madd(f32x4.splat(2), sum2, madd(f32x4.splat(0.5), sum1, v128.load(from + 5 * apart))));
}
