// Batch normalization of [rows, channels]: statistics of each channel over all rows.
//
// Moments are found block by block (a fixed number of rows): mean and centred sum of squares of each, two passes over rows that are still
// in the cache, then joined in order (Chan, Golub and LeVeque, 1979). So they are as accurate as two passes over everything.
import { In, Out, Size, threadScratch } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";

@unmanaged
export class MomentsArgs {
  x: In = 0;
  /** [blocks, channels]. */
  mean: Out = 0;
  /** Σ (x − mean)², [blocks, channels]. */
  squares: Out = 0;
  rows: Size = 0;
  channels: Size = 0;
  block: Size = 0;
}

@unmanaged
export class JoinMomentsArgs {
  blockMeans: In = 0;
  blockSquares: In = 0;
  mean: Out = 0;
  variance: Out = 0;
  rows: Size = 0;
  channels: Size = 0;
  block: Size = 0;
}

@unmanaged
export class NormalizeArgs {
  x: In = 0;
  mean: In = 0;
  variance: In = 0;
  /** Null for 1. */
  scale: In = 0;
  /** Null for 0. */
  offset: In = 0;
  y: Out = 0;
  channels: Size = 0;
  epsilon: f32 = 0;
}

@unmanaged
export class NormalizeSumsArgs {
  x: In = 0;
  dy: In = 0;
  mean: In = 0;
  variance: In = 0;
  /** Σ dy, [blocks, channels]. */
  sums: Out = 0;
  /** Σ dy · (x − mean) / √(variance + epsilon), [blocks, channels]. */
  dots: Out = 0;
  rows: Size = 0;
  channels: Size = 0;
  block: Size = 0;
  epsilon: f32 = 0;
}

@unmanaged
export class NormalizeGradientArgs {
  x: In = 0;
  dy: In = 0;
  mean: In = 0;
  variance: In = 0;
  /** Null for 1. */
  scale: In = 0;
  /** Σ dy, [channels]. */
  sums: In = 0;
  /** Σ dy · (x − mean) / √(variance + epsilon), [channels]. */
  dots: In = 0;
  dx: Out = 0;
  rows: Size = 0;
  channels: Size = 0;
  epsilon: f32 = 0;
}

/** Channels that a unit of the block kernels takes. */
const TILE: usize = 64;

// @ts-ignore: decorator
@inline
function inverseDeviation(variance: v128, epsilon: v128): v128 {
  return f32x4.div(splat(1), f32x4.sqrt(f32x4.add(variance, epsilon)));
}

/** Mean and squares of each block of rows. Units are (block, tile) pairs, a tile being 64 channels. */
export function block_moments_f32(args: MomentsArgs, begin: usize, end: usize): void {
  const channels = args.channels;
  const tiles = (channels + TILE - 1) / TILE;
  for (let unit = begin; unit < end; unit++) {
    const block = unit / tiles;
    const first = (unit - block * tiles) * TILE;
    const last = min(first + TILE, channels);
    const rows = min(args.block, args.rows - block * args.block);
    let c = first;
    for (; c + 16 <= last; c += 16) momentsOfSixteen(args, block, c, rows);
    for (; c < last; c += 4) momentsOfFour(args, block, c, rows, min<usize>(last - c, 4));
  }
}

/** Moments of sixteen channels: enough sums side by side to keep the adders busy. */
function momentsOfSixteen(args: MomentsArgs, block: usize, c: usize, rows: usize): void {
  const stride = args.channels << 2;
  const count = splat(<f32>rows);
  const x = args.x + ((block * args.block * args.channels + c) << 2);
  let s0 = splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let p = x;
  for (let r = rows; r != 0; r--) {
    s0 = f32x4.add(s0, v128.load(p));
    s1 = f32x4.add(s1, v128.load(p, 16));
    s2 = f32x4.add(s2, v128.load(p, 32));
    s3 = f32x4.add(s3, v128.load(p, 48));
    p += stride;
  }
  const m0 = f32x4.div(s0, count);
  const m1 = f32x4.div(s1, count);
  const m2 = f32x4.div(s2, count);
  const m3 = f32x4.div(s3, count);
  s0 = splat(0);
  s1 = s0;
  s2 = s0;
  s3 = s0;
  p = x;
  for (let r = rows; r != 0; r--) {
    const d0 = f32x4.sub(v128.load(p), m0);
    const d1 = f32x4.sub(v128.load(p, 16), m1);
    const d2 = f32x4.sub(v128.load(p, 32), m2);
    const d3 = f32x4.sub(v128.load(p, 48), m3);
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
    p += stride;
  }
  const at = (block * args.channels + c) << 2;
  v128.store(args.mean + at, m0);
  v128.store(args.mean + at, m1, 16);
  v128.store(args.mean + at, m2, 32);
  v128.store(args.mean + at, m3, 48);
  v128.store(args.squares + at, s0);
  v128.store(args.squares + at, s1, 16);
  v128.store(args.squares + at, s2, 32);
  v128.store(args.squares + at, s3, 48);
}

