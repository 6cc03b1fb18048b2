// Batches by number, from a class of the user's own.

import { type Arguments, boolean, type Options, positiveInteger, schema } from "../config/index.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { makeDefaultSeed } from "../variables/seed-generator.js";
import type { Later } from "./later.js";
import { ahead } from "./streams/ahead.js";
import { range } from "./streams/range.js";
import { shuffle } from "./streams/shuffle.js";
import type { Stream } from "./streams/stream.js";

const options = schema(["workers", "useMultiprocessing", "maxQueueSize"], {
  /** How many items may be in the making at once, where `getItem` is asynchronous. Default: 1. */
  workers: positiveInteger(1),
  /** Has no effect: JavaScript has one thread for it. Default: false. */
  useMultiprocessing: boolean(false),
  /** How many items may be asked for ahead of the step. Default: 10. */
  maxQueueSize: positiveInteger(10),
});

/** What a PyDataset takes. */
export type PyDatasetOptions = Options<typeof options>;

/**
 * Batches by number, which a class of one's own makes. In `fit` they come in random order, and asynchronous ones are made ahead of the
 * step.
 *
 * ```ts
 * class Lines extends keras.utils.PyDataset {
 *   override get length() { return 4; } // batches
 *   override async getItem(index: number) {
 *     const batch = tf.ones([8, 1]).mul(index);
 *     // a batch: [x], [x, y] or [x, y, sampleWeight]
 *     return [batch, batch.mul(2)];
 *   }
 * }
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * await model.fit(new Lines({ workers: 4 }), { epochs: 3, verbose: 0 });
 * ```
 *
 * Keras: keras.utils.PyDataset
 */
export abstract class PyDataset implements AsyncIterable<unknown> {
  readonly workers: number;
  readonly useMultiprocessing: boolean;
  readonly maxQueueSize: number;
  #order: { readonly length: number; readonly stream: Stream<number> } | null = null;

  constructor(...given: Arguments<typeof options>) {
    const parsed = options.parse("PyDataset", given);
    this.workers = parsed.workers;
    this.useMultiprocessing = parsed.useMultiprocessing;
    this.maxQueueSize = parsed.maxQueueSize;
  }

  /** How many batches there are; null where they never end. */
  abstract get length(): number | null;

  /** Batch number `index`. */
  abstract getItem(index: number): Later<unknown>;

  /** Called before each epoch. */
  onEpochBegin(): void {}

  /** Called after each epoch: the place to change what batches hold. */
  onEpochEnd(): void {}

  /** The same as `length`. */
  get numBatches(): number | null {
    return this.length;
  }

  /** The batches as a stream; shuffled ones have an order of their own in each pass. */
  stream(isShuffled: boolean): Stream<unknown> {
    const length = this.#checkedLength();
    const numbers = length === null ? range(Infinity) : isShuffled && length > 1 ? this.#shuffled(length) : range(length);
    return ahead(numbers, (index) => this.getItem(index), { workers: this.workers, queueSize: this.maxQueueSize });
  }

  /** One stream for all passes over as many batches, so that each pass draws the next order. */
  #shuffled(length: number): Stream<number> {
    if (this.#order?.length !== length) {
      const order = { bufferSize: length, seed: makeDefaultSeed(), reshuffleEachIteration: true };
      this.#order = { length, stream: shuffle(range(length), order) };
    }
    return this.#order.stream;
  }

  #checkedLength(): number | null {
    const { length } = this as { readonly length: unknown };
    if (length === null || length === Infinity) return null;
    if (!Number.isInteger(length) || (length as number) < 0) {
      throw new ArgumentError(`${this.constructor.name}.length`, { given: text(length), expected: "an integer of at least 0, or null" });
    }
    if (length === 0) throw new StateError(`${this.constructor.name}.length`, { given: "0 batches", expected: "at least one" });
    return length as number;
  }

  /** The batches in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, void> {
    const length = this.#checkedLength() ?? Infinity;
    for (let index = 0; index < length; index++) yield await this.getItem(index);
  }
}
