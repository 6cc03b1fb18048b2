// The stream of numbers from zero, which most pipelines begin with.

import { text, ValueError } from "../../core/errors.js";
import { END, type Cursor, type Stream } from "./stream.js";

/** The numbers 0, 1, … count − 1. */
export const range = (count: number): Stream<number> => ({ kind: "range", count, open: () => new RangeCursor(count) });

class RangeCursor implements Cursor<number> {
  #next = 0;
  constructor(readonly count: number) {}

  next() {
    return this.#next < this.count ? this.#next++ : END;
  }
  where() {
    return `row ${this.#next - 1}`;
  }
  save() {
    return this.#next;
  }
  restore(position: number) {
    if (!(Number.isSafeInteger(position) && position >= 0 && position <= this.count)) {
      throw new ValueError("dataset", { given: `the position ${text(position)}`, expected: `one from 0 to ${this.count}` });
    }
    this.#next = position;
  }
}
