// The matrix product of float32: packed panels, and tiles of sums that stay in registers.

import { In, Out, Size, threadScratch } from "../abi";
import { BLOCK_K } from "../shared";
import { packPanels } from "./pack";
import { findRows, gatherRows, transposeRows } from "./rows";
import { ADD, BIAS, columnsTile, ENTRY, NR, RELU, rowsTile, storeEdge, tileRows } from "./tile";

// The parts of the scratch memory, in bytes.
const EDGE: usize = 16384;
const BIAS_EDGE: usize = 16640;
const PANELS: usize = 17408;

/** Flag: b is in panels already. */
const PACKED: u32 = 8;

@unmanaged
export class GemmArgs {
  a: In = 0;
  /** A matrix, or its panels as pack_f32 makes them. */
  b: In = 0;
  /** One value for each column, or null. */
  bias: In = 0;
  c: Out = 0;
  m: Size = 0;
  n: Size = 0;
  k: Size = 0;
  strideAM: Size = 0;
  strideAK: Size = 0;
  strideBK: Size = 0;
  strideBN: Size = 0;
  /** Rows and columns of a unit: rows at most 256; together at most 350, unless b is in panels. */
  unitM: Size = 0;
  unitN: Size = 0;
  /** Which part of k is summed now, of whole blocks: the first one begins c, those behind are added. */
  fromK: Size = 0;
  toK: Size = 0;
  /** 4: negative results become zero; 8: b is in panels (no batch then, and unitN is a multiple of 16 or all columns). */
  flags: u32 = 0;
  /** Lengths of the batch axes (1 where there is none), the last one varying fastest, and the strides of a and b along them. */
  batch0: Size = 0;
  batch1: Size = 0;
  batch2: Size = 0;
  batchA0: Size = 0;
  batchA1: Size = 0;
  batchA2: Size = 0;
  batchB0: Size = 0;
  batchB1: Size = 0;
  batchB2: Size = 0;
}

/**
 * c = a · b (+ bias) for each matrix of the batch. Strides make the transposed forms; c is contiguous.
 * Units: blocks of unitM × unitN outputs, batch × ceil(m / unitM) × ceil(n / unitN) of them, along n fastest.
 */
export function gemm_f32(args: GemmArgs, begin: usize, end: usize): void {
  const blocksN = (args.n + args.unitN - 1) / args.unitN;
  const blocksM = (args.m + args.unitM - 1) / args.unitM;
  for (let unit = begin; unit < end; unit++) {
    const column = (unit % blocksN) * args.unitN;
    const rest = unit / blocksN;
    const row = (rest % blocksM) * args.unitM;
    const batch = rest / blocksM;
    const i2 = batch % args.batch2;
    const i1 = (batch / args.batch2) % args.batch1;
    const i0 = batch / args.batch2 / args.batch1;
    block(
      args,
      args.a + ((i0 * args.batchA0 + i1 * args.batchA1 + i2 * args.batchA2 + row * args.strideAM) << 2),
      args.flags & PACKED
        ? args.b + ((column * args.k) << 2)
        : args.b + ((i0 * args.batchB0 + i1 * args.batchB1 + i2 * args.batchB2 + column * args.strideBN) << 2),
      args.c + ((batch * args.m * args.n + row * args.n + column) << 2),
      args.bias ? args.bias + (column << 2) : 0,
      min(args.unitM, args.m - row),
      min(args.unitN, args.n - column),
    );
  }
}

