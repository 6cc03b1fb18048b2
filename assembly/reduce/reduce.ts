// The loop of all reductions. x is [outer, reduced, inner]; the middle axis is cut into blocks of a fixed length, and each block of each
// column becomes one element of y, [outer, blocks, inner]. With block = reduced that is the whole reduction; else a second command
// with the same kernel reduces the blocks (of sums of squares, the sum).
//
//  (1) Units are (outer, block, tile) triples, a tile being TILE columns. What a unit computes depends on nothing but its number.
//  (2) Along a row (inner = 1) sixteen lanes run in parallel and are folded every FOLD elements, so that rounding errors grow with the
//      number of folds, not of elements. Down a column the order is that of the rows: blocks keep that accurate.
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

/** The number of columns that a unit reduces. */
export const TILE: usize = 64;
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

/** Columns by 32, 8, 4 and the rest. */
// @ts-ignore: decorator
@inline
function reduceColumns<Op>(x: usize, y: usize, rows: usize, columns: usize, stride: usize, count: f32): void {
  const op = changetype<Op>(0);
  for (; columns >= 32; columns -= 32) {
    let a = op.neutral();
    let b = op.neutral();
    let c = op.neutral();
    let d = op.neutral();
    let e = op.neutral();
    let f = op.neutral();
    let g = op.neutral();
    let h = op.neutral();
    let p = x;
    for (let r = rows; r != 0; r--) {
      a = op.step(a, v128.load(p));
      b = op.step(b, v128.load(p, 16));
      c = op.step(c, v128.load(p, 32));
      d = op.step(d, v128.load(p, 48));
      e = op.step(e, v128.load(p, 64));
      f = op.step(f, v128.load(p, 80));
      g = op.step(g, v128.load(p, 96));
      h = op.step(h, v128.load(p, 112));
      p += stride;
    }
    v128.store(y, op.finish(a, count));
    v128.store(y, op.finish(b, count), 16);
    v128.store(y, op.finish(c, count), 32);
    v128.store(y, op.finish(d, count), 48);
    v128.store(y, op.finish(e, count), 64);
    v128.store(y, op.finish(f, count), 80);
    v128.store(y, op.finish(g, count), 96);
    v128.store(y, op.finish(h, count), 112);
    x += 128;
    y += 128;
  }
  for (; columns >= 8; columns -= 8) {
    let a = op.neutral();
    let b = op.neutral();
    let p = x;
    for (let r = rows; r != 0; r--) {
      a = op.step(a, v128.load(p));
      b = op.step(b, v128.load(p, 16));
      p += stride;
    }
    v128.store(y, op.finish(a, count));
    v128.store(y, op.finish(b, count), 16);
    x += 32;
    y += 32;
  }
  while (columns != 0) {
    const part = min<usize>(columns, 4);
    let a = op.neutral();
    let p = x;
    if (part == 4) {
      for (let r = rows; r != 0; r--) {
        a = op.step(a, v128.load(p));
        p += stride;
      }
      v128.store(y, op.finish(a, count));
    } else {
      for (let r = rows; r != 0; r--) {
        a = op.step(a, loadOver(p, part, op.neutral()));
        p += stride;
      }
      storePart(y, op.finish(a, count), part);
    }
    x += part << 2;
    y += part << 2;
    columns -= part;
  }
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
  for (let unit = begin; unit < end; unit++) {
    const row = unit / tiles; // of (outer, block)
    const outer = row / blocks;
    const first = (row - outer * blocks) * block;
    const rows = min(block, reduced - first);
    const column = (unit - row * tiles) * TILE;
    const x = args.x + (((outer * reduced + first) * inner + column) << 2);
    const y = args.y + ((row * inner + column) << 2);
    if (inner == 1) storePart(y, op.finish(reduceRow<Op>(x, rows), count), 1);
    else reduceColumns<Op>(x, y, rows, min(TILE, inner - column), inner << 2, count);
  }
}
