// The stage that gives one stream after the other.

import { after, until, type Later } from "../later.js";
import type { FilePart } from "./part.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** The items of each stream in turn. */
export const concatenate = <T>(inputs: readonly Stream<T>[]): Stream<T> => ({
  kind: `concatenate < (${inputs.map(({ kind }) => kind).join(", ")})`,
  count: inputs.reduce<number | null>((sum, { count }) => (sum === null || count === null ? null : sum + count), 0),
  open: (part) => new Concatenated(inputs, part),
});

class Concatenated<T> implements Cursor<T> {
  #at = 0;
  #cursor: Cursor<T>;

  constructor(
    readonly inputs: readonly Stream<T>[],
    readonly part?: FilePart,
  ) {
    this.#cursor = inputs[0]!.open(part);
  }

  next(): Later<T | End> {
    return until(this.#step);
  }

  readonly #step = (): Later<T | End | undefined> => after(this.#cursor.next(), this.#accept);

  readonly #accept = (item: T | End): Later<T | End | undefined> => {
    if (item !== END || this.#at === this.inputs.length - 1) return item;
    return after(this.#cursor.close?.(), () => {
      this.#cursor = this.inputs[++this.#at]!.open(this.part);
      return undefined;
    });
  };

  save(): Position {
    return [this.#at, this.#cursor.save()];
  }
  restore(position: Position) {
    const [at, inner] = position as [number, Position];
    if (at !== this.#at) this.#cursor = this.inputs[at]!.open(this.part);
    this.#at = at;
    return this.#cursor.restore(inner);
  }
  where() {
    return this.#cursor.where?.() ?? null;
  }
  close() {
    return this.#cursor.close?.();
  }
}
