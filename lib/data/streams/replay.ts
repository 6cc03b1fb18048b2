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
 * began, and how many items were given since: what is held back need not be saved. Errors that were met are met again, and passed by.
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
  #failed = 0;
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
    let item: Later<U | End>;
    try {
      item = this.#pass.next();
    } catch (error) {
      return this.#fail(error);
    }
    return item instanceof Promise
      ? item.then(
          (it) => this.#counted(it),
          (error: unknown) => this.#fail(error),
        )
      : this.#counted(item);
  }

  #fail(error: unknown): never {
    this.#failed++;
    throw error;
  }

  #counted(item: U | End): U | End {
    if (item !== END) this.#given++;
    return item;
  }

  save(): Position {
    return { start: this.#start, given: this.#given, failed: this.#failed, order: this.#order };
  }

  restore(position: Position): Later<void> {
    const { start, given, failed, order } = position as { start: Position; given: number; failed: number; order: O };
    this.#start = start;
    this.#order = order;
    this.held.follow?.(order);
    const begun = after(this.#pass.close?.(), () => this.input.restore(start));
    return after(begun, () => {
      this.#pass = this.held.begin(this.input, order);
      [this.#given, this.#failed] = [0, 0];
      return again(
        () => this.next(),
        () => this.#given >= given,
        () => this.#failed <= failed,
      );
    });
  }

  close() {
    return after(this.#pass.close?.(), () => this.input.close?.());
  }
}

/**
 * Asks for items again until all that were given are behind, or there are no more.
 *
 * @param isThere    whether it is where it was
 * @param isExpected whether an error that was met just now is one that was met before
 */
export function again<T>(next: () => Later<T | End>, isThere: () => boolean, isExpected: () => boolean): Later<void> {
  const passBy = (error: unknown): undefined => {
    if (!isExpected()) throw error;
  };
  const goOn = (item: T | End): End | undefined => (item === END ? END : undefined);
  const step = (): Later<End | undefined> => {
    if (isThere()) return END;
    try {
      const item = next();
      return item instanceof Promise ? item.then(goOn, passBy) : goOn(item);
    } catch (error) {
      return passBy(error);
    }
  };
  return after(until<End>(step), () => {});
}
