// Convolution of each channel by itself, and its gradients: no product to pack for, so rows are walked where they lie.

import { In, Out, Size, threadScratch } from "../abi";
import { madd } from "../lanes";
import { RELU } from "../matmul/tile";
import { Geometry, goOn, goTo, indexAt, meets, Walk } from "./geometry";

@unmanaged
export class DepthwiseArgs extends Geometry {
  x: In = 0;
  /** taps × channels. */
  w: In = 0;
  bias: In = 0;
  y: Out = 0;
  /** 4: negative results become zero. */
  flags: u32 = 0;
}

/** y[p, c] = Σ over taps of x[where the tap meets, c] · w[tap, c] (+ bias[c]). Units: rows of output pixels (along width). */
export function depthwise_f32(a: DepthwiseArgs, begin: usize, end: usize): void {
  for (let row = begin; row < end; row++) {
    const o1 = <i32>(row % a.out1);
    const o0 = <i32>((row / a.out1) % a.out0);
    const image = row / a.out1 / a.out0;
    pixels(a, image, o0, o1, a.y + ((row * a.out2 * a.channels) << 2));
  }
}

/** Neighbours in a row that are computed together, so that what is loaded of the kernel serves all of them. */
const TOGETHER: i32 = 4;

/** A row of output pixels: together where all taps along the width lie inside, else one by one. */
function pixels(a: DepthwiseArgs, image: usize, o0: i32, o1: i32, y: usize): void {
  const bytes = a.channels << 2;
  const out = <i32>a.out2;
  let inside = 0;
  let end = 0;
  if (a.upsample2 == 1) {
    const reach = (<i32>a.kernel2 - 1) * a.dilation2;
    inside = firstFrom(a.offset2 + min(0, reach), a.stride2);
    end = min(firstBeyond(a.offset2 + max(0, reach), a.stride2, a.in2), out);
  }
  let o2 = 0;
  if (end - inside >= TOGETHER) {
    for (; o2 < inside; o2++) pixel(a, image, o0, o1, o2, y + <usize>o2 * bytes);
    const pairs = threadScratch();
    const count = tapsOf(a, image, o0, o1, o2, pairs);
    const step = <usize>a.stride2 * bytes;
    for (let shift: usize = 0; o2 + TOGETHER <= end; o2 += TOGETHER, shift += step * TOGETHER)
      together(a, pairs, count, shift, step, y + <usize>o2 * bytes);
  }
  for (; o2 < out; o2++) pixel(a, image, o0, o1, o2, y + <usize>o2 * bytes);
}

/** The first output position o with o · stride + offset ≥ 0. */
// @ts-ignore: decorator
@inline
function firstFrom(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (stride - 1 - offset) / stride;
}

/** The first output position o with o · stride + offset ≥ size; 0 where all are beyond. */
// @ts-ignore: decorator
@inline
function firstBeyond(offset: i32, stride: i32, size: usize): i32 {
  const room = <i32>size - 1 - offset;
  return room < 0 ? 0 : room / stride + 1;
}

// @ts-ignore: decorator
@inline
function finished(s: v128, bias: usize, relu: bool): v128 {
  if (bias) s = f32x4.add(s, v128.load(bias));
  return relu ? f32x4.max(s, f32x4.splat(0)) : s;
}

/** TOGETHER neighbours: x of each tap lies `step` bytes further for each of them. Sums are added up as for one pixel. */
function together(a: DepthwiseArgs, pairs: usize, count: usize, shift: usize, step: usize, y: usize): void {
  const bytes = a.channels << 2;
  const end = pairs + (count << 3);
  const zero = f32x4.splat(0);
  const relu = (a.flags & RELU) != 0;
  let c: usize = 0;
  for (; c + 32 <= bytes; c += 32) {
    let a0 = zero;
    let a1 = zero;
    let a2 = zero;
    let a3 = zero;
    let b0 = zero;
    let b1 = zero;
    let b2 = zero;
    let b3 = zero;
    for (let p = pairs; p < end; p += 8) {
      const x0 = load<usize>(p) + shift + c;
      const x1 = x0 + step;
      const x2 = x1 + step;
      const x3 = x2 + step;
      const w = load<usize>(p, 4) + c;
      const low = v128.load(w);
      const high = v128.load(w, 16);
      a0 = madd(v128.load(x0), low, a0);
      b0 = madd(v128.load(x0, 16), high, b0);
      a1 = madd(v128.load(x1), low, a1);
      b1 = madd(v128.load(x1, 16), high, b1);
      a2 = madd(v128.load(x2), low, a2);
      b2 = madd(v128.load(x2, 16), high, b2);
      a3 = madd(v128.load(x3), low, a3);
      b3 = madd(v128.load(x3, 16), high, b3);
    }
    const bias = a.bias ? a.bias + c : 0;
    const next = bias ? bias + 16 : 0;
    let to = y + c;
    v128.store(to, finished(a0, bias, relu));
    v128.store(to, finished(b0, next, relu), 16);
    to += bytes;
    v128.store(to, finished(a1, bias, relu));
    v128.store(to, finished(b1, next, relu), 16);
    to += bytes;
    v128.store(to, finished(a2, bias, relu));
    v128.store(to, finished(b2, next, relu), 16);
    to += bytes;
    v128.store(to, finished(a3, bias, relu));
    v128.store(to, finished(b3, next, relu), 16);
  }
  if (c == bytes) return;
  for (let pixel = 0; pixel < TOGETHER; pixel++) rest(a, pairs, end, shift + <usize>pixel * step, c, y + <usize>pixel * bytes);
}