function momentsOfFour(args: MomentsArgs, block: usize, c: usize, rows: usize, n: usize): void {
  const stride = args.channels << 2;
  const x = args.x + ((block * args.block * args.channels + c) << 2);
  let sum = splat(0);
  let p = x;
  for (let r = rows; r != 0; r--) {
    sum = f32x4.add(sum, loadUpTo(p, n));
    p += stride;
  }
  const mean = f32x4.div(sum, splat(<f32>rows));
  let squares = splat(0);
  p = x;
  for (let r = rows; r != 0; r--) {
    const d = f32x4.sub(loadUpTo(p, n), mean);
    squares = f32x4.add(squares, f32x4.mul(d, d));
    p += stride;
  }
  const at = (block * args.channels + c) << 2;
  storeUpTo(args.mean + at, mean, n);
  storeUpTo(args.squares + at, squares, n);
}

/** Joins the moments of the blocks in order. Units are channels. */
export function join_moments_f32(args: JoinMomentsArgs, begin: usize, end: usize): void {
  const blocks = (args.rows + args.block - 1) / args.block;
  const stride = args.channels << 2;
  for (let c = begin; c < end; c += 4) {
    const n = min<usize>(end - c, 4);
    const at = c << 2;
    let mean = loadUpTo(args.blockMeans + at, n);
    let squares = loadUpTo(args.blockSquares + at, n);
    for (let block: usize = 1; block < blocks; block++) {
      const before = <f32>(block * args.block);
      const here = <f32>min(args.block, args.rows - block * args.block);
      const all = before + here;
      const other = at + block * stride;
      const d = f32x4.sub(loadUpTo(args.blockMeans + other, n), mean);
      mean = f32x4.add(mean, f32x4.mul(d, splat(here / all)));
      const between = f32x4.mul(f32x4.mul(d, d), splat((before * here) / all));
      squares = f32x4.add(squares, f32x4.add(loadUpTo(args.blockSquares + other, n), between));
    }
    storeUpTo(args.mean + at, mean, n);
    storeUpTo(args.variance + at, f32x4.div(squares, splat(<f32>args.rows)), n);
  }
}

/** Channels whose factors lie in thread scratch at a time. */
const BAND: usize = 8192;

/** y = (x − mean) / √(variance + epsilon) · scale + offset. Units are rows. */
export function normalize_f32(args: NormalizeArgs, begin: usize, end: usize): void {
  const channels = args.channels;
  const factors = threadScratch();
  const shifts = factors + (BAND << 2);
  for (let first: usize = 0; first < channels; first += BAND) {
    const width = min(BAND, channels - first);
    for (let c: usize = 0; c < width; c += 4) {
      const n = min<usize>(width - c, 4);
      const at = (first + c) << 2;
      let factor = inverseDeviation(loadUpTo(args.variance + at, n), splat(args.epsilon));
      if (args.scale) factor = f32x4.mul(factor, loadUpTo(args.scale + at, n));
      const shift = f32x4.mul(loadUpTo(args.mean + at, n), factor);
      v128.store(factors + (c << 2), factor);
      v128.store(shifts + (c << 2), f32x4.sub(args.offset ? loadUpTo(args.offset + at, n) : splat(0), shift));
    }
    for (let row = begin; row < end; row++) {
      let c: usize = 0;
      let at = (row * channels + first) << 2;
      for (; c + 8 <= width; c += 8) {
        const u = f32x4.add(f32x4.mul(v128.load(args.x + at), v128.load(factors + (c << 2))), v128.load(shifts + (c << 2)));
        const v = f32x4.add(f32x4.mul(v128.load(args.x + at, 16), v128.load(factors + (c << 2), 16)), v128.load(shifts + (c << 2), 16));
        v128.store(args.y + at, u);
        v128.store(args.y + at, v, 16);
        at += 32;
      }
      for (; c < width; c += 4) {
        const n = min<usize>(width - c, 4);
        const u = f32x4.add(f32x4.mul(loadUpTo(args.x + at, n), v128.load(factors + (c << 2))), v128.load(shifts + (c << 2)));
        storeUpTo(args.y + at, u, n);
        at += 16;
      }
    }
  }
}

/** The two sums over rows that the gradients need, for each block of rows. Units are (block, tile) pairs, a tile being 64 channels. */
export function normalize_sums_f32(args: NormalizeSumsArgs, begin: usize, end: usize): void {
  const channels = args.channels;
  const tiles = (channels + TILE - 1) / TILE;
  for (let unit = begin; unit < end; unit++) {
    const block = unit / tiles;
    const first = (unit - block * tiles) * TILE;
    const last = min(first + TILE, channels);
    const rows = min(args.block, args.rows - block * args.block);
    let c = first;
    for (; c + 8 <= last; c += 8) sumsOfEight(args, block, c, rows);
    for (; c < last; c += 4) sumsOfFour(args, block, c, rows, min<usize>(last - c, 4));
  }
}

