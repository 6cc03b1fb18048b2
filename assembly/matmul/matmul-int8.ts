// c = a · b of int8 matrices, summed in int32: a [m, k] and b [k, n], both contiguous. Units: blocks of 32 columns.
//
//  (1) Two neighbours along k meet in one product: i32x4.dot_i16x8_s multiplies eight int16 and adds them in pairs. An odd last one meets
//      0.
//  (2) Few rows read b once, where it lies: memory bounds them. Many rows share a panel of b that is made first, in thread scratch, of what
//      a step along k needs of eight columns, and take theirs from `steps`, which steps_i8 made. What is missing of four rows or eight
//      columns is 0 there.
//  (3) A step is a pair, widened to int16, or four neighbours as bytes, where relaxed_dot_i8x16_i7x16_add_s is exact beyond seven bits (one
//      instruction for sixteen products). Engines choose there by their processor, once for all: what they chose is asked (`dotOf`).
//      Where the second operand counts as unsigned, b is 128 more, and sums begin with what that adds too much.
import { In, Out, Size, threadScratch } from "../abi";
import * as constants from "../constants";

@unmanaged
export class Int8Args {
  a: In = 0;
  /** a as steps_i8 gives it, or null for few rows. */
  steps: In = 0;
  b: In = 0;
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
  /** Rows of a unit where there are steps: a multiple of 4. */
  unitM: Size = 0;
}

@unmanaged
export class StepsArgs {
  x: In = 0;
  y: Out = 0;
  rows: Size = 0;
  k: Size = 0;
}

/** Bytes of a step of four rows. */
const GROUP: usize = 16;

/** What relaxed dot products of bytes are here. */
namespace Dot {
  /** Exact for seven bits alone. */
  export const NARROW: i32 = 0;
  /** Exact for signed bytes. */
  export const SIGNED: i32 = 1;
  /** Exact for a signed and an unsigned byte. */
  export const UNSIGNED: i32 = 2;
}

/** Asks the engine: 127 · 255 and −128 · 128, four of each, where the second factors may count as −1 and −128, and pairs may saturate. */
function dotOf(): i32 {
  if (isDefined(RELAXED)) {
    const zero = i32x4.splat(0);
    const large = i32x4.extract_lane(i32x4.relaxed_dot_i8x16_i7x16_add_s(constants.BYTES_127, constants.BYTES_255, zero), 0);
    const small = i32x4.extract_lane(i32x4.relaxed_dot_i8x16_i7x16_add_s(constants.BYTES_128, constants.BYTES_128, zero), 0);
    if (large == 4 * 127 * 255 && small == 4 * -128 * 128) return Dot.UNSIGNED;
    if (large == 4 * 127 * -1 && small == 4 * 128 * 128) return Dot.SIGNED;
  }
  return Dot.NARROW;
}

/** Steps of k elements. */
// @ts-ignore: decorator
@inline
function stepsOf(k: usize, dot: i32): usize {
  return dot == Dot.NARROW ? (k + 1) >> 1 : (k + 3) >> 2;
}

/** Bytes of the steps of four rows, behind which the sums of bytes are. */
// @ts-ignore: decorator
@inline
function groupBytes(steps: usize, dot: i32): usize {
  return steps * GROUP + (dot == Dot.NARROW ? 0 : 16);
}

/**
 * x in steps along k, those of four rows side by side: y[r / 4, q, r % 4] = x[r, 2q], x[r, 2q + 1] as int16, or x[r, 4q …] as bytes, with
 * the sum of each row behind. Rows up to a multiple of 4 are 0, and so is what k lacks. Units: groups of four rows.
 */
export function steps_i8(args: StepsArgs, begin: usize, end: usize): void {
  const k = args.k;
  const dot = dotOf();
  const steps = stepsOf(k, dot);
  const bytes = groupBytes(steps, dot);
  for (let group = begin; group < end; group++) {
    const first = group << 2;
    const rows = min<usize>(4, args.rows - first);
    const to = args.y + group * bytes;
    const x = args.x + first * k;
    if (rows < 4) memory.fill(to, 0, bytes);
    if (dot != Dot.NARROW) quadsOf(x, rows, k, to, to + bytes - 16);
    else for (let r: usize = 0; r < rows; r++) pairsOfRow(x + r * k, k, to + (r << 2));
  }
}

