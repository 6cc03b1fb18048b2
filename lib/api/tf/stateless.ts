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
  const ah = a >>> 16;
  const al = a & 0xffff;
  const bh = b >>> 16;
  const bl = b & 0xffff;
  const middle = ah * bl + ((al * bl) >>> 16);
  const carry = (middle % 0x10000) + al * bh;
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** The four words of a counter. */
export const philox = (state: PhiloxState): readonly [number, number, number, number] =>
  words(state, 4) as unknown as readonly [number, number, number, number];

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

/** So many words one after the other. */
export function words({ key, counter }: PhiloxState, count: number): Uint32Array {
  const made = new Uint32Array(Math.ceil(count / 4) * 4);
  let [n0, n1, n2, n3] = counter;
  for (let at = 0; at < made.length; at += 4) {
    let k0 = key[0];
    let k1 = key[1];
    let c0 = n0;
    let c1 = n1;
    let c2 = n2;
    let c3 = n3;
    // Arrays taken apart would be made at every round until the engine has compiled this.
    for (let round = 0; round < 10; round++) {
      const first = high(M1, c2) ^ c1 ^ k0;
      const third = high(M0, c0) ^ c3 ^ k1;
      c1 = Math.imul(M1, c2) >>> 0;
      c3 = Math.imul(M0, c0) >>> 0;
      c0 = first >>> 0;
      c2 = third >>> 0;
      k0 = (k0 + W0) >>> 0;
      k1 = (k1 + W1) >>> 0;
    }
    made[at] = c0;
    made[at + 1] = c1;
    made[at + 2] = c2;
    made[at + 3] = c3;
    n0 = (n0 + 1) >>> 0;
    if (n0 === 0 && (n1 = (n1 + 1) >>> 0) === 0 && (n2 = (n2 + 1) >>> 0) === 0) n3 = (n3 + 1) >>> 0;
  }
  return made.subarray(0, count);
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
  const made = new Float32Array(count);
  const source = words(state, count);
  for (let i = 0; i < count; i++) made[i] = unit(source[i]!);
  return made;
};

/** Normal with mean 0 and deviation 1. */
export const fillNormal: Fill = (state, count) => {
  const source = words(state, count + (count & 1));
  const made = new Float32Array(source.length);
  for (let i = 0; i < source.length; i += 2) made.set(pair(source[i]!, source[i + 1]!), i);
  return made.subarray(0, count);
};

/** Blocks that TensorFlow keeps for four truncated numbers. */
const RESERVED = 256;

/** Normal within two deviations: others are drawn again. */
export const fillTruncated: Fill = (state, count) => {
  const made = new Float32Array(count);
  for (let i = 0, at = state; i < count; i += 4, at = skipped(at, RESERVED)) {
    for (let [filled, block] = [0, at]; filled < 4; block = skipped(block, 1)) {
      const [a, b, c, d] = philox(block);
      for (const value of [...pair(a, b), ...pair(c, d)]) {
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
export const fillBits: Fill = (state, count) => Int32Array.from(words(state, count));

/** Whole numbers from low on, range of them. */
export const fillIntegers =
  (low: number, range: number): Fill =>
  (state, count) => {
    const made = new Int32Array(count);
    const source = words(state, count);
    for (let i = 0; i < count; i++) made[i] = low + (source[i]! % range);
    return made;
  };

/** The numbers from 0 on in a random order (Fisher and Yates). */
export const fillOrder: Fill = (state, count) => {
  const source = words(state, count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i + 1 < count; i++) {
    const other = i + (source[i]! % (count - i));
    const moved = order[i]!;
    order[i] = order[other]!;
    order[other] = moved;
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

interface GeneratorDrawing extends Drawing {
  /** How many blocks the generator goes on. */
  readonly blocks: number;
}

const generateOp = primitive({
  name: "generator_random",
  inputs: ["state"],
  infer: (_, { shape, dtype }: GeneratorDrawing): { y: Spec; next: Spec } => ({
    y: { shape, dtype },
    next: { shape: [6], dtype: "int32" },
  }),
  host: ({ state }, { shape, fill, dtype, blocks }) => {
    const [c0, c1, c2, c3, k0, k1] = Uint32Array.from(state.view("tf.random.Generator"));
    const now: PhiloxState = { counter: [c0!, c1!, c2!, c3!], key: [k0!, k1!] };
    const next = skipped(now, blocks);
    return {
      y: adoptTensor(fill(now, sizeOf(shape)), shape, dtype),
      next: adoptTensor(Int32Array.from([...next.counter, ...next.key]), [6], "int32"),
    };
  },
});

/** Random numbers of a generator's state, six words, and the state so many blocks later. */
export const generated = (state: Tensor, drawing: GeneratorDrawing): { readonly y: Tensor; readonly next: Tensor } =>
  generateOp.apply({ state }, drawing);

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
