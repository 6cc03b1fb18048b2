// Matrix products of few rows, which read b once instead of packing it.

import { madd } from "../lanes";
import { GemmArgs } from "./gemm";
import { RELU } from "./tile";

/**
 * c = a · b (+ bias) for few rows, where packing b would cost more than it gives: b is read once, where it lies. b is contiguous along
 * n or along k. One matrix, no batch; 1 ≤ m = unitM ≤ 4. Units: blocks of unitN columns.
 */
export function gemv_f32(args: GemmArgs, begin: usize, end: usize): void {
  const first = begin * args.unitN;
  const last = min(end * args.unitN, args.n);
  if (args.strideBN == 1) alongN(args, first, last);
  else alongK(args, first, last);
}

// @ts-ignore: decorator
@inline
function finish(args: GemmArgs, c: usize, j: usize, sum: v128): void {
  if (args.bias) sum = f32x4.add(sum, v128.load(args.bias + (j << 2)));
  if (args.flags & RELU) sum = f32x4.max(sum, f32x4.splat(0));
  v128.store(c + (j << 2), sum);
}

function finishOne(args: GemmArgs, c: usize, j: usize, sum: f32): void {
  if (args.bias) sum += load<f32>(args.bias + (j << 2));
  if (args.flags & RELU) sum = max<f32>(sum, 0);
  store<f32>(c + (j << 2), sum);
}

/** Bytes of b beyond which the second cache does not hold it from one call to the next. */
const FAR: usize = 1 << 21;

function alongN(args: GemmArgs, first: usize, last: usize): void {
  const ldc = args.n << 2;
  let j = first;
  if ((args.k * args.n) << 2 > FAR) {
    j = first + ((last - first) & ~7);
    overRows(args, first, j);
  } else if (args.m == 1 && first + 8 <= last) {
    j = first + ((last - first) & ~7);
    oneRow(args, first, j);
  }
  for (; j + 8 <= last; j += 8) rows8(args, j);
  for (; j < last; j++)
    for (let i: usize = 0; i < args.m; i++) {
      let sum = f32x4.splat(0);
      let a = args.a + ((i * args.strideAM) << 2);
      let b = args.b + (j << 2);
      for (let q: usize = 0; q < args.k; q++) {
        sum = madd(v128.load32_splat(a), v128.load32_splat(b), sum);
        a += args.strideAK << 2;
        b += args.strideBK << 2;
      }
      finishOne(args, args.c + i * ldc, j, f32x4.extract_lane(sum, 0));
    }
}

/** Columns first ≤ j < last of one row, a multiple of 8. */
function oneRow(args: GemmArgs, first: usize, last: usize): void {
  const c = args.c + (first << 2);
  const end = args.c + (last << 2);
  memory.fill(c, 0, end - c);
  addProduct(args.a, args.b + (first << 2), args.strideBK << 2, args.k, c, end);
  if (args.bias || args.flags & RELU) for (let j = first; j < last; j += 4) finish(args, args.c, j, v128.load(args.c + (j << 2)));
}

/**
 * c += a · b for one contiguous row and a multiple of 8 columns; the stride is in bytes. Bias and flags are not asked here: V8 11 keeps
 * sums on the stack when anything between their loop and their stores branches, which takes twice as long.
 */
export function addProduct(a: usize, b: usize, strideB: usize, k: usize, c: usize, end: usize): void {
  for (; c + 128 <= end; c += 128, b += 128) add32(a, b, strideB, k, c);
  for (; c < end; c += 32, b += 32) add8(a, b, strideB, k, c);
}

/**
 * 32 columns. Their sums stay in registers while the rows of b pass, two lines of the cache of each: as fast as the second cache gives them
 * (75 GB/s), where passing whole rows with the sums in memory takes a third longer.
 */
