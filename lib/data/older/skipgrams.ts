// Pairs of words for word2vec, as scripts of Keras 2 make them.

import {
  boolean,
  field,
  integer,
  invalid,
  nonNegativeInteger,
  nonNegativeNumber,
  nullable,
  schema,
  type Arguments,
} from "../../config/index.js";
import { constant, type TensorLike, asTensor } from "../../core/convert.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";
import { Random } from "../random.js";

/**
 * How probably a word of each rank is to be kept, for `skipgrams`: the rarer, the more probably, as if frequencies followed Zipf's law.
 * tf.keras: preprocessing.sequence.make_sampling_table
 *
 * ```ts
 * keras.preprocessing.sequence.makeSamplingTable(3); // [0.0031, 0.0031, 0.0055]
 * ```
 *
 * @see Mikolov et al., Efficient Estimation of Word Representations in Vector Space, 2013
 */
export function makeSamplingTable(size: number, samplingFactor: number | { readonly samplingFactor?: number } = 1e-5): Tensor {
  const where = "makeSamplingTable";
  if (!Number.isInteger(size) || size < 1 || size > 2 ** 28)
    throw new ValueError(`${where}.size`, { given: text(size), expected: "a whole number from 1 to 268435456" });
  const factor = typeof samplingFactor === "object" ? (samplingFactor.samplingFactor ?? 1e-5) : samplingFactor;
  if (!(factor > 0)) throw new ValueError(`${where}.samplingFactor`, { given: text(factor), expected: "a number above 0" });
  const kept = (i: number): number => {
    const rank = Math.max(i, 1);
    return Math.min(1, Math.sqrt(factor * (rank * (Math.log(rank) + 0.577) + 0.5 - 1 / (12 * rank))));
  };
  return constant(Float32Array.from({ length: size }, (_, i) => kept(i)));
}

const options = schema(["windowSize", "negativeSamples", "shuffle", "categorical", "samplingTable", "seed"], {
  windowSize: nonNegativeInteger(4),
  negativeSamples: nonNegativeNumber(1),
  shuffle: boolean(true),
  categorical: boolean(false),
  samplingTable: nullable(
    field<TensorLike>({
      expected: "a probability for each word, as makeSamplingTable gives",
      parse: (value) => (typeof value === "object" && value !== null ? (value as TensorLike) : invalid),
    }),
  ),
  seed: nullable(integer()),
});

/**
 * Pairs of words that stand near each other, labelled 1, and of a word and one drawn from the vocabulary, labelled 0. Index 0 is no word
 * and left out. tf.keras: preprocessing.sequence.skipgrams
 *
 * ```ts
 * keras.preprocessing.sequence.skipgrams([1, 2], 3, { windowSize: 1, negativeSamples: 0, shuffle: false }); // [[[1, 2], [2, 1]], [1, 1]]
 * ```
 *
 * @param sequence        words as whole numbers
 * @param vocabularySize  one more than the largest number
 * @param options         `windowSize` (default 4 on each side), `negativeSamples` (drawn pairs for each real one, default 1), `shuffle`
 * (default true), `categorical` (labels as [0, 1] and [1, 0]), `samplingTable` (which words are kept, see makeSamplingTable), `seed`
 * @returns               pairs and labels
 */
export function skipgrams(
  sequence: ArrayLike<number>,
  vocabularySize: number,
  ...given: Arguments<typeof options>
): [couples: [number, number][], labels: (number | [number, number])[]] {
  const { windowSize, negativeSamples, shuffle, categorical, samplingTable, seed } = options.parse("skipgrams", given);
  if (!Number.isInteger(vocabularySize) || vocabularySize < 2)
    throw new ValueError("skipgrams.vocabularySize", { given: text(vocabularySize), expected: "a whole number above 1" });
  const table = samplingTable === null ? null : asTensor(samplingTable).view("skipgrams");
  const random = new Random(seed ?? makeDefaultSeed());
  const words = Array.from(sequence);
  const strange = words.find((word) => !Number.isInteger(word) || word < 0 || (table !== null && word >= table.length));
  if (strange !== undefined)
    throw new ValueError("skipgrams.sequence", {
      given: text(strange),
      expected: `whole numbers from 0${table ? ` to ${table.length - 1}` : " on"}`,
    });
  const near = words.flatMap((word, i): [number, number][] => {
    if (word === 0 || (table !== null && table[word]! < random.next() / 2 ** 32)) return [];
    const around = [...words.slice(Math.max(0, i - windowSize), i), ...words.slice(i + 1, i + windowSize + 1)];
    return around.filter((other) => other !== 0).map((other) => [word, other]);
  });
  const firsts = near.map(([word]) => word);
  random.shuffle(firsts);
  const drawn = Array.from({ length: Math.trunc(near.length * negativeSamples) }, (_, i): [number, number] => [
    firsts[i % firsts.length]!,
    1 + random.below(vocabularySize - 1),
  ]);
  const all = [...near.map((pair) => [pair, true] as const), ...drawn.map((pair) => [pair, false] as const)];
  if (shuffle) random.shuffle(all);
  const label = (isNear: boolean): number | [number, number] => (categorical ? (isNear ? [0, 1] : [1, 0]) : Number(isNear));
  return [all.map(([pair]) => pair), all.map(([, isNear]) => label(isNear))];
}
