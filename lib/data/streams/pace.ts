// How long items take to make and to use, from which follows how many should be ahead: AUTOTUNE.

/** Weight of the latest measurement in the means. */
const LATEST = 0.2;
/** Makings of which the slowest counts. */
const REMEMBERED = 16;

/** Measures one pass. */
export class Pace {
  /** Milliseconds of the latest makings. */
  readonly #makings: number[] = [];
  /** Milliseconds between an item that was given and the wish for the next one, on average; null before the second wish. */
  #using: number | null = null;
  #givenAt = 0;

  /** An item is wanted. @param now  in milliseconds */
  wanted(now = performance.now()): void {
    if (this.#givenAt === 0) return;
    const using = now - this.#givenAt;
    this.#using = this.#using === null ? using : this.#using + LATEST * (using - this.#using);
  }

  /** An item was given to whoever wanted it. */
  given(now = performance.now()): void {
    this.#givenAt = now;
  }

  /** An item took so long. */
  made(milliseconds: number): void {
    this.#makings.push(milliseconds);
    if (this.#makings.length > REMEMBERED) this.#makings.shift();
  }

  /**
   * Items ahead with which nobody waits: as many as are used while the slowest of the last ones was made, and one more; `most` where making
   * takes longer than using whatever is done. Two before anything was measured.
   */
  depth(most: number): number {
    if (this.#using === null || this.#makings.length === 0) return Math.min(2, most);
    const slowest = Math.max(...this.#makings);
    return Math.max(1, Math.min(most, Math.ceil(slowest / Math.max(this.#using, 1e-3)) + 1));
  }
}
