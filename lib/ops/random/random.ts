// Random tensors from an explicit seed: an int32 [2] that is read when the operation runs. The same seed gives the same numbers, on any
// number of threads and in traced code too. Who wants new numbers advances the seed: see SeedGenerator.

import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import type { Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/random.js";

/** Elements per claim of a thread: some 5 ns each. */
const GRAIN = 1 << 13;

interface Parameters {
  readonly shape: Shape;
  /** The least value, or the mean. */
  readonly low: number;
  /** The upper bound, or the standard deviation. */
  readonly high: number;
}

function distribution(name: string, kernel: typeof kernels.random_uniform_f32) {
  return primitive({
    name,
    inputs: ["seed"],
    infer: (_, { shape }: Parameters): Spec => ({ shape, dtype: "float32" }),
    lower: ({ seed }, { y }, { low, high }) => kernel({ seed, y, low, high }, y.size, GRAIN),
  });
}

const uniformOp = distribution("random_uniform", kernels.random_uniform_f32);
const normalOp = distribution("random_normal", kernels.random_normal_f32);
const truncatedOp = distribution("random_truncated_normal", kernels.random_truncated_normal_f32);

const integersOp = primitive({
  name: "random_integers",
  inputs: ["seed"],
  infer: (_, { shape }: { shape: Shape; low: number; count: number }): Spec => ({ shape, dtype: "int32" }),
  lower: ({ seed }, { y }, { low, count }) => kernels.random_uniform_i32({ seed, y, low, count }, y.size, GRAIN),
});

/** Uniform in [minval, maxval). */
export function randomUniform(seed: Tensor, shape: Shape, minval = 0, maxval = 1): Tensor {
  if (minval > maxval)
    throw new ValueError("randomUniform", { given: `minval ${minval} and maxval ${maxval}`, expected: "minval up to maxval" });
  return uniformOp.apply({ seed }, { shape, low: minval, high: maxval });
}

/** Normal with a mean and a standard deviation. */
export const randomNormal = (seed: Tensor, shape: Shape, mean = 0, stddev = 1): Tensor =>
  normalOp.apply({ seed }, { shape, low: mean, high: spread(stddev) });

/** Normal, restricted to two standard deviations around the mean. */
export const randomTruncatedNormal = (seed: Tensor, shape: Shape, mean = 0, stddev = 1): Tensor =>
  truncatedOp.apply({ seed }, { shape, low: mean, high: spread(stddev) });

function spread(stddev: number): number {
  if (!(stddev < 0)) return stddev;
  throw new ValueError("randomNormal.stddev", { given: String(stddev), expected: "a number of at least 0" });
}

/** Whole numbers, uniform in [minval, maxval). @throws ValueError where there are none */
export function randomIntegers(seed: Tensor, shape: Shape, minval: number, maxval: number): Tensor {
  const [low, count] = [Math.ceil(minval), Math.ceil(maxval) - Math.ceil(minval)];
  if (!(count > 0 && count <= 2 ** 32 - 1))
    throw new ValueError("randomInteger", { given: `minval ${minval} and maxval ${maxval}`, expected: "minval below maxval" });
  return integersOp.apply({ seed }, { shape, low, count });
}

/**
 * x with a part of its elements set to 0, the others divided by 1 − rate, so that the expected sum stays.
 * The gradient draws the same elements again instead of keeping a mask.
 *
 * @param rate  the part that is dropped, 0 to 1
 */
export function randomDropout(seed: Tensor, x: Tensor, rate: number): Tensor {
  return dropoutOp.apply({ seed, x }, { rate });
}

const dropoutOp = primitive({
  name: "dropout",
  inputs: ["seed", "x"],
  infer: ({ x }, _: { rate: number }): Spec => ({ shape: x.shape, dtype: x.dtype }),
  lower: ({ seed, x }, { y }, { rate }) => {
    const threshold = Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
    return kernels.dropout_f32({ seed, x, y, threshold, scale: rate < 1 ? 1 / (1 - rate) : 0 }, y.size, GRAIN);
  },
  keeps: ["seed"],
  gradient: (dy, { seed }, { attrs: { rate } }) => ({ x: () => randomDropout(seed, dy, rate) }),
});
