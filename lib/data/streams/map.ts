// The stages that change items, and choose among them.

import { failure, nameOf } from "../element-error.js";
import { after, until, type Later } from "../later.js";
import { END, type Cursor, type Stream } from "./stream.js";

/**
 * Each item as `fn` makes it; an asynchronous `fn` is awaited, one item at a time.
 *
 * @param stage  what the user calls this stage: what `fn` throws then names it, and the element
 */
export const map = <T, U>(input: Stream<T>, fn: (item: T) => Later<U>, name = "map", stage?: string): Stream<U> => ({
  kind: `${name} < ${input.kind}`,
  count: input.count,
  open: (part) => {
    const cursor = input.open(part);
    const make = stage === undefined ? fn : told(cursor, fn, stage);
    return { ...passing(cursor), next: () => after(cursor.next(), (item) => (item === END ? END : make(item))) };
  },
});

/** The items for which `accepts` says yes. */
export const filter = <T>(input: Stream<T>, accepts: (item: T) => Later<boolean>, stage?: string): Stream<T> => ({
  kind: `filter < ${input.kind}`,
  count: null,
  open: (part) => {
    const cursor = input.open(part);
    const asks = stage === undefined ? accepts : told(cursor, accepts, stage);
    const step = () =>
      after(cursor.next(), (item) => (item === END ? item : after(asks(item), (accepted) => (accepted ? item : undefined))));
    return { ...passing(cursor), next: () => until(step) };
  },
});

/** A user's function whose errors tell of the stage, the element's number in this pass, and where the element is from. */
export function told<T, U>(cursor: Pick<Cursor<unknown>, "where">, fn: (item: T) => Later<U>, stage: string): (item: T) => Later<U> {
  let count = 0;
  return (item) => {
    const number = count++;
    const from = cursor.where?.() ?? null;
    try {
      const made = fn(item);
      return made instanceof Promise ? made.catch((error: unknown) => failure(stage, number, from ?? nameOf(item), error)) : made;
    } catch (error) {
      return failure(stage, number, from ?? nameOf(item), error);
    }
  };
}

/** What a cursor that stands where its input stands has from it. */
export const passing = <T>(cursor: Cursor<T>): Omit<Cursor<never>, "next"> => ({
  save: () => cursor.save(),
  restore: (position) => cursor.restore(position),
  where: () => cursor.where?.() ?? null,
  close: () => cursor.close?.(),
});
