// Loops over one row, which softmax and what contains it are made of.
import { expNegative, loadOver, loadPart, loadUpTo, splat, storePart } from "../lanes";

// @ts-ignore: decorator
@inline
export function horizontalSum(v: v128): f32 {
  v = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
}

/** The largest number of a row; NaN may go unseen, since the sum of exponentials finds it. */
export function rowMax(x: usize, n: usize): f32 {
  let a = splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  for (; n >= 16; n -= 16) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
    c = f32x4.pmax(c, v128.load(x, 32));
    d = f32x4.pmax(d, v128.load(x, 48));
    x += 64;
  }
  for (; n >= 4; n -= 4) {
    a = f32x4.pmax(a, v128.load(x));
    x += 16;
  }
  if (n) b = f32x4.pmax(b, loadOver(x, n, b));
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** How many elements are added before the sum so far is put aside, which keeps long sums accurate. */
const FOLD: usize = 1024;

/** Σ e^(x − largest); the exponentials go to y unless that is 0. */
// @ts-ignore: decorator
@inline
function sumOfExponentials(x: usize, y: usize, n: usize, largest: f32): f32 {
  const shift = splat(largest);
  let total = splat(0);
  while (n >= 4) {
    const fold = min(n, FOLD);
    let i = fold;
    let a = splat(0);
    let b = a;
    for (; i >= 8; i -= 8) {
      const e = expNegative(f32x4.sub(v128.load(x), shift));
      const f = expNegative(f32x4.sub(v128.load(x, 16), shift));
      a = f32x4.add(a, e);
      b = f32x4.add(b, f);
      if (y) {
        v128.store(y, e);
        v128.store(y, f, 16);
        y += 32;
      }
      x += 32;
    }
    for (; i >= 4; i -= 4) {
      const e = expNegative(f32x4.sub(v128.load(x), shift));
      a = f32x4.add(a, e);
      if (y) {
        v128.store(y, e);
        y += 16;
      }
      x += 16;
    }
    total = f32x4.add(total, f32x4.add(a, b));
    n -= fold - i;
  }
  if (n) {
    const e = expNegative(f32x4.sub(loadOver(x, n, splat(-Infinity)), shift));
    total = f32x4.add(total, e);
    if (y) storePart(y, e, n);
  }
  return horizontalSum(total);
}

export function sumOfStored(x: usize, y: usize, n: usize, largest: f32): f32 {
  return sumOfExponentials(x, y, n, largest);
}

export function sumOnly(x: usize, n: usize, largest: f32): f32 {
  return sumOfExponentials(x, 0, n, largest);
}

/** y = y · scale. */
export function scaleRow(y: usize, n: usize, scale: v128): void {
  for (; n >= 4; n -= 4, y += 16) v128.store(y, f32x4.mul(v128.load(y), scale));
  if (n) storePart(y, f32x4.mul(loadPart(y, n), scale), n);
}

/** Σ a · b of two rows, or Σ a where b is 0. */
export function rowDot(a: usize, b: usize, n: usize): f32 {
  let total = splat(0);
  while (n >= 8) {
    const fold = min(n, FOLD) & ~7;
    let s = splat(0);
    let t = s;
    for (let i = fold; i != 0; i -= 8, a += 32) {
      let u = v128.load(a);
      let v = v128.load(a, 16);
      if (b) {
        u = f32x4.mul(u, v128.load(b));
        v = f32x4.mul(v, v128.load(b, 16));
        b += 32;
      }
      s = f32x4.add(s, u);
      t = f32x4.add(t, v);
    }
    total = f32x4.add(total, f32x4.add(s, t));
    n -= fold;
  }
  for (; n != 0; a += 16) {
    const part = min<usize>(n, 4);
    let v = loadUpTo(a, part);
    if (b) {
      v = f32x4.mul(v, loadUpTo(b, part));
      b += 16;
    }
    total = f32x4.add(total, v);
    n -= part;
  }
  return horizontalSum(total);
}
