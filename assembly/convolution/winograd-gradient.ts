// The weight gradient of a 3 × 3 convolution with stride 1 by minimal filtering, F(3 × 3, 4 × 4): nine outputs, the taps, from a 6 × 6
// window of the input and a 4 × 4 tile of dy, which take 36 products per pair of channels in place of 144: dw = Aᵀ [(G dy Gᵀ) ⊙ (Bᵀ x B)]
// A.
//
//  (1) The sum over all tiles of the batch is taken before Aᵀ … A: 36 matrices of channels × output channels.
//  (2) Tiles are cut into `splits` parts with sums of their own; the second kernel adds them in order and transforms back. Rows of the 36
//      positions are cut into `parts`, each of which transforms on its own what it needs.
//  (3) Where an output is not finite, it is computed again in the plain way: see winograd.ts.
import { In, Out, Size, threadScratch } from "../abi";
import { ADD, columnsTile, NR, storeEdge, tileRows } from "../matmul/tile";
import { Geometry } from "./geometry";
import { apart, clearWindow, takeWindow } from "./winograd";
import { tapTransform, tileTransform } from "./winograd-transforms";

/** The geometry is that of WinogradArgs. */
@unmanaged
export class WinogradGradientArgs extends Geometry {
  x: In = 0;
  dy: In = 0;
  /** splits × 36 × (channels × output channels + 32). */
  sums: Out = 0;
  splits: Size = 0;
  /** 1, 2, 3 or 6. */
  parts: Size = 0;
}

// The parts of the scratch memory, in bytes.
const EDGE: usize = 0;
const ZEROS: usize = 2048;
const PASS: usize = 16384;
const INPUTS: usize = 32768;
const FLOATS: usize = 119000;

const SOME: usize = 256;
const BESIDE: usize = 320;

/** Sums over tiles; channels and output channels are multiples of 4, and at most 1200 together. Units: splits × parts. */
export function winograd_gradient_f32(a: WinogradGradientArgs, begin: usize, end: usize): void {
  const tiles1 = (a.out1 + 3) >> 2;
  const tiles2 = (a.out2 + 3) >> 2;
  const all = a.batch * a.in0 * tiles1 * tiles2;
  const perSplit = (all + a.splits - 1) / a.splits;
  const width = ((a.outChannels + NR - 1) / NR) * NR;
  const sumsPosition = apart((a.channels * a.outChannels) << 2);
  const rows = <usize>6 / a.parts;
  const most = FLOATS / (6 * rows * (a.channels + width));
  clearWindow();
  memory.fill(threadScratch() + ZEROS, 0, SOME);
  for (let unit = begin; unit < end; unit++) {
    const split = unit / a.parts;
    const from = (unit % a.parts) * rows;
    const first = min(split * perSplit, all);
    const last = min(first + perSplit, all);
    const sums = a.sums + (split * 36 + from * 6) * sumsPosition;
    if (first == last) memory.fill(sums, 0, rows * 6 * sumsPosition);
    // Blocks of equal length.
    const blocks = (last - first + most - 1) / most;
    const length = blocks ? (last - first + blocks - 1) / blocks : 1;
    for (let begin = first; begin < last; begin += length) {
      const count = min(length, last - begin);
      const inputPosition = apart((count * a.channels) << 2);
      const inputs = threadScratch() + INPUTS;
      const outputPosition = apart((count * width) << 2);
      const outputs = inputs + inputPosition * 6 * rows;
      for (let t: usize = 0; t < count; t++) {
        const at = begin + t;
        const image = at / tiles2 / tiles1;
        const o1 = ((at / tiles2) % tiles1) << 2;
        const o2 = (at % tiles2) << 2;
        const to = inputs + ((t * a.channels) << 2);
        takeWindow(a, a.x, image, <i32>o1 + a.offset1, <i32>o2 + a.offset2, to, inputPosition, from, from + rows);
        takeTile(a, image, o1, o2, outputs + ((t * NR) << 2), count, outputPosition, from, from + rows);
      }
      for (let position: usize = 0; position < rows * 6; position++)
        product(
          a,
          count,
          inputs + position * inputPosition,
          outputs + position * outputPosition,
          sums + position * sumsPosition,
          begin == first ? 0 : ADD,
        );
    }
  }
}

/** Rows `from` to `until` of G dy Gᵀ of one tile, for all output channels, in panels of `count` rows. */
function takeTile(
  a: WinogradGradientArgs,
  image: usize,
  o1: usize,
  o2: usize,
  to: usize,
  count: usize,
  position: usize,
  from: usize,
  until: usize,
): void {
  const pixel = a.outChannels << 2;
  const line = a.out2 * pixel;
  const dy = a.dy + ((image * a.out1 + o1) * a.out2 + o2) * pixel;
  const zeros = threadScratch() + ZEROS;
  const pass = threadScratch() + PASS;
  const rows = a.out1 - o1;
  for (let c: usize = 0; c < pixel; c += SOME) {
    const bytes = min(SOME, pixel - c);
    for (let s: usize = 0; s < 4; s++) {
      const column = dy + s * pixel + c;
      const isThere = o2 + s < a.out2;
      const p0 = isThere ? column : zeros;
      const p1 = isThere && rows > 1 ? column + line : zeros;
      const p2 = isThere && rows > 2 ? column + 2 * line : zeros;
      const p3 = isThere && rows > 3 ? column + 3 * line : zeros;
      tileTransform(p0, p1, p2, p3, bytes, pass + s * BESIDE, 4 * BESIDE);
    }
    for (let r = from; r < until; r++) {
      const row = pass + r * 4 * BESIDE;
      const at = to + (r - from) * 6 * position;
      // A panel at a time.
      for (let b: usize = 0; b < bytes; b += NR << 2) {
        const panel = at + ((c + b) / (NR << 2)) * ((count * NR) << 2);
        tileTransform(row + b, row + BESIDE + b, row + 2 * BESIDE + b, row + 3 * BESIDE + b, min(NR << 2, bytes - b), panel, position);
      }
    }
  }
}