/** One output pixel: the taps that meet anything, then channels in order. */
function pixel(a: DepthwiseArgs, image: usize, o0: i32, o1: i32, o2: i32, y: usize): void {
  const pairs = threadScratch();
  channels(a, pairs, tapsOf(a, image, o0, o1, o2, pairs), y);
}

/** Where x and w of the taps lie that meet anything, in order. @returns  how many there are */
function tapsOf(a: DepthwiseArgs, image: usize, o0: i32, o1: i32, o2: i32, pairs: usize): usize {
  const channelBytes = a.channels << 2;
  let count: usize = 0;
  let w = a.w;
  for (let k0 = 0; k0 < <i32>a.kernel0; k0++) {
    const i0 = indexAt(o0 * a.stride0 + a.offset0 + k0 * a.dilation0, a.upsample0, a.in0);
    for (let k1 = 0; k1 < <i32>a.kernel1; k1++) {
      const i1 = indexAt(o1 * a.stride1 + a.offset1 + k1 * a.dilation1, a.upsample1, a.in1);
      const line = ((image * a.in0 + <usize>i0) * a.in1 + <usize>i1) * a.in2;
      for (let k2 = 0; k2 < <i32>a.kernel2; k2++, w += channelBytes) {
        const i2 = indexAt(o2 * a.stride2 + a.offset2 + k2 * a.dilation2, a.upsample2, a.in2);
        if ((i0 | i1 | i2) < 0) continue;
        store<usize>(pairs + (count << 3), a.x + (line + <usize>i2) * channelBytes);
        store<usize>(pairs + (count << 3), w, 4);
        count++;
      }
    }
  }
  return count;
}

function channels(a: DepthwiseArgs, pairs: usize, count: usize, y: usize): void {
  const bytes = a.channels << 2;
  const end = pairs + (count << 3);
  const zero = f32x4.splat(0);
  const relu = (a.flags & RELU) != 0;
  let c: usize = 0;
  for (; c + 32 <= bytes; c += 32) {
    let s0 = zero;
    let s1 = zero;
    for (let p = pairs; p < end; p += 8) {
      const x = load<usize>(p) + c;
      const w = load<usize>(p, 4) + c;
      s0 = madd(v128.load(x), v128.load(w), s0);
      s1 = madd(v128.load(x, 16), v128.load(w, 16), s1);
    }
    const bias = a.bias ? a.bias + c : 0;
    v128.store(y + c, finished(s0, bias, relu));
    v128.store(y + c, finished(s1, bias ? bias + 16 : 0, relu), 16);
  }
  rest(a, pairs, end, 0, c, y);
}

/** The channels of one pixel from byte c on, where no eight are left. */
function rest(a: DepthwiseArgs, pairs: usize, end: usize, shift: usize, c: usize, y: usize): void {
  const bytes = a.channels << 2;
  const zero = f32x4.splat(0);
  const relu = (a.flags & RELU) != 0;
  for (; c < bytes; c += 4) {
    let s = zero;
    for (let p = pairs; p < end; p += 8)
      s = madd(v128.load32_splat(load<usize>(p) + shift + c), v128.load32_splat(load<usize>(p, 4) + c), s);
    if (a.bias) s = f32x4.add(s, v128.load32_splat(a.bias + c));
    if (relu) s = f32x4.max(s, zero);
    v128.store32_lane(y + c, s, 0);
  }
}

@unmanaged
export class DepthwiseGradientArgs extends Geometry {
  x: In = 0;
  dy: In = 0;
  /** For each split: taps × channels. */
  dw: Out = 0;
  splits: Size = 0;
}

