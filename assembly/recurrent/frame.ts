// What recurrent kernels share. Products of the rows of one step are those of `matmul/rows.ts`, with a matrix packed once for all steps.
//  (1) The rows of a batch don't see each other: a unit is a group of rows through all steps, so threads never wait for each other.
//  (2) What follows a product are loops over whole rows, one for each function: they lie in the first cache, and a loop of its own keeps
//      the constants of a function in registers.
import { LEAST_GRADIENT } from "../constants";
import { flushed, loadUpTo, sigmoid, storeUpTo, tanh } from "../lanes";

/** The gradient before a sigmoid, given the one behind it and its result. */
// @ts-ignore: decorator
@inline
export function throughSigmoid(d: v128, y: v128): v128 {
  return f32x4.mul(d, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}

/**
 * A gradient on its way through the steps, 0 where it has vanished: beyond some hundred steps it would go on as denormal numbers, on which
 * each of its products takes the processor some hundred cycles.
 */
// @ts-ignore: decorator
@inline
export function vanishing(d: v128): v128 {
  return flushed(d, LEAST_GRADIENT);
}

/** A state that a masked step leaves as it is; null: zeros. */
export function carry(to: usize, from: usize, bytes: usize): void {
  if (from) memory.copy(to, from, bytes);
  else memory.fill(to, 0, bytes);
}

/** x = tanh(x + y), n elements. */
export function tanhOfSum(x: usize, y: usize, n: usize): void {
  for (let j: usize = 0; j < n; j += 4, x += 16, y += 16) {
    const width = min<usize>(4, n - j);
    storeUpTo(x, tanh(f32x4.add(loadUpTo(x, width), loadUpTo(y, width))), width);
  }
}

/** x = sigmoid(x + y), n elements. */
export function sigmoidOfSum(x: usize, y: usize, n: usize): void {
  for (let j: usize = 0; j < n; j += 4, x += 16, y += 16) {
    const width = min<usize>(4, n - j);
    storeUpTo(x, sigmoid(f32x4.add(loadUpTo(x, width), loadUpTo(y, width))), width);
  }
}
