// Stages written as generators: they ask for items and give others, and need not say where they stand, since a restored pass runs them
// again.

import { after, type Later } from "../later.js";
import { type Held, replayed } from "./replay.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** What a stage may say: the next item of input number i, an item of its own, or a value to wait for. */
export type Ask<U> = { readonly from: number } | { readonly give: U } | { readonly wait: Promise<unknown> };

/** The body of a stage: what `from` asks for (or END) and what `wait` waits for is the answer. */
export type Body<U, O = null> = (order: O) => Generator<Ask<U>, void, unknown>;

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
    begin: (cursor, order) => new Staged((cursor as SideBySide).cursors, body(order)),
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
    return this.cursors.reduce<Later<void>>(
      (before, cursor, i) => after(before, () => cursor.restore((position as readonly Position[])[i]!)),
      undefined,
    );
  }
  close(): Later<void> {
    return this.cursors.reduce<Later<void>>((before, cursor) => after(before, () => cursor.close?.()), undefined);
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
      if (step.done || !("wait" in step.value)) return;
      return step.value.wait.then(() => rest(this.body.next()));
    };
    return rest(this.body.return());
  }
}

/** An item of input number i, or END. */
export function* pull<T>(i = 0): Generator<Ask<never>, T | End, unknown> {
  return (yield { from: i }) as T | End;
}

/** A value that may come later. */
export function* settled<T>(value: Later<T>): Generator<Ask<never>, T, unknown> {
  return value instanceof Promise ? ((yield { wait: value }) as T) : value;
}
