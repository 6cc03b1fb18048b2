// Streams by turns.

import { after, until, type Later } from "../later.js";
import { passing } from "./map.js";
import { prefetch } from "./prefetch.js";
import { replayed } from "./replay.js";
import { END, type Cursor, type End, type Stream } from "./stream.js";

export interface InterleaveOptions {
  /** Inner streams that are open at the same time. */
  readonly cycleLength: number;
  /** Items that one gives before it is the next one's turn. */
  readonly blockLength: number;
  /** Whether open streams ask ahead, so that those that take time work beside each other. Default: false. */
  readonly isParallel?: boolean;
}

/** The items of the streams that `fn` makes of each item: `cycleLength` of them by turns, `blockLength` items at a time. */
export const interleave = <T, U>(input: Stream<T>, fn: (item: T) => Later<Stream<U>>, options: InterleaveOptions): Stream<U> =>
  replayed("interleave", null, input, { order: () => null, begin: (cursor) => new Interleaved(cursor, fn, options) });

/** A cursor that is at work on its first items already. */
function begun<T>(stream: Stream<T>, blockLength: number): Cursor<T> {
  const cursor = prefetch(stream, blockLength + 1).open();
  const first = cursor.next();
  // Nothing of an error is lost: it comes when the item is wanted.
  if (!(first instanceof Promise)) return givenFirst(cursor, first);
  first.catch(() => {});
  return givenFirst(cursor, first);
}

/** A cursor whose first item was taken out already. */
function givenFirst<T>(cursor: Cursor<T>, first: Later<T | End>): Cursor<T> {
  let waits = true;
  return {
    ...passing(cursor),
    next() {
      if (!waits) return cursor.next();
      waits = false;
      return first;
    },
  };
}

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
    const free = this.options.isParallel ? this.#free() : -1;
    if (free >= 0) return after(this.input.next(), (item) => this.#begin(item, free));
    const cursor = this.#open[this.#turn];
    if (cursor) return after(cursor.next(), (item) => this.#give(cursor, item));
    if (!this.#ended) return after(this.input.next(), (item) => this.#begin(item, this.#turn));
    if (this.#open.every((each) => each === null)) return END;
    return this.#pass();
  };

  /** The next place, from this turn on, that waits for a stream; −1 for none. Streams come to places in the order of turns either way. */
  #free(): number {
    const { length } = this.#open;
    for (let i = 0; i < length && !this.#ended; i++) {
      const place = (this.#turn + i) % length;
      if (this.#open[place] === null) return place;
    }
    return -1;
  }

  #begin(item: T | End, place: number): Later<undefined> {
    if (item === END) {
      this.#ended = true;
      return undefined;
    }
    return after(this.fn(item), (stream) => {
      this.#open[place] = this.options.isParallel ? begun(stream, this.options.blockLength) : stream.open();
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
