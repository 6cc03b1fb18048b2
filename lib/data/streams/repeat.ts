// The stage that gives its input again and again.

import { after, until, type Later } from "../later.js";
import type { FilePart } from "./part.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** `times` passes over the input, one after the other; Infinity never ends. */
export const repeat = <T>(input: Stream<T>, times: number): Stream<T> => ({
  kind: `repeat < ${input.kind}`,
  count: times === 0 || input.count === 0 ? 0 : input.count === null ? null : input.count * times,
  open: (part) => new Repeat(input, times, part),
});

class Repeat<T> implements Cursor<T> {
  #pass: Cursor<T>;
  #passes = 0;
  /** Whether this pass gave anything: repeating an empty input would never end. */
  #gave = false;

  constructor(
    readonly input: Stream<T>,
    readonly times: number,
    readonly part?: FilePart,
  ) {
    this.#pass = input.open(part);
  }

  next(): Later<T | End> {
    return until(this.#step);
  }

  readonly #step = (): Later<T | End | undefined> => (this.#passes >= this.times ? END : after(this.#pass.next(), this.#accept));

  readonly #accept = (item: T | End): Later<T | End | undefined> => {
    if (item !== END) {
      this.#gave = true;
      return item;
    }
    this.#passes = this.#gave ? this.#passes + 1 : this.times;
    if (this.#passes >= this.times) return END;
    return after(this.#pass.close?.(), () => {
      this.#gave = false;
      this.#pass = this.input.open(this.part);
      return undefined;
    });
  };

  save(): Position {
    return [this.#passes, this.#gave, this.#pass.save()];
  }
  restore(position: Position) {
    const [passes, gave, pass] = position as [number, boolean, Position];
    this.#passes = passes;
    this.#gave = gave;
    return this.#pass.restore(pass);
  }
  where() {
    return this.#pass.where?.() ?? null;
  }
  close() {
    return this.#pass.close?.();
  }
}
