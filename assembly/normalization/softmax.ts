// Softmax and its relatives along the last axis, and the cross-entropies of logits. Units are rows; rows are never cut.
//
// A label that names no class makes the loss of its row NaN, and the gradient of the whole row; who gives a `site` hears of it.
import { In, Out, refuse, Size } from "../abi";
import { exp, expNegative, loadOver, loadPart, loadUpTo, log, splat, storePart } from "../lanes";

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
  /** Who wants to know of a label that names no class, and the number of the axis of classes for it. */
  site: u32 = 0;
  axis: u32 = 0;
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
  site: u32 = 0;
  axis: u32 = 0;
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
// @ts-ignore: decorator
@inline
function sumOfExponentials(x: usize, y: usize, n: usize, largest: f32): f32 {
  const shift = splat(largest);
  let total = splat(0);
  while (n >= 4) {
    const fold = min(n, FOLD);
    let i = fold;
    let a = splat(0);
    let b = a;
    for (; i >= 8; i -= 8) {
      const e = expNegative(f32x4.sub(v128.load(x), shift));
      const f = expNegative(f32x4.sub(v128.load(x, 16), shift));
      a = f32x4.add(a, e);
      b = f32x4.add(b, f);
      if (y) {
        v128.store(y, e);
        v128.store(y, f, 16);
        y += 32;
      }
      x += 32;
    }
    for (; i >= 4; i -= 4) {
      const e = expNegative(f32x4.sub(v128.load(x), shift));
      a = f32x4.add(a, e);
      if (y) {
        v128.store(y, e);
        y += 16;
      }
      x += 16;
    }
    total = f32x4.add(total, f32x4.add(a, b));
    n -= fold - i;
  }
  if (n) {
    const e = expNegative(f32x4.sub(loadOver(x, n, splat(-Infinity)), shift));
    total = f32x4.add(total, e);
    if (y) storePart(y, e, n);
  }
  return horizontalSum(total);
}

function sumOfStored(x: usize, y: usize, n: usize, largest: f32): f32 {
  return sumOfExponentials(x, y, n, largest);
}

function sumOnly(x: usize, n: usize, largest: f32): f32 {
  return sumOfExponentials(x, 0, n, largest);
}

/** y = y · scale. */
function scaleRow(y: usize, n: usize, scale: v128): void {
  for (; n >= 4; n -= 4, y += 16) v128.store(y, f32x4.mul(v128.load(y), scale));
  if (n) storePart(y, f32x4.mul(loadPart(y, n), scale), n);
}

/** Σ a · b of two rows, or Σ a where b is 0. */
function rowDot(a: usize, b: usize, n: usize): f32 {
  let total = splat(0);
  while (n >= 8) {
    const fold = min(n, FOLD) & ~7;
    let s = splat(0);
    let t = s;
    for (let i = fold; i != 0; i -= 8, a += 32) {
      let u = v128.load(a);
      let v = v128.load(a, 16);
      if (b) {
        u = f32x4.mul(u, v128.load(b));
        v = f32x4.mul(v, v128.load(b, 16));
        b += 32;
      }
      s = f32x4.add(s, u);
      t = f32x4.add(t, v);
    }
    total = f32x4.add(total, f32x4.add(s, t));
    n -= fold;
  }
  for (; n != 0; a += 16) {
    const part = min<usize>(n, 4);
    let v = loadUpTo(a, part);
    if (b) {
      v = f32x4.mul(v, loadUpTo(b, part));
      b += 16;
    }
    total = f32x4.add(total, v);
    n -= part;
  }
  return horizontalSum(total);
}

/** y = op(a, b) along a row, with two numbers in every lane. */
// @ts-ignore: decorator
@inline
function mapRow<Op>(a: usize, b: usize, y: usize, n: usize, p: v128, q: v128): void {
  const op = changetype<Op>(0);
  for (; n >= 4; n -= 4) {
    v128.store(y, op.vec(v128.load(a), v128.load(b), p, q));
    a += 16;
    b += 16;
    y += 16;
  }
  if (n) storePart(y, op.vec(loadPart(a, n), loadPart(b, n), p, q), n);
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
    scaleRow(y, columns, splat(1 / sumOfStored(x, y, columns, rowMax(x, columns))));
  }
}

