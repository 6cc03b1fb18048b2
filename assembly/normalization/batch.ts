// Batch normalization of [rows, channels]: statistics of each channel over all rows.
//
// Moments are found block by block (a fixed number of rows): mean and centred sum of squares of each, two passes over rows that are still
// in the cache, then joined in order (Chan, Golub and LeVeque, 1979). So they are as accurate as two passes over everything.
import { In, Out, Size, threadScratch } from "../abi";
import { loadPart, loadUpTo, splat, storePart, storeUpTo } from "../lanes";

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
  /** Results below it become it: −Infinity, or 0 for a relu that follows. */
  floor: f32 = 0;
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

/** Mean and squares of each block of rows. Units are (block, tile) pairs, a tile being 64 channels; neighbouring ones go together. */
export function block_moments_f32(args: MomentsArgs, begin: usize, end: usize): void {
  const tiles = (args.channels + TILE - 1) / TILE;
  let unit = begin;
  while (unit < end) {
    const block = unit / tiles;
    const first = (unit - block * tiles) * TILE;
    const together = min(tiles - (unit - block * tiles), end - unit);
    const last = min(first + together * TILE, args.channels);
    const rows = min(args.block, args.rows - block * args.block);
    const whole = (last - first) & ~3;
    for (let c: usize = 0; c < whole; c += STRIP) momentsOfStrip(args, block, first + c, rows, min(STRIP, whole - c) << 2);
    if (first + whole < last) momentsOfRest(args, block, first + whole, rows, last - first - whole);
    unit += together;
  }
}

/** Channels whose sums stay in the first cache while rows are read. */
const STRIP: usize = 1024;

/** Both passes over whole vectors of channels, `bytes` wide. Four rows go at a time, one of each quarter (reduce/reduce.ts says why). */
function momentsOfStrip(args: MomentsArgs, block: usize, c: usize, rows: usize, bytes: usize): void {
  const stride = args.channels << 2;
  const x = args.x + block * args.block * stride + (c << 2);
  const mean = args.mean + block * stride + (c << 2);
  const squares = args.squares + block * stride + (c << 2);
  const quarter = rows >> 2;
  memory.fill(mean, 0, bytes);
  let row = x;
  for (let r = quarter; r != 0; r--, row += stride) addRows(row, mean, mean, bytes, quarter * stride, true, false);
  row += 3 * quarter * stride;
  for (let r = rows & 3; r != 0; r--, row += stride) addRows(row, mean, mean, bytes, 0, false, false);
  const count = splat(<f32>rows);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(mean + at, f32x4.div(v128.load(mean + at), count));
  memory.fill(squares, 0, bytes);
  row = x;
  for (let r = quarter; r != 0; r--, row += stride) addRows(row, squares, mean, bytes, quarter * stride, true, true);
  row += 3 * quarter * stride;
  for (let r = rows & 3; r != 0; r--, row += stride) addRows(row, squares, mean, bytes, 0, false, true);
}

/** Adds one row, or four that are `apart` bytes apart: x, or (x − mean)². */
// @ts-ignore: decorator
@inline
function addRows(x: usize, sums: usize, mean: usize, bytes: usize, apart: usize, four: bool, squared: bool): void {
  const x1 = x + apart;
  const x2 = x1 + apart;
  const x3 = x2 + apart;
  for (let c: usize = 0; c < bytes; c += 16) {
    const centre = squared ? v128.load(mean + c) : splat(0);
    let sum = f32x4.add(v128.load(sums + c), deviation(x + c, centre, squared));
    if (four) {
      sum = f32x4.add(sum, deviation(x1 + c, centre, squared));
      sum = f32x4.add(sum, deviation(x2 + c, centre, squared));
      sum = f32x4.add(sum, deviation(x3 + c, centre, squared));
    }
    v128.store(sums + c, sum);
  }
}

// @ts-ignore: decorator
@inline
function deviation(x: usize, mean: v128, squared: bool): v128 {
  if (!squared) return v128.load(x);
  const d = f32x4.sub(v128.load(x), mean);
  return f32x4.mul(d, d);
}

