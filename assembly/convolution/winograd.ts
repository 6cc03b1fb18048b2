// 3 × 3 convolution with stride 1 by minimal filtering, F(4 × 4, 3 × 3): sixteen outputs from a 6 × 6 window of the input take 36 products
// per pair of channels in place of 144: y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ x B)] A, with the matrices of winograd-transforms.ts.
//
//  (1) A tile is 4 × 4 outputs. A unit is a block of tiles: their windows are transformed into scratch memory, the 36 products over the
//      channels are matrix products there, and what they give is transformed back, some output channels at a time.
//  (2) An infinity or NaN in the window reaches all outputs of the tile through differences. Where an output is not finite, the tile is
//      computed again in the plain way, so that special values go where they belong.
import { In, Out, Size, threadScratch } from "../abi";
import { ENTRY, NR, RELU, rowsTile, tileRows } from "../matmul/tile";
import { Geometry } from "./geometry";
import { finalTransform, kernelTransform, outputTransform, windowTransform } from "./winograd-transforms";

/**
 * Bytes between two of the 36 positions, an odd number of cache lines: otherwise many of them would fall on the same few places of the
 * cache.
 */
// @ts-ignore: decorator
@inline
export function apart(bytes: usize): usize {
  return (((bytes + 63) >> 6) | 1) << 6;
}

@unmanaged
export class WinogradWeightsArgs {
  w: In = 0;
  /** 36 × panels of k × NR: 36 · (k · ceil(n / 16) · 16 + 32) floats. */
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
  const rows = taps + 144;
  for (let panel = begin * 16; panel < min(end * 16, panels * NR); panel += NR) {
    let to = a.u + ((panel * a.k) << 2);
    for (let q: usize = 0; q < a.k; q++)
      for (let j = panel; j < panel + NR; j += 4, to += 16) {
        let w = a.w + ((a.first + q * a.strideK + j * a.strideN) << 2);
        let step = a.strideTap << 2;
        if (j + 4 > a.n || a.strideN != 1) {
          if (j + 4 > a.n) takeSome(a, w, a.n - min(j, a.n), taps);
          else gatherFour(a, w, taps);
          w = taps;
          step = 16;
        }
        for (let s: usize = 0; s < 48; s += 16, w += step) kernelTransform(w, w + 3 * step, w + 6 * step, rows + s, 48);
        for (let i: usize = 0; i < 6; i++)
          kernelTransform(rows + i * 48, rows + i * 48 + 16, rows + i * 48 + 32, to + i * 6 * position, position);
      }
  }
}

/** The nine taps of four columns that don't lie side by side. */
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

/** Depth is only more images: kernel0 = 1, offset0 = 0. Of the other axes kernel, stride, dilation and upsample are 3, 1, 1, 1. */
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
  /** Tiles of a unit: tiles · channels + (tiles + 4) · 64 is at most 3150. */
  tiles: Size = 0;
  /** 4: negative results become zero. */
  flags: u32 = 0;
}

// The parts of the scratch memory, in bytes.
const TABLE: usize = 0;
/** Used by takeWindow, as the two that follow. */
const ZEROS: usize = 4096;
const PASS: usize = 8192;
const INPUTS: usize = 32768;

/** Channels that are transformed at a time, in bytes. */
const SOME: usize = 256;
/** Bytes between runs of so many channels. */
const BESIDE: usize = 320;
/** Output channels at a time. */
const COLUMNS: usize = 64;

/**
 * y = x ∗ w (+ bias); channels and output channels are multiples of 4. Units: blocks of `tiles` tiles of 4 × 4 outputs over the whole
 * batch.
 */
export function winograd_conv_f32(a: WinogradArgs, begin: usize, end: usize): void {
  const tiles1 = (a.out1 + 3) >> 2;
  const tiles2 = (a.out2 + 3) >> 2;
  const all = a.batch * a.in0 * tiles1 * tiles2;
  const inputPosition = apart((a.tiles * a.channels) << 2);
  const width = min(((a.outChannels + NR - 1) / NR) * NR, COLUMNS);
  const line = width << 2;
  // Rows that the last register tile computes beyond the block have a place, too.
  const outputPosition = apart((a.tiles + 4) * line);
  const inputs = threadScratch() + INPUTS;
  const outputs = inputs + inputPosition * 36;
  clearWindow();
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.tiles;
    const count = min(a.tiles, all - first);
    for (let t: usize = 0; t < count; t++) {
      const at = first + t;
      const i1 = ((<i32>((at / tiles2) % tiles1)) << 2) + a.offset1;
      const i2 = ((<i32>(at % tiles2)) << 2) + a.offset2;
      takeWindow(a, a.x, at / tiles2 / tiles1, i1, i2, inputs + ((t * a.channels) << 2), inputPosition, 0, 6);
    }
    for (let j: usize = 0; j < a.outChannels; j += COLUMNS) {
      for (let position: usize = 0; position < 36; position++)
        product(
          a,
          position,
          j,
          min(width, a.outChannels - j),
          count,
          inputs + position * inputPosition,
          outputs + position * outputPosition,
          line,
        );
      for (let t: usize = 0; t < count; t++) {
        const at = first + t;
        const o1 = ((at / tiles2) % tiles1) << 2;
        giveOutputs(a, at / tiles2 / tiles1, o1, (at % tiles2) << 2, j, outputs + t * line, outputPosition);
      }
    }
  }
}

/** To be called before takeWindow. */
export function clearWindow(): void {
  memory.fill(threadScratch() + ZEROS, 0, SOME);
}

/**
 * Rows `from` to `until` of Bᵀ x B of the 6 × 6 window at (i1, i2) of an image, for all channels: six runs of channels each, `position`
 * bytes apart.
 */
