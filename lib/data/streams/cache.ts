// The stage that keeps items, so that they are made once.

import { after, until, type Later } from "../later.js";
import type { FilePart } from "./part.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

/** Where items go that memory should not hold. */
export interface Spill<T> {
  /** Takes an item. @returns how to get it back from where it was put; null where it is to be held in memory */
  hold(item: T): (() => T) | null;
}

/** Items are made once and kept: later passes, and others at the same time, get the same ones. */
export function cache<T>(input: Stream<T>, spill?: () => Spill<T>): Stream<T> {
  const store = new Store(input, spill?.() ?? null);
  // What comes of a share of the files is kept apart.
  const ofParts = new WeakMap<FilePart, Store<T>>();
  const storeOf = (part?: FilePart): Store<T> => {
    if (!part) return store;
    let own = ofParts.get(part);
    if (!own) {
      ofParts.set(part, (own = new Store(input, spill?.() ?? null, part)));
      own.open();
    }
    return own;
  };
  return { kind: `cache < ${input.kind}`, count: input.count, open: (part) => new Cached(storeOf(part)) };
}

class Store<T> {
  /** Items, or how to get them back. */
  readonly #items: { readonly item?: T; readonly get?: () => T }[] = [];
  #maker: Cursor<T> | null = null;
  #start: Position = null;
  #ended = false;
  #coming: Promise<void> | null = null;

  constructor(
    readonly input: Stream<T>,
    readonly spill: Spill<T> | null,
    readonly part?: FilePart,
  ) {}

  /** Item number `index`, made where it is not there yet. */
  get(index: number): Later<T | End> {
    const kept = this.#items[index];
    if (kept) return kept.get ? kept.get() : kept.item!;
    if (this.#ended) return END;
    if (this.#coming) return this.#coming.then(() => this.get(index));
    const item = this.open().next();
    if (!(item instanceof Promise)) return this.#keep(item);
    this.#coming = item.then((it) => void this.#keep(it)).finally(() => (this.#coming = null));
    return this.#coming.then(() => this.get(index));
  }

  open(): Cursor<T> {
    if (this.#maker) return this.#maker;
    this.#maker = this.input.open(this.part);
    this.#start = this.#maker.save();
    return this.#maker;
  }

  #keep(item: T | End): T | End {
    if (item === END) {
      this.#ended = true;
      this.#maker = null;
    } else {
      const get = this.spill?.hold(item) ?? null;
      this.#items.push(get ? { get } : { item });
    }
    return item;
  }

  /** Where the only pass over the input began: its shuffles decide what is kept. */
  get start(): Position {
    if (!this.#ended) this.open();
    return this.#start;
  }

  restart(start: Position): Later<void> {
    if (this.#items.length > 0 || this.#ended) return;
    this.#start = start;
    return (this.#maker ??= this.input.open(this.part)).restore(start);
  }
}

class Cached<T> implements Cursor<T> {
  #next = 0;
  constructor(readonly store: Store<T>) {}

  next(): Later<T | End> {
    return after(this.store.get(this.#next), (item) => {
      if (item !== END) this.#next++;
      return item;
    });
  }
  save(): Position {
    return [this.#next, this.store.start];
  }
  restore(position: Position): Later<void> {
    const [next, start] = position as [number, Position];
    return after(this.store.restart(start), () => {
      this.#next = 0;
      const step = () => (this.#next >= next ? END : after(this.next(), (item) => (item === END ? END : undefined)));
      return after(until(step), () => {});
    });
  }
}
