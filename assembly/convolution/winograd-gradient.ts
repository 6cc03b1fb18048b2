// The weight gradient of a 3 × 3 convolution with stride 1 by minimal filtering, F(3 × 3, 2 × 2): nine outputs, the taps, from a 4 × 4 window of
// the input and a 2 × 2 tile of dy, which take 16 products per pair of channels in place of 36. Bᵀ as in winograd.ts,
//
//   dw = Aᵀ [(G dy Gᵀ) ⊙ (Bᵀ x B)] A,   G = 1   0    Aᵀ = 1  1  1  0
//                                           ½   ½         0  1 −1  0
//                                           ½  −½         0  1  1 −1
//                                           0   1
//
//  (1) The sum over all tiles of the batch is taken before Aᵀ … A: 16 matrices of channels × output channels.
//  (2) Tiles are cut into `splits` parts with sums of their own; the second kernel adds them in order and transforms back.
//  (3) Where an output is not finite, it is computed again in the plain way: see winograd.ts.
import { In, Out, Size, threadScratch } from "../abi";
import { ADD, columnsTile, NR, storeEdge, tileRows } from "../matmul/tile";
import { Geometry } from "./geometry";
import { apart, takeWindow } from "./winograd";

/** The geometry is that of WinogradArgs. */
@unmanaged
export class WinogradGradientArgs extends Geometry {
  x: In = 0;
  dy: In = 0;
  /** splits × 16 × (channels × output channels + 32). */
  sums: Out = 0;
  splits: Size = 0;
  /** Parts of the 16 positions: 1, 2 or 4. Each transforms windows anew, which costs little where there are many channels. */
  parts: Size = 0;
}

// The parts of the scratch memory, in bytes.
const EDGE: usize = 0;
const INPUTS: usize = 32768;
const FLOATS: usize = 7300;

