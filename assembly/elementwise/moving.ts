// Moving averages, in place: one pass for what would be two products, a sum and an assignment. Units are elements.
import { In, InOut } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";

@unmanaged
export class MovingArgs {
  average: InOut = 0;
  x: In = 0;
  momentum: f32 = 0;
  /** 1 − momentum, rounded by itself. */
  rest: f32 = 0;
}

/** average[i] = average[i] · momentum + x[i] · rest for begin ≤ i < end; each product is rounded, as step by step. */
export function moving_average_f32(args: MovingArgs, begin: usize, end: usize): void {
  const momentum = splat(args.momentum);
  const rest = splat(args.rest);
  let average = args.average + (begin << 2);
  let x = args.x + (begin << 2);
  let n = end - begin;
  for (; n >= 4; n -= 4) {
    moved(average, x, 4, momentum, rest);
    average += 16;
    x += 16;
  }
  if (n) moved(average, x, n, momentum, rest);
}

// @ts-ignore: decorator
@inline
function moved(average: usize, x: usize, n: usize, momentum: v128, rest: v128): void {
  storeUpTo(average, f32x4.add(f32x4.mul(loadUpTo(average, n), momentum), f32x4.mul(loadUpTo(x, n), rest)), n);
}
