// Reductions along one axis of a [outer, reduced, inner] tensor; see reduce.ts for the units. NaN in, NaN out.
import { ReduceArgs, reduce } from "./reduce";

class Sum {
  @inline
  neutral(): v128 {
    return f32x4.splat(0);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return f32x4.add(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = Σ x along the reduced axis, for each block of it. */
export function sum_f32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<Sum>(args, begin, end);
}

class Mean {
  @inline
  neutral(): v128 {
    return f32x4.splat(0);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return f32x4.add(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return f32x4.div(acc, f32x4.splat(count));
  }
}

/** y = Σ x / count along the reduced axis, for each block of it. */
export function mean_f32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<Mean>(args, begin, end);
}

class Prod {
  @inline
  neutral(): v128 {
    return f32x4.splat(1);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return f32x4.mul(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = Π x along the reduced axis, for each block of it. */
export function prod_f32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<Prod>(args, begin, end);
}

// The extrema of numbers take one instruction where NaN need not be told apart; a lane that met one is NaN for good, by its mask.

class Max {
  @inline
  neutral(): v128 {
    return f32x4.splat(-Infinity);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return v128.or(f32x4.pmax(acc, x), f32x4.ne(x, x));
  }

  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = the largest x along the reduced axis, for each block of it. */
export function max_f32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<Max>(args, begin, end);
}

class Min {
  @inline
  neutral(): v128 {
    return f32x4.splat(Infinity);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return v128.or(f32x4.pmin(acc, x), f32x4.ne(x, x));
  }

  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = the smallest x along the reduced axis, for each block of it. */
export function min_f32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<Min>(args, begin, end);
}

class SumIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(0);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return i32x4.add(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = Σ x along the reduced axis, for each block of it. */
export function sum_i32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<SumIntegers>(args, begin, end);
}

class ProdIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(1);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return i32x4.mul(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = Π x along the reduced axis, for each block of it. */
export function prod_i32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<ProdIntegers>(args, begin, end);
}

class MaxIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(i32.MIN_VALUE);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return i32x4.max_s(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = the largest x along the reduced axis, for each block of it. */
export function max_i32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<MaxIntegers>(args, begin, end);
}

class MinIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(i32.MAX_VALUE);
  }

  @inline
  step(acc: v128, x: v128): v128 {
    return i32x4.min_s(acc, x);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }

  @inline
  finish(acc: v128, count: f32): v128 {
    return acc;
  }
}

/** y = the smallest x along the reduced axis, for each block of it. */
export function min_i32(args: ReduceArgs, begin: usize, end: usize): void {
  reduce<MinIntegers>(args, begin, end);
}
