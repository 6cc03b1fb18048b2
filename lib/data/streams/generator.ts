// Iterables as streams.

import { ArgumentError, text } from "../../core/errors.js";
import { failure } from "../element-error.js";
import { after, until, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** What an iterable gives, synchronous or not. Its position is a count: going there means running it again so far. */
export const generated = (source: () => Iterable<unknown> | AsyncIterable<unknown>, stage: string): Stream<unknown> => ({
  kind: "generator",
  count: null,
  open: () => new Generated(source, stage),
});

class Generated implements Cursor<unknown> {
  #iterator: AnyIterator | null = null;
  #ended = false;
  /** Whether asking failed last: an iterator that threw is closed, as in a loop. */
  #threw = false;
  #given = 0;

  constructor(
    readonly source: () => Iterable<unknown> | AsyncIterable<unknown>,
    readonly stage: string,
  ) {}

  next(): Later<unknown | End> {
    if (this.#ended) return END;
    try {
      this.#iterator ??= iteratorOf(this.source(), this.stage);
      const result = this.#iterator.next() as Later<IteratorResult<unknown>>;
      return result instanceof Promise ? result.then(this.#give, this.#fail) : this.#give(result);
    } catch (error) {
      return this.#fail(error);
    }
  }

  readonly #give = ({ done, value }: IteratorResult<unknown>): unknown | End => {
    this.#threw = false;
    if (done) this.#ended = true;
    else this.#given++;
    return done ? END : value;
  };

  readonly #fail = (error: unknown): never => {
    this.#threw = true;
    return failure(this.stage, this.#given, null, error, "A generator that threw is over.");
  };

  save(): Position {
    return [this.#given, this.#ended];
  }

  restore(position: Position): Later<void> {
    const [given, ended] = position as [number, boolean];
    return after(this.close(), () => {
      [this.#iterator, this.#ended, this.#threw, this.#given] = [null, ended, false, 0];
      if (ended) return;
      const step = () => (this.#given >= given ? END : after(this.next(), (item) => (item === END ? END : undefined)));
      return after(until(step), () => {});
    });
  }

  close(): Later<void> {
    if (this.#ended || this.#threw || !this.#iterator?.return) return;
    this.#ended = true;
    return after(this.#iterator.return() as Later<unknown>, () => {});
  }
}

function iteratorOf(iterable: unknown, stage: string): AnyIterator {
  const made = iterable as Partial<Iterable<unknown> & AsyncIterable<unknown> & ReadableStream> | null | undefined;
  if (made?.[Symbol.asyncIterator]) return made[Symbol.asyncIterator]!();
  if (made?.[Symbol.iterator]) return made[Symbol.iterator]!();
  // A Web Stream where those can't be walked.
  const reader = made?.getReader?.();
  if (reader) return { next: () => reader.read(), return: () => reader.cancel() } as unknown as AnyIterator;
  throw new ArgumentError(stage, { given: text(iterable), expected: "an iterable from the function" });
}
