// Where the largest or smallest element stands along one axis of [outer, reduced, inner]: the first of equals, the first NaN if there is
// one.
import { In, Out, Size, threadScratch } from "../abi";
import { loadOver } from "../lanes";

@unmanaged
export class ArgReduceArgs {
  x: In = 0;
  y: Out = 0;
  reduced: Size = 0;
  inner: Size = 0;
}

class LargestFloat {
  @inline
  neutral(): v128 {
    return f32x4.splat(-Infinity);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b));
  }

  @inline
  same(x: v128, y: v128): v128 {
    return v128.or(f32x4.eq(x, y), v128.and(f32x4.ne(x, x), f32x4.ne(y, y)));
  }

  @inline
  better(x: v128, best: v128): v128 {
    const nan = v128.andnot(f32x4.ne(x, x), f32x4.ne(best, best));
    return v128.or(f32x4.gt(x, best), nan);
  }
}

class SmallestFloat {
  @inline
  neutral(): v128 {
    return f32x4.splat(Infinity);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return v128.or(f32x4.pmin(a, b), f32x4.ne(b, b));
  }

  @inline
  same(x: v128, y: v128): v128 {
    return v128.or(f32x4.eq(x, y), v128.and(f32x4.ne(x, x), f32x4.ne(y, y)));
  }

  @inline
  better(x: v128, best: v128): v128 {
    const nan = v128.andnot(f32x4.ne(x, x), f32x4.ne(best, best));
    return v128.or(f32x4.lt(x, best), nan);
  }
}

class LargestInteger {
  @inline
  neutral(): v128 {
    return i32x4.splat(i32.MIN_VALUE);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }

  @inline
  same(x: v128, y: v128): v128 {
    return i32x4.eq(x, y);
  }

  @inline
  better(x: v128, best: v128): v128 {
    return i32x4.gt_s(x, best);
  }
}

class SmallestInteger {
  @inline
  neutral(): v128 {
    return i32x4.splat(i32.MAX_VALUE);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }

  @inline
  same(x: v128, y: v128): v128 {
    return i32x4.eq(x, y);
  }

  @inline
  better(x: v128, best: v128): v128 {
    return i32x4.lt_s(x, best);
  }
}

/** Units are elements of y, [outer, inner]. Neighbouring columns go together. */
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
      const columns = min<usize>(min(inner - column, end - unit), STRIP);
      argColumns<Op>(x, args.y + (unit << 2), args.reduced, columns, inner << 2);
      unit += columns;
    }
  }
}

/** Columns whose best elements lie in thread scratch at a time, and elements of a row of which the best is found before its place. */
const STRIP: usize = 1024;
const BLOCK: usize = 1024;

/** Row by row, so that the first of equals stays: the best so far in thread scratch, its place in y. */
// @ts-ignore: decorator
@inline
function argColumns<Op>(x: usize, y: usize, rows: usize, columns: usize, stride: usize): void {
  const op = changetype<Op>(0);
  const best = threadScratch();
  memory.copy(best, x, columns << 2);
  memory.fill(y, 0, columns << 2);
  const whole = (columns & ~3) << 2;
  for (let r: usize = 1; r < rows; r++) {
    x += stride;
    const here = i32x4.splat(<i32>r);
    for (let c: usize = 0; c < whole; c += 16) {
      const value = v128.load(x + c);
      const old = v128.load(best + c);
      const mask = op.better(value, old);
      v128.store(best + c, v128.bitselect(value, old, mask));
      v128.store(y + c, v128.bitselect(here, v128.load(y + c), mask));
    }
    for (let c = whole; c < columns << 2; c += 4) {
      const value = v128.load32_splat(x + c);
      if (i32x4.extract_lane(op.better(value, v128.load32_splat(best + c)), 0)) {
        store<f32>(best + c, f32x4.extract_lane(value, 0));
        store<u32>(y + c, <u32>r);
      }
    }
  }
}

/** The best of each block, then its first place in the first of the best blocks: one pass over the row, and one over a block of it. */
// @ts-ignore: decorator
@inline
function argRow<Op>(x: usize, n: usize): u32 {
  const op = changetype<Op>(0);
  let best = v128.load32_splat(x);
  let from: usize = 0;
  for (let i: usize = 0; i < n; i += BLOCK) {
    const found = bestOf<Op>(x + (i << 2), min(BLOCK, n - i));
    if (i32x4.extract_lane(op.better(found, best), 0)) {
      best = found;
      from = i;
    }
  }
  let p = x + (from << 2);
  while (from + 8 <= n) {
    const mask = v128.or(op.same(v128.load(p), best), op.same(v128.load(p, 16), best));
    if (v128.any_true(mask)) break;
    from += 8;
    p += 32;
  }
  while (!i32x4.extract_lane(op.same(v128.load32_splat(p), best), 0)) {
    from++;
    p += 4;
  }
  return <u32>from;
}

/** The best of n elements, in every lane. */
// @ts-ignore: decorator
@inline
function bestOf<Op>(x: usize, n: usize): v128 {
  const op = changetype<Op>(0);
  let a = op.neutral();
  let b = a;
  let c = a;
  let d = a;
  for (; n >= 16; n -= 16, x += 64) {
    a = op.join(a, v128.load(x));
    b = op.join(b, v128.load(x, 16));
    c = op.join(c, v128.load(x, 32));
    d = op.join(d, v128.load(x, 48));
  }
  for (; n >= 4; n -= 4, x += 16) a = op.join(a, v128.load(x));
  if (n) b = op.join(b, loadOver(x, n, b));
  a = op.join(op.join(a, b), op.join(c, d));
  a = op.join(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return op.join(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
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
