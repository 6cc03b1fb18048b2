// Largest elements of windows, their gradient, and their places.

import { In, Out } from "../abi";
import { coverBegin, coverCount, Windows } from "./window";

@unmanaged
export class MaxPoolArgs extends Windows {
  x: In = 0;
  y: Out = 0;
}

/** y = the largest element of each window; NaN where there is one. Units: rows of output pixels (along width). */
export function max_pool_f32(a: MaxPoolArgs, begin: usize, end: usize): void {
  const bytes = a.channels << 2;
  for (let row = begin; row < end; row++) {
    const o1 = <i32>(row % a.out1);
    const o0 = <i32>((row / a.out1) % a.out0);
    const image = row / a.out1 / a.out0;
    const b0 = coverBegin(o0, a.stride0, a.padding0, a.in0, a.out0);
    const b1 = coverBegin(o1, a.stride1, a.padding1, a.in1, a.out1);
    const n0 = coverCount(o0, a.stride0, a.padding0, a.window0, a.in0, a.out0, b0);
    const n1 = coverCount(o1, a.stride1, a.padding1, a.window1, a.in1, a.out1, b1);
    let y = a.y + row * a.out2 * bytes;
    const line = a.in2 * bytes;
    const first = a.x + ((image * a.in0 + b0) * a.in1 + b1) * line;
    for (let o2 = 0; o2 < <i32>a.out2; o2++, y += bytes) {
      const b2 = coverBegin(o2, a.stride2, a.padding2, a.in2, a.out2);
      const n2 = coverCount(o2, a.stride2, a.padding2, a.window2, a.in2, a.out2, b2);
      const x = first + b2 * bytes;
      if (n0 == 1 && n1 == 2 && n2 == 2) largestOf4(x, bytes, line, y);
      else largest(x, n0, n1, n2, a.in1 * line, line, bytes, y);
    }
  }
}

/** The larger one; NaN where there is one, by its mask: f32x4.max takes eight instructions. */
// @ts-ignore: decorator
@inline
function larger(most: v128, x: v128): v128 {
  return v128.or(f32x4.pmax(most, x), f32x4.ne(x, x));
}

// @ts-ignore: decorator
@inline
function largestOf4(x: usize, bytes: usize, line: usize, y: usize): void {
  const x1 = x + bytes;
  const x2 = x + line;
  const x3 = x2 + bytes;
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const upper = larger(v128.load(x + c), v128.load(x1 + c));
    v128.store(y + c, larger(larger(upper, v128.load(x2 + c)), v128.load(x3 + c)));
  }
  for (; c < bytes; c += 4) store<f32>(y + c, max(max(load<f32>(x + c), load<f32>(x1 + c)), max(load<f32>(x2 + c), load<f32>(x3 + c))));
}

function largest(x: usize, n0: usize, n1: usize, n2: usize, plane: usize, line: usize, bytes: usize, y: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    let most = f32x4.splat(-Infinity);
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let from = x + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, from += bytes) most = larger(most, v128.load(from));
      }
    v128.store(y + c, most);
  }
  for (; c < bytes; c += 4) {
    let most: f32 = -Infinity;
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let from = x + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, from += bytes) most = max(most, load<f32>(from));
      }
    store<f32>(y + c, most);
  }
}

@unmanaged
export class MaxPoolGradientArgs extends Windows {
  x: In = 0;
  y: In = 0;
  dy: In = 0;
  dx: Out = 0;
  /** 1: only windows whose largest element is positive count. */
  positive: u32 = 0;
}

/** dx = dy of each window at the first of its largest elements, in order of memory; zero elsewhere. Units: images of the batch. */
export function max_pool_gradient_f32(a: MaxPoolGradientArgs, begin: usize, end: usize): void {
  const bytes = a.channels << 2;
  const line = a.in2 * bytes;
  const size = a.in0 * a.in1 * line;
  // Windows that lie side by side write every element once.
  const isTiled =
    a.window0 == 1 &&
    a.stride0 == 1 &&
    a.window1 == 2 &&
    a.window2 == 2 &&
    a.stride1 == 2 &&
    a.stride2 == 2 &&
    (a.padding0 | a.padding1 | a.padding2) == 0;
  const isWhole = isTiled && a.out1 * 2 == a.in1 && a.out2 * 2 == a.in2 && a.channels % 4 == 0;
  for (let image = begin; image < end; image++) {
    const x = a.x + image * size;
    const dx = a.dx + image * size;
    if (!isWhole) memory.fill(dx, 0, size);
    let at = image * a.out0 * a.out1 * a.out2 * bytes;
    for (let o0 = 0; o0 < <i32>a.out0; o0++)
      for (let o1 = 0; o1 < <i32>a.out1; o1++) {
        const b0 = coverBegin(o0, a.stride0, a.padding0, a.in0, a.out0);
        const b1 = coverBegin(o1, a.stride1, a.padding1, a.in1, a.out1);
        const n0 = coverCount(o0, a.stride0, a.padding0, a.window0, a.in0, a.out0, b0);
        const n1 = coverCount(o1, a.stride1, a.padding1, a.window1, a.in1, a.out1, b1);
        for (let o2 = 0; o2 < <i32>a.out2; o2++, at += bytes) {
          const b2 = coverBegin(o2, a.stride2, a.padding2, a.in2, a.out2);
          const n2 = coverCount(o2, a.stride2, a.padding2, a.window2, a.in2, a.out2, b2);
          const corner = (b0 * a.in1 + b1) * line + b2 * bytes;
          if (isTiled && n1 == 2 && n2 == 2) giveTo4(x + corner, dx + corner, a.y + at, a.dy + at, bytes, line, a.positive != 0);
          else give(x + corner, dx + corner, a.y + at, a.dy + at, n0, n1, n2, a.in1 * line, line, bytes, a.positive != 0);
        }
      }
  }
}

