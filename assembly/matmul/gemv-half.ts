// Products of few rows of float32 with a matrix of halves, which are read where they lie: half the memory, and half the time where it
// bounds.
//
//  (1) The loop over rows has the storage type as parameter; what surrounds it is told which one it is. Sums are float32, in the order
//      of k.
//  (2) Long runs of four rows of b at once, which the processor fetches ahead; sums lie in c meanwhile, those of even and odd columns
//      apart.
//  (3) What the fast way cannot read (infinite float16) is done over column by column. So is a rest of columns, lane by lane as in vectors.
import { In, Out, Size, threadScratch } from "../abi";
import { Bfloat, Half } from "../halves";
import { madd } from "../lanes";

@unmanaged
export class HalvesArgs {
  /** [m, k], no larger than halves can be. */
  a: In = 0;
  /** [k, n], two bytes each. */
  halves: In = 0;
  /** [m, n] */
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
}

/** Columns of a unit. */
const COLUMNS: usize = 32;
/** Columns whose sums stay in the first cache while rows of b pass. */
const SPAN: usize = 4096;

function fewRows(args: HalvesArgs, begin: usize, end: usize, isHalf: bool): void {
  const first = begin * COLUMNS;
  const last = min(end * COLUMNS, args.n);
  const whole = first + ((last - first) & ~7);
  for (let j = first; j < whole; j += SPAN) {
    const until = min(j + SPAN, whole);
    if (!overRows(args, j, until, isHalf)) oneByOne(args, j, until, isHalf);
  }
  oneByOne(args, whole, last, isHalf);
}

/** Columns first ≤ j < last, a multiple of 8. Whether all of b could be read this way. */
function overRows(args: HalvesArgs, first: usize, last: usize, isHalf: bool): bool {
  const bytes = (last - first) << 2;
  const stride = args.n << 1;
  const row = args.k << 2;
  const ldc = args.n << 2;
  let seen = i32x4.splat(0);
  for (let i: usize = 0; i < args.m; i++) memory.fill(args.c + (first << 2) + i * ldc, 0, bytes);
  for (let q: usize = 0; q < args.k;) {
    const count: usize = q + 4 <= args.k ? 4 : 1;
    const b = args.halves + q * stride + (first << 1);
    let a = args.a + (q << 2);
    let c = args.c + (first << 2);
    for (let i: usize = 0; i < args.m; i++, a += row, c += ldc) {
      if (count == 1) seen = addRow(a, b, c, bytes, seen, isHalf);
      else if (isHalf) seen = addRows4<Half>(a, b, stride, c, bytes, seen);
      else addRows4<Bfloat>(a, b, stride, c, bytes, seen);
    }
    q += count;
  }
  for (let i: usize = 0; i < args.m; i++) inOrder(args.c + (first << 2) + i * ldc, bytes, scaleOf(isHalf));
  return !isHalf || changetype<Half>(0).plain(seen);
}

// @ts-ignore: decorator
@inline
function scaleOf(isHalf: bool): v128 {
  return f32x4.splat(isHalf ? changetype<Half>(0).scale() : 1);
}

