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
    const y = a.y + ((row * a.out2 * a.channels) << 2);
    for (let o2: i32 = 0; o2 < <i32>a.out2; o2++) pixel(a, image, o0, o1, o2, y + ((<usize>o2 * a.channels) << 2));
  }
}

/** One output pixel: the taps that meet anything, then channels in order. */
function pixel(a: DepthwiseArgs, image: usize, o0: i32, o1: i32, o2: i32, y: usize): void {
  const channelBytes = a.channels << 2;
  const pairs = threadScratch();
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
  channels(a, pairs, count, y);
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
    if (a.bias) {
      s0 = f32x4.add(s0, v128.load(a.bias + c));
      s1 = f32x4.add(s1, v128.load(a.bias + c, 16));
    }
    if (relu) {
      s0 = f32x4.max(s0, zero);
      s1 = f32x4.max(s1, zero);
    }
    v128.store(y + c, s0);
    v128.store(y + c, s1, 16);
  }
  for (; c < bytes; c += 4) {
    let s = zero;
    for (let p = pairs; p < end; p += 8) s = madd(v128.load32_splat(load<usize>(p) + c), v128.load32_splat(load<usize>(p, 4) + c), s);
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

// @ts-ignore: decorator
@inline
function accumulate(x: usize, dy: usize, dw: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) v128.store(dw + c, madd(v128.load(x + c), v128.load(dy + c), v128.load(dw + c)));
  for (; c < bytes; c += 4)
    v128.store32_lane(dw + c, madd(v128.load32_splat(x + c), v128.load32_splat(dy + c), v128.load32_splat(dw + c)), 0);
}
