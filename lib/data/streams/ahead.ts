// Items made ahead of the one that is wanted, several at a time.

import { after, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

export interface AheadOptions {
  /** Items that may be in the making at the same time. */
  readonly workers: number;
  /** Items that may be asked for before they are wanted. */
  readonly queueSize: number;
}

/**
 * Each item as `make` makes it, in order. Where it takes time, several are in the making at once, ahead of the one that is wanted; where it
 * does
 * not, each is made when it is wanted. The input must be synchronous.
 */
export const ahead = <T, U>(input: Stream<T>, make: (item: T) => Later<U>, options: AheadOptions): Stream<U> => ({
  kind: `ahead < ${input.kind}`,
  count: input.count,
  open: () => new Ahead(input.open(), make, options),
});

class Ahead<T, U> implements Cursor<U> {
  /** Items asked for, in order, each with the position before it. */
  #queue: { readonly before: Position; readonly item: Later<U> }[] = [];
  #running = 0;
  /** Whether items take time; those that do not are made when they are wanted. */
  #isSlow = false;
  #ended = false;

  constructor(
    readonly input: Cursor<T>,
    readonly make: (item: T) => Later<U>,
    readonly options: AheadOptions,
  ) {}

  next(): Later<U | End> {
    if (this.#queue.length === 0) this.#ask();
    const first = this.#queue[0];
    if (!first) return END;
    if (!(first.item instanceof Promise)) {
      this.#queue.shift();
      return first.item;
    }
    this.#fill();
    // Taken out when it has come, so that a position saved meanwhile still has it ahead.
    return first.item.then((item) => {
      this.#queue.shift();
      this.#fill();
      return item;
    });
  }

  /** Asks for one more. @returns whether it takes time */
  #ask(): boolean {
    if (this.#ended) return false;
    const before = this.input.save();
    const given = this.input.next() as T | End;
    if (given === END) {
      this.#ended = true;
      return false;
    }
    const item = this.make(given);
    this.#queue.push({ before, item });
    if (!(item instanceof Promise)) return false;
    this.#isSlow = true;
    this.#running++;
    const done = (): void => {
      this.#running--;
      this.#fill();
    };
    item.then(done, done);
    return true;
  }

  #fill(): void {
    const { workers, queueSize } = this.options;
    while (this.#isSlow && this.#running < workers && this.#queue.length <= queueSize && this.#ask());
  }

  save(): Position {
    return this.#queue[0]?.before ?? this.input.save();
  }

  restore(position: Position): Later<void> {
    [this.#queue, this.#ended] = [[], false];
    return this.input.restore(position);
  }

  close(): Later<void> {
    [this.#queue, this.#ended] = [[], true];
    return after(this.input.close?.(), () => {});
  }
}