function sumsOfEight(args: NormalizeSumsArgs, block: usize, c: usize, rows: usize): void {
  const stride = args.channels << 2;
  const start = (block * args.block * args.channels + c) << 2;
  let x = args.x + start;
  let dy = args.dy + start;
  const mean0 = v128.load(args.mean + (c << 2));
  const mean1 = v128.load(args.mean + (c << 2), 16);
  let sum0 = splat(0);
  let sum1 = sum0;
  let dot0 = sum0;
  let dot1 = sum0;
  for (let r = rows; r != 0; r--) {
    const d0 = v128.load(dy);
    const d1 = v128.load(dy, 16);
    sum0 = f32x4.add(sum0, d0);
    sum1 = f32x4.add(sum1, d1);
    dot0 = f32x4.add(dot0, f32x4.mul(d0, f32x4.sub(v128.load(x), mean0)));
    dot1 = f32x4.add(dot1, f32x4.mul(d1, f32x4.sub(v128.load(x, 16), mean1)));
    x += stride;
    dy += stride;
  }
  const at = (block * args.channels + c) << 2;
  const epsilon = splat(args.epsilon);
  v128.store(args.sums + at, sum0);
  v128.store(args.sums + at, sum1, 16);
  v128.store(args.dots + at, f32x4.mul(dot0, inverseDeviation(v128.load(args.variance + (c << 2)), epsilon)));
  v128.store(args.dots + at, f32x4.mul(dot1, inverseDeviation(v128.load(args.variance + (c << 2), 16), epsilon)), 16);
}

function sumsOfFour(args: NormalizeSumsArgs, block: usize, c: usize, rows: usize, n: usize): void {
  const stride = args.channels << 2;
  const start = (block * args.block * args.channels + c) << 2;
  let x = args.x + start;
  let dy = args.dy + start;
  const mean = loadUpTo(args.mean + (c << 2), n);
  let sum = splat(0);
  let dot = splat(0);
  for (let r = rows; r != 0; r--) {
    const d = loadUpTo(dy, n);
    sum = f32x4.add(sum, d);
    dot = f32x4.add(dot, f32x4.mul(d, f32x4.sub(loadUpTo(x, n), mean)));
    x += stride;
    dy += stride;
  }
  const at = (block * args.channels + c) << 2;
  const inverse = inverseDeviation(loadUpTo(args.variance + (c << 2), n), splat(args.epsilon));
  storeUpTo(args.sums + at, sum, n);
  storeUpTo(args.dots + at, f32x4.mul(dot, inverse), n);
}

/** dx = scale / √(variance + epsilon) · (dy − sums / rows − normalized x · dots / rows). Units are rows. */
export function normalize_grad_f32(args: NormalizeGradientArgs, begin: usize, end: usize): void {
  const channels = args.channels;
  const count = splat(<f32>args.rows);
  const factors = threadScratch();
  const slopes = factors + (BAND << 2);
  const shifts = slopes + (BAND << 2);
  for (let first: usize = 0; first < channels; first += BAND) {
    const width = min(BAND, channels - first);
    // dx = factor · dy − slope · x + shift.
    for (let c: usize = 0; c < width; c += 4) {
      const n = min<usize>(width - c, 4);
      const at = (first + c) << 2;
      const inverse = inverseDeviation(loadUpTo(args.variance + at, n), splat(args.epsilon));
      const factor = args.scale ? f32x4.mul(inverse, loadUpTo(args.scale + at, n)) : inverse;
      const slope = f32x4.mul(f32x4.mul(factor, inverse), f32x4.div(loadUpTo(args.dots + at, n), count));
      const centre = f32x4.mul(slope, loadUpTo(args.mean + at, n));
      v128.store(factors + (c << 2), factor);
      v128.store(slopes + (c << 2), slope);
      v128.store(shifts + (c << 2), f32x4.sub(centre, f32x4.mul(factor, f32x4.div(loadUpTo(args.sums + at, n), count))));
    }
    for (let row = begin; row < end; row++) {
      let c: usize = 0;
      let at = (row * channels + first) << 2;
      for (; c + 8 <= width; c += 8) {
        const k = c << 2;
        const u = f32x4.add(f32x4.mul(v128.load(args.dy + at), v128.load(factors + k)), v128.load(shifts + k));
        const v = f32x4.add(f32x4.mul(v128.load(args.dy + at, 16), v128.load(factors + k, 16)), v128.load(shifts + k, 16));
        const p = f32x4.sub(u, f32x4.mul(v128.load(args.x + at), v128.load(slopes + k)));
        const q = f32x4.sub(v, f32x4.mul(v128.load(args.x + at, 16), v128.load(slopes + k, 16)));
        v128.store(args.dx + at, p);
        v128.store(args.dx + at, q, 16);
        at += 32;
      }
      for (; c < width; c += 4) {
        const n = min<usize>(width - c, 4);
        const u = f32x4.add(f32x4.mul(loadUpTo(args.dy + at, n), v128.load(factors + (c << 2))), v128.load(shifts + (c << 2)));
        storeUpTo(args.dx + at, f32x4.sub(u, f32x4.mul(loadUpTo(args.x + at, n), v128.load(slopes + (c << 2)))), n);
        at += 16;
      }
    }
  }
}
