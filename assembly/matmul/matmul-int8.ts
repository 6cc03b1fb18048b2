// c = a · b of int8 matrices, summed in int32: a [m, k] and b [k, n], both contiguous. Units: blocks of 32 columns.
//
//  (1) Two neighbours along k meet in one product: i32x4.dot_i16x8_s multiplies eight int16 and adds them in pairs. An odd last one meets
//      0.
//  (2) Few rows read b once, where it lies: memory bounds them. Many rows share a panel of b that is widened to int16 first, in thread
//      scratch, and take their own pairs from `pairs`, which widen_i8 made.
import { In, Out, Size, threadScratch } from "../abi";

@unmanaged
export class Int8Args {
  a: In = 0;
  /** a as int16, rows of pairs (an even number of columns), or null for few rows. */
  pairs: In = 0;
  b: In = 0;
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
}

@unmanaged
export class WidenArgs {
  x: In = 0;
  y: Out = 0;
  k: Size = 0;
}

/** y[r, :] = x[r, :] as int16, with a 0 behind where k is odd. Units: rows. */
export function widen_i8(args: WidenArgs, begin: usize, end: usize): void {
  const k = args.k;
  const width = (k + 1) & ~1;
  for (let row = begin; row < end; row++) {
    const x = args.x + row * k;
    const y = args.y + ((row * width) << 1);
    let q: usize = 0;
    for (; q + 8 <= k; q += 8) v128.store(y + (q << 1), v128.load8x8_s(x + q));
    for (; q < k; q++) store<i16>(y + (q << 1), load<i8>(x + q));
    if (q < width) store<i16>(y + (q << 1), 0);
  }
}

const COLUMNS: usize = 32;
/** Pairs of rows of b that a panel holds: 1024 · 32 columns · 4 bytes. */
const DEPTH: usize = 1024;

/** c = a · b. */
export function matmul_i8(args: Int8Args, begin: usize, end: usize): void {
  for (let unit = begin; unit < end; unit++) {
    const j = unit * COLUMNS;
    if (j + COLUMNS > args.n) oneByOne(args, j);
    else if (args.pairs) inPanels(args, j);
    else for (let i: usize = 0; i < args.m; i++) oneRow(args, i, j);
  }
}

/** The columns from j on, fewer than a block of them. */
function oneByOne(args: Int8Args, first: usize): void {
  for (let i: usize = 0; i < args.m; i++)
    for (let j = first; j < args.n; j++) {
      let sum: i32 = 0;
      for (let q: usize = 0; q < args.k; q++) sum += <i32>load<i8>(args.a + i * args.k + q) * <i32>load<i8>(args.b + q * args.n + j);
      store<i32>(args.c + ((i * args.n + j) << 2), sum);
    }
}

/** The lower and the upper eight columns of two rows of b, alternating. */
// @ts-ignore: decorator
@inline
function low(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
// @ts-ignore: decorator
@inline
function high(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** 32 columns of one row, b where it lies. */
function oneRow(args: Int8Args, i: usize, j: usize): void {
  const n = args.n;
  let a = args.a + i * args.k;
  let b = args.b + j;
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  let c4 = i32x4.splat(0);
  let c5 = i32x4.splat(0);
  let c6 = i32x4.splat(0);
  let c7 = i32x4.splat(0);
  for (let q: usize = 0; q < args.k; q += 2) {
    const isLast = q + 1 == args.k;
    const next: i32 = isLast ? 0 : load<i8>(a, 1);
    const pair = i32x4.splat(((<i32>load<i8>(a)) & 0xffff) | (next << 16));
    const below = isLast ? b : b + n;
    const x0 = v128.load(b);
    const y0 = v128.load(below);
    const l0 = low(x0, y0);
    const h0 = high(x0, y0);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(l0), pair));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(l0), pair));
    c2 = i32x4.add(c2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(h0), pair));
    c3 = i32x4.add(c3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(h0), pair));
    const x1 = v128.load(b, 16);
    const y1 = v128.load(below, 16);
    const l1 = low(x1, y1);
    const h1 = high(x1, y1);
    c4 = i32x4.add(c4, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(l1), pair));
    c5 = i32x4.add(c5, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(l1), pair));
    c6 = i32x4.add(c6, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(h1), pair));
    c7 = i32x4.add(c7, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(h1), pair));
    a += 2;
    b += n << 1;
  }
  const c = args.c + ((i * n + j) << 2);
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
}

