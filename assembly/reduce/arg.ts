// Where the largest or smallest element stands along one axis of [outer, reduced, inner]: the first of equals, the first NaN if there is one.
import { In, Out, Size } from "../abi";

@unmanaged
export class ArgReduceArgs {
  x: In = 0;
  y: Out = 0;
  reduced: Size = 0;
  inner: Size = 0;
}

class LargestFloat {
  @inline
  better(x: v128, best: v128): v128 {
    const nan = v128.andnot(f32x4.ne(x, x), f32x4.ne(best, best));
    return v128.or(f32x4.gt(x, best), nan);
  }
}

class SmallestFloat {
  @inline
  better(x: v128, best: v128): v128 {
    const nan = v128.andnot(f32x4.ne(x, x), f32x4.ne(best, best));
    return v128.or(f32x4.lt(x, best), nan);
  }
}

class LargestInteger {
  @inline
  better(x: v128, best: v128): v128 {
    return i32x4.gt_s(x, best);
  }
}

class SmallestInteger {
  @inline
  better(x: v128, best: v128): v128 {
    return i32x4.lt_s(x, best);
  }
}

/** Units are elements of y, [outer, inner]. Four columns, or the four quarters of the lanes of a row, go at once. */
// @ts-ignore: decorator
@inline
function argReduce<Op>(args: ArgReduceArgs, begin: usize, end: usize): void {
  const inner = args.inner;
  let unit = begin;
  while (unit < end) {
    const outer = unit / inner;
    const column = unit - outer * inner;
    const x = args.x + ((outer * args.reduced * inner + column) << 2);
    if (inner == 1) {
      store<u32>(args.y + (unit << 2), argRow<Op>(x, args.reduced));
      unit++;
    } else {
      const columns = min<usize>(min(inner - column, end - unit), 4);
      argColumns<Op>(x, args.y + (unit << 2), args.reduced, columns, inner << 2);
      unit += columns;
    }
  }
}

// @ts-ignore: decorator
@inline
function argColumns<Op>(x: usize, y: usize, rows: usize, columns: usize, stride: usize): void {
  const op = changetype<Op>(0);
  if (columns == 4) {
    let best = v128.load(x);
    let where = i32x4.splat(0);
    for (let r: usize = 1; r < rows; r++) {
      x += stride;
      const value = v128.load(x);
      const mask = op.better(value, best);
      best = v128.bitselect(value, best, mask);
      where = v128.bitselect(i32x4.splat(<i32>r), where, mask);
    }
    v128.store(y, where);
    return;
  }
  for (; columns != 0; columns--) {
    let p = x;
    let best = v128.load32_splat(p);
    let where: usize = 0;
    for (let r: usize = 1; r < rows; r++) {
      p += stride;
      const value = v128.load32_splat(p);
      if (i32x4.extract_lane(op.better(value, best), 0)) {
        best = value;
        where = r;
      }
    }
    store<u32>(y, where);
    x += 4;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function argRow<Op>(x: usize, n: usize): u32 {
  const op = changetype<Op>(0);
  let best = v128.load32_splat(x);
  let at: u32 = 0;
  let i: usize = 0;
  if (n >= 8) {
    best = v128.load(x);
    let index = i32x4(0, 1, 2, 3);
    let where = index;
    for (i = 4; i + 4 <= n; i += 4) {
      index = i32x4.add(index, i32x4.splat(4));
      const value = v128.load(x + (i << 2));
      const mask = op.better(value, best);
      best = v128.bitselect(value, best, mask);
      where = v128.bitselect(index, where, mask);
    }
    // Fold the lanes: the better one, of equals the earlier.
    let value = v128.shuffle<i32>(best, best, 2, 3, 0, 1);
    let other = v128.shuffle<i32>(where, where, 2, 3, 0, 1);
    let mask = v128.or(op.better(value, best), v128.andnot(i32x4.lt_s(other, where), op.better(best, value)));
    best = v128.bitselect(value, best, mask);
    where = v128.bitselect(other, where, mask);
    value = v128.shuffle<i32>(best, best, 1, 0, 3, 2);
    other = v128.shuffle<i32>(where, where, 1, 0, 3, 2);
    mask = v128.or(op.better(value, best), v128.andnot(i32x4.lt_s(other, where), op.better(best, value)));
    best = v128.bitselect(value, best, mask);
    where = v128.bitselect(other, where, mask);
    at = i32x4.extract_lane(where, 0);
  }
  for (; i < n; i++) {
    const value = v128.load32_splat(x + (i << 2));
    if (i32x4.extract_lane(op.better(value, best), 0)) {
      best = value;
      at = <u32>i;
    }
  }
  return at;
}

/** y = the index of the largest x along the reduced axis. */
export function argmax_f32(args: ArgReduceArgs, begin: usize, end: usize): void {
  argReduce<LargestFloat>(args, begin, end);
}

/** y = the index of the smallest x along the reduced axis. */
export function argmin_f32(args: ArgReduceArgs, begin: usize, end: usize): void {
  argReduce<SmallestFloat>(args, begin, end);
}

/** y = the index of the largest x along the reduced axis. */
export function argmax_i32(args: ArgReduceArgs, begin: usize, end: usize): void {
  argReduce<LargestInteger>(args, begin, end);
}

/** y = the index of the smallest x along the reduced axis. */
export function argmin_i32(args: ArgReduceArgs, begin: usize, end: usize): void {
  argReduce<SmallestInteger>(args, begin, end);
}