function pairsOfRow(from: usize, k: usize, to: usize): void {
  let x = from;
  let y = to;
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

/** Up to four rows as bytes, and their sums. */
function quadsOf(x: usize, rows: usize, k: usize, to: usize, sums: usize): void {
  for (let r: usize = 0; r < rows; r++, x += k, to += 4, sums += 4) {
    let y = to;
    let q: usize = 0;
    let sum = i32x4.splat(0);
    for (; q + 16 <= k; q += 16, y += 4 * GROUP) {
      const four = v128.load(x + q);
      v128.store32_lane(y, four, 0);
      v128.store32_lane(y, four, 1, 16);
      v128.store32_lane(y, four, 2, 32);
      v128.store32_lane(y, four, 3, 48);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(four)));
    }
    let rest: i32 = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    for (; q < k; q += 4, y += GROUP) {
      store<i32>(y, 0);
      const count = min<usize>(4, k - q);
      for (let c: usize = 0; c < count; c++) {
        const each = load<i8>(x + q + c);
        store<i8>(y + c, each);
        rest += each;
      }
    }
    store<i32>(sums, rest);
  }
}

const COLUMNS: usize = 32;
/** Steps along k that a panel holds: 8 columns of them, 8 KiB, lie in the first cache. */
const DEPTH: usize = 256;

