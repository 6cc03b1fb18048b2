// Softmax and its relatives along the last axis, and the cross-entropies of logits. Units are rows; rows are never cut.
//
// A label that names no class makes the loss of its row NaN, and the gradient of the whole row; who gives a `site` hears of it.
import { In, Out, refuse, Size } from "../abi";
import { exp, loadPart, loadUpTo, log, splat, storePart } from "../lanes";
import { horizontalSum, rowDot, rowMax, scaleRow, sumOfStored, sumOnly } from "./row-loops";

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
