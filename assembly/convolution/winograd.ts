// 3 × 3 convolution with stride 1 by minimal filtering, F(2 × 2, 3 × 3): four outputs from a 4 × 4 window of the input take 16 products per
// pair of channels in place of 36. Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"; Winograd 1980.
//
//   y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ x B)] A
//   Bᵀ = 1  0 −1  0     G =  1   0   0     Aᵀ = 1  1  1  0
//        0  1  1  0          ½   ½   ½          0  1 −1 −1
//        0 −1  1  0          ½  −½   ½
//        0  1  0 −1          0   0   1
//
//  (1) A tile is 2 × 2 outputs. A unit is a block of tiles: their windows are transformed into scratch memory, the 16 products over the
//      channels are matrix products there, and what they give is transformed back.
//  (2) An infinity or NaN in the window reaches all four outputs through differences. Where an output is not finite, the tile is computed
//      again in the plain way, so that special values go where they belong.
import { In, Out, Size, threadScratch } from "../abi";
import { ENTRY, NR, RELU, rowsTile, tileRows } from "../matmul/tile";
import { Geometry } from "./geometry";

/** Bytes between two of the 16 positions, an odd number of cache lines: otherwise all of them would fall on the same few places of the cache. */
// @ts-ignore: decorator
@inline
export function apart(bytes: usize): usize {
  return (((bytes + 63) >> 6) | 1) << 6;
}

@unmanaged
export class WinogradWeightsArgs {
  w: In = 0;
  /** 16 × panels of k × NR: 16 · (k · ceil(n / 16) · 16 + 32) floats. */
  u: Out = 0;
  k: Size = 0;
  n: Size = 0;
  /** Index of tap 0, and from tap to tap: below zero for a kernel that is turned around. */
  first: Size = 0;
  strideTap: i32 = 0;
  strideK: Size = 0;
  strideN: Size = 0;
}

/** u = G w Gᵀ for each pair of channels, in panels. Units: blocks of 16 columns, ceil(n / 16) of them. */
export function winograd_weights_f32(a: WinogradWeightsArgs, begin: usize, end: usize): void {
  const panels = (a.n + NR - 1) / NR;
  const position = apart((panels * a.k * NR) << 2);
  const taps = threadScratch();
  for (let j = begin * 16; j < min(end * 16, panels * NR); j += 4) {
    let to = a.u + (((j / NR) * a.k * NR + (j % NR)) << 2);
    for (let q: usize = 0; q < a.k; q++, to += NR << 2) {
      const w = a.w + ((a.first + q * a.strideK + j * a.strideN) << 2);
      if (j + 4 > a.n) takeSome(a, w, a.n - min(j, a.n), taps);
      else if (a.strideN == 1) takeFour(a, w, taps);
      else gatherFour(a, w, taps);
      transformWeights(taps, to, position);
    }
  }
}

/** The nine taps of four neighbouring columns. */
function takeFour(a: WinogradWeightsArgs, w: usize, taps: usize): void {
  const step = a.strideTap << 2;
  for (let t: usize = 0; t < 144; t += 16, w += step) v128.store(taps + t, v128.load(w));
}

function gatherFour(a: WinogradWeightsArgs, w: usize, taps: usize): void {
  const step = a.strideTap << 2;
  const column = a.strideN << 2;
  for (let t: usize = 0; t < 144; t += 16, w += step) {
    store<f32>(taps + t, load<f32>(w));
    store<f32>(taps + t, load<f32>(w + column), 4);
    store<f32>(taps + t, load<f32>(w + 2 * column), 8);
    store<f32>(taps + t, load<f32>(w + 3 * column), 12);
  }
}

/** Those of the last columns, zeros beside them. */
function takeSome(a: WinogradWeightsArgs, w: usize, count: usize, taps: usize): void {
  const step = a.strideTap << 2;
  for (let t: usize = 0; t < 144; t += 16, w += step) {
    v128.store(taps + t, f32x4.splat(0));
    for (let j: usize = 0; j < count; j++) store<f32>(taps + t + (j << 2), load<f32>(w + ((j * a.strideN) << 2)));
  }
}