/** dw[tap, c] = Σ over output pixels p of x[where the tap meets, c] · dy[p, c]. Units: splits of the output pixels. */
export function depthwise_weight_gradient_f32(a: DepthwiseGradientArgs, begin: usize, end: usize): void {
  const pixels = a.batch * a.out0 * a.out1 * a.out2;
  const perSplit = (pixels + a.splits - 1) / a.splits;
  const bytes = a.channels << 2;
  const taps = a.kernel0 * a.kernel1 * a.kernel2;
  const w = changetype<Walk>(threadScratch());
  for (let split = begin; split < end; split++) {
    const first = min(split * perSplit, pixels);
    const last = min(first + perSplit, pixels);
    const sums = a.dw + split * taps * bytes;
    memory.fill(sums, 0, taps * bytes);
    if (a.upsample0 == 1 && a.upsample1 == 1 && a.upsample2 == 1) {
      for (let p = first; p < last;) p += rowGradient(a, p, last, sums);
      continue;
    }
    goTo(w, a, first);
    for (let p = first; p < last; p++) {
      const dy = a.dy + p * bytes;
      let dw = sums;
      for (let k0 = 0; k0 < <i32>a.kernel0; k0++)
        for (let k1 = 0; k1 < <i32>a.kernel1; k1++)
          for (let k2 = 0; k2 < <i32>a.kernel2; k2++, dw += bytes) {
            const x = meets(w, a, a.x, k0, k1, k2);
            if (x) accumulate(x, dy, dw, bytes);
          }
      goOn(w, a);
    }
  }
}

/** Adds what the output pixels from p to the end of their row give, tap by tap. @returns  how many there are */
function rowGradient(a: DepthwiseGradientArgs, p: usize, last: usize, sums: usize): usize {
  const bytes = a.channels << 2;
  const from = <i32>(p % a.out2);
  const row = p / a.out2;
  const o1 = <i32>(row % a.out1);
  const o0 = <i32>((row / a.out1) % a.out0);
  const image = row / a.out1 / a.out0;
  const count = min(a.out2 - <usize>from, last - p);
  let dw = sums;
  for (let k0 = 0; k0 < <i32>a.kernel0; k0++) {
    const i0 = indexAt(o0 * a.stride0 + a.offset0 + k0 * a.dilation0, 1, a.in0);
    for (let k1 = 0; k1 < <i32>a.kernel1; k1++) {
      const i1 = indexAt(o1 * a.stride1 + a.offset1 + k1 * a.dilation1, 1, a.in1);
      const line = ((image * a.in0 + <usize>i0) * a.in1 + <usize>i1) * a.in2;
      for (let k2 = 0; k2 < <i32>a.kernel2; k2++, dw += bytes) {
        if ((i0 | i1) < 0) continue;
        const offset = a.offset2 + k2 * a.dilation2;
        const begin = max(from, firstFrom(offset, a.stride2));
        const end = min(from + <i32>count, firstBeyond(offset, a.stride2, a.in2));
        if (begin >= end) continue;
        const x = a.x + (line + <usize>(begin * a.stride2 + offset)) * bytes;
        tapGradient(x, <usize>a.stride2 * bytes, a.dy + (p + <usize>(begin - from)) * bytes, <usize>(end - begin), dw, bytes);
      }
    }
  }
  return count;
}

/** dw += Σ x · dy over `count` pixels, `step` bytes apart in x: channels in groups whose sums stay in registers. */
function tapGradient(x: usize, step: usize, dy: usize, count: usize, dw: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 64 <= bytes; c += 64) {
    let s0 = v128.load(dw + c);
    let s1 = v128.load(dw + c, 16);
    let s2 = v128.load(dw + c, 32);
    let s3 = v128.load(dw + c, 48);
    let at = x + c;
    let d = dy + c;
    for (let i = count; i != 0; i--, at += step, d += bytes) {
      s0 = madd(v128.load(at), v128.load(d), s0);
      s1 = madd(v128.load(at, 16), v128.load(d, 16), s1);
      s2 = madd(v128.load(at, 32), v128.load(d, 32), s2);
      s3 = madd(v128.load(at, 48), v128.load(d, 48), s3);
    }
    v128.store(dw + c, s0);
    v128.store(dw + c, s1, 16);
    v128.store(dw + c, s2, 32);
    v128.store(dw + c, s3, 48);
  }
  for (; c + 16 <= bytes; c += 16) {
    let s = v128.load(dw + c);
    let at = x + c;
    let d = dy + c;
    for (let i = count; i != 0; i--, at += step, d += bytes) s = madd(v128.load(at), v128.load(d), s);
    v128.store(dw + c, s);
  }
  for (; c < bytes; c += 4) {
    let s = v128.load32_splat(dw + c);
    let at = x + c;
    let d = dy + c;
    for (let i = count; i != 0; i--, at += step, d += bytes) s = madd(v128.load32_splat(at), v128.load32_splat(d), s);
    v128.store32_lane(dw + c, s, 0);
  }
}

// @ts-ignore: decorator
@inline
function accumulate(x: usize, dy: usize, dw: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) v128.store(dw + c, madd(v128.load(x + c), v128.load(dy + c), v128.load(dw + c)));
  for (; c < bytes; c += 4)
    v128.store32_lane(dw + c, madd(v128.load32_splat(x + c), v128.load32_splat(dy + c), v128.load32_splat(dw + c)), 0);
}