/** Sums over tiles; channels and output channels are multiples of 4, and at most 1000 together. Units: splits × parts. */
export function winograd_gradient_f32(a: WinogradGradientArgs, begin: usize, end: usize): void {
  const tiles1 = (a.out1 + 1) >> 1;
  const tiles2 = (a.out2 + 1) >> 1;
  const all = a.batch * a.in0 * tiles1 * tiles2;
  const perSplit = (all + a.splits - 1) / a.splits;
  const width = ((a.outChannels + NR - 1) / NR) * NR;
  const most = FLOATS / (a.channels + width);
  const sumsPosition = apart((a.channels * a.outChannels) << 2);
  const positions = <usize>16 / a.parts;
  for (let unit = begin; unit < end; unit++) {
    const split = unit / a.parts;
    const from = (unit % a.parts) * positions;
    const first = min(split * perSplit, all);
    const last = min(first + perSplit, all);
    const sums = a.sums + ((split * sumsPosition) << 4);
    if (first == last) memory.fill(sums + from * sumsPosition, 0, positions * sumsPosition);
    // Blocks of equal length.
    const blocks = (last - first + most - 1) / most;
    const length = blocks ? (last - first + blocks - 1) / blocks : 1;
    for (let begin = first; begin < last; begin += length) {
      const count = min(length, last - begin);
      const inputPosition = apart((count * a.channels) << 2);
      const inputs = threadScratch() + INPUTS;
      const outputPosition = apart((count * width) << 2);
      const outputs = inputs + (inputPosition << 4);
      for (let t: usize = 0; t < count; t++) {
        const at = begin + t;
        const image = at / tiles2 / tiles1;
        const o1 = ((at / tiles2) % tiles1) << 1;
        const o2 = (at % tiles2) << 1;
        takeWindow(a, a.x, image, <i32>o1 + a.offset1, <i32>o2 + a.offset2, inputs + ((t * a.channels) << 2), inputPosition);
        takeTile(a, image, o1, o2, outputs + ((t * NR) << 2), count, outputPosition);
      }
      for (let position = from; position < from + positions; position++)
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

/** G dy Gᵀ of one tile, for all output channels, in panels of `count` rows. */
function takeTile(a: WinogradGradientArgs, image: usize, o1: usize, o2: usize, to: usize, count: usize, position: usize): void {
  const pixel = a.outChannels << 2;
  const line = a.out2 * pixel;
  const dy = a.dy + ((image * a.out1 + o1) * a.out2 + o2) * pixel;
  const hasRight = o2 + 1 < a.out2;
  const hasBelow = o1 + 1 < a.out1;
  const zero = f32x4.splat(0);
  const half = f32x4.splat(0.5);
  const row = position << 2;
  for (let c: usize = 0; c < pixel; c += 16) {
    const g0 = v128.load(dy + c);
    const g1 = hasRight ? v128.load(dy + pixel + c) : zero;
    const g2 = hasBelow ? v128.load(dy + line + c) : zero;
    const g3 = hasBelow && hasRight ? v128.load(dy + line + pixel + c) : zero;
    const upper0 = f32x4.mul(half, g0);
    const upper1 = f32x4.mul(half, g1);
    const lower0 = f32x4.mul(half, g2);
    const lower1 = f32x4.mul(half, g3);
    const channel = c >> 2;
    const at = to + (((channel / NR) * count * NR + (channel % NR)) << 2);
    storeRow(at, position, g0, g1);
    storeRow(at + row, position, f32x4.add(upper0, lower0), f32x4.add(upper1, lower1));
    storeRow(at + 2 * row, position, f32x4.sub(upper0, lower0), f32x4.sub(upper1, lower1));
    storeRow(at + 3 * row, position, g2, g3);
  }
}

// @ts-ignore: decorator
@inline
function storeRow(to: usize, position: usize, g0: v128, g1: v128): void {
  const half = f32x4.splat(0.5);
  const h0 = f32x4.mul(half, g0);
  const h1 = f32x4.mul(half, g1);
  v128.store(to, g0);
  v128.store(to + position, f32x4.add(h0, h1));
  v128.store(to + 2 * position, f32x4.sub(h0, h1));
  v128.store(to + 3 * position, g1);
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
    for (let c: usize = 0; c < bytes; c += 16) {
      const dw = a.dw + i * bytes + c;
      if (!transformSums(a, a.sums + i * bytes + c, dw, tap)) plainTaps(a, i, c, dw, tap);
    }
}

/** Sum over the splits at one address. */
// @ts-ignore: decorator
@inline
function total(a: WinogradTapsArgs, from: usize, part: usize): v128 {
  let sum = v128.load(from);
  for (let split: usize = 1; split < a.splits; split++) {
    from += part;
    sum = f32x4.add(sum, v128.load(from));
  }
  return sum;
}

/** Whether all nine taps are finite. */
function transformSums(a: WinogradTapsArgs, from: usize, dw: usize, tap: usize): bool {
  const position = apart(tap);
  const part = position << 4;
  const rows = threadScratch();
  for (let column: usize = 0; column < 4; column++, from += position) {
    const m0 = total(a, from, part);
    const m1 = total(a, from + 4 * position, part);
    const m2 = total(a, from + 8 * position, part);
    const m3 = total(a, from + 12 * position, part);
    const sum = f32x4.add(m1, m2);
    v128.store(rows + (column << 4), f32x4.add(m0, sum));
    v128.store(rows + (column << 4), f32x4.sub(m1, m2), 64);
    v128.store(rows + (column << 4), f32x4.sub(sum, m3), 128);
  }
  let check = f32x4.splat(0);
  for (let r: usize = 0; r < 3; r++, dw += 3 * tap) {
    const m1 = v128.load(rows + (r << 6), 16);
    const m2 = v128.load(rows + (r << 6), 32);
    const sum = f32x4.add(m1, m2);
    const w0 = f32x4.add(v128.load(rows + (r << 6)), sum);
    const w1 = f32x4.sub(m1, m2);
    const w2 = f32x4.sub(sum, v128.load(rows + (r << 6), 48));
    check = f32x4.add(check, f32x4.mul(f32x4.splat(0), f32x4.add(w0, f32x4.add(w1, w2))));
    v128.store(dw, w0);
    v128.store(dw + tap, w1);
    v128.store(dw + 2 * tap, w2);
  }
  return !v128.any_true(f32x4.ne(check, check));
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
