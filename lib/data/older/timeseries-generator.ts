// Windows of a series as batches by number, as scripts of Keras 2 make them. timeseriesDatasetFromArray is what Keras has today.

import { boolean, nonNegativeInteger, nullable, positiveInteger, schema, type Arguments, type OptionValues } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import { known } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { flip, reshape, take } from "../../ops/index.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";
import { PyDataset } from "../py-dataset.js";
import { Random } from "../random.js";

const options = schema(["samplingRate", "stride", "startIndex", "endIndex", "shuffle", "reverse", "batchSize"], {
  samplingRate: positiveInteger(1),
  stride: positiveInteger(1),
  startIndex: nonNegativeInteger(0),
  endIndex: nullable(nonNegativeInteger()),
  shuffle: boolean(false),
  reverse: boolean(false),
  batchSize: positiveInteger(128),
});

/**
 * Windows of a series and what follows each: batch i is `[windows [batch, length, …], targets [batch, …]]`. tf.keras:
 * preprocessing.sequence.TimeseriesGenerator
 *
 * ```ts
 * const windows = new keras.preprocessing.sequence.TimeseriesGenerator([1, 2, 3, 4], [1, 2, 3, 4], 2, { batchSize: 8 });
 * windows.getItem(0); // [[[1, 2], [2, 3]], [3, 4]]
 * ```
 *
 * Arguments: `data` and `targets`, steps along the first axis; `length`, the steps before a target. Options: `samplingRate` (steps between
 * two of a window), `stride` (between two targets), `startIndex` and `endIndex` (which steps are used, both inclusive), `shuffle` (targets
 * are drawn), `reverse` (the last step comes first), `batchSize` (default 128).
 *
 * @throws ValueError where data and targets differ in length, or no window is left
 */
export class TimeseriesGenerator extends PyDataset {
  readonly data: Tensor;
  readonly targets: Tensor;
  readonly windowLength: number;
  readonly options: OptionValues<typeof options>;
  readonly startIndex: number;
  readonly endIndex: number;
  #random = new Random(makeDefaultSeed());

  constructor(data: TensorLike, targets: TensorLike, length: number, ...given: Arguments<typeof options>) {
    super();
    const where = "TimeseriesGenerator";
    this.data = asTensor(data);
    this.targets = asTensor(targets);
    this.windowLength = positiveInteger().parse(length, `${where}.length`) as number;
    this.options = options.parse(where, given);
    const [steps, goals] = [this.data, this.targets].map(({ shape }) => known(shape, where)[0]);
    if (steps === undefined || steps !== goals)
      throw new ValueError(where, { given: `${steps ?? "no"} steps and ${goals ?? "no"} targets`, expected: "as many of both" });
    this.startIndex = this.options.startIndex + length;
    this.endIndex = Math.min(this.options.endIndex ?? steps - 1, steps - 1);
    if (this.startIndex > this.endIndex)
      throw new ValueError(where, {
        given: `a first target ${this.startIndex} after the last one, ${this.endIndex}`,
        expected: "a window at least",
      });
  }

  override get length(): number {
    const { batchSize, stride } = this.options;
    return Math.floor((this.endIndex - this.startIndex + batchSize * stride) / (batchSize * stride));
  }

  override getItem(index: number): [Tensor, Tensor] {
    const { batchSize, stride, shuffle, samplingRate, reverse } = this.options;
    const first = this.startIndex + batchSize * stride * index;
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ValueError("TimeseriesGenerator.getItem", { given: String(index), expected: `0 to ${this.length - 1}` });
    const rows = shuffle
      ? Array.from({ length: batchSize }, () => this.startIndex + this.#random.below(this.endIndex - this.startIndex + 1))
      : Array.from({ length: batchSize }, (_, i) => first + i * stride).filter((row) => row <= this.endIndex);
    const each = Math.ceil(this.windowLength / samplingRate);
    const places = rows.flatMap((row) => Array.from({ length: each }, (_, i) => row - this.windowLength + i * samplingRate));
    const windows = reshape(take(this.data, places, 0), [rows.length, each, ...(this.data.shape.slice(1) as number[])]);
    return [reverse ? flip(windows, 1) : windows, take(this.targets, rows, 0)];
  }
}
