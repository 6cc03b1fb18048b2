// The stages that put streams side by side, and that number items.

import { after, all } from "../later.js";
import { END, type Position, type Stream } from "./stream.js";

/** Items of several streams side by side, up to the end of the shortest. */
export const zip = <T>(inputs: readonly Stream<T>[]): Stream<readonly T[]> => ({
  kind: `zip < (${inputs.map(({ kind }) => kind).join(", ")})`,
  count: inputs.reduce<number | null>((least, { count }) => (least === null || count === null ? null : Math.min(least, count)), Infinity),
  open(part) {
    const cursors = inputs.map((input) => input.open(part));
    return {
      next: () => after(all(cursors.map((cursor) => cursor.next())), (items) => (items.includes(END) ? END : (items as readonly T[]))),
      save: () => cursors.map((cursor) => cursor.save()),
      restore: (position) => after(all(cursors.map((cursor, i) => cursor.restore((position as readonly Position[])[i]!))), () => {}),
      close: () => after(all(cursors.map((cursor) => cursor.close?.())), () => {}),
    };
  },
});

/** Each item with its number. */
export const enumerate = <T, U>(input: Stream<T>, start: number, pair: (index: number, item: T) => U): Stream<U> => ({
  kind: `enumerate < ${input.kind}`,
  count: input.count,
  open(part) {
    const cursor = input.open(part);
    let index = start;
    return {
      next: () => after(cursor.next(), (item) => (item === END ? END : pair(index++, item))),
      save: () => [index, cursor.save()],
      restore(position) {
        const [at, inner] = position as [number, Position];
        index = at;
        return cursor.restore(inner);
      },
      close: () => cursor.close?.(),
    };
  },
});
