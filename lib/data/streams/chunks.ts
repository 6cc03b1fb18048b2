// The stages that put items into lists, and take lists apart.

import { after, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** Lists of `size` items; the last one is shorter, or left out with `dropRemainder`. */
export const chunks = <T>(input: Stream<T>, size: number, dropRemainder: boolean): Stream<T[]> => ({
  kind: `chunks < ${input.kind}`,
  count: input.count === null ? null : dropRemainder ? Math.floor(input.count / size) : Math.ceil(input.count / size),
  open: (part) => new Chunks(input.open(part), size, dropRemainder),
});

class Chunks<T> implements Cursor<T[]> {
  constructor(
    readonly input: Cursor<T>,
    readonly size: number,
    readonly dropRemainder: boolean,
  ) {}

  next(): Later<T[] | End> {
    const chunk: T[] = [];
    while (chunk.length < this.size) {
      const item = this.input.next();
      if (item instanceof Promise) return this.#nextLater(chunk, item);
      if (item === END) return this.#last(chunk);
      chunk.push(item);
    }
    return chunk;
  }

  async #nextLater(chunk: T[], first: Promise<T | End>): Promise<T[] | End> {
    for (let item = await first; ; item = await this.input.next()) {
      if (item === END) return this.#last(chunk);
      chunk.push(item);
      if (chunk.length === this.size) return chunk;
    }
  }

  #last(chunk: T[]): T[] | End {
    return chunk.length === 0 || this.dropRemainder ? END : chunk;
  }

  save() {
    return this.input.save();
  }
  restore(position: Position) {
    return this.input.restore(position);
  }
  where() {
    return this.input.where?.() ?? null;
  }
  close() {
    return this.input.close?.();
  }
}

/** The items of each list, one after the other. */
export const flatten = <T>(input: Stream<readonly T[]>): Stream<T> => ({
  kind: `flatten < ${input.kind}`,
  count: null,
  open: (part) => new Flatten(input.open(part)),
});

class Flatten<T> implements Cursor<T> {
  #list: readonly T[] = [];
  #next = 0;
  /** Where the input stood before it gave the present list. */
  #before: Position;

  constructor(readonly input: Cursor<readonly T[]>) {
    this.#before = input.save();
  }

  next(): Later<T | End> {
    if (this.#next < this.#list.length) return this.#list[this.#next++]!;
    this.#before = this.input.save();
    return after(this.input.next(), (list) => {
      [this.#list, this.#next] = [list === END ? [] : list, 0];
      return list === END ? END : this.next();
    });
  }
  save(): Position {
    return this.#next < this.#list.length ? [this.#next, this.#before] : [0, this.input.save()];
  }
  restore(position: Position): Later<void> {
    const [next, before] = position as [number, Position];
    this.#list = [];
    this.#next = 0;
    return after(this.input.restore(before), () => {
      if (next === 0) return;
      this.#before = before;
      return after(this.input.next(), (list) => {
        this.#list = list === END ? [] : list;
        this.#next = next;
      });
    });
  }
  where() {
    return this.input.where?.() ?? null;
  }
  close() {
    return this.input.close?.();
  }
}
