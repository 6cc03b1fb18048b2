// keras.utils.splitDataset: one dataset as two.

import { boolean, integer, nullable, number, schema, type Arguments } from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { Dataset } from "./dataset.js";

const splitOptions = schema(["leftSize", "rightSize", "shuffle", "seed"], {
  leftSize: nullable(number()),
  rightSize: nullable(number()),
  shuffle: boolean(false),
  seed: nullable(integer()),
});

/**
 * The first elements of a dataset and the last ones, as two datasets. Keras: keras.utils.split_dataset
 *
 * ```ts
 * const [left, right] = keras.utils.splitDataset(dataset, { leftSize: 0.7 });
 * left.cardinality(); // 7
 * right.cardinality(); // 3
 * ```
 *
 * @param dataset  a Dataset, or what `Dataset.fromTensorSlices` takes
 * @param options  `leftSize`, `rightSize`: numbers of elements, or parts of them from 0 to 1; one is enough. `shuffle`, `seed`
 */
export function splitDataset<T = unknown>(
  dataset: Dataset<T> | object,
  ...options: Arguments<typeof splitOptions>
): [left: Dataset<T>, right: Dataset<T>] {
  const where = "splitDataset";
  const { leftSize, rightSize, shuffle, seed } = splitOptions.parse(where, options);
  const given = dataset instanceof Dataset ? dataset : (Dataset.fromTensorSlices(dataset) as unknown as Dataset<T>);
  const count = given.cardinality();
  if (count < 0)
    throw new ArgumentError(where, {
      given: "a dataset whose number of elements is not known",
      expected: "a finite one",
      hint: "Use take and skip.",
    });
  if (count === 0) throw new ArgumentError(where, { given: "an empty dataset", expected: "at least one element" });
  if (leftSize === null && rightSize === null)
    throw new ArgumentError(where, { given: "neither leftSize nor rightSize", expected: "one of them" });
  const sizeOf = (name: string, size: number | null): number | null => {
    if (size === null) return null;
    const elements = size > 0 && size < 1 ? roundHalfEven(size * count) : Number.isInteger(size) ? size : NaN;
    if (elements > 0 && elements < count) return elements;
    throw new ValueError(`${where}.${name}`, {
      given: `${text(size)} of ${count} elements`,
      expected: `a number of elements from 1 to ${count - 1}, or a part between 0 and 1`,
    });
  };
  const left = sizeOf("leftSize", leftSize);
  const right = sizeOf("rightSize", rightSize);
  const [first, second] = [left ?? count - right!, right ?? count - left!];
  if (first + second > count) {
    throw new ValueError(where, { given: `${first} and ${second} elements`, expected: `at most ${count} in all` });
  }
  const ordered = shuffle
    ? given.shuffle(count, { seed: seed ?? Math.floor(Math.random() * 2 ** 31), reshuffleEachIteration: false })
    : given;
  return [ordered.take(first), ordered.skip(count - second)];
}

/** Halves go to the even neighbour, as in Python. */
function roundHalfEven(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
