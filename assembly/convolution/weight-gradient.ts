// Gradient of a convolution with respect to its weights: for each tap, input channels × output channels, summed over all output pixels.
//  (1) Pixels are cut into `splits` parts, each with sums of its own; sum_partials_f32 adds them in order.
//  (2) Within a part, blocks of PIXELS: the input elements that the taps meet are written down beside each other, one row per pixel, the
//      gradients of the outputs are packed, and tiles multiply both.
import { In, Out, Size, threadScratch } from "../abi";
import { packPanels } from "../matmul/pack";
import { ADD, columnsTile, NR, storeEdge, tileRows } from "../matmul/tile";
import { Geometry, goOn, goTo, meets, rowsAreRuns, Walk } from "./geometry";

@unmanaged
export class WeightGradientArgs extends Geometry {
  x: In = 0;
  dy: In = 0;
  /** For each split: taps × channels of a group × output channels. */
  dw: Out = 0;
  splits: Size = 0;
  /** Rows (taps × channels of a group) and columns (output channels of a group) of a unit: at most 384 and 384. */
  unitM: Size = 0;
  unitN: Size = 0;
}

// The parts of the scratch memory, in bytes.
const EDGE: usize = 0;
const WALK: usize = 448;
/** Distance of each run from its pixel. */
const OFFSETS: usize = 512;
const MOST_OFFSETS: usize = 896;
const PANELS: usize = 4096;
const ROWS: usize = 204800;

const PIXELS: usize = 128;

/**
 * dw = Σ over output pixels of what each tap meets × dy, of the forward convolution that the geometry tells.
 * Units: splits × groups × ceil(taps · channels of a group / unitM) × ceil(output channels of a group / unitN), the last fastest.
 */
export function conv_weight_gradient_f32(a: WeightGradientArgs, begin: usize, end: usize): void {
  const inner = a.channels / a.groups;
  const m = a.kernel0 * a.kernel1 * a.kernel2 * inner;
  const n = a.outChannels / a.groups;
  const blocksM = (m + a.unitM - 1) / a.unitM;
  const blocksN = (n + a.unitN - 1) / a.unitN;
  const pixels = a.batch * a.out0 * a.out1 * a.out2;
  const perSplit = (pixels + a.splits - 1) / a.splits;
  for (let unit = begin; unit < end; unit++) {
    const column = (unit % blocksN) * a.unitN;
    let rest = unit / blocksN;
    const row = (rest % blocksM) * a.unitM;
    rest /= blocksM;
    const group = rest % a.groups;
    const split = rest / a.groups;
    const first = min(split * perSplit, pixels);
    const last = min(first + perSplit, pixels);
    const width = min(a.unitN, n - column);
    const height = min(a.unitM, m - row);
    const dw = a.dw + (((split * m + row) * a.outChannels + group * n + column) << 2);
    if (first == last) clear(dw, height, width, a.outChannels << 2);
    for (let p = first; p < last; p += PIXELS) {
      const count = min(PIXELS, last - p);
      // An odd number of cache lines, so that rows don't collide.
      const stride = (((height + 15) / 16) | 1) << 6;
      writeRows(a, a.x + ((group * inner) << 2), p, count, row, height, stride);
      packPanels(a.dy + ((p * a.outChannels + group * n + column) << 2), a.outChannels, 1, count, width, threadScratch() + PANELS);
      products(count, stride, height, width, dw, a.outChannels << 2, p == first ? 0 : ADD);
    }
  }
}

function clear(dw: usize, height: usize, width: usize, ldc: usize): void {
  for (let i: usize = 0; i < height; i++, dw += ldc) memory.fill(dw, 0, width << 2);
}

/** For each pixel, the elements of x that rows `row` … `row + height` of dw stand for. */
function writeRows(a: WeightGradientArgs, x: usize, first: usize, count: usize, row: usize, height: usize, stride: usize): void {
  const inner = a.channels / a.groups;
  const isRow = rowsAreRuns(a);
  const run = isRow ? a.kernel2 * inner : inner;
  const columns = isRow ? <usize>1 : a.kernel2;
  if (isInside(a) && a.kernel0 * a.kernel1 * columns <= MOST_OFFSETS) writeInside(a, x, first, count, row, height, stride, run, columns);
  else writePadded(a, x, first, count, row, height, stride, run, <i32>columns);
}

/** Whether every tap lies inside x. */
function isInside(a: Geometry): bool {
  return (
    fits(a.offset0, a.out0, a.stride0, a.kernel0, a.dilation0, a.in0) &&
    fits(a.offset1, a.out1, a.stride1, a.kernel1, a.dilation1, a.in1) &&
    fits(a.offset2, a.out2, a.stride2, a.kernel2, a.dilation2, a.in2)
  );
}

function fits(offset: i32, out: usize, stride: i32, kernel: usize, dilation: i32, size: usize): bool {
  return offset >= 0 && offset + <i32>(out - 1) * stride + <i32>(kernel - 1) * dilation < <i32>size;
}

