// Products of float32 with a matrix of whole numbers of 4 bits, two in a byte, which become floats while they are multiplied: an eighth of
// the memory, and never more than a panel of floats.
//
//  (1) Columns 2j and 2j + 1 lie in the lower and the upper half of byte j of a row. An element stands for (value − zero) · scale; both
//      belong to a column and a group of rows.
//  (2) Few rows read b in long runs of four rows. A word of it holds eight columns, and sums lie in that order until a group is done: its
//      zeros and scales count once for all of it.
//  (3) Many rows multiply panels of 32 columns that are made of b, in blocks along k.
import { In, Out, Size, threadScratch } from "../abi";
import { NIBBLE0, NIBBLE1, NIBBLE2, NIBBLE3, NIBBLE_SIGNS } from "../constants";
import { madd } from "../lanes";
import { findRows, multiplyRows } from "./rows";
import { ADD, NR } from "./tile";

@unmanaged
export class Int4Args {
  a: In = 0;
  /** k rows of ceil(n / 2) bytes. */
  b: In = 0;
  /** [groups, n], or null where all are 1. */
  scale: In = 0;
  /** [groups, n], or null where all are 0. */
  zero: In = 0;
  /** The group of each row of b, below the number of groups, or null for one group. */
  groups: In = 0;
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
  /** Rows of a unit of gemm_i4: at most 256. */
  unitM: Size = 0;
}

/** Columns of a unit. */
const COLUMNS: usize = 32;

// @ts-ignore: decorator
@inline
function groupOf(args: Int4Args, row: usize): usize {
  return args.groups ? <usize>load<u32>(args.groups + (row << 2)) : 0;
}

// @ts-ignore: decorator
@inline
function valueAt(values: usize, missing: f32, args: Int4Args, group: usize, column: usize): f32 {
  return values ? load<f32>(values + ((group * args.n + column) << 2)) : missing;
}

/** Columns whose sums stay in the first cache while rows of b pass. */
const SPAN: usize = 1024;

/** Rows of a group that are summed at once: what sums are too large by is taken off before it costs them bits. */
const RUN: usize = 128;

/** c = a · b for few rows. Units: blocks of 32 columns. */
export function gemv_i4(args: Int4Args, begin: usize, end: usize): void {
  const first = begin * COLUMNS;
  const last = min(end * COLUMNS, args.n);
  const whole = first + ((last - first) & ~31);
  for (let i: usize = 0; i < args.m; i++) memory.fill(args.c + ((i * args.n + first) << 2), 0, (last - first) << 2);
  for (let from: usize = 0, to: usize = 0; from < args.k; from = to) {
    const group = groupOf(args, from);
    const limit = min(from + RUN, args.k);
    for (to = from + 1; to < limit && groupOf(args, to) == group;) to++;
    for (let i: usize = 0; i < args.m; i++) {
      const isPlain = largest(args.a + ((i * args.k) << 2), from, to) < LARGE;
      for (let j = first; isPlain && j < whole; j += SPAN) addGroup(args, group, i, from, to, j, min(SPAN, whole - j));
      oneByOne(args, group, i, from, to, isPlain ? whole : first, last);
    }
  }
}

/** Sizes of a that times 15 · 2¹² are far from the end of float32. */
const LARGE: f32 = 1e24;

/** The largest size; NaN where there is one. */
function largest(a: usize, from: usize, to: usize): f32 {
  let size: f32 = 0;
  for (let q = from; q < to; q++) size = max(size, abs(load<f32>(a + (q << 2))));
  return size;
}

/**
 * What rows from ≤ q < to of b, which are of one group, add to columns j to j + span, a multiple of 32: first of value + 8, which has no
 * sign, and then what that is too much. Column i of each half of a word stands 4 · i bits too high in its sums.
 */
function addGroup(args: Int4Args, group: usize, i: usize, from: usize, to: usize, j: usize, span: usize): void {
  const sums = threadScratch();
  const stride = (args.n + 1) >> 1;
  const a = args.a + ((i * args.k) << 2);
  let total: f32 = 0;
  memory.fill(sums, 0, span << 2);
  for (let q = from; q < to; q += 4) {
    const rows = min<usize>(4, to - q);
    for (let r: usize = 0; r < rows; r++) total += load<f32>(a + ((q + r) << 2));
    addRows(a + (q << 2), rows, args.b + q * stride + (j >> 1), stride, sums, span);
  }
  addSums(args, group, total, sums, i, j, span);
}

