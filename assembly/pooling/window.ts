import { Size } from "../abi";

/** Pooling windows: output o of an axis covers inputs o · stride − padding + k, 0 ≤ k < window, as far as they are there. */
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

/** The part of an axis that an output covers. */
// @ts-ignore: decorator
@inline
export function coverBegin(o: i32, stride: i32, padding: i32): usize {
  return <usize>max(o * stride - padding, 0);
}

// @ts-ignore: decorator
@inline
export function coverEnd(o: i32, stride: i32, padding: i32, window: i32, size: usize): usize {
  return <usize>min(o * stride - padding + window, <i32>size);
}