export function takeWindow(
  a: Geometry,
  x: usize,
  image: usize,
  i1: i32,
  i2: i32,
  to: usize,
  position: usize,
  from: usize,
  until: usize,
): void {
  const pixel = a.channels << 2;
  const line = a.in2 * pixel;
  const zeros = threadScratch() + ZEROS;
  const pass = threadScratch() + PASS;
  x += image * a.in1 * line;
  for (let c: usize = 0; c < pixel; c += SOME) {
    const bytes = min(SOME, pixel - c);
    for (let s: i32 = 0; s < 6; s++) {
      const column = x + <usize>(i2 + s) * pixel + c;
      const isThere = <u32>(i2 + s) < <u32>a.in2;
      const p0 = isThere && <u32>i1 < <u32>a.in1 ? column + <usize>i1 * line : zeros;
      const p1 = isThere && <u32>(i1 + 1) < <u32>a.in1 ? column + <usize>(i1 + 1) * line : zeros;
      const p2 = isThere && <u32>(i1 + 2) < <u32>a.in1 ? column + <usize>(i1 + 2) * line : zeros;
      const p3 = isThere && <u32>(i1 + 3) < <u32>a.in1 ? column + <usize>(i1 + 3) * line : zeros;
      const p4 = isThere && <u32>(i1 + 4) < <u32>a.in1 ? column + <usize>(i1 + 4) * line : zeros;
      const p5 = isThere && <u32>(i1 + 5) < <u32>a.in1 ? column + <usize>(i1 + 5) * line : zeros;
      windowTransform(p0, p1, p2, p3, p4, p5, bytes, pass + <usize>s * BESIDE, 6 * BESIDE);
    }
    let row = pass + from * 6 * BESIDE;
    for (let r = from; r < until; r++, row += 6 * BESIDE)
      windowTransform(
        row,
        row + BESIDE,
        row + 2 * BESIDE,
        row + 3 * BESIDE,
        row + 4 * BESIDE,
        row + 5 * BESIDE,
        bytes,
        to + c + (r - from) * 6 * position,
        position,
      );
  }
}

/** Sum over the channels at one of the 36 positions: tiles × channels times channels × output channels from `j` on. */
function product(a: WinogradArgs, position: usize, j: usize, n: usize, count: usize, inputs: usize, outputs: usize, line: usize): void {
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
  let u = a.u + position * apart(panels * panel) + (j / NR) * panel;
  for (let i: usize = 0; i < n; i += NR, u += panel, outputs += NR << 2)
    for (let i: usize = 0, entry = table; i < count; i += rows, entry += ENTRY << 2) {
      rows = tileRows(count - i);
      rowsTile(rows, entry, 1, k, u, outputs + i * line, line, 0, 0);
    }
}

/** Aᵀ m A of one tile, for some output channels from `j` on. */
function giveOutputs(a: WinogradArgs, image: usize, o1: usize, o2: usize, j: usize, from: usize, position: usize): void {
  const pass = threadScratch() + PASS;
  const pixel = a.outChannels << 2;
  const bytes = min(COLUMNS << 2, pixel - (j << 2));
  for (let s: usize = 0; s < 6; s++) outputTransform(from + s * position, 6 * position, bytes, pass + s * BESIDE, 6 * BESIDE);
  let y = a.y + ((image * a.out1 + o1) * a.out2 + o2) * pixel + (j << 2);
  const bias = a.bias ? a.bias + (j << 2) : 0;
  const floor = f32x4.splat(a.flags & RELU ? 0 : -Infinity);
  // What lies beyond the last outputs goes where nobody looks.
  const beyond = threadScratch() + PASS + 24 * BESIDE;
  const rows = min(4, a.out1 - o1);
  const columns = min(4, a.out2 - o2);
  let check = f32x4.splat(0);
  for (let r: usize = 0; r < rows; r++, y += a.out2 * pixel) {
    const q1 = columns > 1 ? y + pixel : beyond;
    const q2 = columns > 2 ? y + 2 * pixel : beyond;
    const q3 = columns > 3 ? y + 3 * pixel : beyond;
    check = f32x4.add(check, finalTransform(pass + r * 6 * BESIDE, BESIDE, bytes, y, q1, q2, q3, bias, floor));
  }
  if (v128.any_true(f32x4.ne(check, check))) plainTile(a, image, o1, o2, rows, columns, j, min(j + COLUMNS, a.outChannels));
}

/** Outputs of one tile in the plain way. */
function plainTile(a: WinogradArgs, image: usize, o1: usize, o2: usize, rows: usize, columns: usize, first: usize, last: usize): void {
  for (let r = o1; r < o1 + rows; r++)
    for (let s = o2; s < o2 + columns; s++)
      for (let j = first; j < last; j++) {
        let sum: f32 = 0;
        for (let tap: i32 = 0; tap < 9; tap++) {
          const i1 = <i32>r + a.offset1 + tap / 3;
          const i2 = <i32>s + a.offset2 + (tap % 3);
          if (<u32>i1 >= <u32>a.in1 || <u32>i2 >= <u32>a.in2) continue;
          const x = a.x + ((((image * a.in1 + <usize>i1) * a.in2 + <usize>i2) * a.channels) << 2);
          const w = a.w + ((a.first + j * a.strideN + <usize>(tap * a.strideTap)) << 2);
          for (let q: usize = 0; q < a.channels; q++) sum += load<f32>(x + (q << 2)) * load<f32>(w + ((q * a.strideK) << 2));
        }
        if (a.bias) sum += load<f32>(a.bias + (j << 2));
        if (a.flags & RELU) sum = max<f32>(sum, 0);
        store<f32>(a.y + ((((image * a.out1 + r) * a.out2 + s) * a.outChannels + j) << 2), sum);
      }
}