/** Sum over tiles at one position: channels × tiles times tiles × output channels. */
function product(a: WinogradGradientArgs, k: usize, inputs: usize, panel: usize, sums: usize, flags: u32): void {
  const ldc = a.outChannels << 2;
  const stride = a.channels << 2;
  const edge = threadScratch() + EDGE;
  for (let j: usize = 0; j < a.outChannels; j += NR, panel += (k * NR) << 2) {
    const width = min(NR, a.outChannels - j);
    let rows: usize = 0;
    for (let i: usize = 0; i < a.channels; i += rows) {
      rows = tileRows(a.channels - i);
      const to = sums + i * ldc + (j << 2);
      if (i + rows <= a.channels && width == NR) columnsTile(rows, inputs + (i << 2), stride, k, panel, to, ldc, 0, flags);
      else {
        columnsTile(rows, inputs + (i << 2), stride, k, panel, edge, NR << 2, 0, 0);
        storeEdge(edge, min(rows, a.channels - i), width, to, ldc, 0, flags);
      }
    }
  }
}

@unmanaged
export class WinogradTapsArgs extends Geometry {
  x: In = 0;
  dy: In = 0;
  sums: In = 0;
  /** 9 taps × channels × output channels. */
  dw: Out = 0;
  splits: Size = 0;
}

/** dw = Aᵀ (Σ over splits) A. Units: channels. */
export function winograd_taps_f32(a: WinogradTapsArgs, begin: usize, end: usize): void {
  const bytes = a.outChannels << 2;
  const tap = a.channels * bytes;
  for (let i = begin; i < end; i++)
    for (let first: usize = 0; first < bytes; first += SOME) {
      const last = min(first + SOME, bytes);
      addSplits(a, a.sums + i * bytes + first, apart(tap), last - first);
      for (let c = first; c < last; c += 16) {
        const dw = a.dw + i * bytes + c;
        transformSums(threadScratch() + c - first, dw, tap);
        let check = f32x4.splat(0);
        for (let t: usize = 0; t < 9; t++) check = f32x4.add(check, f32x4.mul(f32x4.splat(0), v128.load(dw + t * tap)));
        if (v128.any_true(f32x4.ne(check, check))) plainTaps(a, i, c, dw, tap);
      }
    }
}

/** Adds the splits of each position for some output channels of one channel, into scratch memory. */
function addSplits(a: WinogradTapsArgs, from: usize, position: usize, bytes: usize): void {
  let to = threadScratch();
  for (let p: usize = 0; p < 36; p++, from += position, to += BESIDE)
    for (let c: usize = 0; c < bytes; c += 16) {
      let other = from + c;
      let sum = v128.load(other);
      for (let split: usize = 1; split < a.splits; split++) {
        other += 36 * position;
        sum = f32x4.add(sum, v128.load(other));
      }
      v128.store(to + c, sum);
    }
}

/** Aᵀ m A for four output channels. */
function transformSums(m: usize, dw: usize, tap: usize): void {
  const rows = threadScratch() + 36 * BESIDE;
  for (let s: usize = 0; s < 6; s++) tapTransform(m + s * BESIDE, 6 * BESIDE, rows + (s << 4), 96);
  for (let r: usize = 0; r < 3; r++) tapTransform(rows + r * 96, 16, dw + r * 3 * tap, tap);
}

/** The taps of one channel and four output channels in the plain way. */
function plainTaps(a: WinogradTapsArgs, i: usize, c: usize, dw: usize, tap: usize): void {
  const pixel = a.outChannels << 2;
  for (let t: i32 = 0; t < 9; t++, dw += tap) {
    let sum = f32x4.splat(0);
    let dy = a.dy + c;
    for (let image: usize = 0; image < a.batch * a.in0; image++)
      for (let o1: i32 = 0; o1 < <i32>a.out1; o1++)
        for (let o2: i32 = 0; o2 < <i32>a.out2; o2++, dy += pixel) {
          const i1 = o1 + a.offset1 + t / 3;
          const i2 = o2 + a.offset2 + (t % 3);
          if (<u32>i1 >= <u32>a.in1 || <u32>i2 >= <u32>a.in2) continue;
          const x = a.x + ((((image * a.in1 + <usize>i1) * a.in2 + <usize>i2) * a.channels + i) << 2);
          sum = f32x4.add(f32x4.mul(v128.load32_splat(x), v128.load(dy)), sum);
        }
    v128.store(dw, sum);
  }
}
