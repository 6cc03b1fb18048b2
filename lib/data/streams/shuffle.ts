// Random order from a buffer.

import type { Later } from "../later.js";
import { Random } from "../random.js";
import { replayed } from "./replay.js";
import { END, type Cursor, type End, type Stream } from "./stream.js";

export interface ShuffleOptions {
  readonly bufferSize: number;
  readonly seed: number;
  readonly reshuffleEachIteration: boolean;
}

/**
 * Items in random order: each is drawn from a buffer of the next `bufferSize` ones. A buffer as long as the input gives every order with
 * the same probability.
 */
export function shuffle<T>(input: Stream<T>, { bufferSize, seed, reshuffleEachIteration }: ShuffleOptions): Stream<T> {
  let upcoming: [seed: number, iteration: number] = [seed, 0];
  const follow = ([seed, iteration]: [number, number]): void => {
    upcoming = [seed, reshuffleEachIteration ? iteration + 1 : iteration];
  };
  return replayed("shuffle", input.count, input, {
    order: () => {
      const order = upcoming;
      follow(order);
      return order;
    },
    follow,
    begin: (cursor, order) => new Shuffled(cursor, bufferSize, new Random(...order)),
  });
}

class Shuffled<T> {
  #buffer: T[] = [];
  #ended = false;

  constructor(
    readonly input: Cursor<T>,
    readonly bufferSize: number,
    readonly random: Random,
  ) {}

  next(): Later<T | End> {
    const filled = this.#fill();
    return filled instanceof Promise ? filled.then(() => this.#draw()) : this.#draw();
  }

  #fill(): Later<void> {
    while (!this.#ended && this.#buffer.length < this.bufferSize) {
      const item = this.input.next();
      if (item instanceof Promise) return this.#fillLater(item);
      this.#take(item);
    }
  }

  async #fillLater(first: Promise<T | End>): Promise<void> {
    this.#take(await first);
    while (!this.#ended && this.#buffer.length < this.bufferSize) this.#take(await this.input.next());
  }

  #take(item: T | End): void {
    if (item === END) this.#ended = true;
    else this.#buffer.push(item);
  }

  #draw(): T | End {
    const buffer = this.#buffer;
    if (buffer.length === 0) return END;
    const drawn = this.random.below(buffer.length);
    const item = buffer[drawn]!;
    buffer[drawn] = buffer[buffer.length - 1]!;
    buffer.pop();
    return item;
  }
}
