// Gamma and beta numbers, made of normal and uniform ones.

import { asTensor, type TensorLike } from "../core/convert.js";
import { declare } from "../core/operation.js";
import { ValueError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, maximum, multiply, subtract } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { greater, less } from "../ops/elementwise/comparison.js";
import { exp, log } from "../ops/elementwise/exponential.js";
import { rsqrt } from "../ops/elementwise/powers.js";
import { logicalAnd } from "../ops/elementwise/logical.js";
import { where } from "../ops/elementwise/where.js";
import { sigmoid } from "../ops/nn/activations.js";
import { broadcastTo } from "../ops/shaping/broadcast.js";
import type { Seed } from "../variables/seed-generator.js";
import { seedsOf } from "./seeds.js";
import { floatDtype } from "./float-dtype.js";
import { normal, uniform } from "./random.js";

/** Rejected candidates are replaced so often; each is accepted with probability above 0.95, so that all of them fail once in 10¹⁰. */
const attempts = 8;

/**
 * The logarithm of gamma numbers, which does not vanish where they do. `G. Marsaglia and W. W. Tsang, 2000, A simple method for generating
 * gamma variables`, with their boost for shapes below 1.
 */
function logGamma(shape: Shape, alpha: Tensor, next: () => Seed): Tensor {
  const boosted = add(alpha, 1);
  const d = broadcastTo(subtract(boosted, 1 / 3), shape);
  const c = multiply(rsqrt(d), 1 / 3);
  let found: Tensor | undefined;
  for (let i = 0; i < attempts; i++) {
    const x = normal(shape, { seed: next() });
    const base = add(multiply(c, x), 1);
    const isPositive = greater(base, 0);
    const safe = where(isPositive, base, 1);
    const v = multiply(multiply(safe, safe), safe);
    const bound = add(multiply(multiply(x, x), 0.5), multiply(d, add(subtract(1, v), log(v))));
    const isAccepted = logicalAnd(isPositive, less(log(uniform(shape, { minval: 2 ** -24, seed: next() })), bound));
    const value = log(multiply(d, v));
    found = found ? where(isAccepted, value, found) : where(isAccepted, value, log(d));
  }
  return add(found!, divide(log(uniform(shape, { minval: 2 ** -24, seed: next() })), broadcastTo(alpha, shape)));
}

function positive(name: string, value: TensorLike): Tensor {
  if (typeof value === "number" && !(value > 0)) throw new ValueError(name, { given: String(value), expected: "a number above 0" });
  return asTensor(value);
}

/**
 * Gamma numbers of shape parameter alpha and scale 1. Keras: keras.random.gamma
 *
 * ```ts
 * keras.random.gamma([2, 3], 2, { seed: 1 }).shape; // [2, 3]
 * ```
 */
export const gamma = declare(
  "random.gamma(shape:shape, *alpha, dtype:dtype=null, seed:any=null)",
  (shape: Shape, alpha: TensorLike, dtype: string | null, seed: Seed): Tensor => {
    const to = floatDtype("gamma", dtype);
    return cast(maximum(exp(logGamma(shape, positive("gamma.alpha", alpha), seedsOf(seed))), 0), to);
  },
);

/**
 * Beta numbers, between 0 and 1. Keras: keras.random.beta
 *
 * ```ts
 * keras.random.beta([2, 3], 1, 2, { seed: 1 }).shape; // [2, 3]
 * ```
 */
export const beta = declare(
  "random.beta(shape:shape, *alpha, *beta, dtype:dtype=null, seed:any=null)",
  (shape: Shape, alpha: TensorLike, beta: TensorLike, dtype: string | null, seed: Seed): Tensor => {
    const to = floatDtype("beta", dtype);
    const next = seedsOf(seed);
    const first = logGamma(shape, positive("beta.alpha", alpha), next);
    return cast(sigmoid(subtract(first, logGamma(shape, positive("beta.beta", beta), next))), to);
  },
);
