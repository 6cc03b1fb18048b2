// What recurrent kernels share: products of the rows of one step with a matrix that is packed once for all steps.
//  (1) The rows of a batch don't see each other: a unit is a group of rows through all steps, so threads never wait for each other.
//  (2) Each element of a product is one running sum in order of k, whatever the number of rows beside it.
//  (3) What follows a product are loops over whole rows, one for each function: they lie in the first cache, and a loop of its own keeps
//      the constants of a function in registers.
import { threadScratch } from "../abi";
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
  for (let j: usize = 0; j < n; j += NR, packed += panel) {
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

/** The gradient before a sigmoid, given the one behind it and its result. */
// @ts-ignore: decorator
@inline
export function throughSigmoid(d: v128, y: v128): v128 {
  return f32x4.mul(d, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}
