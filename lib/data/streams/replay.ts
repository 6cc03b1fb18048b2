// How a stage that holds items back says where it stands: by where its input stood, and how far it went on from there.

import { after, until, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** A stage that holds items of its input back. */
export interface Held<T, U, O extends Position> {
  /** What distinguishes this pass from others: its seed. */
  readonly order: () => O;
  /** Told of the order of a restored pass, so that the passes behind it follow on. */
  readonly follow?: (order: O) => void;
  /** Starts a pass over a cursor of the input. */
  readonly begin: (cursor: Cursor<T>, order: O) => Pick<Cursor<U>, "next" | "close">;
}

/**
 * A stream whose cursors are restored by running them again from the beginning of their pass. Its position is where the input
 * began, and how many items were given since: what is held back need not be saved.
 */
export const replayed = <T, U, O extends Position>(
  kind: string,
  count: number | null,
  input: Stream<T>,
  held: Held<T, U, O>,
): Stream<U> => ({ kind: `${kind} < ${input.kind}`, count, open: (part) => new Replay(input.open(part), held) });

class Replay<T, U, O extends Position> implements Cursor<U> {
  #start: Position;
  #given = 0;
  #order: O;
  #pass: Pick<Cursor<U>, "next" | "close">;

  constructor(
    readonly input: Cursor<T>,
    readonly held: Held<T, U, O>,
  ) {
    this.#start = input.save();
    this.#order = held.order();
    this.#pass = held.begin(input, this.#order);
  }

  next(): Later<U | End> {
    const item = this.#pass.next();
    return item instanceof Promise ? item.then((it) => this.#counted(it)) : this.#counted(item);
  }

  #counted(item: U | End): U | End {
    if (item !== END) this.#given++;
    return item;
  }

  save(): Position {
    return { start: this.#start, given: this.#given, order: this.#order };
  }

  restore(position: Position): Later<void> {
    const { start, given, order } = position as { start: Position; given: number; order: O };
    this.#start = start;
    this.#order = order;
    this.held.follow?.(order);
    return after(
      after(this.#pass.close?.(), () => this.input.restore(start)),
      () => {
        this.#pass = this.held.begin(this.input, order);
        this.#given = 0;
        const step = () => (this.#given >= given ? END : after(this.next(), (item) => (item === END ? END : undefined)));
        return after(until(step), () => {});
      },
    );
  }

  close() {
    return after(this.#pass.close?.(), () => this.input.close?.());
  }
}