function transformWeights(taps: usize, to: usize, position: usize): void {
  const half = f32x4.splat(0.5);
  const a0 = v128.load(taps);
  const a1 = v128.load(taps, 16);
  const a2 = v128.load(taps, 32);
  const c0 = v128.load(taps, 96);
  const c1 = v128.load(taps, 112);
  const c2 = v128.load(taps, 128);
  storeWeights(to, position, a0, a1, a2);
  storeWeights(to + 12 * position, position, c0, c1, c2);
  const b0 = f32x4.mul(half, v128.load(taps, 48));
  const b1 = f32x4.mul(half, v128.load(taps, 64));
  const b2 = f32x4.mul(half, v128.load(taps, 80));
  const o0 = f32x4.mul(half, f32x4.add(a0, c0));
  const o1 = f32x4.mul(half, f32x4.add(a1, c1));
  const o2 = f32x4.mul(half, f32x4.add(a2, c2));
  storeWeights(to + 4 * position, position, f32x4.add(o0, b0), f32x4.add(o1, b1), f32x4.add(o2, b2));
  storeWeights(to + 8 * position, position, f32x4.sub(o0, b0), f32x4.sub(o1, b1), f32x4.sub(o2, b2));
}

/** One row of G w Gᵀ from the same row of G w. */
// @ts-ignore: decorator
@inline
function storeWeights(to: usize, position: usize, w0: v128, w1: v128, w2: v128): void {
  const half = f32x4.splat(0.5);
  const outer = f32x4.mul(half, f32x4.add(w0, w2));
  const middle = f32x4.mul(half, w1);
  v128.store(to, w0);
  v128.store(to + position, f32x4.add(outer, middle));
  v128.store(to + 2 * position, f32x4.sub(outer, middle));
  v128.store(to + 3 * position, w2);
}

/** The geometry has depth only as more images: kernel0 = 1, offset0 = 0. kernel, stride, dilation and upsample of the other axes are 3, 1, 1, 1. */
@unmanaged
export class WinogradArgs extends Geometry {
  x: In = 0;
  u: In = 0;
  /** The weights themselves, and how they lie: see WinogradWeightsArgs. */
  w: In = 0;
  bias: In = 0;
  y: Out = 0;
  first: Size = 0;
  strideTap: i32 = 0;
  strideK: Size = 0;
  strideN: Size = 0;
  /** Tiles of a unit: tiles · channels + (tiles + 4) · output channels rounded up to 16 is at most 7500. */
  tiles: Size = 0;
  /** 4: negative results become zero. */
  flags: u32 = 0;
}

// The parts of the scratch memory, in bytes.
const TABLE: usize = 0;
/** Used by takeWindow. */
const WINDOW: usize = 4096;
const INPUTS: usize = 32768;

/** y = x ∗ w (+ bias); channels and output channels are multiples of 4. Units: blocks of `tiles` tiles of 2 × 2 outputs over the whole batch. */
export function winograd_conv_f32(a: WinogradArgs, begin: usize, end: usize): void {
  const tiles1 = (a.out1 + 1) >> 1;
  const tiles2 = (a.out2 + 1) >> 1;
  const all = a.batch * a.in0 * tiles1 * tiles2;
  const inputPosition = apart((a.tiles * a.channels) << 2);
  const line = ((a.outChannels + NR - 1) / NR) * (NR << 2);
  // Rows that the last register tile computes beyond the block have a place, too.
  const outputPosition = apart((a.tiles + 4) * line);
  const inputs = threadScratch() + INPUTS;
  const outputs = inputs + (inputPosition << 4);
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.tiles;
    const count = min(a.tiles, all - first);
    for (let t: usize = 0; t < count; t++) {
      const at = first + t;
      const image = at / tiles2 / tiles1;
      const i1 = ((<i32>((at / tiles2) % tiles1)) << 1) + a.offset1;
      const i2 = ((<i32>(at % tiles2)) << 1) + a.offset2;
      takeWindow(a, a.x, image, i1, i2, inputs + ((t * a.channels) << 2), inputPosition);
    }
    for (let position: usize = 0; position < 16; position++)
      product(a, position, count, inputs + position * inputPosition, outputs + position * outputPosition, line);
    for (let t: usize = 0; t < count; t++) {
      const at = first + t;
      const image = at / tiles2 / tiles1;
      giveOutputs(a, image, ((at / tiles2) % tiles1) << 1, (at % tiles2) << 1, outputs + t * line, outputPosition);
    }
  }
}

