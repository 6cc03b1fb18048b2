// Products of few rows of float32 with a matrix of halves, which are read where they lie: half the memory, and half the time where it
// bounds.
//
//  (1) One loop with the storage type as parameter. Sums are float32, in the order of k.
//  (2) The scalar tail does the arithmetic of the vector body, lane by lane.
import { In, Out, Size } from "../abi";
import { Bfloat, Half } from "../halves";
import { madd } from "../lanes";

@unmanaged
export class HalvesArgs {
  /** [m, k] */
  a: In = 0;
  /** [k, n], two bytes each. */
  halves: In = 0;
  /** [m, n] */
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
}

const COLUMNS: usize = 32;

// @ts-ignore: decorator
@inline
function fewRows<Format>(args: HalvesArgs, begin: usize, end: usize): void {
  for (let unit = begin; unit < end; unit++) {
    const j = unit * COLUMNS;
    for (let i: usize = 0; i < args.m; i++) {
      const a = args.a + ((i * args.k) << 2);
      const b = args.halves + (j << 1);
      const c = args.c + ((i * args.n + j) << 2);
      if (j + COLUMNS <= args.n) columns32<Format>(a, b, args.n << 1, args.k, c);
      else for (let q: usize = 0; j + q < args.n; q++) oneColumn<Format>(a, b + (q << 1), args.n << 1, args.k, c + (q << 2));
    }
  }
}

/** 32 columns: their sums stay in registers while the rows of b pass, a line of the cache of each. */
function columns32<Format>(a: usize, b: usize, stride: usize, k: usize, c: usize): void {
  const format = changetype<Format>(0);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (let q = k; q > 0; q--) {
    const x = v128.load32_splat(a);
    let bits = v128.load(b);
    s0 = madd(x, format.widen(i32x4.extend_low_i16x8_u(bits)), s0);
    s1 = madd(x, format.widen(i32x4.extend_high_i16x8_u(bits)), s1);
    bits = v128.load(b, 16);
    s2 = madd(x, format.widen(i32x4.extend_low_i16x8_u(bits)), s2);
    s3 = madd(x, format.widen(i32x4.extend_high_i16x8_u(bits)), s3);
    bits = v128.load(b, 32);
    s4 = madd(x, format.widen(i32x4.extend_low_i16x8_u(bits)), s4);
    s5 = madd(x, format.widen(i32x4.extend_high_i16x8_u(bits)), s5);
    bits = v128.load(b, 48);
    s6 = madd(x, format.widen(i32x4.extend_low_i16x8_u(bits)), s6);
    s7 = madd(x, format.widen(i32x4.extend_high_i16x8_u(bits)), s7);
    a += 4;
    b += stride;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c, s4, 64);
  v128.store(c, s5, 80);
  v128.store(c, s6, 96);
  v128.store(c, s7, 112);
}

function oneColumn<Format>(a: usize, b: usize, stride: usize, k: usize, c: usize): void {
  const format = changetype<Format>(0);
  let sum = f32x4.splat(0);
  for (let q = k; q > 0; q--) {
    sum = madd(v128.load32_splat(a), format.widen(i32x4.splat(load<u16>(b))), sum);
    a += 4;
    b += stride;
  }
  store<f32>(c, f32x4.extract_lane(sum, 0));
}

/** c = a · halves of bfloat16. Units: blocks of 32 columns. */
export function gemv_bf16(args: HalvesArgs, begin: usize, end: usize): void {
  fewRows<Bfloat>(args, begin, end);
}

/** c = a · halves of float16. Units: blocks of 32 columns. */
export function gemv_f16(args: HalvesArgs, begin: usize, end: usize): void {
  fewRows<Half>(args, begin, end);
}
