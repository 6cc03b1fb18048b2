// keras.random: random tensors, the same for the same seed on any number of threads.

import { declare } from "../core/operation.js";
// keras.random: random tensors from a seed that may be a number, a generator, or nothing, which is the global one.

import { asTensor, checkedDtype, checkHeld, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import type { Shape } from "../core/shape.js";
import { DtypeError, ShapeError, ValueError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast } from "../ops/elementwise/cast.js";
import { greaterEqual } from "../ops/elementwise/comparison.js";
import { add, divide, multiply } from "../ops/elementwise/arithmetic.js";
import { log } from "../ops/elementwise/exponential.js";
import { negative } from "../ops/elementwise/powers.js";
import { where } from "../ops/elementwise/where.js";
import { argsort } from "../ops/indexing/sort.js";
import { take } from "../ops/indexing/take.js";
import { asFloat } from "../ops/promotion.js";
import { argmax } from "../ops/reduce/arg.js";
import { expandDims } from "../ops/shaping/reshape.js";
import { randomDropout, randomIntegers, randomNormal, randomTruncatedNormal, randomUniform } from "../ops/random/random.js";
import { floatDtype } from "./float-dtype.js";
import { drawSeed, type Seed } from "../variables/seed-generator.js";

/** What random functions of one seed take by name. */
export interface RandomOptions {
  /** A number gives the same tensor at every call, a SeedGenerator another one each time. Default: the global generator. */
  seed?: Seed;
  /** dtype of the result. */
  dtype?: string;
}

/**
 * Uniform numbers in [minval, maxval).
 *
 * ```ts
 * keras.random.uniform([2, 3], { minval: 1, maxval: 2, seed: 1 }).shape; // [2, 3]
 * ```
 *
 * @param options.minval  default 0
 * @param options.maxval  default 1
 */
export const uniform = declare(
  "random.uniform(shape:lengths, minval=0, maxval=1, dtype:dtype=null, seed:any=null)",
  (shape: Shape, minval: number, maxval: number, dtype: string | null, seed: Seed): Tensor => {
    const to = floatDtype("uniform", dtype);
    return cast(randomUniform(drawSeed(seed), shape, minval, maxval), to);
  },
);

/**
 * Normal numbers.
 *
 * ```ts
 * keras.random.normal([2], { mean: 5, stddev: 0, seed: 1 }); // [5, 5]
 * ```
 *
 * @param options.mean  default 0
 * @param options.stddev  default 1
 */
export const normal = declare(
  "random.normal(shape:lengths, mean=0, stddev=1, dtype:dtype=null, seed:any=null)",
  (shape: Shape, mean: number, stddev: number, dtype: string | null, seed: Seed): Tensor => {
    const to = floatDtype("normal", dtype);
    return cast(randomNormal(drawSeed(seed), shape, mean, stddev), to);
  },
);

/**
 * Normal numbers within two standard deviations of the mean.
 *
 * ```ts
 * keras.random.truncatedNormal([2, 3], { seed: 1 }).shape; // [2, 3]
 * ```
 *
 * @param options.mean  default 0
 * @param options.stddev  default 1
 */
export const truncatedNormal = declare(
  "random.truncatedNormal(shape:lengths, mean=0, stddev=1, dtype:dtype=null, seed:any=null)",
  (shape: Shape, mean: number, stddev: number, dtype: string | null, seed: Seed): Tensor => {
    const to = floatDtype("truncatedNormal", dtype);
    return cast(randomTruncatedNormal(drawSeed(seed), shape, mean, stddev), to);
  },
);

/**
 * Whole numbers, uniform in [minval, maxval).
 *
 * ```ts
 * keras.random.randint([3], 4, 5, { seed: 1 }); // [4, 4, 4]
 * ```
 *
 * @param options.dtype  default int32
 */
export const randint = declare(
  'random.randint(shape:lengths, minval:number, maxval:number, dtype:dtype="int32", seed:any=null)',
  (shape: Shape, minval: number, maxval: number, dtype: string, seed: Seed | null): Tensor => {
    const to = checkedDtype(dtype)!;
    if (isFloat(to) || to === "bool") throw new DtypeError("randint.dtype", { given: to, expected: "a dtype of whole numbers" });
    checkHeld("randint", to, minval, maxval - 1);
    return cast(randomIntegers(drawSeed(seed), shape, minval, maxval), to);
  },
);

/**
 * x with a part of its elements set to 0, the others scaled up so that the expected sum stays.
 *
 * ```ts
 * keras.random.dropout([1, 2], 0, { seed: 1 }); // [1, 2]
 * ```
 *
 * @param rate  the part that is dropped, 0 to 1
 * @param options.noiseShape  lengths 1 share one decision along their axis; null takes the length of x
 */
export const dropout = declare(
  "random.dropout(*inputs, rate:number, noiseShape:lengths=null, seed:any=null)",
  (x: TensorLike, rate: number, noiseShape: Shape | null, seed: Seed | null): Tensor => {
    const tensor = asFloat(x);
    if (!(rate >= 0 && rate <= 1)) throw new ValueError("dropout", { given: `a rate of ${rate}`, expected: "0 to 1" });
    if (!noiseShape) return randomDropout(drawSeed(seed), tensor, rate);
    if (noiseShape.length !== tensor.rank) {
      throw new ShapeError("dropout", {
        given: `noiseShape ${shapeText(noiseShape)} and x ${shapeText(tensor.shape)}`,
        expected: "equal ranks",
      });
    }
    const kept = greaterEqual(
      randomUniform(
        drawSeed(seed),
        noiseShape.map((length, axis) => length ?? tensor.shape[axis]!),
      ),
      rate,
    );
    return where(kept, rate < 1 ? divide(tensor, 1 - rate) : 0, 0);
  },
);

/**
 * The slices of x along an axis in random order.
 *
 * ```ts
 * tf.sort(keras.random.shuffle([1, 2, 3], { seed: 1 })); // [1, 2, 3]
 * ```
 *
 * @param axis  default 0
 */
export const shuffle = declare(
  "random.shuffle(*x, axis:ints=0, seed:any=null)",
  (x: TensorLike, axis: number, seed: Seed | null): Tensor => {
    const tensor = asTensor(x);
    const length = known(tensor.shape, "shuffle").at(axis);
    if (length === undefined)
      throw new ValueError("shuffle", { given: `axis ${axis} of ${shapeText(tensor.shape)}`, expected: "an axis of x" });
    return take(tensor, argsort(randomIntegers(drawSeed(seed), [length], -(2 ** 31), 2 ** 31 - 1)), axis);
  },
);

/**
 * Classes drawn with probabilities in proportion to e^logits.
 *
 * ```ts
 * keras.random.categorical([[0, -Infinity]], 3, { seed: 1 }); // [[0, 0, 0]]
 * ```
 *
 * @param logits  [batch, classes]
 * @returns       int32 [batch, numSamples]
 */
export const categorical = declare(
  'random.categorical(*logits, numSamples:int, dtype:dtype="int32", seed:any=null)',
  (logits: TensorLike, numSamples: number, dtype: string, seed: Seed | null): Tensor => {
    const rows = asFloat(logits);
    const [batch, classes] = known(rows.shape, "categorical");
    // The largest of logits plus Gumbel noise is such a draw.
    const gumbel = negative(
      log(negative(log(add(multiply(randomUniform(drawSeed(seed), [batch!, numSamples, classes!]), 1 - 2 ** -23), 2 ** -25)))),
    );
    return cast(argmax(add(expandDims(rows, 1), gumbel), { axis: -1 }), dtype);
  },
);