/** Bᵀ x B of the window at (i1, i2) of an image, for all channels: 16 runs of channels, `position` bytes apart. */
export function takeWindow(a: Geometry, x: usize, image: usize, i1: i32, i2: i32, to: usize, position: usize): void {
  const pixel = a.channels << 2;
  const line = a.in2 * pixel;
  x += image * a.in1 * line;
  if (i1 >= 0 && i2 >= 0 && i1 + 4 <= <i32>a.in1 && i2 + 4 <= <i32>a.in2)
    return transformPart(x + <usize>i1 * line + <usize>i2 * pixel, line, pixel, pixel, to, position);
  // At the border through a copy with zeros around, some channels at a time.
  const window = threadScratch() + WINDOW;
  for (let c: usize = 0; c < pixel; c += 1024) {
    const bytes = min(1024, pixel - c);
    for (let r = 0; r < 4; r++)
      for (let s = 0; s < 4; s++) {
        const cell = window + (((r << 2) + s) << 10);
        const isThere = <u32>(i1 + r) < <u32>a.in1 && <u32>(i2 + s) < <u32>a.in2;
        const from = x + <usize>(i1 + r) * line + <usize>(i2 + s) * pixel + c;
        if (isThere) for (let b: usize = 0; b < bytes; b += 16) v128.store(cell + b, v128.load(from + b));
        else for (let b: usize = 0; b < bytes; b += 16) v128.store(cell + b, f32x4.splat(0));
      }
    transformPart(window, 4096, 1024, bytes, to + c, position);
  }
}

/** One row of Bᵀ x B from the same row of Bᵀ x. */
// @ts-ignore: decorator
@inline
function storeRow(to: usize, position: usize, t0: v128, t1: v128, t2: v128, t3: v128): void {
  v128.store(to, f32x4.sub(t0, t2));
  v128.store(to + position, f32x4.add(t1, t2));
  v128.store(to + 2 * position, f32x4.sub(t2, t1));
  v128.store(to + 3 * position, f32x4.sub(t1, t3));
}

function transformPart(x: usize, line: usize, pixel: usize, bytes: usize, to: usize, position: usize): void {
  const row = position << 2;
  for (const end = x + bytes; x < end; x += 16, to += 16) {
    const r2 = x + 2 * line;
    const c0 = v128.load(r2);
    const c1 = v128.load(r2 + pixel);
    const c2 = v128.load(r2 + 2 * pixel);
    const c3 = v128.load(r2 + 3 * pixel);
    const a0 = v128.load(x);
    const a1 = v128.load(x + pixel);
    const a2 = v128.load(x + 2 * pixel);
    const a3 = v128.load(x + 3 * pixel);
    storeRow(to, position, f32x4.sub(a0, c0), f32x4.sub(a1, c1), f32x4.sub(a2, c2), f32x4.sub(a3, c3));
    const r1 = x + line;
    const b0 = v128.load(r1);
    const b1 = v128.load(r1 + pixel);
    const b2 = v128.load(r1 + 2 * pixel);
    const b3 = v128.load(r1 + 3 * pixel);
    storeRow(to + row, position, f32x4.add(b0, c0), f32x4.add(b1, c1), f32x4.add(b2, c2), f32x4.add(b3, c3));
    storeRow(to + 2 * row, position, f32x4.sub(c0, b0), f32x4.sub(c1, b1), f32x4.sub(c2, b2), f32x4.sub(c3, b3));
    const r3 = r1 + 2 * line;
    const d0 = v128.load(r3);
    const d1 = v128.load(r3 + pixel);
    const d2 = v128.load(r3 + 2 * pixel);
    const d3 = v128.load(r3 + 3 * pixel);
    storeRow(to + 3 * row, position, f32x4.sub(b0, d0), f32x4.sub(b1, d1), f32x4.sub(b2, d2), f32x4.sub(b3, d3));
  }
}

/** Sum over the channels at one of the 16 positions: tiles × channels times channels × output channels. */
function product(a: WinogradArgs, position: usize, count: usize, inputs: usize, outputs: usize, line: usize): void {
  const k = a.channels;
  const panel = (k * NR) << 2;
  const panels = (a.outChannels + NR - 1) / NR;
  const table = threadScratch() + TABLE;
  let rows: usize = 0;
  for (let i: usize = 0, entry = table; i < count; i += rows, entry += ENTRY << 2) {
    rows = tileRows(count - i);
    store<u32>(entry, 0);
    for (let r: usize = 0; r < rows; r++) store<usize>(entry + (r << 2), inputs + ((min(i + r, count - 1) * k) << 2), 4);
  }
  let u = a.u + position * apart(panels * panel);
  for (let j: usize = 0; j < panels; j++, u += panel, outputs += NR << 2)
    for (let i: usize = 0, entry = table; i < count; i += rows, entry += ENTRY << 2) {
      rows = tileRows(count - i);
      rowsTile(rows, entry, 1, k, u, outputs + i * line, line, 0, 0);
    }
}