function add32(a: usize, b: usize, strideB: usize, k: usize, c: usize): void {
  let x: v128;
  let s0 = v128.load(c);
  let s1 = v128.load(c, 16);
  let s2 = v128.load(c, 32);
  let s3 = v128.load(c, 48);
  let s4 = v128.load(c, 64);
  let s5 = v128.load(c, 80);
  let s6 = v128.load(c, 96);
  let s7 = v128.load(c, 112);
  for (let q = k & 3; q > 0; q--) {
    x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    s4 = madd(x, v128.load(b, 64), s4);
    s5 = madd(x, v128.load(b, 80), s5);
    s6 = madd(x, v128.load(b, 96), s6);
    s7 = madd(x, v128.load(b, 112), s7);
    b += strideB;
    a += 4;
  }
  for (let q = k >> 2; q > 0; q--) {
    x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    s4 = madd(x, v128.load(b, 64), s4);
    s5 = madd(x, v128.load(b, 80), s5);
    s6 = madd(x, v128.load(b, 96), s6);
    s7 = madd(x, v128.load(b, 112), s7);
    b += strideB;
    x = v128.load32_splat(a, 4);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    s4 = madd(x, v128.load(b, 64), s4);
    s5 = madd(x, v128.load(b, 80), s5);
    s6 = madd(x, v128.load(b, 96), s6);
    s7 = madd(x, v128.load(b, 112), s7);
    b += strideB;
    x = v128.load32_splat(a, 8);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    s4 = madd(x, v128.load(b, 64), s4);
    s5 = madd(x, v128.load(b, 80), s5);
    s6 = madd(x, v128.load(b, 96), s6);
    s7 = madd(x, v128.load(b, 112), s7);
    b += strideB;
    x = v128.load32_splat(a, 12);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    s2 = madd(x, v128.load(b, 32), s2);
    s3 = madd(x, v128.load(b, 48), s3);
    s4 = madd(x, v128.load(b, 64), s4);
    s5 = madd(x, v128.load(b, 80), s5);
    s6 = madd(x, v128.load(b, 96), s6);
    s7 = madd(x, v128.load(b, 112), s7);
    b += strideB;
    a += 16;
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

/** 8 columns. */
function add8(a: usize, b: usize, strideB: usize, k: usize, c: usize): void {
  let x: v128;
  let s0 = v128.load(c);
  let s1 = v128.load(c, 16);
  for (let q = k & 3; q > 0; q--) {
    x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    b += strideB;
    a += 4;
  }
  for (let q = k >> 2; q > 0; q--) {
    x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    b += strideB;
    x = v128.load32_splat(a, 4);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    b += strideB;
    x = v128.load32_splat(a, 8);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    b += strideB;
    x = v128.load32_splat(a, 12);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    b += strideB;
    a += 16;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

/** Columns whose sums stay in the first cache while rows of b pass. */
const SPAN: usize = 2048;

/**
 * Columns first ≤ j < last, a multiple of 8, of a matrix that comes from memory: long runs of four of its rows at once, which the
 * processor fetches ahead, where a few columns of each row would be a page of their own. The sums are those of `addProduct`, in its order.
 */
function overRows(args: GemmArgs, first: usize, last: usize): void {
  const row = args.strideAM << 2;
  const strideA = args.strideAK << 2;
  const strideB = args.strideBK << 2;
  const ldc = args.n << 2;
  for (let j = first; j < last; j += SPAN) {
    const bytes = min(SPAN, last - j) << 2;
    const c = args.c + (j << 2);
    for (let i: usize = 0; i < args.m; i++) memory.fill(c + i * ldc, 0, bytes);
    let a = args.a;
    let b = args.b + (j << 2);
    for (let q = args.k & 3; q > 0; q--, a += strideA, b += strideB)
      for (let i: usize = 0; i < args.m; i++) addRow(load<f32>(a + i * row), b, c + i * ldc, bytes);
    for (let q = args.k >> 2; q > 0; q--, a += 4 * strideA, b += 4 * strideB)
      for (let i: usize = 0; i < args.m; i++) addRows4(a + i * row, strideA, b, strideB, c + i * ldc, bytes);
    if (args.bias || args.flags & RELU)
      for (let i: usize = 0; i < args.m; i++) for (let at = j; at < j + (bytes >> 2); at += 4) finishStored(args, i * ldc, at);
  }
}

function finishStored(args: GemmArgs, row: usize, j: usize): void {
  finish(args, args.c + row, j, v128.load(args.c + row + (j << 2)));
}

function addRow(x: f32, b: usize, c: usize, bytes: usize): void {
  const x0 = f32x4.splat(x);
  for (const end = c + bytes; c < end; c += 32, b += 32) {
    v128.store(c, madd(x0, v128.load(b), v128.load(c)));
    v128.store(c, madd(x0, v128.load(b, 16), v128.load(c, 16)), 16);
  }
}

function addRows4(a: usize, strideA: usize, b0: usize, stride: usize, c: usize, bytes: usize): void {
  const x0 = v128.load32_splat(a);
  const x1 = v128.load32_splat(a + strideA);
  const x2 = v128.load32_splat(a + 2 * strideA);
  const x3 = v128.load32_splat(a + 3 * strideA);
  let b1 = b0 + stride;
  let b2 = b1 + stride;
  let b3 = b2 + stride;
  for (const end = c + bytes; c < end; c += 32) {
    let s = madd(x0, v128.load(b0), v128.load(c));
    let t = madd(x0, v128.load(b0, 16), v128.load(c, 16));
    s = madd(x1, v128.load(b1), s);
    t = madd(x1, v128.load(b1, 16), t);
    s = madd(x2, v128.load(b2), s);
    t = madd(x2, v128.load(b2, 16), t);
    s = madd(x3, v128.load(b3), s);
    t = madd(x3, v128.load(b3, 16), t);
    v128.store(c, s);
    v128.store(c, t, 16);
    b0 += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
  }
}

/** 8 columns of up to 4 rows; where there are fewer, the last one is computed again. */
function rows8(args: GemmArgs, j: usize): void {
  const last = args.m - 1;
  const row = args.strideAM << 2;
  let a0 = args.a;
  let a1 = a0 + min(1, last) * row;
  let a2 = a0 + min(2, last) * row;
  let a3 = a0 + min(3, last) * row;
  let b = args.b + (j << 2);
  const strideA = args.strideAK << 2;
  const strideB = args.strideBK << 2;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  for (let q = args.k; q > 0; q--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a0 += strideA;
    a1 += strideA;
    a2 += strideA;
    a3 += strideA;
    b += strideB;
  }
  const ldc = args.n << 2;
  const c1 = args.c + min(1, last) * ldc;
  const c2 = args.c + min(2, last) * ldc;
  const c3 = args.c + min(3, last) * ldc;
  finish(args, args.c, j, c00);
  finish(args, args.c, j + 4, c01);
  finish(args, c1, j, c10);
  finish(args, c1, j + 4, c11);
  finish(args, c2, j, c20);
  finish(args, c2, j + 4, c21);
  finish(args, c3, j, c30);
  finish(args, c3, j + 4, c31);
}

/** The first `count` floats at an address, zeros behind them. */
function some(x: usize, count: usize): v128 {
  let lanes = f32x4.splat(0);
  if (count > 0) lanes = v128.load32_lane(x, lanes, 0);
  if (count > 1) lanes = v128.load32_lane(x, lanes, 1, 4);
  if (count > 2) lanes = v128.load32_lane(x, lanes, 2, 8);
  return lanes;
}

// @ts-ignore: decorator
@inline
function sum4(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const t1 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
}

/** Dot products: lane l of a sum takes the elements l, l + 4, … of a row of a and a column of b. a is contiguous along k, too. */
function alongK(args: GemmArgs, first: usize, last: usize): void {
  const ldc = args.n << 2;
  const column = args.strideBN << 2;
  const whole = args.k & ~3;
  for (let j = first; j < last; j += 4) {
    const b0 = args.b + j * column;
    const b1 = args.b + min(j + 1, last - 1) * column;
    const b2 = args.b + min(j + 2, last - 1) * column;
    const b3 = args.b + min(j + 3, last - 1) * column;
    for (let i: usize = 0; i < args.m; i++) {
      const a = args.a + ((i * args.strideAM) << 2);
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let q: usize = 0;
      for (; q < whole << 2; q += 16) {
        const x = v128.load(a + q);
        s0 = madd(x, v128.load(b0 + q), s0);
        s1 = madd(x, v128.load(b1 + q), s1);
        s2 = madd(x, v128.load(b2 + q), s2);
        s3 = madd(x, v128.load(b3 + q), s3);
      }
      const rest = args.k - whole;
      if (rest) {
        const x = some(a + q, rest);
        s0 = madd(x, some(b0 + q, rest), s0);
        s1 = madd(x, some(b1 + q, rest), s1);
        s2 = madd(x, some(b2 + q, rest), s2);
        s3 = madd(x, some(b3 + q, rest), s3);
      }
      const sum = sum4(s0, s1, s2, s3);
      const c = args.c + i * ldc;
      if (j + 4 <= last) finish(args, c, j, sum);
      else {
        finishOne(args, c, j, f32x4.extract_lane(sum, 0));
        if (j + 1 < last) finishOne(args, c, j + 1, f32x4.extract_lane(sum, 1));
        if (j + 2 < last) finishOne(args, c, j + 2, f32x4.extract_lane(sum, 2));
      }
    }
  }
}
