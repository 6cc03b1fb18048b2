// Where a convolution looks: the arithmetic of strides, padding and dilation that all convolution kernels share, and a walk over output
// pixels.

import { Size } from "../abi";

/**
 * Where a convolution looks: output position o and tap k of an axis meet at p = o · stride + offset + k · dilation of the input, stretched
 * by `upsample` (only where p / upsample is whole there is something). Forward: offset = −padding. Input gradient: the same with
 * stride 1, upsample = the stride, offset = padding and dilation negative. Axes are depth, height, width; an axis that is not there has
 * length 1.
 */
@unmanaged
export class Geometry {
  batch: Size = 0;
  in0: Size = 0;
  in1: Size = 0;
  in2: Size = 0;
  out0: Size = 0;
  out1: Size = 0;
  out2: Size = 0;
  kernel0: Size = 0;
  kernel1: Size = 0;
  kernel2: Size = 0;
  stride0: i32 = 0;
  stride1: i32 = 0;
  stride2: i32 = 0;
  offset0: i32 = 0;
  offset1: i32 = 0;
  offset2: i32 = 0;
  dilation0: i32 = 0;
  dilation1: i32 = 0;
  dilation2: i32 = 0;
  upsample0: i32 = 0;
  upsample1: i32 = 0;
  upsample2: i32 = 0;
  /** Channels of x, and of y, over all groups. */
  channels: Size = 0;
  outChannels: Size = 0;
  groups: Size = 0;
}

/** The index at position p of an axis, or −1 where there is none. */
// @ts-ignore: decorator
@inline
export function indexAt(p: i32, upsample: i32, size: usize): i32 {
  if (upsample != 1) {
    const whole = p / upsample;
    if (whole * upsample != p) return -1;
    p = whole;
  }
  return <u32>p < <u32>size ? p : -1;
}

/** Whether the taps of a row of the kernel meet one contiguous run of x at every output position. */
export function rowsAreRuns(a: Geometry): bool {
  return (
    a.groups == 1 &&
    a.upsample2 == 1 &&
    (a.dilation2 == 1 || a.kernel2 == 1) &&
    a.offset2 >= 0 &&
    <i32>(a.out2 - 1) * a.stride2 + a.offset2 + <i32>a.kernel2 <= <i32>a.in2
  );
}

/**
 * The output pixel that a walk is at. Outputs of a stretched input are walked phase after phase, so that neighbours see the same taps: in
 * each image first those at multiples of `upsample`, then those one further along the width, and so on.
 */
@unmanaged
export class Walk {
  image: usize = 0;
  at0: i32 = 0;
  at1: i32 = 0;
  at2: i32 = 0;
}

/** Goes to pixel `index` of the whole batch. */
export function goTo(w: Walk, a: Geometry, index: usize): void {
  const pixels = a.out0 * a.out1 * a.out2;
  w.image = index / pixels;
  let rest = <i32>(index % pixels);
  for (let p0 = 0; p0 < a.upsample0; p0++) {
    const n0 = (<i32>a.out0 - p0 + a.upsample0 - 1) / a.upsample0;
    for (let p1 = 0; p1 < a.upsample1; p1++) {
      const n1 = (<i32>a.out1 - p1 + a.upsample1 - 1) / a.upsample1;
      for (let p2 = 0; p2 < a.upsample2; p2++) {
        const n2 = (<i32>a.out2 - p2 + a.upsample2 - 1) / a.upsample2;
        if (rest < n0 * n1 * n2) {
          w.at2 = p2 + (rest % n2) * a.upsample2;
          w.at1 = p1 + ((rest / n2) % n1) * a.upsample1;
          w.at0 = p0 + (rest / n2 / n1) * a.upsample0;
          return;
        }
        rest -= n0 * n1 * n2;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function goOn(w: Walk, a: Geometry): void {
  w.at2 += a.upsample2;
  if (w.at2 >= <i32>a.out2) nextRow(w, a);
}

function nextRow(w: Walk, a: Geometry): void {
  w.at2 %= a.upsample2;
  w.at1 += a.upsample1;
  if (w.at1 < <i32>a.out1) return;
  w.at1 %= a.upsample1;
  w.at0 += a.upsample0;
  if (w.at0 < <i32>a.out0) return;
  w.at0 %= a.upsample0;
  if (++w.at2 < min(a.upsample2, <i32>a.out2)) return;
  w.at2 = 0;
  if (++w.at1 < min(a.upsample1, <i32>a.out1)) return;
  w.at1 = 0;
  if (++w.at0 < min(a.upsample0, <i32>a.out0)) return;
  w.at0 = 0;
  w.image++;
}

/** Index of the walk's pixel in memory, in pixels of the output. */
// @ts-ignore: decorator
@inline
export function pixelOf(w: Walk, a: Geometry): usize {
  return ((w.image * a.out0 + <usize>w.at0) * a.out1 + <usize>w.at1) * a.out2 + <usize>w.at2;
}

/** Address of the input pixel that tap (k0, k1, k2) of the walk's pixel meets, or 0 in the padding. */
// @ts-ignore: decorator
@inline
export function meets(w: Walk, a: Geometry, x: usize, k0: i32, k1: i32, k2: i32): usize {
  const i0 = indexAt(w.at0 * a.stride0 + a.offset0 + k0 * a.dilation0, a.upsample0, a.in0);
  const i1 = indexAt(w.at1 * a.stride1 + a.offset1 + k1 * a.dilation1, a.upsample1, a.in1);
  if ((i0 | i1) < 0) return 0;
  const i2 = indexAt(w.at2 * a.stride2 + a.offset2 + k2 * a.dilation2, a.upsample2, a.in2);
  if (i2 < 0) return 0;
  return x + (((((w.image * a.in0 + <usize>i0) * a.in1 + <usize>i1) * a.in2 + <usize>i2) * a.channels) << 2);
}
