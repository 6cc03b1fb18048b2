// Iterables as streams.

import { after, until, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** What an iterable gives, synchronous or not. Its position is a count: going there means running it again so far. */
export const generated = (source: () => Iterable<unknown> | AsyncIterable<unknown>): Stream<unknown> => ({
  kind: "generator",
  count: null,
  open: () => new Generated(source),
});

class Generated implements Cursor<unknown> {
  #iterator: AnyIterator | null = null;
  #ended = false;
  #given = 0;

  constructor(readonly source: () => Iterable<unknown> | AsyncIterable<unknown>) {}

  next(): Later<unknown | End> {
    if (this.#ended) return END;
    this.#iterator ??= iteratorOf(this.source());
    return after(this.#iterator.next() as Later<IteratorResult<unknown>>, ({ done, value }) => {
      if (done) this.#ended = true;
      else this.#given++;
      return done ? END : value;
    });
  }

  save(): Position {
    return [this.#given, this.#ended];
  }

  restore(position: Position): Later<void> {
    const [given, ended] = position as [number, boolean];
    return after(this.close(), () => {
      [this.#iterator, this.#ended, this.#given] = [null, ended, 0];
      if (ended) return;
      const step = () => (this.#given >= given ? END : after(this.next(), (item) => (item === END ? END : undefined)));
      return after(until(step), () => {});
    });
  }

  close(): Later<void> {
    if (this.#ended || !this.#iterator?.return) return;
    this.#ended = true;
    return after(this.#iterator.return() as Later<unknown>, () => {});
  }
}

const iteratorOf = (iterable: Iterable<unknown> | AsyncIterable<unknown>): AnyIterator =>
  Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
