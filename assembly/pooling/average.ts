// Means of windows, and their gradient.

import { In, Out } from "../abi";
import { coverBegin, coverCount, Windows } from "./window";

@unmanaged
export class AveragePoolArgs extends Windows {
  x: In = 0;
  y: Out = 0;
}

/** y = the mean of the elements of each window that are there. Units: rows of output pixels (along width). */
export function average_pool_f32(a: AveragePoolArgs, begin: usize, end: usize): void {
  const bytes = a.channels << 2;
  const line = a.in2 * bytes;
  for (let row = begin; row < end; row++) {
    const o1 = <i32>(row % a.out1);
    const o0 = <i32>((row / a.out1) % a.out0);
    const image = row / a.out1 / a.out0;
    const b0 = coverBegin(o0, a.stride0, a.padding0, a.in0, a.out0);
    const b1 = coverBegin(o1, a.stride1, a.padding1, a.in1, a.out1);
    const n0 = coverCount(o0, a.stride0, a.padding0, a.window0, a.in0, a.out0, b0);
    const n1 = coverCount(o1, a.stride1, a.padding1, a.window1, a.in1, a.out1, b1);
    const first = a.x + ((image * a.in0 + b0) * a.in1 + b1) * line;
    let y = a.y + row * a.out2 * bytes;
    for (let o2 = 0; o2 < <i32>a.out2; o2++, y += bytes) {
      const b2 = coverBegin(o2, a.stride2, a.padding2, a.in2, a.out2);
      const n2 = coverCount(o2, a.stride2, a.padding2, a.window2, a.in2, a.out2, b2);
      const x = first + b2 * bytes;
      if (n0 == 1 && n1 == 2 && n2 == 2) meanOf4(x, bytes, line, y);
      else mean(x, n0, n1, n2, a.in1 * line, line, bytes, y);
    }
  }
}

// @ts-ignore: decorator
@inline
function meanOf4(x: usize, bytes: usize, line: usize, y: usize): void {
  const x1 = x + bytes;
  const x2 = x + line;
  const x3 = x2 + bytes;
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const upper = f32x4.add(v128.load(x + c), v128.load(x1 + c));
    v128.store(y + c, f32x4.mul(f32x4.add(f32x4.add(upper, v128.load(x2 + c)), v128.load(x3 + c)), f32x4.splat(0.25)));
  }
  for (; c < bytes; c += 4) store<f32>(y + c, (load<f32>(x + c) + load<f32>(x1 + c) + load<f32>(x2 + c) + load<f32>(x3 + c)) * 0.25);
}

function mean(x: usize, n0: usize, n1: usize, n2: usize, plane: usize, line: usize, bytes: usize, y: usize): void {
  const count = <f32>(n0 * n1 * n2);
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    let sum = f32x4.splat(0);
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let from = x + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, from += bytes) sum = f32x4.add(sum, v128.load(from));
      }
    v128.store(y + c, f32x4.div(sum, f32x4.splat(count)));
  }
  for (; c < bytes; c += 4) {
    let sum: f32 = 0;
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let from = x + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, from += bytes) sum += load<f32>(from);
      }
    store<f32>(y + c, sum / count);
  }
}

@unmanaged
export class AveragePoolGradientArgs extends Windows {
  dy: In = 0;
  dx: Out = 0;
}

/** dx = for each element, the sum over the windows that cover it of dy / their number of elements. Units: images of the batch. */
export function average_pool_gradient_f32(a: AveragePoolGradientArgs, begin: usize, end: usize): void {
  const bytes = a.channels << 2;
  const line = a.in2 * bytes;
  const size = a.in0 * a.in1 * line;
  // Windows that lie side by side and fill the image write every element once.
  const isTiled =
    a.window0 == a.stride0 &&
    a.window1 == a.stride1 &&
    a.window2 == a.stride2 &&
    (a.padding0 | a.padding1 | a.padding2) == 0 &&
    a.out0 * a.window0 == a.in0 &&
    a.out1 * a.window1 == a.in1 &&
    a.out2 * a.window2 == a.in2;
  for (let image = begin; image < end; image++) {
    const dx = a.dx + image * size;
    if (!isTiled) memory.fill(dx, 0, size);
    let dy = a.dy + image * a.out0 * a.out1 * a.out2 * bytes;
    for (let o0 = 0; o0 < <i32>a.out0; o0++)
      for (let o1 = 0; o1 < <i32>a.out1; o1++) {
        const b0 = coverBegin(o0, a.stride0, a.padding0, a.in0, a.out0);
        const b1 = coverBegin(o1, a.stride1, a.padding1, a.in1, a.out1);
        const n0 = coverCount(o0, a.stride0, a.padding0, a.window0, a.in0, a.out0, b0);
        const n1 = coverCount(o1, a.stride1, a.padding1, a.window1, a.in1, a.out1, b1);
        for (let o2 = 0; o2 < <i32>a.out2; o2++, dy += bytes) {
          const b2 = coverBegin(o2, a.stride2, a.padding2, a.in2, a.out2);
          const n2 = coverCount(o2, a.stride2, a.padding2, a.window2, a.in2, a.out2, b2);
          const to = dx + (b0 * a.in1 + b1) * line + b2 * bytes;
          if (isTiled) share(to, dy, n0, n1, n2, a.in1 * line, line, bytes, false);
          else share(to, dy, n0, n1, n2, a.in1 * line, line, bytes, true);
        }
      }
  }
}

/** Gives each element of a window its part of dy; adds to what is there, or not. */
// @ts-ignore: decorator
@inline
function share(dx: usize, dy: usize, n0: usize, n1: usize, n2: usize, plane: usize, line: usize, bytes: usize, adds: bool): void {
  const count = <f32>(n0 * n1 * n2);
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const part = f32x4.div(v128.load(dy + c), f32x4.splat(count));
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let to = dx + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, to += bytes) v128.store(to, adds ? f32x4.add(v128.load(to), part) : part);
      }
  }
  for (; c < bytes; c += 4) {
    const part = load<f32>(dy + c) / count;
    for (let k0: usize = 0; k0 < n0; k0++)
      for (let k1: usize = 0; k1 < n1; k1++) {
        let to = dx + k0 * plane + k1 * line + c;
        for (let k2: usize = 0; k2 < n2; k2++, to += bytes) store<f32>(to, adds ? load<f32>(to) + part : part);
      }
  }
}