function block(args: GemmArgs, a: usize, b: usize, c: usize, bias: usize, m: usize, n: usize): void {
  const ldc = args.n << 2;
  if (args.k == 0) return onlyBias(args, c, ldc, bias, m, n);
  const blocks = (args.k + BLOCK_K - 1) / BLOCK_K;
  const most = (args.k + blocks - 1) / blocks;
  for (let q = args.fromK; q < args.toK; q += most) {
    const k = min(most, args.k - q);
    const isLast = q + k == args.k;
    const flags: u32 = (q ? ADD : 0) | (isLast && bias ? BIAS : 0) | (isLast ? args.flags & RELU : 0);
    let panels = threadScratch() + PANELS;
    let rows = panels;
    let panelBytes = (k * NR) << 2;
    if (args.flags & PACKED) {
      panels = b + ((q * NR) << 2);
      panelBytes = (args.k * NR) << 2;
    } else {
      packPanels(b + ((q * args.strideBK) << 2), args.strideBK, args.strideBN, k, n, panels);
      rows += ((n + NR - 1) / NR) * panelBytes;
    }
    product(args, a + ((q * args.strideAK) << 2), rows, k, panels, panelBytes, c, ldc, bias, m, n, flags);
  }
}

/** A sum over nothing. */
function onlyBias(args: GemmArgs, c: usize, ldc: usize, bias: usize, m: usize, n: usize): void {
  const zero = threadScratch();
  store<f32>(zero, 0);
  const flags: u32 = (bias ? BIAS : 0) | (args.flags & RELU);
  for (let i: usize = 0; i < m; i++)
    for (let j: usize = 0; j < n; j++) storeEdge(zero, 1, 1, c + i * ldc + (j << 2), ldc, bias + (j << 2), flags);
}

/** One block of outputs over one run of k: c (+)= a · panels. `copy` is scratch memory for rows of a. */
function product(
  args: GemmArgs,
  a: usize,
  copy: usize,
  k: usize,
  panels: usize,
  panelBytes: usize,
  c: usize,
  ldc: usize,
  bias: usize,
  m: usize,
  n: usize,
  flags: u32,
): void {
  const table = threadScratch();
  const edge = table + EDGE;
  let strideM = args.strideAM << 2;
  let strideK = args.strideAK << 2;
  // Where a is contiguous along m, the relaxed build takes it as it is; the plain one is faster on rows, and transposes.
  const columns = strideM == 4 && strideK != 4;
  if (columns && isDefined(RELAXED)) {
    if ((strideK & 1023) == 0 && k > 16 && n > NR) {
      copyRows(a, strideK, k, m, copy, (m << 2) + 64);
      a = copy;
      strideK = (m << 2) + 64;
    }
  } else {
    if (columns) transposeRows(a, strideK, k, m, copy);
    else if (strideK != 4) gatherRows(a, strideM, strideK, k, m, copy);
    if (strideK != 4) findRows(copy, k << 2, m);
    else findRows(a, strideM, m);
  }
  for (let j: usize = 0; j < n; j += NR, panels += panelBytes) {
    const width = min(NR, n - j);
    let rows: usize = 0;
    for (let i: usize = 0, entry = table; i < m; i += rows, entry += ENTRY << 2) {
      rows = tileRows(m - i);
      const whole = i + rows <= m && width == NR;
      const to = c + i * ldc + (j << 2);
      const tile = whole ? to : edge;
      const tileLdc = whole ? ldc : NR << 2;
      const tileFlags = whole ? flags : 0;
      if (columns && isDefined(RELAXED)) columnsTile(rows, a + (i << 2), strideK, k, panels, tile, tileLdc, bias + (j << 2), tileFlags);
      else rowsTile(rows, entry, 1, k, panels, tile, tileLdc, bias + (j << 2), tileFlags);
      if (!whole) storeEdge(edge, min(rows, m - i), width, to, ldc, bias + (j << 2), flags);
    }
  }
}

/** Copies k runs of m floats, one cache line further apart than they are long, so that they don't collide in the cache. */
function copyRows(a: usize, strideK: usize, k: usize, m: usize, copy: usize, stride: usize): void {
  for (let q: usize = 0; q < k; q++) {
    for (let i: usize = 0; i < m; i += 4) v128.store(copy + (i << 2), v128.load(a + (i << 2)));
    a += strideK;
    copy += stride;
  }
}
