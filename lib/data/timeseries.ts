// keras.utils.timeseriesDatasetFromArray: windows of a series as a dataset.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError, text, ValueError } from "../core/errors.js";
import { known } from "../core/shape.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { boolean, integer, nonNegativeInteger, nullable, positiveInteger, schema, type Arguments } from "../config/index.js";
import { take } from "../ops/index.js";
import { Dataset } from "./dataset.js";
import { Random } from "./random.js";

const timeseriesOptions = schema(["sequenceStride", "samplingRate", "batchSize", "shuffle", "seed", "startIndex", "endIndex"], {
  sequenceStride: positiveInteger(1),
  samplingRate: positiveInteger(1),
  batchSize: nullable(positiveInteger(), 128),
  shuffle: boolean(false),
  seed: nullable(integer()),
  startIndex: nullable(nonNegativeInteger()),
  endIndex: nullable(nonNegativeInteger()),
});

/**
 * Sequences of a series as a dataset: each a number of steps, `samplingRate` apart, beginning `sequenceStride` after the one before.
 *
 * With targets the elements are `[sequence, target]`, the target of the sequence's first step.
 * Keras: keras.utils.timeseries_dataset_from_array
 *
 * ```ts
 * const dataset = keras.preprocessing.timeseriesDatasetFromArray([1, 2, 3, 4], null, 2);
 * const sequences: unknown[] = [];
 * for await (const batch of dataset) sequences.push(batch);
 * sequences; // [[[1, 2], [2, 3], [3, 4]]]
 * ```
 *
 * @param data            steps along the first axis
 * @param targets         one for each step, or null
 * @param sequenceLength  steps of a sequence
 * @param options         `sequenceStride`, `samplingRate`, `batchSize` (default 128; null for single sequences), `shuffle`, `seed`,
 * `startIndex`, `endIndex`
 */
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: TensorLike | null,
  sequenceLength: number,
  ...options: Arguments<typeof timeseriesOptions>
): Dataset<Tensor> | Dataset<[Tensor, Tensor]> {
  const where = "timeseriesDatasetFromArray";
  const { sequenceStride, samplingRate, batchSize, shuffle, seed, startIndex, endIndex } = timeseriesOptions.parse(where, options);
  positiveInteger().parse(sequenceLength, `${where}.sequenceLength`);
  const series = asTensor(data);
  const goals = targets === null ? null : asTensor(targets);
  if (series.rank === 0 || goals?.rank === 0) throw new ShapeError(where, { given: "a scalar", expected: "steps along a first axis" });
  const [length] = known(series.shape, where) as [number];
  const below = (name: string, value: number | null, least: number): void => {
    if (value === null || (value >= least && value < length)) return;
    throw new ValueError(`${where}.${name}`, {
      given: String(value),
      expected: `a number from ${least} to ${length - 1}, for ${length} steps`,
    });
  };
  below("sequenceStride", sequenceStride, 1);
  below("samplingRate", samplingRate, 1);
  below("startIndex", startIndex, 0);
  below("endIndex", endIndex === 0 ? null : endIndex, (startIndex ?? 0) + 1);
  const first = startIndex ?? 0;
  const last = endIndex ?? length;
  const fitting = last - first - (sequenceLength - 1) * samplingRate;
  const count = Math.min(fitting, goals ? (goals.shape[0] as number) : Infinity);
  if (!(count > 0))
    throw new ValueError(`${where}.sequenceLength`, { given: text(sequenceLength), expected: "sequences that fit into the data" });
  const starts = Int32Array.from({ length: Math.ceil(count / sequenceStride) }, (_, i) => i * sequenceStride);
  if (shuffle) new Random(seed ?? Math.floor(Math.random() * 2 ** 31)).shuffle(starts);
  const steps = Int32Array.from({ length: sequenceLength }, (_, i) => first + i * samplingRate);
  const begin = adoptTensor(starts, [starts.length], "int32");
  // Batches are gathered at once: the places of all their sequences.
  const rows = batchSize === null ? Dataset.fromTensorSlices(begin) : Dataset.fromTensorSlices(begin).batch(batchSize);
  const sequences = (start: Tensor): Tensor => {
    const at = start.data();
    const places = Int32Array.from(
      { length: at.length * sequenceLength },
      (_, i) => at[Math.floor(i / sequenceLength)]! + steps[i % sequenceLength]!,
    );
    return take(series, adoptTensor(places, [...(start.shape as number[]), sequenceLength], "int32"), 0);
  };
  if (!goals) return rows.map(sequences) as unknown as Dataset<Tensor>;
  return rows.map((start) => [sequences(start), take(goals, start.add(first), 0)] as const) as unknown as Dataset<[Tensor, Tensor]>;
}
