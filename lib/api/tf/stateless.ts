// TensorFlow's own generator of random numbers, Philox-4x32-10 (Salmon et al. 2011), so that a seed gives TensorFlow's numbers: what is
// "stateless" there, and tf.random.Generator. It runs on the host; keras.random's generator runs in kernels.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { shapeText, sizeOf } from "../../core/shape.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";

/** Key (two words) and counter (four words) of the generator. */
export interface PhiloxState {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number, number, number];
}

const [M0, M1] = [0xd2511f53, 0xcd9e8d57];
const [W0, W1] = [0x9e3779b9, 0xbb67ae85];

/** The high word of a product of two words. */
function high(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + ((al * bl) >>> 16);
  const carry = (middle % 0x10000) + al * bh;
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** The four words of a counter. */
export function philox({ key, counter }: PhiloxState): [number, number, number, number] {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const [h0, l0, h1, l1] = [high(M0, c0), Math.imul(M0, c0) >>> 0, high(M1, c2), Math.imul(M1, c2) >>> 0];
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1, (h0 ^ c3 ^ k1) >>> 0, l0];
    [k0, k1] = [(k0 + W0) >>> 0, (k1 + W1) >>> 0];
  }
  return [c0, c1, c2, c3];
}

/** The counter so many blocks later. */
export function skipped({ key, counter }: PhiloxState, blocks: number): PhiloxState {
  let value = BigInt(counter[0]) | (BigInt(counter[1]) << 32n) | (BigInt(counter[2]) << 64n) | (BigInt(counter[3]) << 96n);
  value += BigInt(blocks);
  const word = (i: bigint): number => Number((value >> (32n * i)) & 0xffffffffn);
  return { key, counter: [word(0n), word(1n), word(2n), word(3n)] };
}

/** Key and counter of a seed of two numbers, scrambled as TensorFlow does. */
export function stateOfSeed(first: number, second: number): PhiloxState {
  const highWord = (value: number): number => (value < 0 ? 0xffffffff : Math.floor(value / 2 ** 32)) >>> 0;
  const mix = philox({
    key: [0x3ec8f720, 0x02461e29],
    counter: [first >>> 0, highWord(first), second >>> 0, highWord(second)],
  });
  return { key: [mix[0], mix[1]], counter: [0, 0, mix[2], mix[3]] };
}

/** Words one after the other. */
export function* words(state: PhiloxState): Generator<number, never> {
  for (let at = state; ; at = skipped(at, 1)) yield* philox(at);
}

/** 0 to below 1, from the low 23 bits. */
const unit = (word: number): number => (word & 0x7fffff) / 0x800000;

/** Two normal numbers of two words (Box and Muller 1958), in float32 where TensorFlow has it. */
function pair(a: number, b: number): [number, number] {
  const radius = Math.fround(Math.sqrt(-2 * Math.log(Math.max(unit(a), Math.fround(1e-7)))));
  const angle = Math.fround(2 * Math.PI * unit(b));
  return [Math.fround(Math.sin(angle) * radius), Math.fround(Math.cos(angle) * radius)];
}

/** What a distribution makes of a state: so many numbers. */
export type Fill = (state: PhiloxState, count: number) => Float32Array | Int32Array;

/** Uniform in [0, 1). */
export const fillUniform: Fill = (state, count) => {
  const source = words(state);
  return Float32Array.from({ length: count }, () => unit(source.next().value));
};

/** Normal with mean 0 and deviation 1. */
export const fillNormal: Fill = (state, count) => {
  const made = new Float32Array(count);
  for (let i = 0, at = state; i < count; i += 4, at = skipped(at, 1)) {
    const [a, b, c, d] = philox(at);
    made.set([...pair(a, b), ...pair(c, d)].slice(0, count - i), i);
  }
  return made;
};

/** Blocks that TensorFlow keeps for four truncated numbers. */
const RESERVED = 256;

/** Normal within two deviations: others are drawn again. */
export const fillTruncated: Fill = (state, count) => {
  const made = new Float32Array(count);
  for (let i = 0, at = state; i < count; i += 4, at = skipped(at, RESERVED)) {
    const source = words(at);
    let filled = 0;
    while (filled < 4) {
      for (const value of pair(source.next().value, source.next().value)) {
        if (filled < 4 && Math.abs(value) < 2) {
          if (i + filled < count) made[i + filled] = value;
          filled++;
        }
      }
    }
  }
  return made;
};

/** All 32 bits of each word. */
export const fillBits: Fill = (state, count) => {
  const source = words(state);
  return Int32Array.from({ length: count }, () => source.next().value | 0);
};

/** Whole numbers from low on, count of them. */
export const fillIntegers =
  (low: number, range: number): Fill =>
  (state, count) => {
    const source = words(state);
    return Int32Array.from({ length: count }, () => (low + (source.next().value % range)) | 0);
  };

/** The numbers from 0 on in a random order (Fisher and Yates). */
export const fillOrder: Fill = (state, count) => {
  const source = words(state);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i + 1 < count; i++) {
    const other = i + (source.next().value % (count - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
};

interface Drawing {
  readonly shape: readonly number[];
  readonly fill: Fill;
  readonly dtype: "float32" | "int32";
}

const drawOp = primitive({
  name: "stateless_random",
  inputs: ["seed"],
  infer: (_, { shape, dtype }: Drawing): Spec => ({ shape, dtype }),
  host: ({ seed }, { shape, fill, dtype }) => {
    const [first, second] = seed.view("seed");
    return { y: adoptTensor(fill(stateOfSeed(first!, second!), sizeOf(shape)), shape, dtype) };
  },
});

/** Random numbers of a seed, int32 [2]. @throws ShapeError for another seed */
export function drawnFrom(where: string, seed: TensorLike, drawing: Drawing): Tensor {
  return drawOp.apply({ seed: checkedSeed(where, seed) }, drawing);
}

/** @throws ShapeError for what is no seed of two numbers */
export function checkedSeed(where: string, seed: TensorLike): Tensor {
  const pair = asTensor(seed, "int32");
  if (pair.rank === 1 && pair.shape[0] === 2) return pair;
  throw new ShapeError(`${where}.seed`, { given: shapeText(pair.shape), expected: "two whole numbers" });
}

/** Uniform in [0, 1) from a seed. */
export const statelessUniform = (shape: readonly number[], seed: TensorLike): Tensor =>
  drawnFrom("statelessUniform", seed, { shape, fill: fillUniform, dtype: "float32" });
