// The stage that keeps items, so that they are made once.

import { after, type Later } from "../later.js";
import type { FilePart } from "./part.js";
import { again } from "./replay.js";
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
  /** Items whose making failed. */
  failed = 0;
  /** Passes that are under way. */
  #readers = 0;
  /** Where the maker stood when the last pass was left. */
  #parked: { readonly position: Position } | null = null;

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
    let item: Later<T | End>;
    try {
      item = this.#make();
    } catch (error) {
      return this.#fail(error);
    }
    if (!(item instanceof Promise)) return this.#keep(item);
    const keep = (it: T | End): Later<void> => after<T | End, void>(this.#keep(it), () => {});
    const coming = item.then(keep, (error: unknown) => this.#fail(error)).finally(() => (this.#coming = null));
    this.#coming = coming;
    return coming.then(() => this.get(index));
  }

  #fail(error: unknown): never {
    this.failed++;
    throw error;
  }

  #make(): Later<T | End> {
    const maker = this.open();
    if (!this.#parked) return maker.next();
    const { position } = this.#parked;
    return after(maker.restore(position), () => {
      this.#parked = null;
      return maker.next();
    });
  }

  enter(): void {
    this.#readers++;
  }

  /** A pass was left. Where it was the last one, the input gives back what it holds open: who asks for more goes on from there. */
  leave(): Later<void> {
    if (--this.#readers > 0) return;
    if (this.#coming) return this.#coming.then(() => this.#park(), () => this.#park()); // prettier-ignore
    return this.#park();
  }

  #park(): Later<void> {
    const maker = this.#maker;
    if (this.#readers > 0 || !maker) return;
    this.#parked ??= { position: maker.save() };
    this.#maker = null;
    return maker.close?.();
  }

  open(): Cursor<T> {
    if (this.#maker) return this.#maker;
    this.#maker = this.input.open(this.part);
    if (!this.#parked) this.#start = this.#maker.save();
    return this.#maker;
  }

  #keep(item: T | End): Later<T | End> {
    if (item === END) {
      const maker = this.#maker;
      [this.#ended, this.#maker] = [true, null];
      return after<void, T | End>(maker?.close?.(), () => END);
    }
    const get = this.spill?.hold(item) ?? null;
    this.#items.push(get ? { get } : { item });
    return item;
  }

  /** Where the only pass over the input began: its shuffles decide what is kept. */
  get start(): Position {
    if (!this.#ended && !this.#parked) this.open();
    return this.#start;
  }

  restart(start: Position): Later<void> {
    if (this.#items.length > 0 || this.#ended) return;
    [this.#start, this.#parked] = [start, null];
    return (this.#maker ??= this.input.open(this.part)).restore(start);
  }
}

class Cached<T> implements Cursor<T> {
  #next = 0;
  #isIn = false;
  constructor(readonly store: Store<T>) {}

  next(): Later<T | End> {
    if (!this.#isIn) this.store.enter();
    this.#isIn = true;
    const give = (item: T | End): T | End => {
      if (item !== END) this.#next++;
      return item;
    };
    return after(this.store.get(this.#next), give);
  }
  save(): Position {
    return [this.#next, this.store.start, this.store.failed];
  }
  restore(position: Position): Later<void> {
    const [next, start, failed] = position as [number, Position, number];
    return after(this.store.restart(start), () => {
      this.#next = 0;
      return again(
        () => this.next(),
        () => this.#next >= next,
        () => this.store.failed <= failed,
      );
    });
  }
  close(): Later<void> {
    if (!this.#isIn) return;
    this.#isIn = false;
    return this.store.leave();
  }
}
