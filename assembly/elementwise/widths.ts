// Conversions between dtypes that are stored and those that are computed in. Units are elements.
//
//  (1) One loop with the stored type as parameter. Integers keep their lowest bits; float32 goes to integers by truncation, through 64
//      bits.
//  (2) Half floats are rounded to the nearest, ties to even, by arithmetic on their bits, four at a time.
import { refuse } from "../abi";
import { Bfloat, Half } from "../halves";
import { MapArgs } from "./map";

// @ts-ignore: decorator
@inline
function convert<From, To>(a: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<To>(a.y + i * sizeof<To>(), <To>load<From>(a.x + i * sizeof<From>()));
}

// @ts-ignore: decorator
@inline
function truncate<To>(a: MapArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) store<To>(a.y + i * sizeof<To>(), <To>(<i64>load<f32>(a.x + (i << 2))));
}

/** y[i] = x[i]. */
export function cast_i8_i32(args: MapArgs, begin: usize, end: usize): void {
  convert<i8, i32>(args, begin, end);
}

/** y[i] = x[i]. */
export function cast_i16_i32(args: MapArgs, begin: usize, end: usize): void {
  convert<i16, i32>(args, begin, end);
}

/** y[i] = x[i]. */
export function cast_u16_i32(args: MapArgs, begin: usize, end: usize): void {
  convert<u16, i32>(args, begin, end);
}

/** y[i] = x[i]. */
export function cast_i8_f32(args: MapArgs, begin: usize, end: usize): void {
  convert<i8, f32>(args, begin, end);
}

/** y[i] = x[i]. */
export function cast_i16_f32(args: MapArgs, begin: usize, end: usize): void {
  convert<i16, f32>(args, begin, end);
}

/** y[i] = x[i]. */
export function cast_u16_f32(args: MapArgs, begin: usize, end: usize): void {
  convert<u16, f32>(args, begin, end);
}

/** y[i] = x[i], rounded to nearest. */
export function cast_u32_f32(args: MapArgs, begin: usize, end: usize): void {
  convert<u32, f32>(args, begin, end);
}

/** y[i] = x[i] modulo 2⁸. */
export function cast_i32_i8(args: MapArgs, begin: usize, end: usize): void {
  convert<i32, i8>(args, begin, end);
}

/** y[i] = x[i] modulo 2¹⁶, of either sign. */
export function cast_i32_i16(args: MapArgs, begin: usize, end: usize): void {
  convert<i32, i16>(args, begin, end);
}

/** y[i] = x[i] towards zero, modulo 2⁸. Four at a time where all of them fit in 32 bits. */
export function cast_f32_i8(args: MapArgs, begin: usize, end: usize): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const x = v128.load(args.x + (i << 2));
    const y = i32x4.trunc_sat_f32x4_s(x);
    if (i32x4.all_true(f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648))))
      v128.store32_lane(args.y + i, i8x16.shuffle(y, y, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
    else truncate<i8>(args, i, i + 4);
  }
  truncate<i8>(args, i, end);
}

/** y[i] = x[i] towards zero, modulo 2¹⁶, of either sign. */
export function cast_f32_i16(args: MapArgs, begin: usize, end: usize): void {
  truncate<i16>(args, begin, end);
}

/** y[i] = x[i] towards zero, modulo 2³². */
export function cast_f32_u32(args: MapArgs, begin: usize, end: usize): void {
  truncate<u32>(args, begin, end);
}

// @ts-ignore: decorator
@inline
function widenHalves<Format>(a: MapArgs, begin: usize, end: usize): void {
  const format = changetype<Format>(0);
  let x = a.x + (begin << 1);
  let y = a.y + (begin << 2);
  let n = end - begin;
  for (; n >= 8; n -= 8) {
    const bits = v128.load(x);
    v128.store(y, format.widen(i32x4.extend_low_i16x8_u(bits)));
    v128.store(y, format.widen(i32x4.extend_high_i16x8_u(bits)), 16);
    x += 16;
    y += 32;
  }
  for (; n != 0; n--) {
    store<i32>(y, i32x4.extract_lane(format.widen(i32x4.splat(load<u16>(x))), 0));
    x += 2;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function narrowHalves<Format>(a: MapArgs, begin: usize, end: usize): void {
  const format = changetype<Format>(0);
  let x = a.x + (begin << 2);
  let y = a.y + (begin << 1);
  let n = end - begin;
  for (; n >= 8; n -= 8) {
    v128.store(y, i16x8.narrow_i32x4_u(format.narrow(v128.load(x)), format.narrow(v128.load(x, 16))));
    x += 32;
    y += 16;
  }
  for (; n != 0; n--) {
    store<u16>(y, <u16>i32x4.extract_lane(format.narrow(v128.load32_splat(x)), 0));
    x += 4;
    y += 2;
  }
}

/** y[i] = x[i] of float16. */
export function cast_f16_f32(args: MapArgs, begin: usize, end: usize): void {
  widenHalves<Half>(args, begin, end);
}

/** y[i] = x[i] of bfloat16. */
export function cast_bf16_f32(args: MapArgs, begin: usize, end: usize): void {
  widenHalves<Bfloat>(args, begin, end);
}

/** y[i] = x[i] as float16, to the nearest, ties to even; what is too large becomes infinite. */
export function cast_f32_f16(args: MapArgs, begin: usize, end: usize): void {
  narrowHalves<Half>(args, begin, end);
}

/** y[i] = x[i] as bfloat16, to the nearest, ties to even. */
export function cast_f32_bf16(args: MapArgs, begin: usize, end: usize): void {
  narrowHalves<Bfloat>(args, begin, end);
}

/** y[i] = x[i] modulo 2³²: the same bits. */
export function cast_i32_u32(args: MapArgs, begin: usize, end: usize): void {
  convert<i32, u32>(args, begin, end);
}

@unmanaged
export class CheckedArgs extends MapArgs {
  site: u32 = 0;
}

@unmanaged
export class BoundedArgs extends CheckedArgs {
  /** What stands just outside of the range. */
  below: f32 = 0;
  above: f32 = 0;
}

/** y[i] = x[i] as the low half of a 64-bit integer, NaN as 0; what is not between the bounds is refused. */
export function narrow_f32_i32(args: BoundedArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) {
    const value = load<f32>(args.x + (i << 2));
    if (value <= args.below || value >= args.above) refuse(args.site, reinterpret<i32>(value), 0, 0);
    store<i32>(args.y + (i << 2), <i32>(<i64>value));
  }
}

/** y[i] = x[i] of uint32; what int32 cannot hold is refused. */
export function narrow_u32_i32(args: CheckedArgs, begin: usize, end: usize): void {
  for (let i = begin; i < end; i++) {
    const value = load<i32>(args.x + (i << 2));
    if (value < 0) refuse(args.site, value, 0, 0x80000000);
    store<i32>(args.y + (i << 2), value);
  }
}
