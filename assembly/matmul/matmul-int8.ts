// c = a · b of int8 matrices, summed in int32: a [m, k] and b [k, n], both contiguous. Units: blocks of 32 columns.
//
//  (1) Two neighbours along k meet in one product: i32x4.dot_i16x8_s multiplies eight int16 and adds them in pairs. An odd last one meets
//      0.
//  (2) Few rows read b once, where it lies: memory bounds them. Many rows share a panel of b that is widened to int16 first, in thread
//      scratch, and take their own pairs from `pairs`, which widen_i8 made. What is missing of four rows or eight columns is 0 there.
import { In, Out, Size, threadScratch } from "../abi";

@unmanaged
export class Int8Args {
  a: In = 0;
  /** a as widen_i8 gives it, or null for few rows. */
  pairs: In = 0;
  b: In = 0;
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
  /** Rows of a unit where there are pairs: a multiple of 4. */
  unitM: Size = 0;
}

@unmanaged
export class WidenArgs {
  x: In = 0;
  y: Out = 0;
  rows: Size = 0;
  k: Size = 0;
}

/** Bytes of a pair of four rows. */
const GROUP: usize = 16;

/** Pairs of k elements. */
// @ts-ignore: decorator
@inline
function pairsOf(k: usize): usize {
  return (k + 1) >> 1;
}

/**
 * x as int16 in pairs along k, those of four rows side by side: y[r / 4, q, r % 4] = x[r, 2q], x[r, 2q + 1]. Rows up to a multiple of 4 are
 * 0, and so is what odd k lacks. Units: groups of four rows.
 */
export function widen_i8(args: WidenArgs, begin: usize, end: usize): void {
  const k = args.k;
  const pairs = pairsOf(k);
  for (let group = begin; group < end; group++) {
    const first = group << 2;
    const rows = min<usize>(4, args.rows - first);
    const to = args.y + group * pairs * GROUP;
    if (rows < 4) memory.fill(to, 0, pairs * GROUP);
    for (let r: usize = 0; r < rows; r++) {
      let x = args.x + (first + r) * k;
      let y = to + (r << 2);
      const last = x + k;
      for (; x + 8 <= last; x += 8, y += 64) {
        const four = v128.load8x8_s(x);
        v128.store32_lane(y, four, 0);
        v128.store32_lane(y, four, 1, 16);
        v128.store32_lane(y, four, 2, 32);
        v128.store32_lane(y, four, 3, 48);
      }
      for (; x < last; x += 2, y += GROUP) {
        store<i16>(y, load<i8>(x));
        store<i16>(y, x + 1 < last ? <i32>load<i8>(x, 1) : 0, 2);
      }
    }
  }
}

const COLUMNS: usize = 32;
/** Pairs of rows of b that a panel holds: 8 columns of them, 8 KiB, lie in the first cache. */
const DEPTH: usize = 256;

/** c = a · b. With pairs a unit is 32 columns of unitM rows, the columns of one group of rows after the other. */
export function matmul_i8(args: Int8Args, begin: usize, end: usize): void {
  if (!args.pairs) {
    const first = begin * COLUMNS;
    const last = min(end * COLUMNS, args.n);
    const whole = first + ((last - first) & ~7);
    overRows(args, first, whole);
    oneByOne(args, whole, last);
    return;
  }
  const across = (args.n + COLUMNS - 1) / COLUMNS;
  for (let unit = begin; unit < end; unit++) {
    const i = (unit / across) * args.unitM;
    const j = (unit % across) * COLUMNS;
    inPanels(args, i, min(i + args.unitM, args.m), j);
  }
}

