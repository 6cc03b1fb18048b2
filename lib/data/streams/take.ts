// The stages that keep, or leave out, the beginning of a stream.

import { after, until, type Later } from "../later.js";
import { told } from "./map.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** The first `count` items. */
export const take = <T>(input: Stream<T>, count: number): Stream<T> => ({
  kind: `take < ${input.kind}`,
  count: input.count === null ? null : Math.min(input.count, count),
  open: (part) => new Take(input.open(part), count),
});

class Take<T> implements Cursor<T> {
  #taken = 0;
  constructor(
    readonly input: Cursor<T>,
    readonly count: number,
  ) {}

  next(): Later<T | End> {
    if (this.#taken >= this.count) return END;
    return after(this.input.next(), this.#give);
  }
  // An error is none of the items that are taken.
  readonly #give = (item: T | End): T | End => {
    this.#taken++;
    return item;
  };
  save(): Position {
    return [this.#taken, this.input.save()];
  }
  restore(position: Position) {
    const [taken, input] = position as [number, Position];
    this.#taken = taken;
    return this.input.restore(input);
  }
  where() {
    return this.input.where?.() ?? null;
  }
  close() {
    return this.input.close?.();
  }
}

/** All items but the first `count`. */
export const skip = <T>(input: Stream<T>, count: number): Stream<T> => ({
  kind: `skip < ${input.kind}`,
  count: input.count === null ? null : Math.max(0, input.count - count),
  open: (part) => new Skip(input.open(part), count),
});

class Skip<T> implements Cursor<T> {
  #skipped = 0;
  constructor(
    readonly input: Cursor<T>,
    readonly count: number,
  ) {}

  next(): Later<T | End> {
    if (this.#skipped >= this.count) return this.input.next();
    return after(until(this.#step), () => this.input.next());
  }
  readonly #step = (): Later<End | undefined> => (this.#skipped >= this.count ? END : after(this.input.next(), this.#pass));
  readonly #pass = (item: T | End): End | undefined => {
    this.#skipped = item === END ? this.count : this.#skipped + 1;
    return item === END ? END : undefined;
  };
  save(): Position {
    return [this.#skipped, this.input.save()];
  }
  restore(position: Position) {
    const [skipped, input] = position as [number, Position];
    this.#skipped = skipped;
    return this.input.restore(input);
  }
  where() {
    return this.input.where?.() ?? null;
  }
  close() {
    return this.input.close?.();
  }
}

/** Items up to the first that `accepts` refuses. @param stage  what the user calls this stage, for errors */
export const takeWhile = <T>(input: Stream<T>, accepts: (item: T) => Later<boolean>, stage: string): Stream<T> => ({
  kind: `takeWhile < ${input.kind}`,
  count: null,
  open(part) {
    const cursor = input.open(part);
    return new TakeWhile(cursor, told(cursor, accepts, stage));
  },
});

class TakeWhile<T> implements Cursor<T> {
  #ended = false;
  constructor(
    readonly input: Cursor<T>,
    readonly accepts: (item: T) => Later<boolean>,
  ) {}

  next(): Later<T | End> {
    if (this.#ended) return END;
    return after(this.input.next(), (item) => (item === END ? item : after(this.accepts(item), (accepted) => this.#give(item, accepted))));
  }
  #give(item: T, accepted: boolean): T | End {
    this.#ended = !accepted;
    return accepted ? item : END;
  }
  save(): Position {
    return [this.#ended, this.input.save()];
  }
  restore(position: Position) {
    const [ended, input] = position as [boolean, Position];
    this.#ended = ended;
    return this.input.restore(input);
  }
  where() {
    return this.input.where?.() ?? null;
  }
  close() {
    return this.input.close?.();
  }
}