/** The last one to three channels. */
function momentsOfRest(args: MomentsArgs, block: usize, c: usize, rows: usize, n: usize): void {
  const stride = args.channels << 2;
  const x = args.x + ((block * args.block * args.channels + c) << 2);
  let sum = splat(0);
  let p = x;
  for (let r = rows; r != 0; r--) {
    sum = f32x4.add(sum, loadPart(p, n));
    p += stride;
  }
  const mean = f32x4.div(sum, splat(<f32>rows));
  let squares = splat(0);
  p = x;
  for (let r = rows; r != 0; r--) {
    const d = f32x4.sub(loadPart(p, n), mean);
    squares = f32x4.add(squares, f32x4.mul(d, d));
    p += stride;
  }
  const at = (block * args.channels + c) << 2;
  storePart(args.mean + at, mean, n);
  storePart(args.squares + at, squares, n);
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

/** y = (x − mean) / √(variance + epsilon) · scale + offset, or floor where that is more. Units are rows. */
export function normalize_f32(args: NormalizeArgs, begin: usize, end: usize): void {
  const channels = args.channels;
  const floor = splat(args.floor);
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
        v128.store(args.y + at, f32x4.max(u, floor));
        v128.store(args.y + at, f32x4.max(v, floor), 16);
        at += 32;
      }
      for (; c < width; c += 4) {
        const n = min<usize>(width - c, 4);
        const u = f32x4.add(f32x4.mul(loadUpTo(args.x + at, n), v128.load(factors + (c << 2))), v128.load(shifts + (c << 2)));
        storeUpTo(args.y + at, f32x4.max(u, floor), n);
        at += 16;
      }
    }
  }
}

/**
 * The two sums over rows that the gradients need, for each block of rows. Units are (block, tile) pairs, a tile being 64 channels;
 * neighbouring ones go together.
 */
export function normalize_sums_f32(args: NormalizeSumsArgs, begin: usize, end: usize): void {
  const tiles = (args.channels + TILE - 1) / TILE;
  let unit = begin;
  while (unit < end) {
    const block = unit / tiles;
    const first = (unit - block * tiles) * TILE;
    const together = min(tiles - (unit - block * tiles), end - unit);
    const last = min(first + together * TILE, args.channels);
    const rows = min(args.block, args.rows - block * args.block);
    const whole = (last - first) & ~3;
    for (let c: usize = 0; c < whole; c += STRIP) sumsOfStrip(args, block, first + c, rows, min(STRIP, whole - c) << 2);
    if (first + whole < last) sumsOfRest(args, block, first + whole, rows, last - first - whole);
    unit += together;
  }
}

/** Whole vectors of channels, `bytes` wide. Two rows go at a time, one of each half: four streams of memory. */
function sumsOfStrip(args: NormalizeSumsArgs, block: usize, c: usize, rows: usize, bytes: usize): void {
  const stride = args.channels << 2;
  const start = block * args.block * stride + (c << 2);
  const sums = args.sums + block * stride + (c << 2);
  const dots = args.dots + block * stride + (c << 2);
  const mean = args.mean + (c << 2);
  const half = rows >> 1;
  memory.fill(sums, 0, bytes);
  memory.fill(dots, 0, bytes);
  let row = start;
  for (let r = half; r != 0; r--, row += stride) addProducts(args.x + row, args.dy + row, mean, sums, dots, bytes, half * stride, true);
  row += half * stride;
  if (rows & 1) addProducts(args.x + row, args.dy + row, mean, sums, dots, bytes, 0, false);
  const epsilon = splat(args.epsilon);
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(dots + at, f32x4.mul(v128.load(dots + at), inverseDeviation(v128.load(args.variance + (c << 2) + at), epsilon)));
}

/** Adds dy and dy · (x − mean) of one row, or of two that are `apart` bytes apart. */
// @ts-ignore: decorator
@inline
function addProducts(x: usize, dy: usize, mean: usize, sums: usize, dots: usize, bytes: usize, apart: usize, two: bool): void {
  const x1 = x + apart;
  const dy1 = dy + apart;
  for (let c: usize = 0; c < bytes; c += 16) {
    const centre = v128.load(mean + c);
    const d = v128.load(dy + c);
    let sum = f32x4.add(v128.load(sums + c), d);
    let dot = f32x4.add(v128.load(dots + c), f32x4.mul(d, f32x4.sub(v128.load(x + c), centre)));
    if (two) {
      const e = v128.load(dy1 + c);
      sum = f32x4.add(sum, e);
      dot = f32x4.add(dot, f32x4.mul(e, f32x4.sub(v128.load(x1 + c), centre)));
    }
    v128.store(sums + c, sum);
    v128.store(dots + c, dot);
  }
}

/** The last one to three channels. */
function sumsOfRest(args: NormalizeSumsArgs, block: usize, c: usize, rows: usize, n: usize): void {
  const stride = args.channels << 2;
  const start = (block * args.block * args.channels + c) << 2;
  let x = args.x + start;
  let dy = args.dy + start;
  const mean = loadPart(args.mean + (c << 2), n);
  let sum = splat(0);
  let dot = splat(0);
  for (let r = rows; r != 0; r--) {
    const d = loadPart(dy, n);
    sum = f32x4.add(sum, d);
    dot = f32x4.add(dot, f32x4.mul(d, f32x4.sub(loadPart(x, n), mean)));
    x += stride;
    dy += stride;
  }
  const at = (block * args.channels + c) << 2;
  const inverse = inverseDeviation(loadPart(args.variance + (c << 2), n), splat(args.epsilon));
  storePart(args.sums + at, sum, n);
  storePart(args.dots + at, f32x4.mul(dot, inverse), n);
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
