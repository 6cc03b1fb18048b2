// Evenly spaced numbers and window functions.

import { type Declared, declare, operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { isFloat, keptDtype } from "../../core/dtype.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal } from "../elementwise/comparison.js";
import { exp2, log } from "../elementwise/exponential.js";
import { i0 } from "../elementwise/special.js";
import { floor } from "../elementwise/rounding.js";
import { abs, power, sqrt, square } from "../elementwise/powers.js";
import { cos } from "../elementwise/trigonometric.js";
import { where } from "../elementwise/where.js";
import { asFloat } from "../promotion.js";
import { integers, type Integers } from "../static.js";
import { ones, progression } from "./create.js";
import { expandDims, reshape } from "./reshape.js";
import { moveaxis } from "./transpose.js";

/** start + i · (stop − start) / (num − 1), along a new axis, and the step. */
function spaced(start: TensorLike, stop: TensorLike, num: number, endpoint: boolean, axis: number): [values: Tensor, step: Tensor] {
  const [from, to] = [asFloat(start), asFloat(stop)];
  const gaps = endpoint ? num - 1 : num;
  const range = subtract(to, from);
  const step = gaps > 0 ? divide(range, gaps) : multiply(range, NaN);
  const rank = range.rank;
  const along = reshape(divide(progression(0, 1, num, "float32"), Math.max(1, gaps)), [num, ...Array.from({ length: rank }, () => 1)]);
  // Weighted from both ends, so that the last number is exactly `stop`; an infinite end has no part where its weight is 0.
  const rest = subtract(1, along);
  const weighted = (end: Tensor, weight: Tensor): Tensor => where(equal(weight, 0), 0, multiply(expandDims(end, 0), weight));
  const values = add(weighted(from, rest), weighted(to, along));
  return [moveaxis(values, 0, axis < 0 ? axis + rank + 1 : axis), step];
}

function inDtype(values: Tensor, dtype: string | null): Tensor {
  if (dtype === null) return values;
  return cast(isFloat(keptDtype(dtype) ?? "float32") ? values : floor(values), dtype);
}

/**
 * Evenly spaced numbers from start to stop along a new axis.
 *
 * ```ts
 * ops.linspace(0, 1, { num: 5 }); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 *
 * @param num       how many
 * @param endpoint  whether `stop` is the last one
 * @param retstep   also gives the step: [numbers, step]
 * @param dtype     default float32; integers are rounded down
 * @param axis      where the new axis stands
 * @see keras.ops.linspace
 */
export const linspace = operation(
  "numpy.linspace(*start, *stop, num:int=50, endpoint=true, retstep=false, dtype:dtype=null, axis:ints=0)",
  (start: TensorLike, stop: TensorLike, num: Integers, endpoint: boolean, retstep: boolean, dtype: string | null, axis: number): Tensor => {
    const [values, step] = spaced(start, stop, lengthOf(num), endpoint, axis);
    return (retstep ? [inDtype(values, dtype), step] : inDtype(values, dtype)) as Tensor;
  },
) as Linspace;

type Spaced = (
  start: TensorLike,
  stop: TensorLike,
  num: Integers,
  endpoint: boolean,
  retstep: boolean,
  dtype: string | null,
  axis: number,
) => Tensor;

/** What `retstep` makes of the result. */
interface Linspace extends Declared<
  "numpy.linspace(*start, *stop, num:int=50, endpoint=true, retstep=false, dtype:dtype=null, axis:int=0)",
  Spaced
> {
  (
    start: TensorLike,
    stop: TensorLike,
    num: Integers,
    options: { endpoint?: boolean; retstep: true; dtype?: string | null; axis?: number },
  ): [Tensor, Tensor];
}

/**
 * base to the power of evenly spaced numbers from start to stop.
 *
 * ```ts
 * ops.logspace(0, 2, { num: 3 }); // [1, 10, 100]
 * ```
 *
 * @param base  default 10
 * @see keras.ops.logspace
 */
export const logspace = declare(
  "numpy.logspace(*start, *stop, num:int=50, endpoint=true, *base=10, dtype:dtype=null, axis:int=0)",
  (start: TensorLike, stop: TensorLike, num: number, endpoint: boolean, base: TensorLike, dtype: string | null, axis: number): Tensor =>
    inDtype(power(asFloat(base), spaced(start, stop, num, endpoint, axis)[0]), dtype),
);

/**
 * Numbers of equal ratio from start to stop, both positive.
 *
 * ```ts
 * ops.geomspace(1, 8, { num: 4 }); // [1, 2, 4, 8]
 * ```
 *
 * @see keras.ops.geomspace
 */
export const geomspace = declare(
  "numpy.geomspace(*start, *stop, num:int=50, endpoint=true, dtype:dtype=null, axis:int=0)",
  (start: TensorLike, stop: TensorLike, num: number, endpoint: boolean, dtype: string | null, axis: number): Tensor => {
    const scaled = (x: TensorLike): Tensor => divide(log(asFloat(x)), Math.LN2);
    return inDtype(exp2(spaced(scaled(start), scaled(stop), num, endpoint, axis)[0]), dtype);
  },
);

/** A window as a function of 2π · i / (n − 1), or of i itself. */
function window(n: number, shape: (turn: Tensor, i: Tensor) => Tensor): Tensor {
  if (n <= 1) return ones([Math.max(0, n)]);
  const i = progression(0, 1, n, "float32");
  return shape(multiply(i, (2 * Math.PI) / (n - 1)), i);
}

const lengthOf = (x: TensorLike): number => integers(x)[0]!;

/**
 * The triangular window that is 0 at its ends.
 *
 * ```ts
 * ops.bartlett(5); // [0, 0.5, 1, 0.5, 0]
 * ```
 */
export const bartlett = declare("numpy.bartlett(*x)", (x: TensorLike): Tensor => {
  const n = lengthOf(x);
  return window(n, (_, i) => subtract(1, abs(subtract(multiply(i, 2 / (n - 1)), 1))));
});

/**
 * 0.42 − 0.5 cos + 0.08 cos of twice the angle.
 *
 * ```ts
 * ops.blackman(5); // [0, 0.34, 1, 0.34, 0]
 * ```
 */
export const blackman = declare("numpy.blackman(*x)", (x: TensorLike): Tensor =>
  window(lengthOf(x), (turn) => add(subtract(0.42, multiply(cos(turn), 0.5)), multiply(cos(multiply(turn, 2)), 0.08))),
);

/**
 * 0.54 − 0.46 cos.
 *
 * ```ts
 * ops.hamming(5); // [0.08, 0.54, 1, 0.54, 0.08]
 * ```
 */
export const hamming = declare("numpy.hamming(*x)", (x: TensorLike): Tensor =>
  window(lengthOf(x), (turn) => subtract(0.54, multiply(cos(turn), 0.46))),
);

/**
 * 0.5 − 0.5 cos.
 *
 * ```ts
 * ops.hanning(5); // [0, 0.5, 1, 0.5, 0]
 * ```
 */
export const hanning = declare("numpy.hanning(*x)", (x: TensorLike): Tensor =>
  window(lengthOf(x), (turn) => subtract(0.5, multiply(cos(turn), 0.5))),
);

/**
 * The Kaiser window: i₀(β √(1 − t²)) / i₀(β) for t from −1 to 1.
 *
 * ```ts
 * ops.kaiser(3, 14); // [7.727e-6, 1, 7.727e-6]
 * ```
 */
export const kaiser = declare("numpy.kaiser(*x, *beta)", (x: TensorLike, beta: TensorLike): Tensor => {
  const n = lengthOf(x);
  const b = asFloat(beta);
  return window(n, (_, i) => {
    const t = subtract(multiply(i, 2 / (n - 1)), 1);
    return divide(i0(multiply(b, sqrt(subtract(1, square(t))))), i0(b));
  });
});

/**
 * Powers of a vector as columns, the highest first.
 *
 * ```ts
 * ops.vander([1, 2, 3]); // [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
 * ```
 *
 * @param N  how many; default its length
 * @param increasing  the lowest first
 */
export const vander = operation(
  "numpy.vander(*x, N:int=null, increasing=false)",
  (x: TensorLike, N: number | null, increasing: boolean): Tensor => {
    const tensor = asTensor(x);
    const count = N ?? tensor.shape[0]!;
    const exponents = increasing ? progression(0, 1, count, "int32") : progression(count - 1, -1, count, "int32");
    return cast(power(expandDims(tensor, -1), tensor.dtype === "float32" ? cast(exponents, "float32") : exponents), tensor.dtype);
  },
);