function addRows4<Format>(a: usize, b0: usize, stride: usize, c: usize, bytes: usize, seen: v128): v128 {
  const format = changetype<Format>(0);
  const scale = f32x4.splat(format.scale());
  const x0 = f32x4.mul(v128.load32_splat(a), scale);
  const x1 = f32x4.mul(v128.load32_splat(a, 4), scale);
  const x2 = f32x4.mul(v128.load32_splat(a, 8), scale);
  const x3 = f32x4.mul(v128.load32_splat(a, 12), scale);
  let b1 = b0 + stride;
  let b2 = b1 + stride;
  let b3 = b2 + stride;
  for (const end = c + bytes; c < end; c += 32) {
    let bits = v128.load(b0);
    let s = madd(x0, format.even(bits), v128.load(c));
    let t = madd(x0, format.odd(bits), v128.load(c, 16));
    seen = format.seen(seen, bits);
    bits = v128.load(b1);
    s = madd(x1, format.even(bits), s);
    t = madd(x1, format.odd(bits), t);
    seen = format.seen(seen, bits);
    bits = v128.load(b2);
    s = madd(x2, format.even(bits), s);
    t = madd(x2, format.odd(bits), t);
    seen = format.seen(seen, bits);
    bits = v128.load(b3);
    s = madd(x3, format.even(bits), s);
    t = madd(x3, format.odd(bits), t);
    seen = format.seen(seen, bits);
    v128.store(c, s);
    v128.store(c, t, 16);
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  return seen;
}

function addRow(a: usize, b: usize, c: usize, bytes: usize, seen: v128, isHalf: bool): v128 {
  const bfloat = changetype<Bfloat>(0);
  const half = changetype<Half>(0);
  const x = f32x4.mul(v128.load32_splat(a), scaleOf(isHalf));
  for (const end = c + bytes; c < end; c += 32, b += 16) {
    const bits = v128.load(b);
    v128.store(c, madd(x, isHalf ? half.even(bits) : bfloat.even(bits), v128.load(c)));
    v128.store(c, madd(x, isHalf ? half.odd(bits) : bfloat.odd(bits), v128.load(c, 16)), 16);
    seen = half.seen(seen, bits);
  }
  return seen;
}

/** Sums of even and odd columns as those of columns. */
function inOrder(c: usize, bytes: usize, scale: v128): void {
  for (const end = c + bytes; c < end; c += 32) {
    const s = f32x4.mul(v128.load(c), scale);
    const t = f32x4.mul(v128.load(c, 16), scale);
    v128.store(c, v128.shuffle<f32>(s, t, 0, 4, 1, 5));
    v128.store(c, v128.shuffle<f32>(s, t, 2, 6, 3, 7), 16);
  }
}

/** A half as float32; without the sign, float16's exponent and fraction are 2⁻¹¹² of it at float32's place. */
function widened(bits: u32, isHalf: bool): f32 {
  if (!isHalf) return reinterpret<f32>(bits << 16);
  const rest = (bits & 0x7fff) << 13;
  const size = rest >= 0x0f800000 ? reinterpret<f32>(rest | 0x7f800000) : reinterpret<f32>(rest) * reinterpret<f32>(0x77800000);
  return bits & 0x8000 ? -size : size;
}

function oneByOne(args: HalvesArgs, first: usize, last: usize, isHalf: bool): void {
  for (let i: usize = 0; i < args.m; i++)
    for (let j = first; j < last; j++) {
      let a = args.a + ((i * args.k) << 2);
      let b = args.halves + (j << 1);
      let sum = f32x4.splat(0);
      for (let q = args.k; q > 0; q--) {
        sum = madd(v128.load32_splat(a), f32x4.splat(widened(load<u16>(b), isHalf)), sum);
        a += 4;
        b += args.n << 1;
      }
      store<f32>(args.c + ((i * args.n + j) << 2), f32x4.extract_lane(sum, 0));
    }
}

/** c = a · halves of bfloat16. Units: blocks of 32 columns. */
export function gemv_bf16(args: HalvesArgs, begin: usize, end: usize): void {
  fewRows(args, begin, end, false);
}

/** c = a · halves of float16. Units: blocks of 32 columns. */
export function gemv_f16(args: HalvesArgs, begin: usize, end: usize): void {
  fewRows(args, begin, end, true);
}

/** c = a · halves for one row of a, within another kernel; the arguments lie in thread scratch. */
export function rowTimesHalves(a: usize, halves: usize, c: usize, n: usize, k: usize, isHalf: bool): void {
  const args = changetype<HalvesArgs>(threadScratch());
  args.a = a;
  args.halves = halves;
  args.c = c;
  args.m = 1;
  args.n = n;
  args.k = k;
  fewRows(args, 0, (n + COLUMNS - 1) / COLUMNS, isHalf);
}
