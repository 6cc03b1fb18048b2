// Convolution with few output channels: tiles of eight columns would be nearly empty. So the product comes first, of each tap's weights
// with every input pixel (a matrix product with taps × output channels rows and a column for each pixel), and then the sum over taps, each
// of which is a row of that matrix, moved by its distance from the output pixel.
import { In, Out, threadScratch } from "../abi";
import { Geometry } from "./geometry";
import { BIAS, RELU } from "../matmul/tile";

@unmanaged
export class TapsArgs extends Geometry {
  /** Taps × output channels rows, a column for each input pixel. */
  products: In = 0;
  bias: In = 0;
  y: Out = 0;
  /** 4: negative results become zero. */
  flags: u32 = 0;
}

/**
 * y[p, j] = Σ over taps t of products[t, j, where t of p meets the input] (+ bias), for strides and `upsample` of 1, one group and rows of
 * at most 130000 pixels. Units: rows of output pixels.
 */
export function sum_taps_f32(a: TapsArgs, begin: usize, end: usize): void {
  const pixels = (a.batch * a.in0 * a.in1 * a.in2) << 2;
  const n = a.outChannels;
  for (let row = begin; row < end; row++) {
    const o1 = <i32>(row % a.out1);
    const o0 = <i32>((row / a.out1) % a.out0);
    const image = row / a.out1 / a.out0;
    for (let j: usize = 0; j < n; j++) {
      let tap = a.products + j * pixels;
      memory.fill(threadScratch(), 0, a.out2 << 2);
      for (let k0 = 0; k0 < <i32>a.kernel0; k0++)
        for (let k1 = 0; k1 < <i32>a.kernel1; k1++) {
          const i0 = o0 + a.offset0 + k0 * a.dilation0;
          const i1 = o1 + a.offset1 + k1 * a.dilation1;
          const isThere = <u32>i0 < <u32>a.in0 && <u32>i1 < <u32>a.in1;
          const from = ((image * a.in0 + i0) * a.in1 + i1) * a.in2;
          for (let k2 = 0; k2 < <i32>a.kernel2; k2++, tap += n * pixels)
            if (isThere) addMoved(tap + (from << 2), a.offset2 + k2 * a.dilation2, <i32>a.in2, <i32>a.out2);
        }
      finish(a, a.y + ((row * a.out2 * n + j) << 2), a.bias ? load<f32>(a.bias + (j << 2)) : 0, (a.bias ? BIAS : 0) | (a.flags & RELU));
    }
  }
}

/** sums[o] += x[o + move], where that is in the row. */
function addMoved(x: usize, move: i32, length: i32, outputs: i32): void {
  const first = max(0, -move);
  const last = min(outputs, length - move);
  let at = threadScratch() + (first << 2);
  let from = x + ((first + move) << 2);
  let rest = last - first;
  for (; rest >= 4; rest -= 4, at += 16, from += 16) v128.store(at, f32x4.add(v128.load(at), v128.load(from)));
  for (; rest > 0; rest--, at += 4, from += 4) store<f32>(at, load<f32>(at) + load<f32>(from));
}

/** Stores the sums as every n-th element. */
function finish(a: TapsArgs, y: usize, bias: f32, flags: u32): void {
  const sums = threadScratch();
  const end = sums + (a.out2 << 2);
  for (let at = sums; at < end; at += 4, y += a.outChannels << 2) {
    let sum = load<f32>(at);
    if (flags & BIAS) sum += bias;
    if (flags & RELU) sum = max<f32>(sum, 0);
    store<f32>(y, sum);
  }
}
