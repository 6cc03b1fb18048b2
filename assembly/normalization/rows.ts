// Layer normalization and RMS normalization: of each row by its own statistics. Units are rows, or blocks of them.
import { In, Out, Size, threadScratch } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";

@unmanaged
export class NormalizeRowsArgs {
  x: In = 0;
  y: Out = 0;
  /** A factor for each column; none: 1. */
  gamma: In = 0;
  /** Added to each column; none: 0. */
  beta: In = 0;
  columns: Size = 0;
  /** 1 subtracts the mean first; 0 normalizes by the root of the mean square. */
  centered: u32 = 0;
  epsilon: f32 = 0;
}

@unmanaged
export class NormalizeRowsGradientArgs {
  x: In = 0;
  dy: In = 0;
  dx: Out = 0;
  /** A factor for each column of dy; none: 1. */
  gamma: In = 0;
  /** Σ dy · normalized x, the gradient of gamma, [blocks, columns]; null where only dx is wanted. */
  dots: Out = 0;
  /** Σ dy, the gradient of beta, [blocks, columns]; null with dots. */
  sums: Out = 0;
  rows: Size = 0;
  columns: Size = 0;
  /** Rows of a block. */
  block: Size = 0;
  centered: u32 = 0;
  epsilon: f32 = 0;
}

const FOLD: usize = 1024;

// @ts-ignore: decorator
@inline
function horizontalSum(v: v128): f32 {
  v = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
}

// @ts-ignore: decorator
@inline
function deviation(x: usize, shift: v128, squared: bool): v128 {
  const d = f32x4.sub(v128.load(x), shift);
  return squared ? f32x4.mul(d, d) : d;
}

/** Σ x − mean, squared where asked for. Four sums at a time hide the latency of addition. */
function sumOf(x: usize, n: usize, mean: f32, squared: bool): f32 {
  const shift = splat(mean);
  let total = splat(0);
  while (n >= 16) {
    const turn = min(n, FOLD) & ~15;
    const end = x + (turn << 2);
    let s0 = splat(0);
    let s1 = splat(0);
    let s2 = splat(0);
    let s3 = splat(0);
    for (; x < end; x += 64) {
      s0 = f32x4.add(s0, deviation(x, shift, squared));
      s1 = f32x4.add(s1, deviation(x + 16, shift, squared));
      s2 = f32x4.add(s2, deviation(x + 32, shift, squared));
      s3 = f32x4.add(s3, deviation(x + 48, shift, squared));
    }
    total = f32x4.add(total, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    n -= turn;
  }
  for (; n >= 4; n -= 4, x += 16) total = f32x4.add(total, deviation(x, shift, squared));
  let last: f32 = 0;
  for (; n != 0; n--, x += 4) {
    const d = load<f32>(x) - mean;
    last += squared ? d * d : d;
  }
  return horizontalSum(total) + last;
}

/** dy · gamma of up to four columns. */
// @ts-ignore: decorator
@inline
function slopeAt(dy: usize, gamma: usize, at: usize, n: usize): v128 {
  const d = loadUpTo(dy + at, n);
  return gamma ? f32x4.mul(d, loadUpTo(gamma + at, n)) : d;
}

// @ts-ignore: decorator
@inline
function inverseDeviation(x: usize, columns: usize, mean: f32, epsilon: f32): f32 {
  return 1 / sqrt<f32>(sumOf(x, columns, mean, true) / <f32>columns + epsilon);
}

/** y = (x − mean) / √(variance + epsilon) · gamma + beta, or x / √(mean square + epsilon) · gamma + beta. */
export function normalize_rows_f32(args: NormalizeRowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  // The next row comes into the cache while this one is written.
  let touched = splat(0);
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const x = args.x + offset;
    const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / <f32>columns : 0;
    const factor = splat(inverseDeviation(x, columns, mean, args.epsilon));
    const shift = splat(mean);
    const y = args.y + offset;
    let c: usize = 0;
    const next = row + 1 < end ? columns << 2 : 0;
    for (; c + 64 <= columns << 2; c += 64) {
      touched = v128.or(touched, v128.load(x + next + c));
      v128.store(y + c, scaled(args, c, f32x4.mul(f32x4.sub(v128.load(x + c), shift), factor), 4));
      v128.store(y + c, scaled(args, c + 16, f32x4.mul(f32x4.sub(v128.load(x + c, 16), shift), factor), 4), 16);
      v128.store(y + c, scaled(args, c + 32, f32x4.mul(f32x4.sub(v128.load(x + c, 32), shift), factor), 4), 32);
      v128.store(y + c, scaled(args, c + 48, f32x4.mul(f32x4.sub(v128.load(x + c, 48), shift), factor), 4), 48);
    }
    for (; c < columns << 2; c += 16) {
      const n = min<usize>(columns - (c >> 2), 4);
      storeUpTo(y + c, scaled(args, c, f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor), n), n);
    }
  }
  v128.store(threadScratch(), touched);
}