/** c = a · b. With steps a unit is 32 columns of unitM rows, the columns of one group of rows after the other. */
export function matmul_i8(args: Int8Args, begin: usize, end: usize): void {
  if (!args.steps) {
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

/** 32 columns of some rows: panels of b in blocks along k, each block added to what the ones before gave. Four parts of 8 columns. */
function inPanels(args: Int8Args, firstRow: usize, lastRow: usize, j: usize): void {
  const panel = threadScratch();
  const dot = dotOf();
  const depth = stepsOf(args.k, dot);
  const columns = min(COLUMNS, args.n - j);
  for (let first: usize = 0; first < depth; first += DEPTH) {
    const count = min(DEPTH, depth - first);
    if (dot == Dot.NARROW) widenPanel(args, j, columns, first, count, panel);
    else quadPanel(args, j, columns, first, count, panel, dot == Dot.UNSIGNED);
    for (let part: usize = 0; part < columns; part += 8) {
      const from = panel + part * (count << 2);
      const width = min<usize>(8, columns - part);
      for (let i = firstRow; i < lastRow; i += 4) {
        const rows = min<usize>(4, lastRow - i);
        const a = args.steps + (i >> 2) * groupBytes(depth, dot);
        if (dot == Dot.NARROW) tile<Pair>(args, i, rows, j + part, width, a, first, count, from, 0);
        else tile<Quad>(args, i, rows, j + part, width, a, first, count, from, dot == Dot.UNSIGNED ? a + depth * GROUP : 0);
      }
    }
  }
}

/** Fours of rows from 4 · first on, eight columns of all of them after the other eight: 32 bytes a step. With 128 added where asked. */
function quadPanel(args: Int8Args, j: usize, columns: usize, first: usize, count: usize, panel: usize, isUnsigned: bool): void {
  const part = count << 5;
  const rest = panel + part * 4;
  const isWhole = columns == COLUMNS;
  if (!isWhole) memory.fill(rest, 0, COLUMNS * 4);
  const flip = isUnsigned ? constants.BYTES_128 : i32x4.splat(0);
  for (let q: usize = 0; q < count; q++) {
    const at = (first + q) << 2;
    const rows = min<usize>(4, args.k - at);
    let b = args.b + at * args.n + j;
    let n = args.n;
    if (!isWhole) {
      for (let r: usize = 0; r < rows; r++) memory.copy(rest + r * COLUMNS, b + r * n, columns);
      b = rest;
      n = COLUMNS;
    }
    // What is missing meets zeros of a: any row will do.
    const b1 = rows > 1 ? b + n : b;
    const b2 = rows > 2 ? b1 + n : b;
    const b3 = rows > 3 ? b2 + n : b;
    for (let half: usize = 0; half < columns; half += 16) {
      const x = v128.load(b + half);
      const y = v128.load(b1 + half);
      const z = v128.load(b2 + half);
      const w = v128.load(b3 + half);
      const p = panel + (q << 5) + (half >> 3) * part;
      let xy = v128.xor(low(x, y), flip);
      let zw = v128.xor(low(z, w), flip);
      v128.store(p, i16x8.shuffle(xy, zw, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(p, i16x8.shuffle(xy, zw, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      xy = v128.xor(high(x, y), flip);
      zw = v128.xor(high(z, w), flip);
      v128.store(p + part, i16x8.shuffle(xy, zw, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(p + part, i16x8.shuffle(xy, zw, 4, 12, 5, 13, 6, 14, 7, 15), 16);
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

/** Where sums of a tile lie in the scratch memory, behind panels and four rows of b. */
const TILE: usize = 4 * 32 * DEPTH + 128;

/** Two neighbours as int16. */
class Pair {
  @inline
  add(sum: v128, b: v128, x: v128): v128 {
    return i32x4.add(sum, i32x4.dot_i16x8_s(b, x));
  }
}

/** Four neighbours as bytes. */
class Quad {
  @inline
  add(sum: v128, b: v128, x: v128): v128 {
    if (isDefined(RELAXED)) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, b, sum);
    return sum;
  }
}

/** −128 · the sum of a row's bytes: what b has too much. */
// @ts-ignore: decorator
@inline
function excess(sums: usize, row: usize): v128 {
  return i32x4.splat(load<i32>(sums + (row << 2)) * -128);
}

/** Up to four rows and eight columns. Sums begin with what b has too much, where `sums` tell it. */
// @ts-ignore: decorator
@inline
function tile<Step>(
  args: Int8Args,
  i: usize,
  rows: usize,
  j: usize,
  columns: usize,
  group: usize,
  first: usize,
  count: usize,
  panel: usize,
  sums: usize,
): void {
  // prettier-ignore
  const op = changetype<Step>(0);
  let a = group + first * GROUP;
  let p = panel;
  const isSecond = !sums || first > 0;
  let c00 = isSecond ? i32x4.splat(0) : excess(sums, 0);
  let c10 = isSecond ? i32x4.splat(0) : excess(sums, 1);
  let c20 = isSecond ? i32x4.splat(0) : excess(sums, 2);
  let c30 = isSecond ? i32x4.splat(0) : excess(sums, 3);
  let c01 = c00;
  let c11 = c10;
  let c21 = c20;
  let c31 = c30;
  const end = p + (count << 5);
  for (; p != end; p += 32, a += GROUP) {
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const x0 = v128.load32_splat(a);
    c00 = op.add(c00, b0, x0);
    c01 = op.add(c01, b1, x0);
    const x1 = v128.load32_splat(a, 4);
    c10 = op.add(c10, b0, x1);
    c11 = op.add(c11, b1, x1);
    const x2 = v128.load32_splat(a, 8);
    c20 = op.add(c20, b0, x2);
    c21 = op.add(c21, b1, x2);
    const x3 = v128.load32_splat(a, 12);
    c30 = op.add(c30, b0, x3);
    c31 = op.add(c31, b1, x3);
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
  let from = threadScratch() + TILE;
  v128.store(from, c00);
  v128.store(from, c01, 16);
  v128.store(from, c10, 32);
  v128.store(from, c11, 48);
  v128.store(from, c20, 64);
  v128.store(from, c21, 80);
  v128.store(from, c30, 96);
  v128.store(from, c31, 112);
  for (; rows > 0; rows--, from += 32, c += args.n << 2) {
    if (columns == 8) {
      v128.store(c, first ? i32x4.add(v128.load(c), v128.load(from)) : v128.load(from));
      v128.store(c, first ? i32x4.add(v128.load(c, 16), v128.load(from, 16)) : v128.load(from, 16), 16);
    } else
      for (let at: usize = 0; at < columns << 2; at += 4)
        store<i32>(c + at, first ? load<i32>(c + at) + load<i32>(from + at) : load<i32>(from + at));
  }
}