function oneByOne(args: Int8Args, first: usize, last: usize): void {
  for (let i: usize = 0; i < args.m; i++)
    for (let j = first; j < last; j++) {
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

/** Columns whose sums stay in the first cache while rows of b pass. */
const SPAN: usize = 4096;

/** Columns first ≤ j < last, a multiple of 8: long runs of eight rows of b at once, which the processor fetches ahead. */
function overRows(args: Int8Args, first: usize, last: usize): void {
  const n = args.n;
  for (let j = first; j < last; j += SPAN) {
    const bytes = min(SPAN, last - j) << 2;
    const c = args.c + (j << 2);
    for (let i: usize = 0; i < args.m; i++) memory.fill(c + ((i * n) << 2), 0, bytes);
    let b = args.b + j;
    for (let q: usize = 0; q < args.k;) {
      // A rest goes two rows at a time, with zeros for the six others.
      const isWhole = q + 8 <= args.k;
      const isLast = q + 1 == args.k;
      for (let i: usize = 0; i < args.m; i++) addRows(args.a + i * args.k + q, b, isLast ? 0 : n, isWhole, c + ((i * n) << 2), bytes);
      const count: usize = isWhole ? 8 : 2;
      q += count;
      b += count * n;
    }
  }
}

/** Two neighbours of a row of a, in each lane. */
// @ts-ignore: decorator
@inline
function pairAt(a: usize): v128 {
  return i32x4.splat(((<i32>load<i8>(a)) & 0xffff) | ((<i32>load<i8>(a, 1)) << 16));
}

/** What two rows of b add to the sums of four columns. */
// @ts-ignore: decorator
@inline
function addLow(sum: v128, pair: v128, x: v128, y: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(pair, i16x8.shuffle(x, y, 0, 8, 1, 9, 2, 10, 3, 11)));
}
// @ts-ignore: decorator
@inline
function addHigh(sum: v128, pair: v128, x: v128, y: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(pair, i16x8.shuffle(x, y, 4, 12, 5, 13, 6, 14, 7, 15)));
}

/** Rows of b, n bytes apart: eight, or two, or with n = 0 one. */
function addRows(a: usize, b0: usize, n: usize, isWhole: bool, c: usize, bytes: usize): void {
  const zero = i32x4.splat(0);
  const pair0 = n ? pairAt(a) : i32x4.splat((<i32>load<i8>(a)) & 0xffff);
  const pair1 = isWhole ? pairAt(a + 2) : zero;
  const pair2 = isWhole ? pairAt(a + 4) : zero;
  const pair3 = isWhole ? pairAt(a + 6) : zero;
  const next = isWhole ? n << 1 : 0;
  let b1 = b0 + next;
  let b2 = b1 + next;
  let b3 = b2 + next;
  for (const end = c + bytes; c < end; c += 32) {
    let x = v128.load8x8_s(b0);
    let y = v128.load8x8_s(b0 + n);
    let s = addLow(v128.load(c), pair0, x, y);
    let t = addHigh(v128.load(c, 16), pair0, x, y);
    x = v128.load8x8_s(b1);
    y = v128.load8x8_s(b1 + n);
    s = addLow(s, pair1, x, y);
    t = addHigh(t, pair1, x, y);
    x = v128.load8x8_s(b2);
    y = v128.load8x8_s(b2 + n);
    s = addLow(s, pair2, x, y);
    t = addHigh(t, pair2, x, y);
    x = v128.load8x8_s(b3);
    y = v128.load8x8_s(b3 + n);
    v128.store(c, addLow(s, pair3, x, y));
    v128.store(c, addHigh(t, pair3, x, y), 16);
    b0 += 8;
    b1 += 8;
    b2 += 8;
    b3 += 8;
  }
}

/** 32 columns of some rows: b widened in blocks along k, each block added to what the ones before gave. Four parts of 8 columns. */
function inPanels(args: Int8Args, firstRow: usize, lastRow: usize, j: usize): void {
  const panel = threadScratch();
  const depth = pairsOf(args.k);
  const columns = min(COLUMNS, args.n - j);
  for (let first: usize = 0; first < depth; first += DEPTH) {
    const count = min(DEPTH, depth - first);
    widenPanel(args, j, columns, first, count, panel);
    for (let part: usize = 0; part < columns; part += 8) {
      const from = panel + part * (count << 2);
      for (let i = firstRow; i < lastRow; i += 4)
        tile(args, i, min<usize>(4, lastRow - i), j + part, min<usize>(8, columns - part), first, count, from);
    }
  }
}

