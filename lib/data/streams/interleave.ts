// Streams by turns.

import { after, inOrder, until, type Later } from "../later.js";
import { passing, told } from "./map.js";
import { prefetch } from "./prefetch.js";
import { replayed } from "./replay.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

export interface InterleaveOptions {
  /** Inner streams that are open at the same time. */
  readonly cycleLength: number;
  /** Items that one gives before it is the next one's turn. */
  readonly blockLength: number;
  /** Whether open streams ask ahead, so that those that take time work beside each other. Default: false. */
  readonly isParallel?: boolean;
  /** Whether items come by turns; else, of streams that work beside each other, whichever is ready first. Default: true. */
  readonly isOrdered?: boolean;
  /** What the user calls this stage: what `make` throws then names it, and the element. */
  readonly stage?: string;
}

/** The items of the streams that `fn` makes of each item: `cycleLength` of them by turns, `blockLength` items at a time. */
export const interleave = <T, U>(input: Stream<T>, make: (item: T) => Later<Stream<U>>, options: InterleaveOptions): Stream<U> => {
  const functionFor = (cursor: Cursor<T>) => (options.stage === undefined ? make : told(cursor, make, options.stage));
  const isUnordered = options.isParallel && options.isOrdered === false;
  if (!isUnordered)
    return replayed("interleave", null, input, {
      order: () => null,
      begin: (cursor) => new Interleaved(cursor, functionFor(cursor), options),
    });
  return {
    kind: `interleave in any order < ${input.kind}`,
    count: null,
    open(part) {
      const cursor = input.open(part);
      return new Unordered(cursor, functionFor(cursor), options);
    },
  };
};

/** A cursor that is at work on its first items already. */
function begun<T>(stream: Stream<T>, blockLength: number): Cursor<T> {
  const cursor = prefetch(stream, blockLength + 1).open();
  // Nothing of an error is lost: it comes when the item is wanted.
  try {
    const first = cursor.next();
    if (first instanceof Promise) first.catch(() => {});
    return givenFirst(cursor, () => first);
  } catch (error) {
    return givenFirst(cursor, () => {
      throw error;
    });
  }
}

/** A cursor whose first item was taken out already. */
function givenFirst<T>(cursor: Cursor<T>, first: () => Later<T | End>): Cursor<T> {
  let waits = true;
  return {
    ...passing(cursor),
    next() {
      if (!waits) return cursor.next();
      waits = false;
      return first();
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
    return inOrder(this.#open, (cursor) => cursor?.close?.());
  }
}

/** A stream that is open, and the item of it that was asked for. */
interface Place<U> {
  /** Where the input stood before the item that the stream was made of. */
  readonly made: Position;
  readonly cursor: Cursor<U>;
  /** Where the stream stood before the item that was asked for. */
  before: Position;
  asked: { readonly coming: Promise<U | End>; settled: Promise<unknown>; isDone: boolean } | null;
}

/** Streams beside each other, whose items come as they are ready. A position says which streams are open, and where each stands. */
class Unordered<T, U> implements Cursor<U> {
  /** In the order in which they are asked: who gave `blockLength` items goes to the end. */
  #places: Place<U>[] = [];
  #given = 0;
  #ended = false;

  constructor(
    readonly input: Cursor<T>,
    readonly fn: (item: T) => Later<Stream<U>>,
    readonly options: InterleaveOptions,
  ) {}

  next(): Later<U | End> {
    return until(this.#step);
  }

  readonly #step = (): Later<U | End | undefined> => {
    if (!this.#ended && this.#places.length < this.options.cycleLength) {
      const made = this.input.save();
      return after(this.input.next(), (item) => {
        if (item !== END) return this.#begin(item, made);
        this.#ended = true;
        return undefined;
      });
    }
    if (this.#places.length === 0) return END;
    for (const place of [...this.#places]) {
      if (place.asked) continue;
      place.before = place.cursor.save();
      const item = place.cursor.next();
      if (!(item instanceof Promise)) return this.#give(place, item);
      const asked: Place<U>["asked"] = { coming: item, settled: item, isDone: false };
      const done = (): void => void (asked.isDone = true);
      asked.settled = item.then(done, done);
      place.asked = asked;
    }
    return Promise.race(this.#places.map(({ asked }) => asked!.settled)).then(async () => {
      const place = this.#places.find(({ asked }) => asked?.isDone);
      if (!place) return undefined;
      const { coming } = place.asked!;
      place.asked = null;
      return this.#give(place, await coming);
    });
  };

  #begin(item: T, made: Position): Later<undefined> {
    return after(this.fn(item), (stream) => {
      const cursor = prefetch(stream, this.options.blockLength + 1).open();
      this.#places.push({ made, cursor, before: cursor.save(), asked: null });
      return undefined;
    });
  }

  #give(place: Place<U>, item: U | End): Later<U | undefined> {
    if (item !== END && ++this.#given < this.options.blockLength && place === this.#places[0]) return item;
    this.#given = 0;
    this.#places.splice(this.#places.indexOf(place), 1);
    if (item === END) return after(place.cursor.close?.(), () => undefined);
    this.#places.push(place);
    return item;
  }

  save(): Position {
    const open = this.#places.map(({ made, cursor, before, asked }) => [made, asked ? before : cursor.save()]);
    return [this.input.save(), open, this.#ended];
  }

  restore(position: Position): Later<void> {
    const [input, open, ended] = position as [Position, [Position, Position][], boolean];
    const again = ([made, inner]: [Position, Position]): Later<void> =>
      after(this.input.restore(made), () =>
        after(this.input.next(), (item) =>
          item === END ? undefined : after(this.#begin(item, made), () => this.#places.at(-1)!.cursor.restore(inner)),
        ),
      );
    const opened = after(this.#leave(), () => inOrder(open, again));
    return after(opened, () => {
      [this.#ended, this.#given] = [ended, 0];
      return this.input.restore(input);
    });
  }

  #leave(): Later<void> {
    const places = this.#places;
    this.#places = [];
    return inOrder(places, ({ cursor }) => cursor.close?.());
  }

  where(): string | null {
    return this.input.where?.() ?? null;
  }

  close(): Later<void> {
    return after(this.#leave(), () => this.input.close?.());
  }
}
