// tf.random: numbers from the global generator or a seed; TensorFlow's own from `stateless` functions and tf.random.Generator.

import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { keptDtype } from "../../core/dtype.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { checkThat } from "../../core/options.js";
import { argumentsOf, type Forms } from "../../core/signature.js";
import { primitive } from "../../core/primitive.js";
import { checkLengths, known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";
import { integers, type Integers } from "../../ops/static.js";
import * as ops from "../../ops/index.js";
import * as random from "../../random/index.js";
import type { Seed } from "../../variables/seed-generator.js";
import { Variable } from "../../variables/variable.js";
import {
  drawnFrom,
  type Fill,
  fillBits,
  fillIntegers,
  fillNormal,
  fillOrder,
  fillTruncated,
  fillUniform,
  generated,
  type PhiloxState,
  philox,
  skipped,
  checkedSeed,
  stateOfSeed,
  words,
} from "./stateless.js";

type Name = string | null;
type SeedGiven = Seed | null;

/**
 * Sets the global seed.
 *
 * ```ts
 * tf.random.setSeed(7);
 * const first = tf.random.uniform([2]).array();
 * tf.random.setSeed(7);
 * ops.allclose(tf.random.uniform([2]), first); // true
 * ```
 */
export const setSeed = declare("tf.random.setSeed(seed:int)", (seed: number): void => random.setRandomSeed(seed));

const withSeed = (seed: SeedGiven): { seed?: NonNullable<Seed> } => (seed === null ? {} : { seed: seed as NonNullable<Seed> });
const isWhole = (dtype: string): boolean => keptDtype(dtype) !== "float32";

/**
 * Draws of the normal distribution with a mean and a standard deviation. TensorFlow: tf.random.normal
 *
 * ```ts
 * tf.random.normal([2], { mean: 5, stddev: 0 }); // [5, 5]
 * ```
 */
export const normal = declare(
  'tf.random.normal(shape:shape, mean:number=0, stddev:number=1, dtype:dtype="float32", seed:any=null, name:string=null)',
  (shape: Shape, mean: number, stddev: number, dtype: string, seed: SeedGiven, _: Name): Tensor =>
    random.normal(lengths(shape), { mean, stddev, dtype, ...withSeed(seed) }),
);
/**
 * Draws of the normal distribution, those beyond two standard deviations drawn anew. TensorFlow: tf.random.truncated_normal
 *
 * ```ts
 * tf.random.truncatedNormal([2, 3]).shape; // [2, 3]
 * ```
 */
export const truncatedNormal = declare(
  'tf.random.truncatedNormal(shape:shape, mean:number=0, stddev:number=1, dtype:dtype="float32", seed:any=null, name:string=null)',
  (shape: Shape, mean: number, stddev: number, dtype: string, seed: SeedGiven, _: Name): Tensor =>
    random.truncatedNormal(lengths(shape), { mean, stddev, dtype, ...withSeed(seed) }),
);
/**
 * Uniform in [minval, maxval): floats, or with a dtype of whole numbers these.
 *
 * ```ts
 * tf.random.uniform([2, 3], { minval: 1, maxval: 2 }).shape; // [2, 3]
 * ```
 *
 * @throws ArgumentError for whole numbers without maxval
 */
export const uniform = declare(
  'tf.random.uniform(shape:shape, minval:number=0, maxval:number=null, dtype:dtype="float32", seed:any=null, name:string=null)',
  (shape: Shape, minval: number, maxval: number | null, dtype: string, seed: SeedGiven, _: Name): Tensor => {
    const end = maxvalOf("uniform", maxval, dtype);
    if (isWhole(dtype)) return random.randint(lengths(shape), minval, end, withSeed(seed));
    return random.uniform(lengths(shape), { minval, maxval: end, dtype, ...withSeed(seed) });
  },
);

function maxvalOf(where: string, maxval: number | null, dtype: string): number {
  if (maxval !== null) return maxval;
  if (isWhole(dtype)) throw new ArgumentError(`random.${where}.maxval`, { given: "none", expected: "a number, for whole numbers" });
  return 1;
}

const lengths = (shape: Shape | Integers): number[] => integers(shape as Integers, "random.shape");

/**
 * The rows of a tensor in a random order. TensorFlow: tf.random.shuffle
 *
 * ```ts
 * tf.sort(tf.random.shuffle([1, 2, 3])); // [1, 2, 3]
 * ```
 */
export const shuffle = declare(
  "tf.random.shuffle(*value, seed:any=null, name:string=null)",
  (value: TensorLike, seed: SeedGiven, _: Name): Tensor => random.shuffle(value, withSeed(seed)),
);
/**
 * Classes drawn with probabilities in proportion to e^logits: [batch, numSamples].
 *
 * ```ts
 * tf.random.categorical([[0, -Infinity]], 3); // [[0, 0, 0]]
 * ```
 */
export const categorical = declare(
  "tf.random.categorical(*logits, numSamples:int, dtype:dtype=null, seed:any=null, name:string=null)",
  (logits: TensorLike, numSamples: number, dtype: string | null, seed: SeedGiven, _: Name): Tensor =>
    random.categorical(logits, numSamples, { ...(dtype !== null && { dtype }), ...withSeed(seed) }),
);
/**
 * Gamma-distributed numbers with shape alpha and rate beta: [...shape, ...those of alpha and beta].
 *
 * ```ts
 * tf.random.gamma([2], 3).shape; // [2]
 * ```
 */
export const gamma = declare(
  'tf.random.gamma(shape:shape, *alpha, *beta=null, dtype:dtype="float32", seed:any=null, name:string=null)',
  (shape: Shape, alpha: TensorLike, beta: TensorLike | null, dtype: string, seed: SeedGiven, _: Name): Tensor => {
    const form = ops.add(asTensor(alpha), beta === null ? 0 : ops.zerosLike(asTensor(beta)));
    const inner = known(form.shape, "random.gamma");
    const outer = lengths(shape);
    const whole = random.gamma([...outer, ...inner], form, withSeed(seed));
    return ops.cast(beta === null ? whole : ops.divide(whole, beta), dtype);
  },
);
/**
 * Numbers of events of a rate: [...shape, ...that of lam].
 *
 * ```ts
 * tf.random.poisson([2], 3).shape; // [2]
 * ```
 */
export const poisson = declare(
  'tf.random.poisson(shape:shape, *lam, dtype:dtype="float32", seed:any=null, name:string=null)',
  (shape: Shape, lam: TensorLike, dtype: string, seed: SeedGiven, _: Name): Tensor => {
    const rates = asTensor(lam);
    const outer = lengths(shape);
    const view = rates.view("random.poisson");
    const whole = [...outer, ...known(rates.shape, "random.poisson")];
    const seeds = random.randint([2], 0, 2 ** 31 - 1, withSeed(seed)).view("random.poisson");
    const state = stateOfSeed(seeds[0]!, seeds[1]!);
    const values = Float32Array.from({ length: sizeOf(whole) }, (__, i) => poissonOf(skipped(state, 1024 * i), view[i % view.length]!));
    return ops.cast(constant(values, { shape: whole }), dtype);
  },
);

/** Counts arrivals while their waiting times are below the rate. */
function poissonOf(state: PhiloxState, rate: number): number {
  if (!(rate >= 0)) throw new ValueError("random.poisson", { given: `the rate ${rate}`, expected: "at least 0" });
  let [count, at, waited] = [0, state, 0];
  for (;;) {
    for (const word of philox(at)) {
      waited -= Math.log(((word >>> 8) + 0.5) / 2 ** 24);
      if (waited > rate) return count;
      count++;
    }
    at = skipped(at, 1);
  }
}

const checkAlg = (where: string, alg: unknown): void => {
  if (alg === null || alg === undefined || alg === "philox" || alg === "auto_select" || alg === 1 || alg === 3) return;
  throw new ValueError(`${where}.alg`, { given: text(alg), expected: "philox or auto_select" });
};

/**
 * The same numbers for the same seed (two whole numbers), which are TensorFlow's.
 *
 * ```ts
 * tf.random.statelessUniform([2, 3], [1, 2]).shape; // [2, 3]
 * ```
 */
export const statelessUniform = declare(
  'tf.random.statelessUniform(shape:shape, *seed, minval:number=0, maxval:number=null, dtype:dtype="float32", name:string=null, alg:any="auto_select")',
  (shape: Shape, seed: TensorLike, minval: number | null, maxval: number | null, dtype: string, _: Name, alg: unknown): Tensor => {
    const where = "statelessUniform";
    checkAlg(where, alg);
    const size = lengths(shape);
    if (!isWhole(dtype)) {
      const [low, high] = [minval ?? 0, maxvalOf(where, maxval, dtype)];
      return scaled(drawnFrom(where, seed, { shape: size, fill: fillUniform, dtype: "float32" }), high - low, low);
    }
    if (minval === null && maxval === null) return drawnFrom(where, seed, { shape: size, fill: fillBits, dtype: "int32" });
    return ops.cast(
      drawnFrom(where, seed, { shape: size, fill: integersFill(where, minval ?? 0, maxvalOf(where, maxval, dtype)), dtype: "int32" }),
      dtype,
    );
  },
);

function integersFill(where: string, minval: number, maxval: number): Fill {
  if (!(maxval > minval))
    throw new ValueError(`random.${where}`, { given: `minval ${minval} and maxval ${maxval}`, expected: "minval below maxval" });
  return fillIntegers(minval, maxval - minval);
}

const scaled = (x: Tensor, factor: number, shift: number): Tensor => {
  const wide = factor === 1 ? x : ops.multiply(x, factor);
  return shift === 0 ? wide : ops.add(wide, shift);
};

const stateless = <const N extends string>(name: N, fill: Fill) =>
  declare(
    `tf.random.${name}(shape:shape, *seed, mean:number=0, stddev:number=1, dtype:dtype="float32", name:string=null, alg:any="auto_select")` as const,
    (shape: Shape, seed: TensorLike, mean: number, stddev: number, dtype: string, _: Name, alg: unknown): Tensor => {
      checkAlg(name, alg);
      return ops.cast(scaled(drawnFrom(name, seed, { shape: lengths(shape), fill, dtype: "float32" }), stddev, mean), dtype);
    },
  );
/**
 * Draws of the normal distribution as the seed decides: the same for the same seed. TensorFlow: tf.random.stateless_normal
 *
 * ```ts
 * tf.random.statelessNormal([2, 3], [1, 2]).shape; // [2, 3]
 * ```
 */
export const statelessNormal = stateless("statelessNormal", fillNormal);
/**
 * Draws of the truncated normal distribution as the seed decides. TensorFlow: tf.random.stateless_truncated_normal
 *
 * ```ts
 * tf.random.statelessTruncatedNormal([2, 3], [1, 2]).shape; // [2, 3]
 * ```
 */
export const statelessTruncatedNormal = stateless("statelessTruncatedNormal", fillTruncated);

const categoricalOp = primitive({
  name: "stateless_categorical",
  inputs: ["logits", "seed"],
  infer: ({ logits }, { samples }: { samples: number }): Spec => ({ shape: [logits.shape[0]!, samples], dtype: "int32" }),
  host: ({ logits, seed }, { samples }) => {
    const [batch, classes] = logits.shape as [number, number];
    const [flat, pair] = [logits.view("statelessCategorical"), seed.view("statelessCategorical")];
    const source = words(stateOfSeed(pair[0]!, pair[1]!), 2 * batch * samples);
    const made = new Int32Array(batch * samples);
    for (let row = 0; row < batch; row++) {
      const own = flat.subarray(row * classes, (row + 1) * classes);
      let most = -Infinity;
      for (const each of own) if (Number.isFinite(each)) most = Math.max(most, each);
      let total = 0;
      const sums = Array.from(own, (each) => (total += Number.isFinite(each) ? Math.exp(each - most) : 0));
      for (let i = 0; i < samples; i++) {
        const at = row * samples + i;
        // 52 bits of two words.
        const drawn = (((source[2 * at]! & 0xfffff) * 2 ** 32 + source[2 * at + 1]!) / 2 ** 52) * total;
        const found = sums.findIndex((sum) => sum > drawn);
        made[at] = found < 0 ? classes - 1 : found;
      }
    }
    return { y: adoptTensor(made, [batch, samples], "int32") };
  },
});

/**
 * Classes drawn with probabilities in proportion to e^logits, as the seed decides: [batch, numSamples], TensorFlow's numbers.
 *
 * ```ts
 * tf.random.statelessCategorical([[0, -Infinity]], 3, [1, 2]); // [[0, 0, 0]]
 * ```
 */
export const statelessCategorical = declare(
  'tf.random.statelessCategorical(*logits, numSamples:int, *seed, dtype:dtype="int64", name:string=null)',
  (logits: TensorLike, numSamples: number, seed: TensorLike, dtype: string, _: Name): Tensor => {
    const where = "statelessCategorical";
    const [x, pair] = [asTensor(logits), checkedSeed(where, seed)];
    if (x.rank !== 2 || x.shape[1] === 0 || numSamples < 0)
      throw new ShapeError(where, { given: `logits ${shapeText(x.shape)} and ${numSamples} samples`, expected: "[batch, classes]" });
    return ops.cast(categoricalOp.apply({ logits: ops.cast(x, "float32"), seed: pair }, { samples: numSamples }), dtype);
  },
);

/** A seed of one number, from one of two. */
const seedOf = (where: string, seed: TensorLike): number => {
  const [first, second] = checkedSeed(where, seed).view(`random.${where}`);
  return philox(stateOfSeed(first!, second!))[0] >>> 1;
};

/**
 * Gamma-distributed numbers as the seed decides; the shape ends with that of alpha and beta.
 *
 * ```ts
 * tf.random.statelessGamma([4, 2], [1, 2], [3, 5]).shape; // [4, 2]
 * ```
 */
export const statelessGamma = declare(
  'tf.random.statelessGamma(shape:shape, *seed, *alpha, *beta=null, dtype:dtype="float32", name:string=null)',
  (shape: Shape, seed: TensorLike, alpha: TensorLike, beta: TensorLike | null, dtype: string, _: Name): Tensor => {
    const where = "statelessGamma";
    const form = ops.add(asTensor(alpha), beta === null ? 0 : ops.zerosLike(asTensor(beta)));
    return gamma(outerShape(where, shape, form.shape), alpha, beta, dtype, seedOf(where, seed));
  },
);
/**
 * Numbers of events of a rate as the seed decides; the shape ends with that of lam.
 *
 * ```ts
 * tf.random.statelessPoisson([4, 2], [1, 2], [3, 5]).shape; // [4, 2]
 * ```
 */
export const statelessPoisson = declare(
  'tf.random.statelessPoisson(shape:shape, *seed, *lam, dtype:dtype="int32", name:string=null)',
  (shape: Shape, seed: TensorLike, lam: TensorLike, dtype: string, _: Name): Tensor =>
    poisson(outerShape("statelessPoisson", shape, asTensor(lam).shape), lam, dtype, seedOf("statelessPoisson", seed)),
);
/**
 * Successes among so many trials, each with a probability, as the seed decides; counts and probs broadcast to the shape.
 *
 * ```ts
 * tf.random.statelessBinomial([2], [1, 2], 10, 1); // [10, 10]
 * ```
 */
export const statelessBinomial = declare(
  'tf.random.statelessBinomial(shape:shape, *seed, *counts, *probs, outputDtype:dtype="int32", name:string=null)',
  (shape: Shape, seed: TensorLike, counts: TensorLike, probs: TensorLike, outputDtype: string, _: Name): Tensor =>
    binomialOf(lengths(shape), counts, probs, outputDtype, seedOf("statelessBinomial", seed)),
);
const binomialOf = (shape: number[], counts: TensorLike, probs: TensorLike, dtype: string, seed: number): Tensor =>
  ops.cast(
    random.binomial(shape, ops.broadcastTo(ops.cast(counts, "float32"), shape), ops.broadcastTo(ops.cast(probs, "float32"), shape), {
      seed,
    }),
    dtype,
  );
/**
 * Draws of normal distributions between bounds as the seed decides.
 *
 * ```ts
 * tf.random.statelessParameterizedTruncatedNormal([3], [1, 2], 0, 1, 5, 6).shape; // [3]
 * ```
 */
export const statelessParameterizedTruncatedNormal = declare(
  "tf.random.statelessParameterizedTruncatedNormal(shape:shape, *seed, *means=0, *stddevs=1, *minvals=-2, *maxvals=2, name:string=null)",
  (shape: Shape, seed: TensorLike, means: TensorLike, stddevs: TensorLike, minvals: TensorLike, maxvals: TensorLike, _: Name): Tensor => {
    // Φ of the bounds, a uniform number between, and back; far out the middle of the bounds, where float32 tells no numbers apart.
    const ends = [minvals, maxvals].map((end) => ops.divide(ops.subtract(end, means), ops.multiply(stddevs, Math.SQRT2)));
    const [low, high] = ends.map((end) => ops.erf(end)) as [Tensor, Tensor];
    const drawn = ops.add(low, ops.multiply(statelessUniform(shape, seed), ops.subtract(high, low)));
    const made = ops.add(means, ops.multiply(ops.multiply(stddevs, Math.SQRT2), ops.erfinv(drawn)));
    return ops.minimum(ops.maximum(made, minvals), maxvals);
  },
);

/** What stands before the shape of parameters. */
function outerShape(where: string, shape: Shape, inner: Shape): number[] {
  const whole = lengths(shape);
  const outer = whole.slice(0, whole.length - inner.length);
  if (inner.length <= whole.length && inner.every((length, i) => length === whole[outer.length + i])) return outer;
  throw new ShapeError(`random.${where}`, { given: shapeText(whole), expected: `a shape that ends with ${shapeText(inner)}` });
}

/**
 * So many new seeds out of one: [num, 2], TensorFlow's numbers.
 *
 * ```ts
 * tf.random.split([1, 2], 3).shape; // [3, 2]
 * ```
 */
export const split = declare(
  'tf.random.split(*seed, num:int=2, alg:any="auto_select")',
  (seed: TensorLike, num: number, alg: unknown): Tensor => {
    checkAlg("split", alg);
    return drawnFrom("split", seed, { shape: [num, 2], fill: fillBits, dtype: "int32" });
  },
);
/**
 * A new seed out of one and a number, such as that of a step: TensorFlow's numbers.
 *
 * ```ts
 * tf.random.foldIn([1, 2], 3).shape; // [2]
 * ```
 */
export const foldIn = declare(
  'tf.random.foldIn(*seed, *data, alg:any="auto_select")',
  (seed: TensorLike, data: TensorLike, alg: unknown): Tensor => {
    checkAlg("foldIn", alg);
    return ops.stack([drawnFrom("foldIn", seed, { shape: [], fill: fillBits, dtype: "int32" }), ops.cast(data, "int32")]);
  },
);
/**
 * The rows of a tensor in an order that the seed decides, TensorFlow's.
 *
 * ```ts
 * tf.sort(tf.random.experimental.statelessShuffle([1, 2, 3], [1, 2])); // [1, 2, 3]
 * ```
 */
const statelessShuffle = declare(
  'tf.random.experimental.statelessShuffle(*value, *seed, alg:any="auto_select", name:string=null)',
  (value: TensorLike, seed: TensorLike, alg: unknown, _: Name): Tensor => {
    const where = "statelessShuffle";
    checkAlg(where, alg);
    const x = asTensor(value);
    if (x.rank === 0) throw new ShapeError(where, { given: "a scalar", expected: "rows" });
    return ops.take(x, drawnFrom(where, seed, { shape: known(x.shape, where).slice(0, 1), fill: fillOrder, dtype: "int32" }), 0);
  },
);

/** Blocks of the generator that TensorFlow keeps for each number asked for. */
const BLOCKS_EACH = 256;

const normalForm = 'Generator.normal(shape:shape, mean:number=0, stddev:number=1, dtype:dtype="float32", name:string=null)';
type NormalForm = (shape: Shape, mean: number, stddev: number, dtype: string, name: Name) => Tensor;
const uniformForm = 'Generator.uniform(shape:shape, minval:number=0, maxval:number=null, dtype:dtype="float32", name:string=null)';
type UniformForm = (shape: Shape, minval: number, maxval: number | null, dtype: string, name: Name) => Tensor;
const bitsForm = 'Generator.uniformFullInt(shape:shape, dtype:dtype="int32", name:string=null)';
type BitsForm = (shape: Shape, dtype: string, name: Name) => Tensor;
const generatorForm = "Generator(copyFrom:any=null, state:any=null, alg:any=null)";
type GeneratorForm = (copyFrom: Generator | null, state: Variable | TensorLike | null, alg: unknown) => Generator;
const seedForm = "Generator.fromSeed(seed:any, alg:any=null)";
type SeedForm = (seed: number, alg: unknown) => Generator;
const stateForm = "Generator.fromState(state:any, alg:any=null)";
type StateForm = (state: Variable | TensorLike, alg: unknown) => Generator;
const algForm = "Generator.fromNonDeterministicState(alg:any=null)";
type AlgForm = (alg: unknown) => Generator;
const countForm = "Generator.split(count:int=1)";
type CountForm = (count: number) => Tensor;
const binomialForm = 'Generator.binomial(shape:shape, *counts, *probs, dtype:dtype="int32", name:string=null)';
type BinomialForm = (shape: Shape, counts: TensorLike, probs: TensorLike, dtype: string, name: Name) => Tensor;
const keyForm = "Generator.fromKeyCounter(key:int, counter:ints, alg:any)";
type KeyForm = (key: number, counter: readonly number[], alg: unknown) => Generator;

/**
 * A generator with a state of its own, Philox as in TensorFlow: the same seed gives TensorFlow's numbers. A traced function draws anew
 * at every call, and moves the state on.
 *
 * ```ts
 * const g = tf.random.Generator.fromSeed(1);
 * g.normal([2, 3]);
 * ```
 */
export class Generator {
  /** Counter (two numbers of 64 bits, each in two words) and key, as six words. */
  readonly state: Variable;

  /**
   * @param given.copyFrom  a generator whose state is taken
   * @param given.state     the six words of a state; one of the two is needed
   */
  constructor(...given: Forms<typeof generatorForm, GeneratorForm>) {
    const [copyFrom, state, alg] = argumentsOf<GeneratorForm>(generatorForm, given);
    checkAlg("Generator", alg);
    const from = copyFrom instanceof Generator ? copyFrom.state : state;
    if (from === null || (copyFrom !== null && state !== null))
      throw new ArgumentError("Generator", { given: "copyFrom and state", expected: "exactly one of them" });
    const words = Array.isArray(from) ? (from as number[]) : Array.from(asTensor(from as TensorLike, "int32").view("Generator"));
    if (words.length !== 6)
      throw new ArgumentError("Generator.state", { given: `${words.length} numbers`, expected: "the six words of a state" });
    this.state = new Variable(constant(Int32Array.from(words, (word) => word | 0)), { trainable: false, name: "StateVar", dtype: "int32" });
  }

  static fromSeed(...given: Forms<typeof seedForm, SeedForm>): Generator {
    const [seed, alg] = argumentsOf<SeedForm>(seedForm, given);
    checkAlg("Generator.fromSeed", alg);
    return new Generator(null, wordsOfSeed("Generator.fromSeed", seed));
  }

  static fromNonDeterministicState(...given: Forms<typeof algForm, AlgForm>): Generator {
    const [alg] = argumentsOf<AlgForm>(algForm, given);
    checkAlg("Generator.fromNonDeterministicState", alg);
    return new Generator(null, [...crypto.getRandomValues(new Int32Array(6))]);
  }

  /** A generator that goes on where the state of another one stands. */
  static fromState(...given: Forms<typeof stateForm, StateForm>): Generator {
    const [state, alg] = argumentsOf<StateForm>(stateForm, given);
    checkAlg("Generator.fromState", alg);
    return new Generator(null, state);
  }

  /** A generator with a key and a counter of two numbers. */
  static fromKeyCounter(...given: Forms<typeof keyForm, KeyForm>): Generator {
    const [key, counter, alg] = argumentsOf<KeyForm>(keyForm, given);
    checkAlg("Generator.fromKeyCounter", alg);
    return new Generator(null, wordsOf(key, counter));
  }

  get algorithm(): number {
    return 1;
  }

  /** The key, two words. */
  get key(): Tensor {
    return ops.slice(this.state.value(), [4], [2]);
  }

  #draw(given: Shape, fill: Fill, dtype: "float32" | "int32", count?: number): Tensor {
    const shape = lengths(given);
    checkLengths(shape, "Generator");
    const { y, next } = generated(this.state.value(), { shape, fill, dtype, blocks: (count ?? sizeOf(shape)) * BLOCKS_EACH });
    this.state.assign(next);
    return y;
  }

  normal(...given: Forms<typeof normalForm, NormalForm>): Tensor {
    const [shape, mean, stddev, dtype] = argumentsOf<NormalForm>(normalForm, given);
    return ops.cast(scaled(this.#draw(shape, fillNormal, "float32"), stddev, mean), dtype);
  }

  truncatedNormal(...given: Forms<typeof normalForm, NormalForm>): Tensor {
    const [shape, mean, stddev, dtype] = argumentsOf<NormalForm>(normalForm, given);
    return ops.cast(scaled(this.#draw(shape, fillTruncated, "float32"), stddev, mean), dtype);
  }

  /** @throws ArgumentError for whole numbers without maxval */
  uniform(...given: Forms<typeof uniformForm, UniformForm>): Tensor {
    const [shape, minval, maxval, dtype] = argumentsOf<UniformForm>(uniformForm, given);
    const high = maxvalOf("Generator.uniform", maxval, dtype);
    if (isWhole(dtype)) return ops.cast(this.#draw(shape, integersFill("Generator.uniform", minval, high), "int32"), dtype);
    return ops.cast(scaled(this.#draw(shape, fillUniform, "float32"), high - minval, minval), dtype);
  }

  /** All 32 bits of each number. */
  uniformFullInt(...given: Forms<typeof bitsForm, BitsForm>): Tensor {
    const [shape, dtype] = argumentsOf<BitsForm>(bitsForm, given);
    return ops.cast(this.#draw(shape, fillBits, "int32"), dtype);
  }

  /** Seeds for `stateless` functions: [2, count]. */
  makeSeeds(...given: Forms<typeof countForm, CountForm>): Tensor {
    const [count] = argumentsOf<CountForm>(countForm, given);
    const first = this.#draw([count], fillBits, "int32");
    return ops.stack([first, ops.zerosLike(first)]);
  }

  /** Generators that go on independently of each other and of this one. */
  split(...given: Forms<typeof countForm, CountForm>): Generator[] {
    const [count] = argumentsOf<CountForm>(countForm, given);
    const keys = this.#draw([count], fillBits, "int32").view("Generator.split");
    return Array.from(keys, (key) => new Generator(null, [0, 0, 0, 0, key, 0]));
  }

  /** Successes among so many trials, each with a probability. */
  binomial(...given: Forms<typeof binomialForm, BinomialForm>): Tensor {
    const [shape, counts, probs, dtype] = argumentsOf<BinomialForm>(binomialForm, given);
    const size = lengths(shape);
    const [seed] = this.#draw([1], fillBits, "int32", sizeOf(size)).view("Generator.binomial");
    return binomialOf(size, counts, probs, dtype, seed! >>> 1);
  }

  /** Goes on as if so many numbers had been drawn. */
  skip(delta: number): void {
    checkThat(Number.isInteger(delta), "Generator.skip", delta, "a whole number");
    this.#draw([0], fillBits, "int32", delta);
  }

  resetFromSeed(seed: number): void {
    this.state.assign(constant(Int32Array.from(wordsOfSeed("Generator.resetFromSeed", seed), (word) => word | 0)));
  }

  resetFromKeyCounter(key: number, counter: readonly number[] | Tensor): void {
    this.state.assign(constant(Int32Array.from(wordsOf(key, counter), (word) => word | 0)));
  }

  reset(state: TensorLike): void {
    this.state.assign(asTensor(state, "int32"));
  }
}

/** The words of a counter of two numbers of 64 bits, and of a key. */
const wordsOf = (key: number, counter: readonly number[] | Tensor): number[] => {
  const numbers = integers(counter, "Generator.counter");
  if (numbers.length !== 2 || !Number.isInteger(key))
    throw new ArgumentError("Generator", {
      given: `the key ${text(key)} and the counter ${text(numbers)}`,
      expected: "a key, and two numbers",
    });
  return [...numbers, key].flatMap((each) => [each >>> 0, each < 0 ? 0xffffffff : Math.floor(each / 2 ** 32)]);
};

/** The seed is the low word of the counter's first number. */
function wordsOfSeed(where: string, seed: number): number[] {
  checkThat(Number.isInteger(seed), where, seed, "a whole number");
  return [seed >>> 0, seed < 0 ? 0xffffffff : Math.floor(seed / 2 ** 32), 0, 0, 0, 0];
}

let globalGenerator: Generator | undefined;
/**
 * The generator that random functions without a seed draw from. TensorFlow: tf.random.get_global_generator
 *
 * ```ts
 * tf.random.getGlobalGenerator().normal([2]).shape; // [2]
 * ```
 */
export const getGlobalGenerator = (): Generator => (globalGenerator ??= Generator.fromNonDeterministicState());
/**
 * Sets the generator that random functions without a seed draw from. TensorFlow: tf.random.set_global_generator
 *
 * ```ts
 * tf.random.setGlobalGenerator(tf.random.Generator.fromSeed(7));
 * tf.random.getGlobalGenerator().normal([2]).shape; // [2]
 * ```
 */
export const setGlobalGenerator = (generator: Generator): void => void (globalGenerator = generator);

/**
 * The names of random number generators; what is here is Philox.
 *
 * ```ts
 * tf.random.Algorithm.PHILOX; // 1
 * ```
 */
export const Algorithm = Object.freeze({ PHILOX: 1, THREEFRY: 2, AUTO_SELECT: 3 });

/**
 * What stands in tf.random.experimental: the generator, and what is made out of seeds.
 *
 * ```ts
 * tf.random.experimental.statelessShuffle([0, 1, 2, 3, 4, 5, 6, 7], [1, 2]); // [4, 2, 1, 7, 3, 6, 0, 5]
 * ```
 */
export const experimental = Object.freeze({
  Algorithm,
  Generator,
  getGlobalGenerator,
  setGlobalGenerator,
  statelessFoldIn: foldIn,
  statelessShuffle,
  statelessSplit: split,
});
