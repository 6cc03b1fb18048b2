// Binomial numbers: how many of so many trials succeed.

import { asTensor, type TensorLike } from "../core/convert.js";
import { defaults } from "../core/defaults.js";
import { ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { add } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { less } from "../ops/elementwise/comparison.js";
import { logicalAnd } from "../ops/elementwise/logical.js";
import { asFloat } from "../ops/promotion.js";
import { max } from "../ops/reduce/extrema.js";
import { zeros } from "../ops/shaping/create.js";
import { broadcastTo } from "../ops/shaping/broadcast.js";
import type { Seed } from "../variables/seed-generator.js";
import { seedsOf } from "./seeds.js";
import { uniform } from "./random.js";

/** Beyond so many trials one draw takes too long: each trial is drawn. */
const LIMIT = 1 << 16;

/**
 * Binomial numbers: the successes among `counts` trials that each succeed with a probability. Every trial is drawn, so the time grows with
 * the largest count; the same for any number of threads.
 *
 * ```ts
 * keras.random.binomial([4], 10, 1, { seed: 1 }); // [10, 10, 10, 10]
 * ```
 *
 * @param shape          of the result, which counts and probabilities broadcast to
 * @param counts         whole numbers of at least 0, known when a function is traced
 * @param probabilities  from 0 to 1
 * @param dtype          default float32
 * @throws ValueError for negative counts, or more than 65,536. Keras: keras.random.binomial
 */
export const binomial = declare(
  "random.binomial(shape:shape, *counts, *probabilities, dtype:dtype|null=null, seed=null)",
  (shape: Shape, counts: TensorLike, probabilities: TensorLike, dtype: string | null, seed: Seed | null): Tensor => {
    const trials = broadcastTo(asFloat(counts), shape);
    const chance = broadcastTo(asFloat(probabilities), shape);
    const most = max(asTensor(counts)).item();
    const least = Math.min(...Array.from(asTensor(counts).data()));
    if (!(least >= 0 && most <= LIMIT && Array.from(asTensor(counts).data()).every(Number.isInteger)))
      throw new ValueError("binomial.counts", { given: `${least} to ${most}`, expected: `whole numbers from 0 to ${LIMIT}` });
    for (const p of asTensor(probabilities).isSymbolic ? [] : asTensor(probabilities).data())
      if (!(p >= 0 && p <= 1)) throw new ValueError("binomial.probabilities", { given: String(p), expected: "numbers from 0 to 1" });
    const next = seedsOf(seed ?? undefined);
    let successes = zeros(shape);
    for (let trial = 0; trial < most; trial++) {
      const isSuccess = logicalAnd(less(uniform(shape as readonly number[], { seed: next() }), chance), less(trial, trials));
      successes = add(successes, cast(isSuccess, "float32"));
    }
    return cast(successes, dtype ?? defaults.floatx);
  },
);
