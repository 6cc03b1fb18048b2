// The stages that keep, or leave out, the beginning of a stream.

import { after, until, type Later } from "../later.js";
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
    this.#taken++;
    return this.input.next();
  }
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
  #skipped = false;
  constructor(
    readonly input: Cursor<T>,
    readonly count: number,
  ) {}

  next(): Later<T | End> {
    if (this.#skipped) return this.input.next();
    this.#skipped = true;
    let left = this.count;
    const step = () => (left-- > 0 ? after(this.input.next(), (item) => (item === END ? END : undefined)) : END);
    return after(until(step), () => this.input.next());
  }
  save(): Position {
    return [this.#skipped, this.input.save()];
  }
  restore(position: Position) {
    const [skipped, input] = position as [boolean, Position];
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

/** Items up to the first that `accepts` refuses. */
export const takeWhile = <T>(input: Stream<T>, accepts: (item: T) => Later<boolean>): Stream<T> => ({
  kind: `takeWhile < ${input.kind}`,
  count: null,
  open: (part) => new TakeWhile(input.open(part), accepts),
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
