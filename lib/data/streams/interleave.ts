// Streams by turns.

import { after, until, type Later } from "../later.js";
import { replayed } from "./replay.js";
import { END, type Cursor, type End, type Stream } from "./stream.js";

export interface InterleaveOptions {
  /** Inner streams that are open at the same time. */
  readonly cycleLength: number;
  /** Items that one gives before it is the next one's turn. */
  readonly blockLength: number;
}

/** The items of the streams that `fn` makes of each item: `cycleLength` of them by turns, `blockLength` items at a time. */
export const interleave = <T, U>(input: Stream<T>, fn: (item: T) => Later<Stream<U>>, options: InterleaveOptions): Stream<U> =>
  replayed("interleave", null, input, { order: () => null, begin: (cursor) => new Interleaved(cursor, fn, options) });

class Interleaved<T, U> {
  readonly #open: (Cursor<U> | null)[];
  #turn = 0;
  #given = 0;
  #ended = false;

  constructor(
    readonly input: Cursor<T>,
    readonly fn: (item: T) => Later<Stream<U>>,
    readonly options: InterleaveOptions,
  ) {
    this.#open = new Array<null>(options.cycleLength).fill(null);
  }

  next(): Later<U | End> {
    return until(this.#step);
  }

  readonly #step = (): Later<U | End | undefined> => {
    const cursor = this.#open[this.#turn];
    if (cursor) return after(cursor.next(), (item) => this.#give(cursor, item));
    if (!this.#ended) return after(this.input.next(), (item) => this.#begin(item));
    if (this.#open.every((each) => each === null)) return END;
    return this.#pass();
  };

  #begin(item: T | End): Later<undefined> {
    if (item === END) {
      this.#ended = true;
      return undefined;
    }
    return after(this.fn(item), (stream) => {
      this.#open[this.#turn] = stream.open();
      return undefined;
    });
  }

  #give(cursor: Cursor<U>, item: U | End): Later<U | undefined> {
    if (item === END) {
      this.#open[this.#turn] = null;
      this.#given = 0;
      // An ended stream makes room for the next one in its place; the turn goes on.
      return after(cursor.close?.(), () => this.#pass());
    }
    if (++this.#given >= this.options.blockLength) this.#pass();
    return item;
  }

  #pass(): undefined {
    this.#given = 0;
    this.#turn = (this.#turn + 1) % this.#open.length;
  }

  close(): Later<void> {
    return this.#open.reduce<Later<void>>((before, cursor) => after(before, () => cursor?.close?.()), undefined);
  }
}
