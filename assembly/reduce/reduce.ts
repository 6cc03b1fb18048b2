// The loop of all reductions. x is [outer, reduced, inner]; the middle axis is cut into blocks of a fixed length, and each block of each
// column becomes one element of y, [outer, blocks, inner]. With block = reduced that is the whole reduction; else a second command
// with the same kernel reduces the blocks (of sums of squares, the sum).
//
//  (1) Units are (outer, block, tile) triples, a tile being TILE columns. What a unit computes depends on nothing but its number.
//  (2) Along a row (inner = 1) sixteen lanes run in parallel and are folded every FOLD elements, so that rounding errors grow with the
//      number of folds, not of elements. Down a column every row is a step: blocks keep that accurate.
//
// An operator has neutral() (of join and step), step(acc, x), join(acc, acc) on lanes, finish(acc, count).
import { In, Out, Size } from "../abi";
import { loadOver, storePart } from "../lanes";

@unmanaged
export class ReduceArgs {
  x: In = 0;
  y: Out = 0;
  reduced: Size = 0;
  inner: Size = 0;
  block: Size = 0;
  /** What the result is divided by, for means. */
  count: Size = 0;
}

/** The number of columns that a unit reduces. Neighbouring units of one call go together. */
export const TILE: usize = 64;
const STRIP: usize = 2048;
const FOLD: usize = 1024;

// @ts-ignore: decorator
@inline
function reduceRow<Op>(x: usize, n: usize): v128 {
  const op = changetype<Op>(0);
  let total = op.neutral();
  while (n >= 4) {
    const fold = min(n, FOLD);
    let i = fold;
    let a = op.neutral();
    let b = op.neutral();
    let c = op.neutral();
    let d = op.neutral();
    for (; i >= 16; i -= 16) {
      a = op.step(a, v128.load(x));
      b = op.step(b, v128.load(x, 16));
      c = op.step(c, v128.load(x, 32));
      d = op.step(d, v128.load(x, 48));
      x += 64;
    }
    for (; i >= 4; i -= 4) {
      a = op.step(a, v128.load(x));
      x += 16;
    }
    total = op.join(total, op.join(op.join(a, b), op.join(c, d)));
    n -= fold - i;
  }
  if (n != 0) total = op.step(total, loadOver(x, n, op.neutral()));
  total = op.join(total, v128.shuffle<i32>(total, total, 2, 3, 0, 1));
  return op.join(total, v128.shuffle<i32>(total, total, 1, 0, 3, 2));
}

/** Steps whole vectors of columns by one row, or by four rows that are `apart` bytes apart. */
// @ts-ignore: decorator
@inline
function stepRows<Op>(x: usize, acc: usize, bytes: usize, apart: usize, four: bool): void {
  const op = changetype<Op>(0);
  const x1 = x + apart;
  const x2 = x1 + apart;
  const x3 = x2 + apart;
  for (let c: usize = 0; c < bytes; c += 16) {
    let a = op.step(v128.load(acc + c), v128.load(x + c));
    if (four) {
      a = op.step(a, v128.load(x1 + c));
      a = op.step(a, v128.load(x2 + c));
      a = op.step(a, v128.load(x3 + c));
    }
    v128.store(acc + c, a);
  }
}

/**
 * Columns in strips, whose accumulators stay in the first cache. Four rows go at a time, one of each quarter: four streams of memory far
 * from each other come twice to three times as fast as neighbouring rows, which the prefetcher takes for one.
 */
// @ts-ignore: decorator
@inline
function reduceColumns<Op>(x: usize, y: usize, rows: usize, columns: usize, stride: usize, count: f32): void {
  const op = changetype<Op>(0);
  const quarter = rows >> 2;
  while (columns >= 4) {
    const strip = min(columns & ~3, STRIP);
    const bytes = strip << 2;
    for (let c: usize = 0; c < bytes; c += 16) v128.store(y + c, op.neutral());
    let row = x;
    for (let r = quarter; r != 0; r--, row += stride) stepRows<Op>(row, y, bytes, quarter * stride, true);
    row += 3 * quarter * stride;
    for (let r = rows & 3; r != 0; r--, row += stride) stepRows<Op>(row, y, bytes, 0, false);
    for (let c: usize = 0; c < bytes; c += 16) v128.store(y + c, op.finish(v128.load(y + c), count));
    x += bytes;
    y += bytes;
    columns -= strip;
  }
  if (columns == 0) return;
  let a = op.neutral();
  for (let r = rows; r != 0; r--, x += stride) a = op.step(a, loadOver(x, columns, op.neutral()));
  storePart(y, op.finish(a, count), columns);
}

// @ts-ignore: decorator
@inline
export function reduce<Op>(args: ReduceArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const inner = args.inner;
  const reduced = args.reduced;
  const block = args.block;
  const blocks: usize = reduced == 0 ? 1 : (reduced + block - 1) / block;
  const tiles = (inner + TILE - 1) / TILE;
  const count = <f32>args.count;
  let unit = begin;
  while (unit < end) {
    const row = unit / tiles; // of (outer, block)
    const outer = row / blocks;
    const first = (row - outer * blocks) * block;
    const rows = min(block, reduced - first);
    const tile = unit - row * tiles;
    const together = min(tiles - tile, end - unit);
    const column = tile * TILE;
    const x = args.x + (((outer * reduced + first) * inner + column) << 2);
    const y = args.y + ((row * inner + column) << 2);
    if (inner == 1) storePart(y, op.finish(reduceRow<Op>(x, rows), count), 1);
    else reduceColumns<Op>(x, y, rows, min(together * TILE, inner - column), inner << 2, count);
    unit += together;
  }
}
