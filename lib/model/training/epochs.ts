// One pass over training data after the other, from wherever a checkpoint left off.

import { switches } from "../../core/defaults.js";
import { StateError } from "../../core/errors.js";
import type { SavedPosition } from "../../data/iterator.js";
import type { Later } from "../../data/later.js";
import type { Batch } from "./batches.js";
import type { BatchIteration, BatchSource } from "./sources.js";

/** Where a pass over training data stands: what a checkpoint saves so that `fit` goes on inside an epoch. */
export interface SavedEpoch {
  /** Batches of the epoch that were used. */
  readonly step: number;
  /** Samples are to come as they did: the data must be as long as it was. */
  readonly batches: number | null;
  readonly position: SavedPosition;
}

/**
 * A source, iterated epoch by epoch. Without `steps` each epoch is one pass; with `steps` one pass goes on through several epochs, and
 * begins
 * anew when it is over.
 */
export class EpochBatches {
  #pass: BatchIteration | null = null;
  /** A batch that was looked at and not used, and where the pass stood before it. */
  #first: { readonly batch: Batch; readonly before: SavedPosition | undefined } | null = null;
  /** How many batches there turned out to be. */
  #found: number | null = null;
  /** Batches that the present pass has given. */
  #seen = 0;
  /** Batches that the present epoch has given. */
  #step = 0;

  /** Whether keras.config ends epochs before they are over: the next one begins anew. */
  readonly #isCut: boolean;
  /** Batches of an epoch; null for all that a pass over the source gives. */
  readonly steps: number | null;

  constructor(
    readonly source: BatchSource,
    steps: number | null,
  ) {
    const limit = switches.maxStepsPerEpoch;
    this.#isCut = limit !== null && (steps ?? source.count ?? Infinity) > limit;
    this.steps = this.#isCut ? limit : steps;
  }

  /** Batches of an epoch, as far as they are known. */
  get count(): number | null {
    return this.steps ?? this.source.count ?? this.#found;
  }

  /** Batches of the present epoch that were used. */
  get step(): number {
    return this.#step;
  }

  /** The first batch of the next epoch, which is not used up. @throws StateError where there is none */
  async peek(where: string): Promise<Batch> {
    if (!this.#first) {
      this.#pass ??= this.source.iterate();
      const before = this.#pass.saveState?.();
      const batch = await this.#pass.next();
      if (batch === null) throw new StateError(where, { given: "data without a single batch", expected: "at least one batch" });
      this.#first = { batch, before };
    }
    return this.#first.batch;
  }

  /** Begins an epoch; with `anew` at the beginning of the data, wherever the pass stands. */
  async begin(anew = false): Promise<void> {
    this.#step = 0;
    if (anew) await this.#restart();
    this.source.onEpochBegin?.();
  }

  /** The next batch of the epoch, null where there is none: then `end` is to be called before another one is asked for. */
  next(): Later<Batch | null> {
    if (this.steps !== null && this.#step >= this.steps) return null;
    const first = this.#first;
    if (first) {
      this.#first = null;
      return this.#give(first.batch);
    }
    this.#pass ??= this.source.iterate();
    const batch = this.#pass.next();
    return batch instanceof Promise ? batch.then((it) => this.#give(it)) : this.#give(batch);
  }

  #give(batch: Batch | null): Batch | null {
    if (batch === null) return null;
    this.#seen++;
    this.#step++;
    return batch;
  }

  /** Ends an epoch whose batches are used up. */
  end(): Later<void> {
    const { steps } = this;
    const isShort = steps !== null && this.#step < steps;
    if (steps === null) this.#found ??= this.#step;
    else if (isShort) {
      console.warn("The data ran out before the epoch did: it takes stepsPerEpoch · epochs batches. A Dataset goes on with .repeat().");
    }
    this.#step = 0;
    this.source.onEpochEnd?.();
    const isUsedUp = this.source.count !== null && this.#seen >= this.source.count;
    if (steps === null || isShort || isUsedUp || this.#isCut) return this.#restart();
  }

  #restart(): Later<void> {
    const pass = this.#pass;
    this.#seen = 0;
    if (this.source.isOnce) return;
    this.#first = null;
    this.#pass = null;
    return pass?.close();
  }

  /** The first batch of data that is not asked for another one: generators run their `finally`. */
  async only(where: string): Promise<Batch> {
    try {
      return await this.peek(where);
    } finally {
      await this.close();
    }
  }

  /** Ends the pass where it stands: generators run their `finally`. */
  close(): Later<void> {
    const pass = this.#pass;
    [this.#pass, this.#first] = [null, null];
    return pass?.close();
  }

  /** Where the epoch stands; null for data that can't say. */
  saveState(): SavedEpoch | null {
    this.#pass ??= this.source.iterate();
    const position = this.#first ? this.#first.before : this.#pass.saveState?.();
    return position ? { step: this.#step, batches: this.source.count, position } : null;
  }

  /** Goes where `saveState` was called, if this is data of the same form. @returns whether it is */
  async loadState({ step, batches, position }: SavedEpoch): Promise<boolean> {
    const present = this.saveState();
    if (present?.position.pipeline !== position.pipeline || present.batches !== batches) return false;
    await this.#restart();
    this.#pass = this.source.iterate();
    this.#pass.loadState!(position);
    this.#step = this.#seen = step;
    return true;
  }
}
