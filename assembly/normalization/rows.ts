// Layer normalization and RMS normalization: of each row by its own statistics. Units are rows.
import { In, Out, Size } from "../abi";
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
  columns: Size = 0;
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

/** Σ y · dy · gamma where y is normalized x. */
function dotOf(x: usize, dy: usize, gamma: usize, columns: usize, shift: v128, factor: v128): f32 {
  let total = splat(0);
  let s0 = splat(0);
  let s1 = splat(0);
  let left = FOLD;
  let c: usize = 0;
  for (; c + 32 <= columns << 2; c += 32) {
    const y0 = f32x4.mul(f32x4.sub(v128.load(x + c), shift), factor);
    const y1 = f32x4.mul(f32x4.sub(v128.load(x + c, 16), shift), factor);
    s0 = f32x4.add(s0, f32x4.mul(y0, slopeAt(dy, gamma, c, 4)));
    s1 = f32x4.add(s1, f32x4.mul(y1, slopeAt(dy, gamma, c + 16, 4)));
    left -= 8;
    if (left == 0) {
      total = f32x4.add(total, f32x4.add(s0, s1));
      s0 = splat(0);
      s1 = splat(0);
      left = FOLD;
    }
  }
  for (; c < columns << 2; c += 16) {
    const n = min<usize>(columns - (c >> 2), 4);
    // Lanes beyond the end hold (0 − mean) · factor on one side and 0 on the other.
    const y = f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor);
    s0 = f32x4.add(s0, f32x4.mul(y, slopeAt(dy, gamma, c, n)));
  }
  return horizontalSum(f32x4.add(total, f32x4.add(s0, s1)));
}

/** dy · gamma of up to four columns. */
// @ts-ignore: decorator
@inline
function slopeAt(dy: usize, gamma: usize, at: usize, n: usize): v128 {
  const d = loadUpTo(dy + at, n);
  return gamma ? f32x4.mul(d, loadUpTo(gamma + at, n)) : d;
}

/** Σ dy · gamma. */
function slopeSum(dy: usize, gamma: usize, columns: usize): f32 {
  if (!gamma) return sumOf(dy, columns, 0, false);
  return dotOf(dy, gamma, 0, columns, splat(0), splat(1));
}

// @ts-ignore: decorator
@inline
function inverseDeviation(x: usize, columns: usize, mean: f32, epsilon: f32): f32 {
  return 1 / sqrt<f32>(sumOf(x, columns, mean, true) / <f32>columns + epsilon);
}

/** y = (x − mean) / √(variance + epsilon) · gamma + beta, or x / √(mean square + epsilon) · gamma + beta. */
export function normalize_rows_f32(args: NormalizeRowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const x = args.x + offset;
    const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / <f32>columns : 0;
    const factor = splat(inverseDeviation(x, columns, mean, args.epsilon));
    const shift = splat(mean);
    const y = args.y + offset;
    let c: usize = 0;
    for (; c + 32 <= columns << 2; c += 32) {
      v128.store(y + c, scaled(args, c, f32x4.mul(f32x4.sub(v128.load(x + c), shift), factor), 4));
      v128.store(y + c, scaled(args, c + 16, f32x4.mul(f32x4.sub(v128.load(x + c, 16), shift), factor), 4), 16);
    }
    for (; c < columns << 2; c += 16) {
      const n = min<usize>(columns - (c >> 2), 4);
      storeUpTo(y + c, scaled(args, c, f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor), n), n);
    }
  }
}

/** normalized · gamma + beta of up to four columns. */
// @ts-ignore: decorator
@inline
function scaled(args: NormalizeRowsArgs, at: usize, normalized: v128, n: usize): v128 {
  if (args.gamma) normalized = f32x4.mul(normalized, loadUpTo(args.gamma + at, n));
  return args.beta ? f32x4.add(normalized, loadUpTo(args.beta + at, n)) : normalized;
}

/** With d = dy · gamma: dx = (d − mean(d) − y · mean(d · y)) / √(variance + epsilon); without centering, without mean(d). */
export function normalize_rows_grad_f32(args: NormalizeRowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  const count = <f32>columns;
  const gamma = args.gamma;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const x = args.x + offset;
    const dy = args.dy + offset;
    const dx = args.dx + offset;
    const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / count : 0;
    const shift = splat(mean);
    const factor = splat(inverseDeviation(x, columns, mean, args.epsilon));
    const slope = splat(dotOf(x, dy, gamma, columns, shift, factor) / count);
    const base = splat(args.centered ? slopeSum(dy, gamma, columns) / count : 0);
    for (let c: usize = 0; c < columns << 2; c += 16) {
      const n = min<usize>(columns - (c >> 2), 4);
      const y = f32x4.mul(f32x4.sub(loadUpTo(x + c, n), shift), factor);
      const d = f32x4.sub(f32x4.sub(slopeAt(dy, gamma, c, n), base), f32x4.mul(y, slope));
      storeUpTo(dx + c, f32x4.mul(d, factor), n);
    }
  }
}
