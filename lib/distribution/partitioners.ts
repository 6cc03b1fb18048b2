// Into how many parts a variable is cut, so that several tasks keep it.

import { ArgumentError, text } from "../core/errors.js";
import { gathered, type OneByOne } from "../core/one-by-one.js";

/** Options of MinSizePartitioner. */
export interface MinSizeOptions {
  /** Default: 256 KiB. */
  readonly minShardBytes?: number;
  /** Default: 1. */
  readonly maxShards?: number;
  /** Taken for likeness: variables hold numbers here. */
  readonly bytesPerString?: number;
}

/** Options of MaxSizePartitioner. */
export interface MaxSizeOptions {
  readonly maxShardBytes?: number;
  /** Default: as many as it takes. */
  readonly maxShards?: number | null;
  /** Taken for likeness: variables hold numbers here. */
  readonly bytesPerString?: number;
}

const whole = (where: string, given: unknown): number => {
  if (Number.isInteger(given) && (given as number) >= 1) return given as number;
  throw new ArgumentError(where, { given: text(given), expected: "a whole number of at least 1" });
};

/** Says into how many parts a variable is cut along its first axis. TensorFlow: tf.distribute.experimental.partitioners.Partitioner */
export abstract class Partitioner {
  /** @returns at least 1, at most the rows */
  partsOf(shape: readonly number[], bytesPerElement: number): number {
    const [rows] = shape;
    if (rows === undefined) return 1;
    const bytes = shape.reduce((size, length) => size * length, bytesPerElement);
    return Math.max(1, Math.min(rows, this.wanted(bytes, rows)));
  }

  protected abstract wanted(bytes: number, rows: number): number;
}

/**
 * So many parts, whatever the size. TensorFlow: FixedShardsPartitioner
 *
 * ```ts
 * new tf.distribute.experimental.partitioners.FixedShardsPartitioner(2).partsOf([10, 4], 4); // 2
 * ```
 */
export class FixedShardsPartitioner extends Partitioner {
  readonly #shards: number;

  constructor(...given: OneByOne<{ readonly numShards?: number }>) {
    super();
    const { numShards } = gathered<{ readonly numShards?: number }>("FixedShardsPartitioner", ["numShards"], given);
    this.#shards = whole("FixedShardsPartitioner.numShards", numShards);
  }

  protected wanted(): number {
    return this.#shards;
  }
}

/**
 * As many parts as there can be of so many bytes at least. TensorFlow: MinSizePartitioner
 *
 * ```ts
 * new tf.distribute.experimental.partitioners.MinSizePartitioner({ minShardBytes: 64 }).partsOf([10, 4], 4); // 1
 * ```
 */
export class MinSizePartitioner extends Partitioner {
  readonly #bytes: number;
  readonly #most: number;

  constructor(...given: OneByOne<MinSizeOptions>) {
    super();
    const options = gathered<MinSizeOptions>("MinSizePartitioner", ["minShardBytes", "maxShards", "bytesPerString"], given);
    const { minShardBytes = 256 << 10, maxShards = 1 } = options;
    this.#bytes = whole("MinSizePartitioner.minShardBytes", minShardBytes);
    this.#most = whole("MinSizePartitioner.maxShards", maxShards);
  }

  protected wanted(bytes: number): number {
    return Math.min(this.#most, Math.floor(bytes / this.#bytes));
  }
}

/**
 * As few parts as there can be of so many bytes at most. TensorFlow: MaxSizePartitioner
 *
 * ```ts
 * new tf.distribute.experimental.partitioners.MaxSizePartitioner({ maxShardBytes: 64 }).partsOf([10, 4], 4); // 3
 * ```
 */
export class MaxSizePartitioner extends Partitioner {
  readonly #bytes: number;
  readonly #most: number;

  constructor(...given: OneByOne<MaxSizeOptions>) {
    super();
    const options = gathered<MaxSizeOptions>("MaxSizePartitioner", ["maxShardBytes", "maxShards", "bytesPerString"], given);
    const { maxShardBytes, maxShards = null } = options;
    this.#bytes = whole("MaxSizePartitioner.maxShardBytes", maxShardBytes);
    this.#most = maxShards === null ? Infinity : whole("MaxSizePartitioner.maxShards", maxShards);
  }

  protected wanted(bytes: number, rows: number): number {
    const rowsOfPart = Math.max(1, Math.floor(this.#bytes / (bytes / rows)));
    return Math.min(this.#most, Math.ceil(rows / rowsOfPart));
  }
}
