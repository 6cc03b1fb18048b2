// What recurrent kernels share: products of the rows of one step with a matrix that is packed once for all steps.
//  (1) The rows of a batch don't see each other: a unit is a group of rows through all steps, so threads never wait for each other.
//  (2) Each element of a product is one running sum in order of k, whatever the number of rows beside it.
//  (3) What follows a product are loops over whole rows, one for each function: they lie in the first cache, and a loop of its own keeps
//      the constants of a function in registers.
import { threadScratch } from "../abi";
import { madd } from "../lanes";
import { ENTRY, NR, rowsTile, storeEdge, tileRows } from "../matmul/tile";

// The table of rows, then a tile.
const TILE: usize = 8192;

/** Remembers where the rows lie that the next products take: `rows` of them, `stride` bytes apart. */
export function findRows(x: usize, stride: usize, rows: usize): void {
  let table = threadScratch();
  let count: usize = 0;
  for (let i: usize = 0; i < rows; i += count, table += ENTRY << 2) {
    count = tileRows(rows - i);
    store<u32>(table, 0);
    for (let r: usize = 0; r < count; r++) store<u32>(table + (r << 2), x + min(i + r, rows - 1) * stride, 4);
  }
}

/** y (+)= rows · b: k elements of each of the rows found, b in panels of n columns, rows of y `stride` bytes apart. */
export function multiplyRows(rows: usize, k: usize, packed: usize, n: usize, y: usize, stride: usize, flags: u32): void {
  const panel = (k * NR) << 2;
  let j: usize = 0;
  if (rows == 1 && !flags)
    for (; j + 4 * NR <= n; j += 4 * NR, packed += 4 * panel) multiplyOne(load<u32>(threadScratch(), 4), k, packed, panel, y + (j << 2));
  for (; j < n; j += NR, packed += panel) {
    const width = min(NR, n - j);
    let count: usize = 0;
    for (let i: usize = 0, entry = threadScratch(); i < rows; i += count, entry += ENTRY << 2) {
      count = tileRows(rows - i);
      const to = y + i * stride + (j << 2);
      if (i + count <= rows && width == NR) rowsTile(count, entry, 1, k, packed, to, stride, 0, flags);
      else {
        const tile = threadScratch() + TILE;
        rowsTile(count, entry, 1, k, packed, tile, NR << 2, 0, 0);
        storeEdge(tile, min(count, rows - i), width, to, stride, 0, flags);
      }
    }
  }
}

/** Four panels that lie one after the other, for one row x: a tile would compute rows that nobody asked for. */
function multiplyOne(x: usize, k: usize, p0: usize, panel: usize, y: usize): void {
  const end = x + (k << 2);
  for (let half: usize = 0; half < NR; half += 8) {
    let s00 = f32x4.splat(0);
    let s01 = f32x4.splat(0);
    let s10 = f32x4.splat(0);
    let s11 = f32x4.splat(0);
    let s20 = f32x4.splat(0);
    let s21 = f32x4.splat(0);
    let s30 = f32x4.splat(0);
    let s31 = f32x4.splat(0);
    let b0 = p0 + (half << 2);
    let b1 = b0 + panel;
    let b2 = b1 + panel;
    let b3 = b2 + panel;
    for (let at = x; at < end; at += 4) {
      const value = v128.load32_splat(at);
      s00 = madd(value, v128.load(b0), s00);
      s01 = madd(value, v128.load(b0, 16), s01);
      s10 = madd(value, v128.load(b1), s10);
      s11 = madd(value, v128.load(b1, 16), s11);
      s20 = madd(value, v128.load(b2), s20);
      s21 = madd(value, v128.load(b2, 16), s21);
      s30 = madd(value, v128.load(b3), s30);
      s31 = madd(value, v128.load(b3, 16), s31);
      b0 += NR << 2;
      b1 += NR << 2;
      b2 += NR << 2;
      b3 += NR << 2;
    }
    const to = y + (half << 2);
    storePair(to, s00, s01);
    storePair(to + (NR << 2), s10, s11);
    storePair(to + (NR << 3), s20, s21);
    storePair(to + NR * 12, s30, s31);
  }
}

// @ts-ignore: decorator
@inline
function storePair(to: usize, a: v128, b: v128): void {
  v128.store(to, a);
  v128.store(to, b, 16);
}
