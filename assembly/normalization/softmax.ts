// Softmax and its relatives along the last axis, and the cross-entropies of logits. Units are rows; rows are never cut.
//
// A label that names no class makes the loss of its row NaN, and the gradient of the whole row.
import { In, Out, Size } from "../abi";
import { exp, expNegative, loadOver, loadPart, loadUpTo, log, splat, storePart, storeUpTo } from "../lanes";

@unmanaged
export class RowsArgs {
  x: In = 0;
  y: Out = 0;
  columns: Size = 0;
}

@unmanaged
export class RowsGradientArgs {
  /** The output of the forward pass. */
  y: In = 0;
  dy: In = 0;
  dx: Out = 0;
  columns: Size = 0;
}

@unmanaged
export class CrossEntropyArgs {
  logits: In = 0;
  /** One int32 class for each row, or a row of float32 weights. */
  labels: In = 0;
  /** One number for each row. */
  y: Out = 0;
  columns: Size = 0;
}

@unmanaged
export class CrossEntropyGradientArgs {
  logits: In = 0;
  labels: In = 0;
  /** One number for each row. */
  dy: In = 0;
  /** Gradient of the logits. */
  dx: Out = 0;
  columns: Size = 0;
}

// @ts-ignore: decorator
@inline
function horizontalSum(v: v128): f32 {
  v = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
}

/** The largest number of a row; NaN may go unseen, since the sum of exponentials finds it. */
function rowMax(x: usize, n: usize): f32 {
  let a = splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  for (; n >= 16; n -= 16) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
    c = f32x4.pmax(c, v128.load(x, 32));
    d = f32x4.pmax(d, v128.load(x, 48));
    x += 64;
  }
  for (; n >= 4; n -= 4) {
    a = f32x4.pmax(a, v128.load(x));
    x += 16;
  }
  if (n) b = f32x4.pmax(b, loadOver(x, n, b));
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** How many elements are added before the sum so far is put aside, which keeps long sums accurate. */
const FOLD: usize = 1024;

/** Σ e^(x − largest); the exponentials go to y unless that is 0. */
function sumOfExponentials(x: usize, y: usize, n: usize, largest: f32): f32 {
  const shift = splat(largest);
  let total = splat(0);
  while (n >= 4) {
    const fold = min(n, FOLD);
    let i = fold;
    let a = splat(0);
    for (; i >= 4; i -= 4) {
      const e = expNegative(f32x4.sub(v128.load(x), shift));
      a = f32x4.add(a, e);
      if (y) {
        v128.store(y, e);
        y += 16;
      }
      x += 16;
    }
    total = f32x4.add(total, a);
    n -= fold - i;
  }
  if (n) {
    const e = expNegative(f32x4.sub(loadOver(x, n, splat(-Infinity)), shift));
    total = f32x4.add(total, e);
    if (y) storePart(y, e, n);
  }
  return horizontalSum(total);
}

/** Σ a · b of two rows, or Σ a where b is 0. */
function rowDot(a: usize, b: usize, n: usize): f32 {
  let total = splat(0);
  let part = splat(0);
  let left = FOLD;
  for (; n >= 4; n -= 4) {
    const v = v128.load(a);
    if (b) {
      part = f32x4.add(part, f32x4.mul(v, v128.load(b)));
      b += 16;
    } else part = f32x4.add(part, v);
    a += 16;
    left -= 4;
    if (left == 0) {
      total = f32x4.add(total, part);
      part = splat(0);
      left = FOLD;
    }
  }
  if (n) part = f32x4.add(part, b ? f32x4.mul(loadPart(a, n), loadPart(b, n)) : loadPart(a, n));
  return horizontalSum(f32x4.add(total, part));
}

/** A row in whole vectors and a part: how far the vector at column c reaches. */
// @ts-ignore: decorator
@inline
function reach(c: usize, columns: usize): usize {
  return min<usize>(columns - c, 4);
}

/** log of one number, by the lanes. */
function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(splat(x)), 0);
}

/** y = eˣ / Σ eˣ. */
export function softmax_f32(args: RowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.x + ((row * columns) << 2);
    const y = args.y + ((row * columns) << 2);
    const scale = splat(1 / sumOfExponentials(x, y, columns, rowMax(x, columns)));
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      storeUpTo(y + (c << 2), f32x4.mul(loadUpTo(y + (c << 2), n), scale), n);
    }
  }
}