/** Up to four rows of b, `stride` bytes apart. */
function addRows(a: usize, rows: usize, b0: usize, stride: usize, sums: usize, span: usize): void {
  const none = f32x4.splat(0);
  const x0 = v128.load32_splat(a);
  const x1 = rows > 1 ? v128.load32_splat(a, 4) : none;
  const x2 = rows > 2 ? v128.load32_splat(a, 8) : none;
  const x3 = rows > 3 ? v128.load32_splat(a, 12) : none;
  let b1 = rows > 1 ? b0 + stride : b0;
  let b2 = rows > 2 ? b1 + stride : b0;
  let b3 = rows > 3 ? b2 + stride : b0;
  for (const end = sums + (span << 2); sums < end;) {
    let w0 = v128.xor(v128.load(b0), NIBBLE_SIGNS);
    let w1 = v128.xor(v128.load(b1), NIBBLE_SIGNS);
    let w2 = v128.xor(v128.load(b2), NIBBLE_SIGNS);
    let w3 = v128.xor(v128.load(b3), NIBBLE_SIGNS);
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
    for (const half = sums + 64; ; sums += 64) {
      add(NIBBLE0, w0, w1, w2, w3, x0, x1, x2, x3, sums);
      add(NIBBLE1, w0, w1, w2, w3, x0, x1, x2, x3, sums + 16);
      add(NIBBLE2, w0, w1, w2, w3, x0, x1, x2, x3, sums + 32);
      add(NIBBLE3, w0, w1, w2, w3, x0, x1, x2, x3, sums + 48);
      if (sums == half) break;
      w0 = i32x4.shr_u(w0, 16);
      w1 = i32x4.shr_u(w1, 16);
      w2 = i32x4.shr_u(w2, 16);
      w3 = i32x4.shr_u(w3, 16);
    }
    sums += 64;
  }
}

// @ts-ignore: decorator
@inline
function add(mask: v128, w0: v128, w1: v128, w2: v128, w3: v128, x0: v128, x1: v128, x2: v128, x3: v128, sums: usize): void {
  let sum = madd(x0, f32x4.convert_i32x4_s(v128.and(w0, mask)), v128.load(sums));
  sum = madd(x1, f32x4.convert_i32x4_s(v128.and(w1, mask)), sum);
  sum = madd(x2, f32x4.convert_i32x4_s(v128.and(w2, mask)), sum);
  v128.store(sums, madd(x3, f32x4.convert_i32x4_s(v128.and(w3, mask)), sum));
}

/** c += scale · (sums − (zero + 8) · total): sums come in order, and to their places of bits. */
function addSums(args: Int4Args, group: usize, total: f32, sums: usize, i: usize, j: usize, span: usize): void {
  const x = f32x4.splat(total);
  const c = args.c + ((i * args.n + j) << 2);
  const at = (group * args.n + j) << 2;
  let column: usize = 0;
  for (const end = sums + (span << 2); sums < end; sums += 128)
    for (let word: usize = 0; word < 16; word += 4)
      for (let half: usize = word; half < 128; half += 64, column += 16) addFour(args, fourSums(sums + half), x, c, at, column);
}

/** A lane of four vectors, each at its place of bits. */
// @ts-ignore: decorator
@inline
function fourSums(from: usize): v128 {
  const all = v128.load32_lane(from + 48, v128.load32_lane(from + 32, v128.load32_lane(from + 16, v128.load32_zero(from), 1), 2), 3);
  return f32x4.mul(all, f32x4(1, 0.0625, 0.00390625, 0.000244140625));
}

// @ts-ignore: decorator
@inline
function addFour(args: Int4Args, sums: v128, total: v128, c: usize, at: usize, column: usize): void {
  let zero = f32x4.splat(8);
  if (args.zero) zero = f32x4.add(zero, v128.load(args.zero + at + column));
  let y = f32x4.sub(sums, f32x4.mul(zero, total));
  if (args.scale) y = f32x4.mul(y, v128.load(args.scale + at + column));
  v128.store(c + column, f32x4.add(v128.load(c + column), y));
}

