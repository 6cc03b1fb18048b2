// The stages that put streams side by side, and that number items.

import { after, all, inOrder, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** Items of several streams side by side, up to the end of the shortest. */
export const zip = <T>(inputs: readonly Stream<T>[]): Stream<readonly T[]> => ({
  kind: `zip < (${inputs.map(({ kind }) => kind).join(", ")})`,
  count: inputs.reduce<number | null>((least, { count }) => (least === null || count === null ? null : Math.min(least, count)), Infinity),
  open(part) {
    const cursors = inputs.map((input) => input.open(part));
    return {
      next: () => after(together(cursors), (items) => (items.includes(END) ? END : (items as readonly T[]))),
      save: () => cursors.map((cursor) => cursor.save()),
      restore: (position) => inOrder(cursors, (cursor, i) => cursor.restore((position as readonly Position[])[i]!)),
      where: () => cursors.map((cursor) => cursor.where?.()).find((place) => place) ?? null,
      close: () => inOrder(cursors, (cursor) => cursor.close?.()),
    };
  },
});

/** An item of each. Where one fails the others have gone on all the same: what comes next belongs together. */
function together<T>(cursors: readonly Cursor<T>[]): Later<readonly (T | End)[]> {
  let first: { readonly error: unknown } | null = null;
  const fail = (error: unknown): End => {
    first ??= { error };
    return END;
  };
  const items = cursors.map((cursor): Later<T | End> => {
    try {
      const item = cursor.next();
      return item instanceof Promise ? item.catch(fail) : item;
    } catch (error) {
      return fail(error);
    }
  });
  return after(all(items), (all) => {
    if (first) throw first.error;
    return all;
  });
}

/** Each item with its number. */
export const enumerate = <T, U>(input: Stream<T>, start: number, pair: (index: number, item: T) => U): Stream<U> => ({
  kind: `enumerate < ${input.kind}`,
  count: input.count,
  open(part) {
    const cursor = input.open(part);
    let index = start;
    return {
      // A number is used up by an error too.
      next() {
        const own = index++;
        return after(cursor.next(), (item) => (item === END ? END : pair(own, item)));
      },
      save: () => [index, cursor.save()],
      restore(position) {
        const [at, inner] = position as [number, Position];
        index = at;
        return cursor.restore(inner);
      },
      where: () => cursor.where?.() ?? null,
      close: () => cursor.close?.(),
    };
  },
});
