// Layer normalization and RMS normalization: of each row by its own statistics, without scale and offset. Units are rows.
import { In, Out, Size } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";

@unmanaged
export class NormalizeRowsArgs {
  x: In = 0;
  y: Out = 0;
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

/** Σ x − mean, squared where asked for. */
function sumOf(x: usize, n: usize, mean: f32, squared: bool): f32 {
  const shift = splat(mean);
  let total = splat(0);
  let part = splat(0);
  let left = FOLD;
  for (; n >= 4; n -= 4) {
    const d = f32x4.sub(v128.load(x), shift);
    part = f32x4.add(part, squared ? f32x4.mul(d, d) : d);
    x += 16;
    left -= 4;
    if (left == 0) {
      total = f32x4.add(total, part);
      part = splat(0);
      left = FOLD;
    }
  }
  let last: f32 = 0;
  for (; n != 0; n--) {
    const d = load<f32>(x) - mean;
    last += squared ? d * d : d;
    x += 4;
  }
  return horizontalSum(f32x4.add(total, part)) + last;
}

// @ts-ignore: decorator
@inline
function inverseDeviation(x: usize, columns: usize, mean: f32, epsilon: f32): f32 {
  return 1 / sqrt<f32>(sumOf(x, columns, mean, true) / <f32>columns + epsilon);
}

/** y = (x − mean) / √(variance + epsilon), or x / √(mean square + epsilon). */
export function normalize_rows_f32(args: NormalizeRowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const x = args.x + offset;
    const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / <f32>columns : 0;
    const factor = splat(inverseDeviation(x, columns, mean, args.epsilon));
    const shift = splat(mean);
    for (let c: usize = 0; c < columns; c += 4) {
      const n = min<usize>(columns - c, 4);
      const at = offset + (c << 2);
      storeUpTo(args.y + at, f32x4.mul(f32x4.sub(loadUpTo(args.x + at, n), shift), factor), n);
    }
  }
}

/** dx = (dy − mean(dy) − y · mean(dy · y)) / √(variance + epsilon); without centering, without mean(dy). */
export function normalize_rows_grad_f32(args: NormalizeRowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  const count = <f32>columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const x = args.x + offset;
    const dy = args.dy + offset;
    const mean: f32 = args.centered ? sumOf(x, columns, 0, false) / count : 0;
    const inverse = inverseDeviation(x, columns, mean, args.epsilon);
    const shift = splat(mean);
    const factor = splat(inverse);
    let dots = splat(0);
    let part = splat(0);
    let left = FOLD;
    for (let c: usize = 0; c < columns; c += 4) {
      const n = min<usize>(columns - c, 4);
      const y = f32x4.mul(f32x4.sub(loadUpTo(x + (c << 2), n), shift), factor);
      part = f32x4.add(part, f32x4.mul(y, loadUpTo(dy + (c << 2), n)));
      left -= 4;
      if (left == 0) {
        dots = f32x4.add(dots, part);
        part = splat(0);
        left = FOLD;
      }
    }
    const slope = splat(horizontalSum(f32x4.add(dots, part)) / count);
    const base = splat(args.centered ? sumOf(dy, columns, 0, false) / count : 0);
    for (let c: usize = 0; c < columns; c += 4) {
      const n = min<usize>(columns - c, 4);
      const at = offset + (c << 2);
      const y = f32x4.mul(f32x4.sub(loadUpTo(args.x + at, n), shift), factor);
      const d = f32x4.sub(f32x4.sub(loadUpTo(args.dy + at, n), base), f32x4.mul(y, slope));
      storeUpTo(args.dx + at, f32x4.mul(d, factor), n);
    }
  }
}