/** Pairs of rows from 2 · first on, 8 columns of all of them after the other 8: 32 bytes a pair. What lies behind the columns is 0. */
function widenPanel(args: Int8Args, j: usize, columns: usize, first: usize, count: usize, panel: usize): void {
  const part = count << 5;
  const row = panel + part * 4;
  const isWhole = columns == COLUMNS;
  if (!isWhole) memory.fill(row, 0, COLUMNS * 2);
  for (let q: usize = 0; q < count; q++) {
    const at = (first + q) << 1;
    let b = args.b + at * args.n + j;
    let n = args.n;
    const isLast = at + 1 == args.k;
    if (!isWhole) {
      for (let c: usize = 0; c < columns; c++) {
        store<u8>(row + c, load<u8>(b + c));
        if (!isLast) store<u8>(row + c, load<u8>(b + n + c), COLUMNS);
      }
      b = row;
      n = COLUMNS;
    }
    for (let half: usize = 0; half < columns; half += 16) {
      const x = v128.load(b + half);
      const y = isLast ? i32x4.splat(0) : v128.load(b + n + half);
      const l = low(x, y);
      const h = high(x, y);
      const p = panel + (q << 5) + (half >> 3) * part;
      v128.store(p, i16x8.extend_low_i8x16_s(l));
      v128.store(p, i16x8.extend_high_i8x16_s(l), 16);
      v128.store(p + part, i16x8.extend_low_i8x16_s(h));
      v128.store(p + part, i16x8.extend_high_i8x16_s(h), 16);
    }
  }
}

/** Where sums of a tile lie in the scratch memory, behind panels and a row of b. */
const TILE: usize = 4 * 32 * DEPTH + 64;

/** Up to four rows and eight columns. */
function tile(args: Int8Args, i: usize, rows: usize, j: usize, columns: usize, first: usize, count: usize, panel: usize): void {
  let a = args.pairs + ((i >> 2) * pairsOf(args.k) + first) * GROUP;
  let p = panel;
  let c00 = i32x4.splat(0);
  let c01 = i32x4.splat(0);
  let c10 = i32x4.splat(0);
  let c11 = i32x4.splat(0);
  let c20 = i32x4.splat(0);
  let c21 = i32x4.splat(0);
  let c30 = i32x4.splat(0);
  let c31 = i32x4.splat(0);
  const end = p + (count << 5);
  for (; p != end; p += 32, a += GROUP) {
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const x0 = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(b0, x0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(b1, x0));
    const x1 = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(b0, x1));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(b1, x1));
    const x2 = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(b0, x2));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(b1, x2));
    const x3 = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(b0, x3));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(b1, x3));
  }
  let c = args.c + ((i * args.n + j) << 2);
  if (!first && rows == 4 && columns == 8) {
    const row = args.n << 2;
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += row;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += row;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += row;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    return;
  }
  // All of them to the scratch memory, from there what c has.
  let sums = threadScratch() + TILE;
  v128.store(sums, c00);
  v128.store(sums, c01, 16);
  v128.store(sums, c10, 32);
  v128.store(sums, c11, 48);
  v128.store(sums, c20, 64);
  v128.store(sums, c21, 80);
  v128.store(sums, c30, 96);
  v128.store(sums, c31, 112);
  for (; rows > 0; rows--, sums += 32, c += args.n << 2) {
    if (columns == 8) {
      v128.store(c, first ? i32x4.add(v128.load(c), v128.load(sums)) : v128.load(sums));
      v128.store(c, first ? i32x4.add(v128.load(c, 16), v128.load(sums, 16)) : v128.load(sums, 16), 16);
    } else
      for (let at: usize = 0; at < columns << 2; at += 4)
        store<i32>(c + at, first ? load<i32>(c + at) + load<i32>(sums + at) : load<i32>(sums + at));
  }
}