/** Lanes of x that are the largest of their window, given it: NaN is found by NaN. */
// @ts-ignore: decorator
@inline
function isLargest(x: v128, y: v128): v128 {
  return v128.or(f32x4.eq(x, y), f32x4.ne(x, x));
}

function giveTo4(x: usize, dx: usize, y: usize, dy: usize, bytes: usize, line: usize, positive: bool): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const most = v128.load(y + c);
    let g = v128.load(dy + c);
    if (positive) g = v128.and(g, f32x4.gt(most, f32x4.splat(0)));
    const m0 = isLargest(v128.load(x + c), most);
    const m1 = v128.andnot(isLargest(v128.load(x + bytes + c), most), m0);
    const m01 = v128.or(m0, m1);
    const m2 = v128.andnot(isLargest(v128.load(x + line + c), most), m01);
    v128.store(dx + c, v128.and(g, m0));
    v128.store(dx + bytes + c, v128.and(g, m1));
    v128.store(dx + line + c, v128.and(g, m2));
    v128.store(dx + line + bytes + c, v128.andnot(g, v128.or(m01, m2)));
  }
  if (c < bytes) giveRest(x, dx, y, dy, 1, 2, 2, 0, line, bytes, c, positive);
}

function give(
  x: usize,
  dx: usize,
  y: usize,
  dy: usize,
  n0: usize,
  n1: usize,
  n2: usize,
  plane: usize,
  line: usize,
  bytes: usize,
  positive: bool,
): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const most = v128.load(y + c);
    let left = v128.load(dy + c);
    if (positive) left = v128.and(left, f32x4.gt(most, f32x4.splat(0)));
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let at = k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, at += bytes) {
          const mask = isLargest(v128.load(x + at), most);
          v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(left, mask)));
          left = v128.andnot(left, mask);
        }
      }
  }
  if (c < bytes) giveRest(x, dx, y, dy, n0, n1, n2, plane, line, bytes, c, positive);
}

function giveRest(
  x: usize,
  dx: usize,
  y: usize,
  dy: usize,
  n0: usize,
  n1: usize,
  n2: usize,
  plane: usize,
  line: usize,
  bytes: usize,
  c: usize,
  positive: bool,
): void {
  // prettier-ignore
  for (; c < bytes; c += 4) {
    const most = load<f32>(y + c);
    let left = positive && !(most > 0) ? <f32>0 : load<f32>(dy + c);
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let at = k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, at += bytes) {
          const value = load<f32>(x + at);
          if (value != most && value == value) continue;
          store<f32>(dx + at, load<f32>(dx + at) + left);
          left = 0;
        }
      }
  }
}

@unmanaged
export class MaxPoolPickArgs extends Windows {
  x: In = 0;
  y: In = 0;
  /** Of the shape of x. */
  values: In = 0;
  /** Of the shape of y. */
  picked: Out = 0;
}

/** picked = the element of `values` where x has the first of each window's largest elements. Units: images of the batch. */
export function max_pool_pick_f32(a: MaxPoolPickArgs, begin: usize, end: usize): void {
  const line = a.in2 * a.channels;
  for (let image = begin; image < end; image++) {
    let at = image * a.out0 * a.out1 * a.out2 * a.channels;
    for (let o0 = 0; o0 < <i32>a.out0; o0++)
      for (let o1 = 0; o1 < <i32>a.out1; o1++)
        for (let o2 = 0; o2 < <i32>a.out2; o2++)
          for (let c: usize = 0; c < a.channels; c++, at++) {
            const most = load<f32>(a.y + (at << 2));
            const from = find(a, image * a.in0 * a.in1 * line + c, line, o0, o1, o2, most);
            store<f32>(a.picked + (at << 2), load<f32>(a.values + (from << 2)));
          }
  }
}

/** Index in x of the first element of a window that is the largest. */
function find(a: MaxPoolPickArgs, first: usize, line: usize, o0: i32, o1: i32, o2: i32, most: f32): usize {
  const b0 = coverBegin(o0, a.stride0, a.padding0, a.in0, a.out0);
  const b1 = coverBegin(o1, a.stride1, a.padding1, a.in1, a.out1);
  const b2 = coverBegin(o2, a.stride2, a.padding2, a.in2, a.out2);
  const n0 = coverCount(o0, a.stride0, a.padding0, a.window0, a.in0, a.out0, b0);
  const n1 = coverCount(o1, a.stride1, a.padding1, a.window1, a.in1, a.out1, b1);
  const n2 = coverCount(o2, a.stride2, a.padding2, a.window2, a.in2, a.out2, b2);
  for (let k0: usize = 0; k0 < n0; k0++)
    for (let k1: usize = 0; k1 < n1; k1++)
      for (let k2: usize = 0; k2 < n2; k2++) {
        const at = first + ((b0 + k0) * a.in1 + b1 + k1) * line + (b2 + k2) * a.channels;
        const value = load<f32>(a.x + (at << 2));
        if (value == most || value != value) return at;
      }
  return first;
}
