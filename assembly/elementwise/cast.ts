// Conversions between dtypes. Units are elements.
//
//  (1) float32 to an integer truncates towards zero; what int32 cannot hold saturates, NaN is 0. To uint8 it goes through int32.
//  (2) int32 to uint8 keeps the lowest eight bits.
//  (3) Anything to bool is 1 where it is not 0 (NaN is 1).
import { MapArgs, map, mapToBool } from "./map";

class FloatToInt {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return i32x4.trunc_sat_f32x4_s(x);
  }
}

class IntToFloat {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}

class FloatNotZero {
  @inline
  mask(x: v128): v128 {
    return f32x4.ne(x, f32x4.splat(0));
  }
}

class IntNotZero {
  @inline
  mask(x: v128): v128 {
    return i32x4.ne(x, i32x4.splat(0));
  }
}

/** y[i] = x[i] towards zero. */
export function cast_f32_i32(args: MapArgs, begin: usize, end: usize): void {
  map<FloatToInt>(args, begin, end);
}

/** y[i] = x[i], rounded to nearest. */
export function cast_i32_f32(args: MapArgs, begin: usize, end: usize): void {
  map<IntToFloat>(args, begin, end);
}

/** y[i] = x[i] ≠ 0. */
export function cast_f32_bool(args: MapArgs, begin: usize, end: usize): void {
  mapToBool<FloatNotZero>(args, begin, end);
}

/** y[i] = x[i] ≠ 0. */
export function cast_i32_bool(args: MapArgs, begin: usize, end: usize): void {
  mapToBool<IntNotZero>(args, begin, end);
}

/** y[i] = x[i] towards zero, modulo 256. */
export function cast_f32_u8(args: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) {
    const whole = i32x4.trunc_sat_f32x4_s(v128.load32_zero(args.x + (i << 2)));
    store<u8>(args.y + i, <u8>i32x4.extract_lane(whole, 0));
  }
}

/** y[i] = x[i] modulo 256. */
export function cast_i32_u8(args: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<u8>(args.y + i, <u8>load<i32>(args.x + (i << 2)));
}

/** y[i] = x[i] of uint8 or bool. */
export function cast_u8_f32(args: MapArgs, begin: usize, end: usize): void {
  let x = args.x + begin;
  let y = args.y + (begin << 2);
  let n = end - begin;
  for (; n >= 8; n -= 8) {
    const wide = v128.load8x8_u(x);
    v128.store(y, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(wide)));
    v128.store(y, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(wide)), 16);
    x += 8;
    y += 32;
  }
  for (; n != 0; n--) {
    store<f32>(y, <f32>load<u8>(x));
    x += 1;
    y += 4;
  }
}

/** y[i] = x[i] of uint8 or bool. */
export function cast_u8_i32(args: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<i32>(args.y + (i << 2), load<u8>(args.x + i));
}

/** y[i] = x[i] ≠ 0 of uint8. */
export function cast_u8_bool(args: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<u8>(args.y + i, <u8>(load<u8>(args.x + i) != 0));
}
