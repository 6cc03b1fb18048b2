// Convolution whose runs are short: first layers with few channels. Every tap of every channel is a left column of its own, and stands at
// the same distance from its pixel everywhere, since nothing is padded here: pad_f32 has done that.
import { In, Out, Size, threadScratch } from "../abi";
import { ADD, apartTile, BIAS, NR, RELU, storeEdge, tileRows } from "../matmul/tile";
import { ConvArgs } from "./conv";
import { goOn, goTo, Walk } from "./geometry";

// The parts of the scratch memory, in bytes.
const EDGE: usize = 0;
const WALK: usize = 448;
/** Addresses of the block's pixels. */
const BASES: usize = 512;
/** Distance of each tap and channel from its pixel. */
const OFFSETS: usize = 2048;

/** Rows of a panel that stay in the first cache. */
const BLOCK_K: usize = 5120 / NR;

/**
 * y = x ∗ w (+ bias), where every tap lies inside x and `upsample` is 1; at most 60000 taps × channels of a group.
 * Units: groups × blocks of unitM output pixels, blocks fastest.
 */
export function conv_short_f32(a: ConvArgs, begin: usize, end: usize): void {
  const pixels = a.batch * a.out0 * a.out1 * a.out2;
  const blocks = (pixels + a.unitM - 1) / a.unitM;
  const inner = a.channels / a.groups;
  const n = a.outChannels / a.groups;
  const k = findOffsets(a, inner);
  for (let unit = begin; unit < end; unit++) {
    const group = unit / blocks;
    const first = (unit % blocks) * a.unitM;
    const count = min(a.unitM, pixels - first);
    findBases(a, a.x + ((group * inner) << 2), first, count);
    for (let q: usize = 0; q < k; q += BLOCK_K) {
      const isLast = q + BLOCK_K >= k;
      const flags: u32 = (q ? ADD : 0) | (isLast && a.bias ? BIAS : 0) | (isLast ? a.flags & RELU : 0);
      products(a, group, first, count, n, k, q, flags);
    }
  }
}

function findOffsets(a: ConvArgs, inner: usize): usize {
  let to = threadScratch() + OFFSETS;
  for (let k0 = 0; k0 < <i32>a.kernel0; k0++)
    for (let k1 = 0; k1 < <i32>a.kernel1; k1++)
      for (let k2 = 0; k2 < <i32>a.kernel2; k2++) {
        const pixel = (k0 * a.dilation0 * <i32>a.in1 + k1 * a.dilation1) * <i32>a.in2 + k2 * a.dilation2;
        for (let q: usize = 0; q < inner; q++, to += 4) store<i32>(to, (pixel * <i32>a.channels + <i32>q) << 2);
      }
  return (to - threadScratch() - OFFSETS) >> 2;
}

function findBases(a: ConvArgs, x: usize, first: usize, count: usize): void {
  const w = changetype<Walk>(threadScratch() + WALK);
  const bases = threadScratch() + BASES;
  let base: usize = 0;
  goTo(w, a, first);
  for (let i: usize = 0; i < count; i++) {
    const i0 = <usize>(w.at0 * a.stride0 + a.offset0);
    const i1 = <usize>(w.at1 * a.stride1 + a.offset1);
    const i2 = <usize>(w.at2 * a.stride2 + a.offset2);
    base = x + (((((w.image * a.in0 + i0) * a.in1 + i1) * a.in2 + i2) * a.channels) << 2);
    store<usize>(bases + (i << 2), base);
    goOn(w, a);
  }
  // The last tile repeats the last pixel.
  for (let i = count; i < count + 6; i++) store<usize>(bases + (i << 2), base);
}

function products(a: ConvArgs, group: usize, first: usize, count: usize, n: usize, k: usize, q: usize, flags: u32): void {
  const ldc = a.outChannels << 2;
  const edge = threadScratch() + EDGE;
  const bases = threadScratch() + BASES;
  const offsets = threadScratch() + OFFSETS + (q << 2);
  const length = min(BLOCK_K, k - q);
  const y = a.y + ((first * a.outChannels + group * n) << 2);
  let panel = a.packed + (((group * ((n + NR - 1) / NR) * k + q) * NR) << 2);
  let bias = a.bias ? a.bias + ((group * n) << 2) : 0;
  for (let j: usize = 0; j < n; j += NR, panel += (k * NR) << 2, bias += NR << 2) {
    const width = min(NR, n - j);
    let rows: usize = 0;
    for (let i: usize = 0; i < count; i += rows) {
      rows = tileRows(count - i);
      const to = y + i * ldc + (j << 2);
      if (i + rows <= count && width == NR) apartTile(rows, bases + (i << 2), offsets, length, panel, to, ldc, bias, flags);
      else {
        apartTile(rows, bases + (i << 2), offsets, length, panel, edge, NR << 2, 0, 0);
        storeEdge(edge, min(rows, count - i), width, to, ldc, bias, flags);
      }
    }
  }
}

@unmanaged
export class PadArgs {
  x: In = 0;
  y: Out = 0;
  in0: Size = 0;
  in1: Size = 0;
  in2: Size = 0;
  out0: Size = 0;
  out1: Size = 0;
  out2: Size = 0;
  before0: Size = 0;
  before1: Size = 0;
  before2: Size = 0;
  channels: Size = 0;
}

/** y = x with zeros around each image. Units: rows of y (along width). */
export function pad_f32(a: PadArgs, begin: usize, end: usize): void {
  const line = (a.out2 * a.channels) << 2;
  for (let row = begin; row < end; row++) {
    const o1 = (row % a.out1) - a.before1;
    const o0 = ((row / a.out1) % a.out0) - a.before0;
    const image = row / a.out1 / a.out0;
    const y = a.y + row * line;
    memory.fill(y, 0, line);
    if (o0 >= a.in0 || o1 >= a.in1) continue;
    const x = a.x + ((((image * a.in0 + o0) * a.in1 + o1) * a.in2 * a.channels) << 2);
    memory.copy(y + ((a.before2 * a.channels) << 2), x, (a.in2 * a.channels) << 2);
  }
}
