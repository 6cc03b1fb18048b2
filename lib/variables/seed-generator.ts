// keras.random.SeedGenerator, the seed of the process, and how state of random numbers is saved.

import { refuseUnknown } from "../core/options.js";
import { constant } from "../core/convert.js";
import { replica } from "../core/replicas.js";
import { ArgumentError, text } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { add } from "../ops/elementwise/arithmetic.js";
import { isRecord } from "../core/tree.js";
import { initScope, Variable } from "./variable.js";

/**
 * Numbers that seeds are made of where the user gives none: unpredictable, until `setRandomSeed` makes them repeat.
 * SplitMix32 over a counter (Steele, Lea and Flood 2014).
 */
let counter = Math.floor(Math.random() * 2 ** 32);

/** A seed of its own for something that was given none: 1 ≤ seed < 10⁹. */
export function makeDefaultSeed(): number {
  counter = (counter + 0x9e3779b9) >>> 0;
  let z = counter;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (((z ^ (z >>> 16)) >>> 0) % 999_999_999) + 1;
}

interface SeedOptions {
  readonly name?: string | null;
}

/**
 * Gives a new seed at every call, in eager and traced code alike: state `[seed, count]`. Keras: keras.random.SeedGenerator.
 *
 * ```ts
 * const seeds = new keras.random.SeedGenerator(7);
 * seeds.next().shape; // [2]
 * ```
 *
 * @param seed  an integer; default: drawn from the global seed
 * @param options  `name`
 */
export class SeedGenerator {
  readonly state: Variable;
  readonly seed: number;
  name: string;

  constructor(
    ...given: [seed?: number | null, options?: SeedOptions | string | null] | [options?: SeedOptions & { readonly seed?: number | null }]
  ) {
    const [first, second = {}] = given;
    const rest = typeof second === "string" || second === null ? { name: second } : second;
    const {
      seed = null,
      name = null,
      ...others
    }: SeedOptions & { readonly seed?: number | null } = isRecord(first) ? first : { ...rest, seed: first ?? null };
    refuseUnknown("SeedGenerator", Object.keys(others), ["seed", "name"]);
    this.name = name ?? "seed_generator";
    if (seed !== null && !Number.isInteger(seed))
      throw new ArgumentError("SeedGenerator.seed", { given: text(seed), expected: "an integer or null" });
    this.seed = seed ?? makeDefaultSeed();
    const [low] = Uint32Array.of(this.seed);
    this.state = new Variable(() => constant([low! | 0, 0], { dtype: "int32" }), { name: "seed_generator_state", trainable: false });
  }

  /** What makes such a generator again. */
  getConfig(): { seed: number } {
    return { seed: this.seed };
  }

  static fromConfig({ seed }: { readonly seed: number }): SeedGenerator {
    return new SeedGenerator(seed);
  }

  /** The present seed, int32 [2]; the next call gives another. */
  next(): Tensor {
    const seed = this.state.value();
    this.state.assign(add(seed, constant([0, 1], { dtype: "int32" })));
    return seed;
  }
}

let globalGenerator: SeedGenerator | null = null;

/** What random operations draw from that were given no seed. */
export const globalSeedGenerator = (): SeedGenerator => (globalGenerator ??= initScope(() => new SeedGenerator()));

/**
 * Makes everything random repeat from here on: initial weights, dropout, shuffling, `tf.random`.
 *
 * ```ts
 * keras.utils.setRandomSeed(7);
 * const first = keras.random.uniform([2]).array();
 * keras.utils.setRandomSeed(7);
 * ops.allclose(keras.random.uniform([2]), first); // true
 * ```
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed)) throw new ArgumentError("setRandomSeed", { given: text(seed), expected: "an integer" });
  counter = seed >>> 0;
  globalGenerator = new SeedGenerator(makeDefaultSeed());
}

/** Where the numbers stand that seeds are made of. */
export const seedPosition = (): number => counter;

/** Takes over where another process stands; nothing happens where this one stands there already. */
export function adoptSeeds(position: number): void {
  if (position === counter) return;
  counter = position >>> 0;
  globalGenerator = null;
}

/** What random operations take as a seed: an integer (the same numbers at every call), a generator, or nothing (the global one). */
export type Seed = number | SeedGenerator | null | undefined;

/** The seed as the int32 [2] that random operations read. */
export function drawSeed(seed: Seed): Tensor {
  if (typeof seed === "number") return constant([Uint32Array.of(seed)[0]! | 0, 0], { dtype: "int32" });
  const generator: unknown = seed ?? globalSeedGenerator();
  if (generator instanceof SeedGenerator) return forReplica(generator.next());
  throw new ArgumentError("seed", { given: text(seed), expected: "a number, a keras.random.SeedGenerator, or null" });
}

/** 2³² divided by the golden ratio: keys of neighbouring replicas differ in many bits. */
const REPLICA_STRIDE = 0x9e3779b9;

/** Replicas draw other numbers of the same generator. */
function forReplica(seed: Tensor): Tensor {
  const { id } = replica();
  return id === 0 ? seed : add(seed, constant([Math.imul(id, REPLICA_STRIDE), 0], { dtype: "int32" }));
}
