// The stage that asks ahead where items come asynchronously.

import type { Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** Asks for up to `count` items ahead where they come asynchronously; where they don't, there is nothing to wait for. */
export const prefetch = <T>(input: Stream<T>, count: number): Stream<T> => ({
  kind: `prefetch < ${input.kind}`,
  count: input.count,
  open: () => new Prefetch(input.open(), count),
});

class Prefetch<T> implements Cursor<T> {
  /** Items asked for, in order, each with the position before it. */
  #ahead: { readonly before: Position; readonly item: Promise<T | End> }[] = [];
  /** Whether the input is at work on an item: it makes one at a time. */
  #asking = false;
  #ended = false;

  constructor(
    readonly input: Cursor<T>,
    readonly count: number,
  ) {}

  next(): Later<T | End> {
    if (this.#ahead.length === 0) {
      if (this.#ended) return END;
      const item = this.#ask();
      if (!(item instanceof Promise)) return item;
    }
    // Taken out when it has come, so that a position saved meanwhile still has it ahead.
    return this.#ahead[0]!.item.then((item) => {
      this.#ahead.shift();
      this.#fill();
      return item;
    });
  }

  #ask(): Later<T | End> {
    const before = this.input.save();
    const item = this.input.next();
    if (!(item instanceof Promise)) return item;
    this.#asking = true;
    this.#ahead.push({ before, item });
    item.then(
      (it) => this.#came(it === END),
      () => this.#came(true),
    );
    return item;
  }

  #came(ended: boolean): void {
    this.#asking = false;
    this.#ended ||= ended;
    this.#fill();
  }

  #fill(): void {
    if (this.#asking || this.#ended || this.#ahead.length >= this.count) return;
    const before = this.input.save();
    const item = this.#ask();
    if (!(item instanceof Promise)) {
      this.#ahead.push({ before, item: Promise.resolve(item) });
      this.#came(item === END);
    }
  }

  save(): Position {
    return this.#ahead[0]?.before ?? this.input.save();
  }
  restore(position: Position) {
    [this.#ahead, this.#ended] = [[], false];
    return this.input.restore(position);
  }
  close() {
    return this.input.close?.();
  }
}