/** The same for columns first ≤ j < last, whatever a is. */
function oneByOne(args: Int4Args, group: usize, i: usize, from: usize, to: usize, first: usize, last: usize): void {
  const stride = (args.n + 1) >> 1;
  for (let j = first; j < last; j++) {
    const zero = valueAt(args.zero, 0, args, group, j);
    let sum: f32 = 0;
    for (let q = from; q < to; q++) {
      const value = (<i32>((<u32>load<u8>(args.b + q * stride + (j >> 1))) << (j & 1 ? 24 : 28))) >> 28;
      sum += load<f32>(args.a + ((i * args.k + q) << 2)) * (<f32>value - zero);
    }
    const c = args.c + ((i * args.n + j) << 2);
    store<f32>(c, load<f32>(c) + sum * valueAt(args.scale, 1, args, group, j));
  }
}

/** Rows of b that a panel holds. */
const DEPTH: usize = 256;
// Behind what products of rows take of the scratch memory: scales and zeros of a group, a row that is not whole, the panels.
const SCALES: usize = 9216;
const ZEROS: usize = SCALES + 128;
const ROW: usize = ZEROS + 128;
const PANELS: usize = 9728;

/** c = a · b for many rows. Units: 32 columns of unitM rows, the columns of one group of rows after the other. */
export function gemm_i4(args: Int4Args, begin: usize, end: usize): void {
  const across = (args.n + COLUMNS - 1) / COLUMNS;
  const panels = threadScratch() + PANELS;
  for (let unit = begin; unit < end; unit++) {
    const i = (unit / across) * args.unitM;
    const j = (unit % across) * COLUMNS;
    const rows = min(args.unitM, args.m - i);
    const columns = min(COLUMNS, args.n - j);
    for (let from: usize = 0; from < args.k; from += DEPTH) {
      const count = min(DEPTH, args.k - from);
      unpackPanels(args, j, columns, from, count, panels);
      findRows(args.a + ((i * args.k + from) << 2), args.k << 2, rows);
      multiplyRows(rows, count, panels, columns, args.c + ((i * args.n + j) << 2), args.n << 2, from ? ADD : 0);
    }
  }
}

/** Panels of NR columns: `count` rows of b as floats. What lies behind the columns is 0. */
function unpackPanels(args: Int4Args, j: usize, columns: usize, from: usize, count: usize, panels: usize): void {
  const scratch = threadScratch();
  const stride = (args.n + 1) >> 1;
  const bytes = (columns + 1) >> 1;
  if (columns < COLUMNS) memory.fill(scratch + SCALES, 0, PANELS - SCALES);
  let group: usize = -1;
  for (let q: usize = 0; q < count; q++) {
    let b = args.b + (from + q) * stride + (j >> 1);
    if (columns < COLUMNS) {
      for (let byte: usize = 0; byte < bytes; byte++) store<u8>(scratch + ROW + byte, load<u8>(b + byte));
      b = scratch + ROW;
    }
    const next = groupOf(args, from + q);
    if (next != group) {
      group = next;
      for (let column: usize = 0; column < columns; column++) {
        store<f32>(scratch + SCALES + (column << 2), valueAt(args.scale, 1, args, group, j + column));
        store<f32>(scratch + ZEROS + (column << 2), valueAt(args.zero, 0, args, group, j + column) + 8);
      }
    }
    // Values and zeros are larger by 8 (another highest bit), so that values have no sign.
    const all = v128.xor(v128.load(b), NIBBLE_SIGNS);
    const even = v128.and(all, i8x16.splat(0x0f));
    const odd = v128.and(i16x8.shr_u(all, 4), i8x16.splat(0x0f));
    const low = i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    putSixteen(low, 0, q, count, panels);
    putSixteen(high, 16, q, count, panels);
  }
}

/** Sixteen columns of a row, as floats to their places in panels. */
function putSixteen(bytes: v128, column: usize, q: usize, count: usize, panels: usize): void {
  const scales = threadScratch() + SCALES + (column << 2);
  const row = panels + ((column * count + q * NR) << 2);
  const next = NR == 16 ? 32 : (count * NR) << 2;
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  putFour(i32x4.extend_low_i16x8_u(low), scales, row);
  putFour(i32x4.extend_high_i16x8_u(low), scales + 16, row + 16);
  putFour(i32x4.extend_low_i16x8_u(high), scales + 32, row + next);
  putFour(i32x4.extend_high_i16x8_u(high), scales + 48, row + next + 16);
}

// @ts-ignore: decorator
@inline
function putFour(values: v128, scales: usize, to: usize): void {
  v128.store(to, f32x4.mul(f32x4.sub(f32x4.convert_i32x4_s(values), v128.load(scales, 128)), v128.load(scales)));
}
