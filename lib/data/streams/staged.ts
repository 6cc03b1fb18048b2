// Stages written as generators: they ask for items and give others, and need not say where they stand, since a restored pass runs them
// again.

import { inOrder, type Later } from "../later.js";
import { type Held, replayed } from "./replay.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** What a stage may say: the next item of input number i, an item of its own, a value to wait for, or what went wrong. */
export type Ask<U> = { readonly from: number } | { readonly give: U } | { readonly wait: Promise<unknown> } | { readonly fail: unknown };

/**
 * The answer after an error. The error has been thrown to whoever asked for an item; a stage that is asked again goes on behind it.
 */
export const FAILED: unique symbol = Symbol("failed");

/**
 * The body of a stage: what `from` asks for (or END) and what `wait` waits for is the answer; FAILED where that failed, and after `fail`.
 *
 * @param inputs  the cursors of the inputs, to ask where an item is from
 */
export type Body<U, O = null> = (order: O, inputs: readonly Cursor<unknown>[]) => Generator<Ask<U>, void, unknown>;

/** A stage over one input or several. @param passes  what tells one pass from another; default: nothing */
export const staged = <U, O extends Position = null>(
  kind: string,
  count: number | null,
  inputs: readonly Stream<unknown>[],
  body: Body<U, O>,
  passes: Pick<Held<unknown, U, O>, "order" | "follow"> = { order: () => null as O },
): Stream<U> =>
  replayed<unknown, U, O>(kind, count, sideBySide(inputs), {
    ...passes,
    begin: (cursor, order) => {
      const { cursors } = cursor as SideBySide;
      return new Staged(cursors, body(order, cursors));
    },
  });

/** Several inputs as one stream, whose cursor is theirs. It is not walked itself. */
const sideBySide = (inputs: readonly Stream<unknown>[]): Stream<unknown> => ({
  kind: inputs.length === 1 ? inputs[0]!.kind : `(${inputs.map(({ kind }) => kind).join(", ")})`,
  count: null,
  open: (part) => new SideBySide(inputs.map((input) => input.open(part))),
});

class SideBySide implements Cursor<unknown> {
  constructor(readonly cursors: readonly Cursor<unknown>[]) {}

  next(): End {
    return END;
  }
  save(): Position {
    return this.cursors.map((cursor) => cursor.save());
  }
  restore(position: Position): Later<void> {
    return inOrder(this.cursors, (cursor, i) => cursor.restore((position as readonly Position[])[i]!));
  }
  close(): Later<void> {
    return inOrder(this.cursors, (cursor) => cursor.close?.());
  }
}

class Staged<U> {
  #answer: unknown = undefined;

  constructor(
    readonly cursors: readonly Cursor<unknown>[],
    readonly body: Generator<Ask<U>, void, unknown>,
  ) {}

  next(): Later<U | End> {
    for (;;) {
      const { done, value } = this.body.next(this.#answer);
      if (done) return END;
      if ("give" in value) {
        this.#answer = undefined;
        return value.give;
      }
      // Where what follows throws, this is what the body hears of it.
      this.#answer = FAILED;
      if ("fail" in value) throw value.fail;
      const answer = "from" in value ? this.cursors[value.from]!.next() : value.wait;
      if (answer instanceof Promise) return answer.then((it) => this.#goOn(it));
      this.#answer = answer;
    }
  }

  #goOn(answer: unknown): Later<U | End> {
    this.#answer = answer;
    return this.next();
  }

  /** What the body holds open is given back: its `finally` blocks may wait. */
  close(): Later<void> {
    const rest = (step: IteratorResult<Ask<U>, void>): Later<void> => {
      if (step.done) return;
      if ("fail" in step.value) throw step.value.fail;
      return "wait" in step.value ? step.value.wait.then(() => rest(this.body.next())) : undefined;
    };
    return rest(this.body.return());
  }
}

/** An item of input number i, or END; FAILED where there was an error instead. */
export function* tried<T>(i = 0): Generator<Ask<never>, T | End | typeof FAILED, unknown> {
  return (yield { from: i }) as T | End | typeof FAILED;
}

/** An item of input number i, or END: after an error the next one. */
export function* pull<T>(i = 0): Generator<Ask<never>, T | End, unknown> {
  for (;;) {
    const item = yield* tried<T>(i);
    if (item !== FAILED) return item;
  }
}

/** What a function gives, now or later; FAILED after its error. */
export function* attempt<T>(make: () => Later<T>): Generator<Ask<never>, T | typeof FAILED, unknown> {
  let made: Later<T>;
  try {
    made = make();
  } catch (error) {
    return (yield { fail: error }) as typeof FAILED;
  }
  return made instanceof Promise ? ((yield { wait: made }) as T | typeof FAILED) : made;
}
