// Constants and progressions. Units are elements.
import { Out } from "../abi";

@unmanaged
export class FillArgs {
  y: Out = 0;
  /** The bits of the value; of an 8-bit value, the lowest eight. */
  bits: u32 = 0;
}

@unmanaged
export class RangeArgs {
  y: Out = 0;
  start: f32 = 0;
  step: f32 = 0;
}

@unmanaged
export class IntegerRangeArgs {
  y: Out = 0;
  start: i32 = 0;
  step: i32 = 0;
}

/** y[i] = the value, in elements of 32 bits. */
export function fill_32(args: FillArgs, begin: usize, end: usize): void {
  const value = i32x4.splat(args.bits);
  let y = args.y + (begin << 2);
  let n = end - begin;
  for (; n >= 8; n -= 8) {
    v128.store(y, value);
    v128.store(y, value, 16);
    y += 32;
  }
  for (; n != 0; n--) {
    store<u32>(y, args.bits);
    y += 4;
  }
}

/** y[i] = the value, in elements of 16 bits. */
export function fill_16(args: FillArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<u16>(args.y + (i << 1), <u16>args.bits);
}

/** y[i] = the value, in elements of 8 bits. */
export function fill_8(args: FillArgs, begin: usize, end: usize): void {
  memory.fill(args.y + begin, <u8>args.bits, end - begin);
}

/** y[i] = start + i · step, each rounded once. */
export function range_f32(args: RangeArgs, begin: usize, end: usize): void {
  const start: f64 = args.start;
  const step: f64 = args.step;
  for (let i = begin; i < end; i++) store<f32>(args.y + (i << 2), <f32>(start + <f64>i * step));
}

/** y[i] = start + i · step. */
export function range_i32(args: IntegerRangeArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<i32>(args.y + (i << 2), args.start + <i32>i * args.step);
}