/** Without padding, runs stand at the same distance from their pixel everywhere. */
function writeInside(
  a: WeightGradientArgs,
  x: usize,
  first: usize,
  count: usize,
  row: usize,
  height: usize,
  stride: usize,
  run: usize,
  columns: usize,
): void {
  const offsets = threadScratch() + OFFSETS;
  let offset = offsets;
  for (let k0: usize = 0; k0 < a.kernel0; k0++)
    for (let k1: usize = 0; k1 < a.kernel1; k1++)
      for (let k2: usize = 0; k2 < columns; k2++, offset += 4) {
        const pixel = (k0 * a.dilation0 * a.in1 + k1 * a.dilation1) * a.in2 + k2 * a.dilation2;
        store<usize>(offset, (pixel * a.channels) << 2);
      }
  const limit = a.x + ((a.batch * a.in0 * a.in1 * a.in2 * a.channels) << 2);
  // Runs that one vector holds.
  const isShort = run <= 4 && row == 0 && height == ((offset - offsets) >> 2) * run;
  const reach = load<usize>(offset - 4) + 16;
  const step = (<usize>a.stride2 * a.channels) << 2;
  const w = changetype<Walk>(threadScratch() + WALK);
  let rows = threadScratch() + ROWS;
  let base: usize = 0;
  goTo(w, a, first);
  for (let i: usize = 0; i < count; i++, rows += stride) {
    base = i == 0 || w.at2 == 0 ? meets(w, a, x, 0, 0, 0) : base + step;
    if (isShort && base + reach <= limit) {
      writeShort(base, offsets, offset, run << 2, rows);
      goOn(w, a);
      continue;
    }
    let piece = offsets + ((row / run) << 2);
    let q = row % run;
    let to = rows;
    const end = rows + (height << 2);
    while (to < end) {
      const bytes = min((run - q) << 2, end - to);
      copy(base + load<usize>(piece) + (q << 2), to, bytes, limit);
      to += bytes;
      piece += 4;
      q = 0;
    }
    goOn(w, a);
  }
}

/** The runs of one pixel, each with what stands behind it, which the next one covers. */
function writeShort(base: usize, offset: usize, end: usize, bytes: usize, to: usize): void {
  for (; offset < end; offset += 4, to += bytes) v128.store(to, v128.load(base + load<usize>(offset)));
}

function writePadded(
  a: WeightGradientArgs,
  x: usize,
  first: usize,
  count: usize,
  row: usize,
  height: usize,
  stride: usize,
  run: usize,
  columns: i32,
): void {
  const w = changetype<Walk>(threadScratch() + WALK);
  const tap = <i32>(row / run);
  const begin2 = tap % columns;
  const begin1 = (tap / columns) % <i32>a.kernel1;
  const begin0 = tap / columns / <i32>a.kernel1;
  const limit = a.x + ((a.batch * a.in0 * a.in1 * a.in2 * a.channels) << 2);
  let rows = threadScratch() + ROWS;
  goTo(w, a, first);
  for (let i: usize = 0; i < count; i++, rows += stride) {
    let k0 = begin0;
    let k1 = begin1;
    let k2 = begin2;
    let q = row % run;
    let to = rows;
    const end = rows + (height << 2);
    while (to < end) {
      const bytes = min((run - q) << 2, end - to);
      const from = meets(w, a, x, k0, k1, k2);
      if (from) copy(from + (q << 2), to, bytes, limit);
      else for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.splat(0));
      to += bytes;
      q = 0;
      if (++k2 < columns) continue;
      k2 = 0;
      if (++k1 < <i32>a.kernel1) continue;
      k1 = 0;
      k0++;
    }
    goOn(w, a);
  }
}

/** Copies a run, and up to 12 bytes behind it where x goes on so far: what comes next is written over them. */
// @ts-ignore: decorator
@inline
function copy(from: usize, to: usize, bytes: usize, limit: usize): void {
  if (from + ((bytes + 15) & ~15) <= limit) {
    let i: usize = 0;
    do {
      v128.store(to + i, v128.load(from + i));
      i += 16;
    } while (i < bytes);
  } else for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

function products(k: usize, stride: usize, m: usize, n: usize, dw: usize, ldc: usize, flags: u32): void {
  const edge = threadScratch() + EDGE;
  const rows = threadScratch() + ROWS;
  let panel = threadScratch() + PANELS;
  for (let j: usize = 0; j < n; j += NR, panel += (k * NR) << 2) {
    const width = min(NR, n - j);
    let size: usize = 0;
    for (let i: usize = 0; i < m; i += size) {
      size = tileRows(m - i);
      const to = dw + i * ldc + (j << 2);
      if (i + size <= m && width == NR) columnsTile(size, rows + (i << 2), stride, k, panel, to, ldc, 0, flags);
      else {
        columnsTile(size, rows + (i << 2), stride, k, panel, edge, NR << 2, 0, 0);
        storeEdge(edge, min(size, m - i), width, to, ldc, 0, flags);
      }
    }
  }
}

@unmanaged
export class PartialsArgs {
  x: In = 0;
  y: Out = 0;
  parts: Size = 0;
  /** Elements of a part. */
  length: Size = 0;
}

/** y[i] = Σ over parts of x[part, i], in order. Units: elements. */
export function sum_partials_f32(a: PartialsArgs, begin: usize, end: usize): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    let from = a.x + (i << 2);
    let sum = v128.load(from);
    for (let part: usize = 1; part < a.parts; part++) {
      from += a.length << 2;
      sum = f32x4.add(sum, v128.load(from));
    }
    v128.store(a.y + (i << 2), sum);
  }
  for (; i < end; i++) {
    let from = a.x + (i << 2);
    let sum = load<f32>(from);
    for (let part: usize = 1; part < a.parts; part++) {
      from += a.length << 2;
      sum += load<f32>(from);
    }
    store<f32>(a.y + (i << 2), sum);
  }
}
