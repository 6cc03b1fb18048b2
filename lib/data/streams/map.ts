// The stages that change items, and choose among them.

import { after, until, type Later } from "../later.js";
import { END, type Cursor, type Stream } from "./stream.js";

/** Each item as `fn` makes it; an asynchronous `fn` is awaited, one item at a time. */
export const map = <T, U>(input: Stream<T>, fn: (item: T) => Later<U>, name = "map"): Stream<U> => ({
  kind: `${name} < ${input.kind}`,
  count: input.count,
  open: () => {
    const cursor = input.open();
    return { ...passing(cursor), next: () => after(cursor.next(), (item) => (item === END ? END : fn(item))) };
  },
});

/** The items for which `accepts` says yes. */
export const filter = <T>(input: Stream<T>, accepts: (item: T) => Later<boolean>): Stream<T> => ({
  kind: `filter < ${input.kind}`,
  count: null,
  open: () => {
    const cursor = input.open();
    const step = () =>
      after(cursor.next(), (item) => (item === END ? item : after(accepts(item), (accepted) => (accepted ? item : undefined))));
    return { ...passing(cursor), next: () => until(step) };
  },
});

/** What a cursor that stands where its input stands has from it. */
export const passing = <T>(cursor: Cursor<T>): Omit<Cursor<never>, "next"> => ({
  save: () => cursor.save(),
  restore: (position) => cursor.restore(position),
  close: () => cursor.close?.(),
});
