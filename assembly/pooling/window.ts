// Which inputs a pooling window covers: shared by the kernels of means and of largest elements.

import { Size } from "../abi";

/**
 * Pooling windows: output o of an axis covers inputs o · stride − padding + k, 0 ≤ k < window, as far as they are there.
 * A stride of 0 divides the axis instead: output o of n covers inputs floor(o · length / n) to ceil((o + 1) · length / n).
 */
@unmanaged
export class Windows {
  batch: Size = 0;
  in0: Size = 0;
  in1: Size = 0;
  in2: Size = 0;
  out0: Size = 0;
  out1: Size = 0;
  out2: Size = 0;
  window0: i32 = 0;
  window1: i32 = 0;
  window2: i32 = 0;
  stride0: i32 = 0;
  stride1: i32 = 0;
  stride2: i32 = 0;
  padding0: i32 = 0;
  padding1: i32 = 0;
  padding2: i32 = 0;
  channels: Size = 0;
}

/** First input along an axis that output o covers. */
// @ts-ignore: decorator
@inline
export function coverBegin(o: i32, stride: i32, padding: i32, size: usize, outputs: usize): usize {
  if (stride == 0) return (<usize>o * size) / outputs;
  return <usize>max(o * stride - padding, 0);
}

/** How many inputs along an axis output o covers, from `begin`. */
// @ts-ignore: decorator
@inline
export function coverCount(o: i32, stride: i32, padding: i32, window: i32, size: usize, outputs: usize, begin: usize): usize {
  if (stride == 0) return ((<usize>o + 1) * size + outputs - 1) / outputs - begin;
  return <usize>min(o * stride - padding + window, <i32>size) - begin;
}
