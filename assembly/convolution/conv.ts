// Convolution as a matrix product whose left matrix is never written down: the tiles get the addresses of the input's pixels.
//  (1) Left rows are output pixels, in order over the whole batch; a unit is a block of them.
//  (2) Left columns are runs of contiguous input elements: the channels of one tap, or of one kernel row where nothing is in between.
//      A run that lies in the padding is a run of zeros; a tile leaves out the runs that are zeros for all of its pixels.
//  (3) Where runs are short (first layers), the block is written down after all, in scratch memory.
import { In, Out, Size, threadScratch } from "../abi";
import { ADD, BIAS, ENTRY, NR, RELU, rowsTile, storeEdge, tileRows } from "../matmul/tile";
import { Geometry, goOn, goTo, meets, pixelOf, rowsAreRuns, Walk } from "./geometry";

@unmanaged
export class ConvArgs extends Geometry {
  x: In = 0;
  /** Panels of pack_f32: for each group, taps × channels of the group rows, output channels of the group columns. */
  packed: In = 0;
  bias: In = 0;
  y: Out = 0;
  /** Output pixels of a unit, at most 192. */
  unitM: Size = 0;
  /** 4: negative results become zero. */
  flags: u32 = 0;
}

// The parts of the scratch memory, in bytes.
const EDGE: usize = 0;
const WALK: usize = 448;
/** Addresses of the output pixels. */
const OUTPUTS: usize = 512;
/** Number of entries of each tile. */
const COUNTS: usize = 2048;
const ZEROS: usize = 4096;
const ZEROS_END: usize = 16384;
const TABLE: usize = 16384;
const ROWS: usize = 262144;
const ROWS_FLOATS: usize = 61440;

/** Runs that are shorter than this are written down. */
const SHORT: usize = 12;
/** Rows of a panel that stay in the first cache. */
const BLOCK_K: usize = 5120 / NR;
/** Taps that the table holds at most. */
const MOST_TAPS: usize = 128;

/** y = x ∗ w (+ bias). Units: groups × blocks of unitM output pixels, blocks fastest. */
export function conv_f32(a: ConvArgs, begin: usize, end: usize): void {
  const pixels = a.batch * a.out0 * a.out1 * a.out2;
  const blocks = (pixels + a.unitM - 1) / a.unitM;
  const inner = a.channels / a.groups;
  const isRow = rowsAreRuns(a);
  const run = isRow ? a.kernel2 * inner : inner;
  const columns = isRow ? <usize>1 : a.kernel2;
  const taps = a.kernel0 * a.kernel1 * columns;
  const isShort = run < SHORT && taps > 1 && run * taps * a.unitM <= ROWS_FLOATS;
  // Long sums are cut: into a few taps at a time, or into parts of a run.
  const parts = (run + BLOCK_K - 1) / BLOCK_K;
  const part = (run + parts - 1) / parts;
  const most = min(max(BLOCK_K / part, 1), MOST_TAPS);
  const chunks = (taps + most - 1) / most;
  const atOnce = (taps + chunks - 1) / chunks;
  memory.fill(threadScratch() + ZEROS, 0, ZEROS_END - ZEROS);
  for (let unit = begin; unit < end; unit++) {
    const group = unit / blocks;
    const first = (unit % blocks) * a.unitM;
    const count = min(a.unitM, pixels - first);
    const x = a.x + ((group * inner) << 2);
    findOutputs(a, first, count, group);
    if (isShort) {
      writeRows(a, x, first, count, columns, run);
      products(a, group, count, 1, taps * run, flagsOf(a, true, true));
    } else
      for (let tap: usize = 0; tap < taps; tap += atOnce)
        for (let q: usize = 0; q < run; q += part) {
          const end = min(tap + atOnce, taps);
          const isLast = end == taps && q + part >= run;
          findRuns(a, x + (q << 2), first, count, columns, tap, end, run, q);
          products(a, group, count, end - tap, min(part, run - q), flagsOf(a, tap + q == 0, isLast));
        }
  }
}

// @ts-ignore: decorator
@inline
function flagsOf(a: ConvArgs, isFirst: bool, isLast: bool): u32 {
  return (isFirst ? 0 : ADD) | (isLast && a.bias ? BIAS : 0) | (isLast ? a.flags & RELU : 0);
}

/** Addresses of the block's output pixels. */
function findOutputs(a: ConvArgs, first: usize, count: usize, group: usize): void {
  const w = changetype<Walk>(threadScratch() + WALK);
  const y = a.y + ((group * (a.outChannels / a.groups)) << 2);
  goTo(w, a, first);
  for (let i: usize = 0; i < count; i++) {
    store<u32>(threadScratch() + OUTPUTS + (i << 2), y + ((pixelOf(w, a) * a.outChannels) << 2));
    goOn(w, a);
  }
}

