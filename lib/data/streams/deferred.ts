// A stream whose cursor takes time to make: a file that is opened, code that is loaded.

import { after, type Later } from "../later.js";
import type { Cursor, End, Position, Stream } from "./stream.js";

/** Items of a cursor that comes when the first item is wanted. */
export const deferred = <T>(kind: string, count: number | null, load: () => Later<Cursor<T>>): Stream<T> => ({
  kind,
  count,
  open: () => new Deferred(load),
});

class Deferred<T> implements Cursor<T> {
  #cursor: Cursor<T> | null = null;
  /** Where to go when the cursor is there; null is the beginning. */
  #goal: Position = null;

  constructor(readonly load: () => Later<Cursor<T>>) {}

  next(): Later<T | End> {
    if (this.#cursor) return this.#cursor.next();
    return after(this.load(), (cursor) =>
      after(this.#goal === null ? undefined : cursor.restore(this.#goal), () => {
        this.#cursor = cursor;
        return cursor.next();
      }),
    );
  }

  save(): Position {
    return this.#cursor ? this.#cursor.save() : this.#goal;
  }

  restore(position: Position): Later<void> {
    const before = this.#cursor;
    [this.#cursor, this.#goal] = [null, position];
    return before?.close?.();
  }

  where(): string | null {
    return this.#cursor?.where?.() ?? null;
  }

  close(): Later<void> {
    return this.#cursor?.close?.();
  }
}