/** 32 columns of all rows: b widened in blocks along k, each block added to what the ones before gave. */
function inPanels(args: Int8Args, j: usize): void {
  const panel = threadScratch();
  const depth = (args.k + 1) >> 1;
  for (let first: usize = 0; first < depth; first += DEPTH) {
    const count = min(DEPTH, depth - first);
    widenPanel(args, j, first, count, panel);
    let i: usize = 0;
    for (; i + 4 <= args.m; i += 4)
      for (let part: usize = 0; part < 4; part++) tile4(args, i, j + (part << 3), first, count, panel + (part << 5));
    for (; i < args.m; i++) for (let part: usize = 0; part < 4; part++) tile1(args, i, j + (part << 3), first, count, panel + (part << 5));
  }
}

/** Pairs of rows from 2 · first on, 32 columns: 128 bytes a pair. */
function widenPanel(args: Int8Args, j: usize, first: usize, count: usize, panel: usize): void {
  for (let q: usize = 0; q < count; q++) {
    const row = (first + q) << 1;
    const b = args.b + row * args.n + j;
    const isLast = row + 1 == args.k;
    for (let half: usize = 0; half < 32; half += 16) {
      const x = v128.load(b + half);
      const y = isLast ? i32x4.splat(0) : v128.load(b + args.n + half);
      const l = low(x, y);
      const h = high(x, y);
      const p = panel + (q << 7) + (half << 2);
      v128.store(p, i16x8.extend_low_i8x16_s(l));
      v128.store(p, i16x8.extend_high_i8x16_s(l), 16);
      v128.store(p, i16x8.extend_low_i8x16_s(h), 32);
      v128.store(p, i16x8.extend_high_i8x16_s(h), 48);
    }
  }
}

// @ts-ignore: decorator
@inline
function keep(c: usize, low: v128, high: v128, first: usize): void {
  v128.store(c, first ? i32x4.add(v128.load(c), low) : low);
  v128.store(c, first ? i32x4.add(v128.load(c, 16), high) : high, 16);
}

/** Four rows and eight columns. */
function tile4(args: Int8Args, i: usize, j: usize, first: usize, count: usize, panel: usize): void {
  const width = ((args.k + 1) >> 1) << 2;
  let a = args.pairs + i * width + (first << 2);
  let p = panel;
  let c00 = i32x4.splat(0);
  let c01 = i32x4.splat(0);
  let c10 = i32x4.splat(0);
  let c11 = i32x4.splat(0);
  let c20 = i32x4.splat(0);
  let c21 = i32x4.splat(0);
  let c30 = i32x4.splat(0);
  let c31 = i32x4.splat(0);
  const end = p + (count << 7);
  for (; p != end; p += 128) {
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const x0 = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(b0, x0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(b1, x0));
    const x1 = v128.load32_splat(a + width);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(b0, x1));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(b1, x1));
    const x2 = v128.load32_splat(a + (width << 1));
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(b0, x2));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(b1, x2));
    const x3 = v128.load32_splat(a + width * 3);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(b0, x3));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(b1, x3));
    a += 4;
  }
  const c = args.c + ((i * args.n + j) << 2);
  const row = args.n << 2;
  keep(c, c00, c01, first);
  keep(c + row, c10, c11, first);
  keep(c + (row << 1), c20, c21, first);
  keep(c + row * 3, c30, c31, first);
}

/** One row and eight columns. */
function tile1(args: Int8Args, i: usize, j: usize, first: usize, count: usize, panel: usize): void {
  let a = args.pairs + ((i * ((args.k + 1) >> 1) + first) << 2);
  let p = panel;
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  const end = p + (count << 7);
  for (; p != end; p += 128) {
    const x = v128.load32_splat(a);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.load(p), x));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v128.load(p, 16), x));
    a += 4;
  }
  keep(args.c + ((i * args.n + j) << 2), c0, c1, first);
}