/** The block's left rows, written down, and a table of them. */
function writeRows(a: ConvArgs, x: usize, first: usize, count: usize, columns: usize, run: usize): void {
  const w = changetype<Walk>(threadScratch() + WALK);
  const rows = threadScratch() + ROWS;
  const length = (a.kernel0 * a.kernel1 * columns * run) << 2;
  let to = rows;
  goTo(w, a, first);
  for (let i: usize = 0; i < count; i++) {
    for (let k0 = 0; k0 < <i32>a.kernel0; k0++)
      for (let k1 = 0; k1 < <i32>a.kernel1; k1++)
        for (let k2 = 0; k2 < <i32>columns; k2++) {
          let from = meets(w, a, x, k0, k1, k2);
          if (from == 0) from = threadScratch() + ZEROS;
          for (let q: usize = 0; q < run; q++) store<f32>(to + (q << 2), load<f32>(from + (q << 2)));
          to += run << 2;
        }
    goOn(w, a);
  }
  let table = threadScratch() + TABLE;
  let size: usize = 0;
  for (let i: usize = 0, tile: usize = 0; i < count; i += size, tile++) {
    size = tileRows(count - i);
    store<u32>(table, 0);
    for (let r: usize = 0; r < size; r++) store<u32>(table + (r << 2), rows + min(i + r, count - 1) * length, 4);
    store<u32>(threadScratch() + COUNTS + (tile << 2), 1);
    table += ENTRY << 2;
  }
}

/** Fills the table: for each tile, an entry for each tap from `tap` to `end` that meets anything. */
function findRuns(a: ConvArgs, x: usize, first: usize, count: usize, columns: usize, tap: usize, end: usize, run: usize, q: usize): void {
  const w = changetype<Walk>(threadScratch() + WALK);
  const zeros = threadScratch() + ZEROS;
  const begin2 = <i32>(tap % columns);
  const begin1 = <i32>((tap / columns) % a.kernel1);
  const begin0 = <i32>(tap / columns / a.kernel1);
  let table = threadScratch() + TABLE;
  let rows: usize = 0;
  goTo(w, a, first);
  for (let i: usize = 0, tile: usize = 0; i < count; i += rows, tile++) {
    rows = tileRows(count - i);
    for (let r: usize = 0; r < rows; r++) {
      let entry = table + (r << 2) + 4;
      if (i + r >= count) {
        for (let t = tap; t < end; t++, entry += ENTRY << 2) store<u32>(entry, load<u32>(entry - 4));
        continue;
      }
      let k0 = begin0;
      let k1 = begin1;
      let k2 = begin2;
      for (let t = tap; t < end; t++, entry += ENTRY << 2) {
        const from = meets(w, a, x, k0, k1, k2);
        store<u32>(entry, from ? from : zeros);
        if (++k2 < <i32>columns) continue;
        k2 = 0;
        if (++k1 < <i32>a.kernel1) continue;
        k1 = 0;
        k0++;
      }
      goOn(w, a);
    }
    store<u32>(threadScratch() + COUNTS + (tile << 2), dropZeros(table, rows, end - tap, (tap * run + q) * NR, run * NR));
    table += ((end - tap) * ENTRY) << 2;
  }
}

/**
 * Gives the entries of a tile their places in the panel and leaves out those that are all zeros; where none stays, one is there all the
 * same.
 */
function dropZeros(table: usize, rows: usize, entries: usize, offset: usize, step: usize): usize {
  const zeros = threadScratch() + ZEROS;
  const start = table;
  let kept = table;
  for (let e: usize = 0; e < entries; e++, table += ENTRY << 2, offset += step) {
    let isZero = true;
    for (let r: usize = 0; r < rows; r++) {
      const from = load<usize>(table + (r << 2), 4);
      store<usize>(kept + (r << 2), from, 4);
      isZero = isZero && from == zeros;
    }
    store<u32>(kept, offset << 2);
    if (!isZero) kept += ENTRY << 2;
  }
  return (kept - start) / (ENTRY << 2);
}

/** The block's outputs, from the table: k of a run, `atMost` entries of each tile. */
function products(a: ConvArgs, group: usize, count: usize, atMost: usize, k: usize, flags: u32): void {
  const n = a.outChannels / a.groups;
  const ldc = a.outChannels << 2;
  const panelBytes = (a.kernel0 * a.kernel1 * a.kernel2 * (a.channels / a.groups) * NR) << 2;
  // From one output pixel of a walk to the next, within a row.
  const step = <usize>a.upsample2 * ldc;
  const edge = threadScratch() + EDGE;
  const outputs = threadScratch() + OUTPUTS;
  let panel = a.packed + group * ((n + NR - 1) / NR) * panelBytes;
  let bias = a.bias ? a.bias + ((group * n) << 2) : 0;
  for (let j: usize = 0; j < n; j += NR, panel += panelBytes) {
    const width = min(NR, n - j);
    let table = threadScratch() + TABLE;
    let rows: usize = 0;
    for (let i: usize = 0, tile: usize = 0; i < count; i += rows, tile++, table += (atMost * ENTRY) << 2) {
      rows = tileRows(count - i);
      const entries = load<u32>(threadScratch() + COUNTS + (tile << 2));
      if (entries == 0 && flags == ADD) continue;
      // Nothing but padding: one product with zeros.
      const length = entries ? k : 1;
      const to = load<usize>(outputs + (i << 2)) + (j << 2);
      const isWhole = i + rows <= count && width == NR;
      if (isWhole && load<usize>(outputs + ((i + rows - 1) << 2)) - load<usize>(outputs + (i << 2)) == (rows - 1) * step)
        rowsTile(rows, table, max(entries, 1), length, panel, to, step, bias, flags);
      else {
        rowsTile(rows, table, max(entries, 1), length, panel, edge, NR << 2, 0, 0);
        for (let r: usize = 0; r < rows && i + r < count; r++)
          storeEdge(edge + ((r * NR) << 2), 1, width, load<usize>(outputs + ((i + r) << 2)) + (j << 2), 0, bias, flags);
      }
    }
    bias += NR << 2;
  }
}
