// Where the data of a training stand, as a part of checkpoints.

import type { EpochBatches, SavedEpoch } from "./epochs.js";

/**
 * Where the data of a model's training stand: a child of the model in checkpoints. What is saved while `fit` runs, and restored before
 * `fit`
 * runs again on data of the same form, makes it go on with the next batch of the epoch, in the order that was drawn.
 */
export class TrainingPlace {
  #batches: EpochBatches | null = null;
  #goal: SavedEpoch | null = null;

  /** A run of `fit` begins. @returns whether it goes on inside an epoch */
  async enter(batches: EpochBatches): Promise<boolean> {
    this.#batches = batches;
    const goal = this.#goal;
    this.#goal = null;
    return goal !== null && (await batches.loadState(goal)) && goal.step > 0;
  }

  /** The run is over. */
  leave(): void {
    this.#batches = null;
  }

  saveState(): SavedEpoch | null {
    return this.#batches?.saveState() ?? this.#goal;
  }

  loadState(state: SavedEpoch | null): void {
    this.#goal = state;
  }
}