/** normalized · gamma + beta of up to four columns. */
// @ts-ignore: decorator
@inline
function scaled(args: NormalizeRowsArgs, at: usize, normalized: v128, n: usize): v128 {
  if (args.gamma) normalized = f32x4.mul(normalized, loadUpTo(args.gamma + at, n));
  return args.beta ? f32x4.add(normalized, loadUpTo(args.beta + at, n)) : normalized;
}

/**
 * With d = dy · gamma: dx = (d − mean(d) − y · mean(d · y)) / √(variance + epsilon); without centering, without mean(d). Where they are
 * wanted, the sums over rows that the factors' gradients are, in the same pass. Units are blocks of rows.
 */
export function normalize_rows_grad_f32(args: NormalizeRowsGradientArgs, begin: usize, end: usize): void {
  const bytes = args.columns << 2;
  for (let unit = begin; unit < end; unit++) {
    const last = min((unit + 1) * args.block, args.rows);
    const dots = args.dots ? args.dots + unit * bytes : 0;
    const sums = args.sums + unit * bytes;
    if (dots) {
      memory.fill(dots, 0, bytes);
      memory.fill(sums, 0, bytes);
    }
    for (let row = unit * args.block; row < last; row++) gradientOfRow(args, row * bytes, dots, sums);
  }
}

function gradientOfRow(args: NormalizeRowsGradientArgs, offset: usize, dots: usize, sums: usize): void {
  const columns = args.columns;
  const count = <f32>columns;
  const gamma = args.gamma;
  const x = args.x + offset;
  const dy = args.dy + offset;
  const dx = args.dx + offset;
  const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / count : 0;
  const shift = splat(mean);
  const factor = splat(inverseDeviation(x, columns, mean, args.epsilon));
  const end = columns << 2;
  let slopes = splat(0);
  let products = splat(0);
  for (let c: usize = 0; c < end;) {
    const fold = min(c + (FOLD << 2), end);
    let slope = splat(0);
    let product = splat(0);
    for (; c + 16 <= fold; c += 16) {
      const y = f32x4.mul(f32x4.sub(v128.load(x + c), shift), factor);
      const d = slopeAt(dy, gamma, c, 4);
      slope = f32x4.add(slope, d);
      product = f32x4.add(product, f32x4.mul(d, y));
      if (dots) addFactors(dots + c, sums + c, v128.load(dy + c), y, 4);
    }
    slopes = f32x4.add(slopes, slope);
    products = f32x4.add(products, product);
    if (c == fold) continue;
    // Lanes beyond the end hold (0 − mean) · factor in y, and 0 in d.
    const n = (end - c) >> 2;
    const y = f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor);
    const d = slopeAt(dy, gamma, c, n);
    slopes = f32x4.add(slopes, d);
    products = f32x4.add(products, f32x4.mul(d, y));
    if (dots) addFactors(dots + c, sums + c, loadUpTo(dy + c, n), y, n);
    break;
  }
  const slope = splat(horizontalSum(products) / count);
  const base = splat(args.centered ? horizontalSum(slopes) / count : 0);
  let c: usize = 0;
  for (; c + 16 <= end; c += 16) v128.store(dx + c, gradientAt(x, dy, gamma, c, 4, shift, factor, base, slope));
  if (c < end) storeUpTo(dx + c, gradientAt(x, dy, gamma, c, (end - c) >> 2, shift, factor, base, slope), (end - c) >> 2);
}

// @ts-ignore: decorator
@inline
function addFactors(dots: usize, sums: usize, dy: v128, y: v128, n: usize): void {
  storeUpTo(dots, f32x4.add(loadUpTo(dots, n), f32x4.mul(dy, y)), n);
  storeUpTo(sums, f32x4.add(loadUpTo(sums, n), dy), n);
}

// @ts-ignore: decorator
@inline
function gradientAt(x: usize, dy: usize, gamma: usize, c: usize, n: usize, shift: v128, factor: v128, base: v128, slope: v128): v128 {
  const y = f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor);
  return f32x4.mul(f32x4.sub(f32x4.sub(slopeAt(dy, gamma, c, n), base), f32x4.mul(y, slope)), factor);
}