class SoftmaxGradient {
  @inline
  vec(y: v128, dy: v128, dot: v128, none: v128): v128 {
    return f32x4.mul(y, f32x4.sub(dy, dot));
  }
}

/** dx = y · (dy − Σ y · dy). */
export function softmax_grad_f32(args: RowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const dot = splat(rowDot(args.y + offset, args.dy + offset, columns));
    mapRow<SoftmaxGradient>(args.y + offset, args.dy + offset, args.dx + offset, columns, dot, dot);
  }
}

class LogSoftmax {
  @inline
  vec(x: v128, none: v128, shift: v128, rest: v128): v128 {
    return f32x4.sub(f32x4.sub(x, shift), rest);
  }
}

/** y = x − log Σ eˣ. */
export function log_softmax_f32(args: RowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.x + ((row * columns) << 2);
    const largest = rowMax(x, columns);
    const rest = splat(logOf(sumOnly(x, columns, largest)));
    mapRow<LogSoftmax>(x, x, args.y + ((row * columns) << 2), columns, splat(largest), rest);
  }
}

class LogSoftmaxGradient {
  @inline
  vec(y: v128, dy: v128, sum: v128, none: v128): v128 {
    return f32x4.sub(dy, f32x4.mul(exp(y), sum));
  }
}

/** dx = dy − e^y · Σ dy. */
export function log_softmax_grad_f32(args: RowsGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const sum = splat(rowDot(args.dy + offset, 0, columns));
    mapRow<LogSoftmaxGradient>(args.y + offset, args.dy + offset, args.dx + offset, columns, sum, sum);
  }
}

/** y = log Σ eˣ − x[label]. */
export function sparse_cross_entropy_f32(args: CrossEntropyArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.logits + ((row * columns) << 2);
    const label: usize = load<u32>(args.labels + (row << 2));
    const largest = rowMax(x, columns);
    const rest = logOf(sumOnly(x, columns, largest));
    if (label >= columns) refuse(args.site, <i32>label, args.axis, columns);
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
    if (label >= columns) refuse(args.site, <i32>label, args.axis, columns);
    const dy = load<f32>(args.dy + (row << 2));
    const sum = sumOfStored(x, dx, columns, rowMax(x, columns));
    scaleRow(dx, columns, splat(label < columns ? dy / sum : NaN));
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
    const rest = splat(logOf(sumOnly(args.logits + offset, columns, largest)));
    let total = splat(0);
    let at = offset;
    for (let left = columns; left != 0; at += 16) {
      const n = min<usize>(left, 4);
      const term = f32x4.sub(rest, f32x4.sub(loadUpTo(args.logits + at, n), shift));
      total = f32x4.add(total, f32x4.mul(loadUpTo(args.labels + at, n), term));
      left -= n;
    }
    store<f32>(args.y + (row << 2), horizontalSum(total));
  }
}

class CrossEntropyGradient {
  @inline
  vec(exponential: v128, label: v128, scale: v128, dy: v128): v128 {
    return f32x4.mul(f32x4.sub(f32x4.mul(exponential, scale), label), dy);
  }
}

/** dx = (softmax(x) · Σ labels − labels) · dy. */
export function cross_entropy_grad_f32(args: CrossEntropyGradientArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const offset = (row * columns) << 2;
    const dx = args.dx + offset;
    const sum = sumOfStored(args.logits + offset, dx, columns, rowMax(args.logits + offset, columns));
    const scale = splat(rowDot(args.labels + offset, 0, columns) / sum);
    const dy = v128.load32_splat(args.dy + (row << 2));
    mapRow<CrossEntropyGradient>(dx, args.labels + offset, dx, columns, scale, dy);
  }
}
