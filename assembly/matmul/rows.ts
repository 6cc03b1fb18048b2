// Products of rows that are found once and multiplied with panels, as often as wanted: what kernels with products inside are made of.
// Each element is one running sum in order of k, whatever the number of rows beside it. The first 9 KiB of thread scratch are taken.
import { threadScratch } from "../abi";
import { ENTRY, NR, rowsTile, storeEdge, tileRows } from "./tile";

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

/** copy[i, q] = a[q, i]: rows of a block that is contiguous along m. */
export function transposeRows(a: usize, strideK: usize, k: usize, m: usize, copy: usize): void {
  const row = k << 2;
  let i: usize = 0;
  for (; i + 4 <= m; i += 4) {
    let from = a + (i << 2);
    let to = copy + i * row;
    let q: usize = 0;
    for (; q + 4 <= k; q += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + strideK);
      const r2 = v128.load(from + 2 * strideK);
      const r3 = v128.load(from + 3 * strideK);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
      v128.store(to + row, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
      v128.store(to + 2 * row, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
      v128.store(to + 3 * row, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
      from += strideK << 2;
      to += 16;
    }
    for (; q < k; q++) {
      const r = v128.load(from);
      v128.store32_lane(to, r, 0);
      v128.store32_lane(to + row, r, 1);
      v128.store32_lane(to + 2 * row, r, 2);
      v128.store32_lane(to + 3 * row, r, 3);
      from += strideK;
      to += 4;
    }
  }
  gatherRows(a + (i << 2), 4, strideK, k, m - i, copy + i * row);
}

/** copy[i, q] = a[i, q], wherever that lies. */
export function gatherRows(a: usize, strideM: usize, strideK: usize, k: usize, m: usize, copy: usize): void {
  for (let i: usize = 0; i < m; i++) {
    let from = a + i * strideM;
    for (let q: usize = 0; q < k; q++) {
      store<f32>(copy, load<f32>(from));
      from += strideK;
      copy += 4;
    }
  }
}
