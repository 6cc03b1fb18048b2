// Streams: lazy sequences that can say where they stand and go on from there. They know nothing of tensors: a stage that only chooses or
// orders what comes (shuffle, take, repeat, …) acts on elements and on row numbers of data in memory alike.

import type { Later } from "../later.js";
import type { FilePart } from "./part.js";

/** What a cursor answers after its last item. */
export const END: unique symbol = Symbol("end");
export type End = typeof END;

/** Where a cursor stands, as JSON. */
export type Position = null | boolean | number | string | readonly Position[] | { readonly [key: string]: Position };

/** One pass over a stream. */
export interface Cursor<T> {
  next(): Later<T | End>;
  /** Where this pass stands: what was given by `next` is behind it. */
  save(): Position;
  /** Goes to a position that `save` of a cursor of the same stream gave, in this process or another. */
  restore(position: Position): Later<void>;
  /** Where the item that `next` gave last is from, for messages: a row, a record of a file. Absent, or null: nobody knows. */
  where?(): string | null;
  /** Ends the pass before its end: generators run their `finally`. */
  close?(): Later<void>;
}

/** A sequence that can be walked any number of times. */
export interface Stream<T> {
  /** What it is made of, outermost first: `chunks < shuffle < range`. A position fits streams of the same kind only. */
  readonly kind: string;
  /** Items of one pass: Infinity where it never ends, null where nobody knows. */
  readonly count: number | null;
  /** @param part  which files are read, of sources that are files: for stages to pass on to their inputs */
  open(part?: FilePart): Cursor<T>;
}