/** dx = y · (dy − Σ y · dy). */
export function softmax_grad_f32(args: RowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const dot = splat(rowDot(args.y + offset, args.dy + offset, columns));
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      const at = offset + (c << 2);
      storeUpTo(args.dx + at, f32x4.mul(loadUpTo(args.y + at, n), f32x4.sub(loadUpTo(args.dy + at, n), dot)), n);
    }
  }
}

/** y = x − log Σ eˣ. */
export function log_softmax_f32(args: RowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const largest = rowMax(args.x + offset, columns);
    const shift = splat(largest);
    const rest = splat(logOf(sumOfExponentials(args.x + offset, 0, columns, largest)));
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      const at = offset + (c << 2);
      storeUpTo(args.y + at, f32x4.sub(f32x4.sub(loadUpTo(args.x + at, n), shift), rest), n);
    }
  }
}

/** dx = dy − e^y · Σ dy. */
export function log_softmax_grad_f32(args: RowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const sum = splat(rowDot(args.dy + offset, 0, columns));
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      const at = offset + (c << 2);
      storeUpTo(args.dx + at, f32x4.sub(loadUpTo(args.dy + at, n), f32x4.mul(exp(loadUpTo(args.y + at, n)), sum)), n);
    }
  }
}

/** y = log Σ eˣ − x[label]. */
export function sparse_cross_entropy_f32(args: CrossEntropyArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.logits + ((row * columns) << 2);
    const label: usize = load<u32>(args.labels + (row << 2));
    const largest = rowMax(x, columns);
    const rest = logOf(sumOfExponentials(x, 0, columns, largest));
    const chosen: f32 = label < columns ? load<f32>(x + (label << 2)) : NaN;
    store<f32>(args.y + (row << 2), rest - (chosen - largest));
  }
}

/** dx = (softmax(x) − [column = label]) · dy. */
export function sparse_cross_entropy_grad_f32(args: CrossEntropyGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.logits + ((row * columns) << 2);
    const dx = args.dx + ((row * columns) << 2);
    const label: usize = load<u32>(args.labels + (row << 2));
    const dy = load<f32>(args.dy + (row << 2));
    const sum = sumOfExponentials(x, dx, columns, rowMax(x, columns));
    const scale = splat(label < columns ? dy / sum : NaN);
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      storeUpTo(dx + (c << 2), f32x4.mul(loadUpTo(dx + (c << 2), n), scale), n);
    }
    if (label < columns) store<f32>(dx + (label << 2), load<f32>(dx + (label << 2)) - dy);
  }
}

/** y = Σ labels · (log Σ eˣ − x). */
export function cross_entropy_f32(args: CrossEntropyArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const largest = rowMax(args.logits + offset, columns);
    const shift = splat(largest);
    const rest = splat(logOf(sumOfExponentials(args.logits + offset, 0, columns, largest)));
    let total = splat(0);
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      const at = offset + (c << 2);
      const term = f32x4.sub(rest, f32x4.sub(loadUpTo(args.logits + at, n), shift));
      total = f32x4.add(total, f32x4.mul(loadUpTo(args.labels + at, n), term));
    }
    store<f32>(args.y + (row << 2), horizontalSum(total));
  }
}

/** dx = (softmax(x) · Σ labels − labels) · dy. */
export function cross_entropy_grad_f32(args: CrossEntropyGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const dx = args.dx + offset;
    const sum = sumOfExponentials(args.logits + offset, dx, columns, rowMax(args.logits + offset, columns));
    const scale = splat(rowDot(args.labels + offset, 0, columns) / sum);
    const dy = v128.load32_splat(args.dy + (row << 2));
    for (let c: usize = 0; c < columns; c += 4) {
      const n = reach(c, columns);
      const softmax = f32x4.mul(loadUpTo(dx + (c << 2), n), scale);
      storeUpTo(dx + (c << 2), f32x4.mul(f32x4.sub(softmax, loadUpTo(args.labels + offset + (c << 2), n)), dy), n);
    }
  }
}
