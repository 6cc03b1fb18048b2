// What `adapt` learned, where it is no tensor: kept as JSON, saved with checkpoints.

import type { Saveable } from "../../saving/saveable.js";

/** A value that `adapt` learns and checkpoints save: plain JSON. */
export class Learned<T> implements Saveable {
  value: T | null = null;

  saveState(): T | null {
    return this.value;
  }

  loadState(state: T | null): void {
    this.value = state;
  }
}