/** Aᵀ m A of one tile, for all output channels. */
function giveOutputs(a: WinogradArgs, image: usize, o1: usize, o2: usize, from: usize, position: usize): void {
  const pixel = a.outChannels << 2;
  const line = a.out2 * pixel;
  const y = a.y + ((image * a.out1 + o1) * a.out2 + o2) * pixel;
  // Where the outputs end with half a tile, what lies beyond is stored first and written over.
  const right = o2 + 1 < a.out2 ? y + pixel : y;
  const below = o1 + 1 < a.out1 ? line : 0;
  if (!transformOutputs(a, from, position, y, right, below)) plainTile(a, image, o1, o2, y);
}

/** Whether all outputs are finite. */
function transformOutputs(a: WinogradArgs, from: usize, position: usize, y: usize, right: usize, below: usize): bool {
  const row = position << 2;
  const bytes = a.outChannels << 2;
  const relu = (a.flags & RELU) != 0;
  const zero = f32x4.splat(0);
  let check = zero;
  for (let c: usize = 0; c < bytes; c += 16) {
    let m = from + c;
    let m1 = v128.load(m + row);
    let m2 = v128.load(m + 2 * row);
    let sum = f32x4.add(m1, m2);
    let difference = f32x4.sub(m1, m2);
    let y0 = f32x4.add(v128.load(m), sum);
    let y2 = f32x4.sub(difference, v128.load(m + 3 * row));
    let y1 = zero;
    let y3 = zero;
    m += position;
    m1 = v128.load(m + row);
    m2 = v128.load(m + 2 * row);
    sum = f32x4.add(v128.load(m), f32x4.add(m1, m2));
    difference = f32x4.sub(f32x4.sub(m1, m2), v128.load(m + 3 * row));
    y0 = f32x4.add(y0, sum);
    y1 = sum;
    y2 = f32x4.add(y2, difference);
    y3 = difference;
    m += position;
    m1 = v128.load(m + row);
    m2 = v128.load(m + 2 * row);
    sum = f32x4.add(v128.load(m), f32x4.add(m1, m2));
    difference = f32x4.sub(f32x4.sub(m1, m2), v128.load(m + 3 * row));
    y0 = f32x4.add(y0, sum);
    y1 = f32x4.sub(y1, sum);
    y2 = f32x4.add(y2, difference);
    y3 = f32x4.sub(y3, difference);
    m += position;
    m1 = v128.load(m + row);
    m2 = v128.load(m + 2 * row);
    y1 = f32x4.sub(y1, f32x4.add(v128.load(m), f32x4.add(m1, m2)));
    y3 = f32x4.sub(y3, f32x4.sub(f32x4.sub(m1, m2), v128.load(m + 3 * row)));
    // Zero times what is not finite is NaN.
    check = f32x4.add(check, f32x4.mul(zero, f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3))));
    if (a.bias) {
      const bias = v128.load(a.bias + c);
      y0 = f32x4.add(y0, bias);
      y1 = f32x4.add(y1, bias);
      y2 = f32x4.add(y2, bias);
      y3 = f32x4.add(y3, bias);
    }
    if (relu) {
      y0 = f32x4.max(y0, zero);
      y1 = f32x4.max(y1, zero);
      y2 = f32x4.max(y2, zero);
      y3 = f32x4.max(y3, zero);
    }
    v128.store(right + below + c, y3);
    v128.store(y + below + c, y2);
    v128.store(right + c, y1);
    v128.store(y + c, y0);
  }
  return !v128.any_true(f32x4.ne(check, check));
}

/** The outputs of one tile in the plain way. */
function plainTile(a: WinogradArgs, image: usize, o1: usize, o2: usize, y: usize): void {
  for (let r: usize = 0; r < 2 && o1 + r < a.out1; r++)
    for (let s: usize = 0; s < 2 && o2 + s < a.out2; s++)
      for (let j: usize = 0; j < a.outChannels; j++) {
        let sum: f32 = 0;
        for (let tap: i32 = 0; tap < 9; tap++) {
          const i1 = <i32>(o1 + r) + a.offset1 + tap / 3;
          const i2 = <i32>(o2 + s) + a.offset2 + (tap % 3);
          if (<u32>i1 >= <u32>a.in1 || <u32>i2 >= <u32>a.in2) continue;
          const x = a.x + ((((image * a.in1 + <usize>i1) * a.in2 + <usize>i2) * a.channels) << 2);
          const w = a.w + ((a.first + j * a.strideN + <usize>(tap * a.strideTap)) << 2);
          for (let q: usize = 0; q < a.channels; q++) sum += load<f32>(x + (q << 2)) * load<f32>(w + ((q * a.strideK) << 2));
        }
        if (a.bias) sum += load<f32>(a.bias + (j << 2));
        if (a.flags & RELU) sum = max<f32>(sum, 0);
        store<f32>(y + (((r * a.out2 + s) * a.outChannels + j) << 2), sum);
      }
}
